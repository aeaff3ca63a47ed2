"""Read the rows of an item back, after their file was compared with the manifest."""

from __future__ import annotations

import json
from itertools import islice
from typing import TYPE_CHECKING, Any

from aibrain_jupyter.evidence.verification.report import digest
from aibrain_jupyter.shared.error_handler import EvidenceError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    import pandas as pd

    from aibrain_jupyter.evidence.store.store import Item

_TIMES = "datetime64"


def rows_of(item: Item, most: int | None = None) -> pd.DataFrame:
    """
    Return the rows of an item, with the dtypes they were saved with; `most`: only the first ones.

    Raises:
        EvidenceError: it has no rows (a file somebody attached), or they were altered.
    """
    manifest = item.manifest()
    names = [f["path"] for f in manifest["files"] if is_data(f["path"])]
    if not names:
        raise EvidenceError(
            f"{item.id} has no rows.", why=f"It is {manifest['kind']}: a file, not a table."
        )
    # Only "\n" ends a row: a cell may have the other characters that end lines.
    with checked(item, manifest, names[0]).open(encoding="utf-8", newline="\n") as lines:
        return frame_of(islice(lines, most), manifest)


def frame_of(lines: Iterable[str], manifest: Mapping[str, Any]) -> pd.DataFrame:
    """Return JSON lines as a frame with the columns and dtypes of a manifest."""
    import pandas as pd

    frame = pd.DataFrame(
        [json.loads(line) for line in lines], columns=[c["name"] for c in manifest["columns"]]
    )
    for column in manifest["columns"]:
        frame[column["name"]] = _typed(frame[column["name"]], column["dtype"])
    return frame


def has_rows(manifest: dict[str, Any]) -> bool:
    """Tell whether the item of a manifest is a table; what somebody attached is none."""
    return bool(data_digest(manifest))


def checked(item: Item, manifest: dict[str, Any], name: str) -> Path:
    """
    Return the path of a file of an item, once its SHA-256 was compared.

    Raises:
        EvidenceError: it is not as it was saved.
    """
    entry = next(f for f in manifest["files"] if f["path"] == name)
    path = item.folder / name
    if not path.is_file() or digest(path) != (entry["bytes"], entry["sha256"]):
        raise EvidenceError(
            f"{name} of {item.id} is not as it was saved.",
            next_steps=[f"%aibrain evidence verify {item.id}"],
        )
    return path


def data_digest(manifest: dict[str, Any]) -> str:
    """Return the SHA-256 of the rows of an item, as its manifest has it."""
    return next((f["sha256"] for f in manifest["files"] if is_data(f["path"])), "")


def is_data(path: str) -> bool:
    """Tell whether a file of an item, by its name there, has its rows."""
    return path.startswith("data/") and path.endswith(".jsonl")


def _typed(values: pd.Series[Any], dtype: Any) -> pd.Series[Any]:
    import pandas as pd

    if dtype.startswith(_TIMES):
        return pd.to_datetime(values, utc=True, format="ISO8601")
    if dtype in ("object", "category"):
        return values
    try:
        return values.astype(dtype)
    except (TypeError, ValueError):  # an interval, say: its text is what was saved
        return values
