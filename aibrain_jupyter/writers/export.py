"""
A frame as a file: the format by the name's ending, provenance with it, whole or not at all.

CSV, JSON lines and JSON have their provenance in ``NAME.provenance.json`` beside them, with the
file's SHA-256; a workbook has it on a sheet, Parquet in its metadata.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.shared.error_handler import ParameterError, unknown_name
from aibrain_jupyter.shared.imports import import_target

if TYPE_CHECKING:
    import os

    import pandas as pd

    from aibrain_jupyter.writers.provenance import Provenance


@dataclass(frozen=True, slots=True)
class Format:
    """
    A way out: the function that writes it, the extra of this package that brings the module it
    needs, whether provenance stands in a file beside it, and what a reader has to know.
    """

    write: str
    extra: str = ""
    needs: str = ""
    has_sidecar: bool = False
    reading: str = ""


_CODE: Final = "aibrain_jupyter.writers"
FORMATS: Final = {
    "xlsx": Format(f"{_CODE}.xlsx:write_xlsx", extra="evidence", needs="xlsxwriter:Workbook"),
    "csv": Format(
        f"{_CODE}.text:write_csv",
        has_sidecar=True,
        reading="UTF-8. Times are UTC where the header says so. A text that a spreadsheet would "
        "calculate (it begins with = + - @, a tab or a line break) has an apostrophe before it: "
        "take one away where apostrophes stand before such a character. Blank: there is none.",
    ),
    "parquet": Format(
        f"{_CODE}.parquet:write_parquet", extra="arrow", needs="pyarrow.parquet:ParquetWriter"
    ),
    "json": Format(f"{_CODE}.text:write_json", has_sidecar=True),
    "jsonl": Format(f"{_CODE}.text:write_jsonl", has_sidecar=True),
}
"""By the ending of a file's name."""


@dataclass(frozen=True, slots=True)
class Exported:
    """
    The file at `path`; `sidecar` is the one with its provenance, where it has one of its own,
    `not_known` counts the cells that are not known, `remarks` are sentences.
    """

    path: Path
    rows: int
    not_known: int
    size_bytes: int
    sha256: str
    is_demo: bool = False
    sidecar: Path | None = None
    remarks: tuple[str, ...] = ()


def export_frame(
    frame: pd.DataFrame,
    path: str | os.PathLike[str],
    *,
    overwrite: bool = False,
    provenance: Provenance | None = None,
) -> Exported:
    """
    Write a frame to a file.

    Args:
        frame: The rows.

        path: The file; its ending says the format: ``.xlsx``, ``.csv``, ``.parquet``, ``.json``
            (an array) or ``.jsonl`` (one object a line).

        overwrite: Whether a file of that name is replaced.

        provenance: Where the rows came from; None: what ``frame.attrs`` has.

    Returns:
        What was written, with its SHA-256.

    Raises:
        InputError: the ending is none of these, there is a file already, nothing can be written
            there, or the format cannot hold the frame.
        ToolLoadError: what the format needs is not installed; it names the pip line.
    """
    from aibrain_jupyter.writers.files import Counted, placed, refuse_taken
    from aibrain_jupyter.writers.provenance import Provenance, now_in_utc
    from aibrain_jupyter.writers.table import Table

    path = Path(path).expanduser()
    ending = path.suffix[1:].lower()
    form = format_of(path)
    provenance = provenance or Provenance.of(frame)
    about = provenance.about(Table(frame))
    sidecar = path.with_name(f"{path.name}.provenance.json") if form.has_sidecar else None
    for each in filter(None, (path, sidecar)):
        refuse_taken(each, overwrite=overwrite)
    with placed(path, overwrite=overwrite) as file:
        counted = Counted(file)
        remarks = (*about["remarks"], *_writer(form, ending)(frame, counted, provenance))
        if sidecar is not None:
            said = {
                "file": path.name,
                "sha256": counted.sha256,
                "size_bytes": counted.size_bytes,
                "written_at": now_in_utc(),
                **({"reading": form.reading} if form.reading else {}),
                **about,
                "remarks": remarks,
            }
            # First, so that no rows are ever without it.
            _write_sidecar(sidecar, said, overwrite=overwrite)
    return Exported(
        path=path,
        rows=about["rows"],
        not_known=about["not_known_cells"],
        size_bytes=counted.size_bytes,
        sha256=counted.sha256,
        is_demo=provenance.is_demo,
        sidecar=sidecar,
        remarks=remarks,
    )


def format_of(path: Path) -> Format:
    """Return the format of a file. Raises UnknownNameError: its ending is none we write."""
    ending = path.suffix[1:].lower()
    known = ", ".join(f".{name}" for name in FORMATS)
    if not ending:
        raise ParameterError(
            "The name of the file says no format.",
            next_steps=[f"End the name in {known}: %aibrain export users users.xlsx"],
        )
    if ending not in FORMATS:
        raise unknown_name(
            "format",
            f".{ending}",
            [f".{n}" for n in FORMATS],
            next_steps=[f"End the name in {known}."],
        )
    return FORMATS[ending]


def _writer(form: Format, ending: str) -> Any:
    if form.needs:
        import_target(form.needs, what=f"A .{ending} file", extra=form.extra)
    return import_target(form.write, what=f"A .{ending} file")


def _write_sidecar(path: Path, said: dict[str, Any], *, overwrite: bool) -> None:
    import json

    from aibrain_jupyter.shared.texts.utf8 import in_utf8
    from aibrain_jupyter.writers.files import placed

    with placed(path, overwrite=overwrite) as file:
        file.write(in_utf8(json.dumps(said, indent=1, ensure_ascii=False) + "\n"))
