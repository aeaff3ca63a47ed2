"""What came is kept as evidence, or read into a frame."""

from __future__ import annotations

import codecs
import datetime as dt
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from aibrain_jupyter.evidence.saving.attaching import attach_file
from aibrain_jupyter.evidence.saving.saving import Saving
from aibrain_jupyter.evidence.saving.times import MOMENT, Times
from aibrain_jupyter.evidence.store.default import anchor, default_store
from aibrain_jupyter.shared.error_handler import IncompleteAnswerError, ToolLoadError
from aibrain_jupyter.shared.frames.build import frame_of
from aibrain_jupyter.tool_executors.evidence.common import codes_given

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aibrain_jupyter.sharepoint.library import Entry

TABLES: Final = (".csv", ".json", ".jsonl", ".xlsx")


def keep(entry: Entry, file: Path, site: str, now: dt.datetime, given: Mapping[str, Any]) -> str:
    """Save a file as an item of evidence, with where it is from, and return its id."""
    changed = dt.datetime.fromisoformat(entry.modified) if entry.modified else now
    saving = Saving(
        title=Path(entry.name).stem,
        codes=codes_given(given),
        times=Times(MOMENT, changed, changed, now, dt.datetime.now(dt.UTC)),
    )
    names = ("path", "id", "etag", "hash", "author", "modified_by", "modified", "url")
    about = {"site": site, **{name: getattr(entry, name) for name in names}}
    who = entry.modified_by or entry.author
    store = default_store()
    item = attach_file(
        store, str(file), saving, source=f"SharePoint {site}", said_by=who, more=about
    )
    anchor(store)
    return item.id


def _written(data: bytes) -> tuple[str, str]:
    """Return how a CSV file is written: UTF-16 says so, and a header shows what separates."""
    encoding = "utf-16" if data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else "utf-8-sig"
    header = data[:65_536].decode(encoding, "replace").partition("\n")[0]
    others = [mark for mark in (";", "\t") if mark in header and "," not in header]
    return encoding, others[0] if others else ","


def read_table(entry: Entry, data: bytes) -> pd.DataFrame:
    """
    Return a file as a frame, every cell of CSV and workbooks as text.

    Raises:
        IncompleteAnswerError: it cannot be read as what its name says.
        ToolLoadError: reading workbooks is not installed.
    """
    ending = Path(entry.name).suffix.lower()
    source = io.BytesIO(data)
    try:
        if ending == ".csv":
            encoding, sep = _written(data)
            return pd.read_csv(
                source, sep=sep, encoding=encoding, dtype=str, keep_default_na=False, na_values=[""]
            )
        if ending == ".xlsx":
            return pd.read_excel(source, dtype=str)
        if ending == ".jsonl":
            return frame_of([json.loads(line) for line in data.splitlines() if line.strip()])
        found = json.loads(data)
        return frame_of(found if isinstance(found, list) else [found])
    except ImportError as exc:
        raise ToolLoadError(
            "Reading workbooks needs openpyxl, which is not installed.",
            next_steps=['Run %pip install "aibrain_jupyter[evidence]" and try again.'],
        ) from exc
    except (ValueError, KeyError, OSError, AttributeError, TypeError) as exc:
        raise IncompleteAnswerError(
            f"{entry.path} cannot be read as a table.",
            why=str(exc),
            next_steps=["Download it and look at it: %aibrain sharepoint_download"],
        ) from exc
