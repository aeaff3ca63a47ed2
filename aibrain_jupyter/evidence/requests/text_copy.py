"""A copy of a CSV file with further columns; what its own records are written with stays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aibrain_jupyter.evidence.requests.grid import read_text
from aibrain_jupyter.writers.cells import quoted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from typing import IO

_ENDS: Final = ("\r\n", "\n", "\r")


def copy_with_fields(source: Path, file: IO[bytes], cells: Mapping[int, Sequence[str]]) -> None:
    """
    Write the copy. Records that get no cells stay as they are.

    Args:
        source: The CSV file.

        file: Where to.

        cells: The texts of the new columns by the number of the record, from 1.
    """
    text = read_text(source)
    width = max(len(fields) for _, fields in text.records)
    out = []
    for number, (record, fields) in enumerate(text.records, 1):
        end = next((end for end in _ENDS if record.endswith(end)), "")
        bare = record[: len(record) - len(end)]
        if number in cells:
            gap = text.delimiter * (width - len(fields))
            more = [_field(cell) for cell in cells[number]]
            bare = text.delimiter.join([bare + gap, *more])
        out.append(bare + end)
    file.write("".join([text.mark, *out]).encode(text.encoding))


def _field(text: str) -> str:
    """Return a text as a field, quoted, with an apostrophe where it would be calculated."""
    return '"' + quoted(text).replace('"', '""') + '"'
