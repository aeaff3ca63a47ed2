"""
A copy of a workbook with further columns in one sheet; every other byte of its parts stays.

A library that reads a workbook and writes it again loses what it does not know: pictures, charts,
the saved values of formulas. So cells are put into the sheet's own XML, at the end of its rows, and
all other parts are copied. They are texts, which no spreadsheet takes for a formula, and look like
the text of their row.
"""

from __future__ import annotations

import html
import posixpath
import re
import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from xml.parsers import expat

from aibrain_jupyter.evidence.requests.grid import column_of, letters_of
from aibrain_jupyter.shared.error_handler import ParameterError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from typing import IO

_WIDTH: Final = 24
_LAST_COLUMN: Final = 16_384
_TAG: Final = re.compile(rb"""<[^>"']*(?:"[^"]*"|'[^']*'|[^>"'])*>""")
_NO_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_OFFICE: Final = "/officeDocument"


@dataclass(slots=True)
class _Layout:
    """Where things are in a sheet's XML, in bytes from its start."""

    prefix: str = ""
    rows: dict[int, tuple[int, int]] = field(default_factory=dict)
    styles: dict[tuple[int, int], str] = field(default_factory=dict)
    last_column: int = 0
    data: int = 0
    columns_end: int = 0
    last_wide: int = 0
    dimension: int = -1


def copy_with_columns(
    source: Path,
    file: IO[bytes],
    sheet: str,
    cells: Mapping[int, Sequence[str]],
    like: Mapping[int, int],
) -> None:
    """
    Write the copy.

    Args:
        source: The workbook.

        file: Where to.

        sheet: Which sheet gets the columns.

        cells: The texts of the new columns by row.

        like: By row, the column whose cell they look like.

    Raises:
        ParameterError: the sheet has no room, or is not written as workbooks are.
    """
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(file, "w") as new:
        part = _part_of(old, sheet)
        for info in old.infolist():
            content = old.read(info)
            if info.filename == part:
                content = _with_cells(content, cells, like, source.name)
            new.writestr(info, content, compress_type=info.compress_type)


def _part_of(book: zipfile.ZipFile, sheet: str) -> str:
    """Return the name of the part that a sheet is in."""
    roots = _elements(book.read("_rels/.rels"), "Relationship")
    main = next(r["Target"] for r in roots if r["Type"].endswith(_OFFICE)).lstrip("/")
    folder, name = posixpath.split(main)
    found = next(s for s in _elements(book.read(main), "sheet") if s["name"] == sheet)
    key = next(value for key, value in found.items() if key.rpartition(":")[2] == "id")
    rels = _elements(book.read(f"{folder}/_rels/{name}.rels"), "Relationship")
    target = next(r["Target"] for r in rels if r["Id"] == key)
    return posixpath.normpath(posixpath.join("/" + folder, target)).lstrip("/")


def _elements(xml: bytes, name: str) -> list[dict[str, str]]:
    """Return the attributes of every element of a name."""
    found: list[dict[str, str]] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag.rpartition(":")[2] == name:
            found.append(attributes)

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.Parse(xml, True)
    return found


def _layout_of(xml: bytes) -> _Layout:
    parser, layout = expat.ParserCreate(), _Layout()
    at = {"row": 0, "column": 0, "start": 0}

    def start(tag: str, attributes: dict[str, str]) -> None:
        prefix, _, name = tag.rpartition(":")
        if name == "row":
            at["row"] = int(attributes.get("r", at["row"] + 1))
            at["start"], at["column"] = parser.CurrentByteIndex, 0
        elif name == "c":
            letters = attributes.get("r", "").rstrip("0123456789")
            at["column"] = column_of(letters) if letters else at["column"] + 1
            layout.styles[at["row"], at["column"]] = attributes.get("s", "")
            layout.last_column = max(layout.last_column, at["column"])
        elif name == "col":
            layout.last_wide = max(layout.last_wide, int(attributes["max"]))
        elif name == "dimension":
            layout.dimension = parser.CurrentByteIndex
        elif name == "sheetData":
            layout.prefix, layout.data = prefix, parser.CurrentByteIndex
        elif name == "mergeCell":
            last = attributes["ref"].rpartition(":")[2].rstrip("0123456789")
            layout.last_column = max(layout.last_column, column_of(last))

    def end(tag: str) -> None:
        name = tag.rpartition(":")[2]
        if name == "row":
            layout.rows[at["row"]] = at["start"], parser.CurrentByteIndex
        elif name == "cols":
            layout.columns_end = parser.CurrentByteIndex

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.Parse(xml, True)
    return layout


def _with_cells(
    xml: bytes, cells: Mapping[int, Sequence[str]], like: Mapping[int, int], file: str
) -> bytes:
    layout = _layout_of(xml)
    prefix = f"{layout.prefix}:" if layout.prefix else ""
    first, count = layout.last_column + 1, max(map(len, cells.values()))
    if xml.startswith((b"\xff\xfe", b"\xfe\xff")) or not set(cells) <= set(layout.rows):
        raise ParameterError(
            f"{file} is not written as workbooks are.",
            next_steps=["Open it in a spreadsheet and save it again."],
        )
    if first + count > _LAST_COLUMN:
        raise ParameterError(
            f"{file} has no free columns: the last that is used is {letters_of(first - 1)}.",
            next_steps=["Remove the empty, coloured columns at its right."],
        )
    edits: list[tuple[int, int, bytes]] = []
    for row, texts in cells.items():
        begin, end = layout.rows[row]
        look = layout.styles.get((row, like.get(row, 0)), "")
        made = "".join(
            _cell(prefix, f"{letters_of(first + n)}{row}", text, look)
            for n, text in enumerate(texts)
        ).encode()
        tag = _tag(xml, begin)
        opened = re.sub(rb'\sspans="[^"]*"', b"", tag)  # it would say where the row ends
        if tag.endswith(b"/>"):
            closed = f"</{prefix}row>".encode()
            edits.append((begin, begin + len(tag), opened[:-2] + b">" + made + closed))
        else:
            edits.append((begin, begin + len(tag), opened))
            edits.append((end, end, made))
    edits += _shape(xml, layout, prefix, first, count)
    for begin, end, text in sorted(edits, key=lambda edit: edit[0], reverse=True):
        xml = xml[:begin] + text + xml[end:]
    return xml


def _shape(
    xml: bytes, layout: _Layout, prefix: str, first: int, count: int
) -> list[tuple[int, int, bytes]]:
    """Return the edits for the width of the columns, and for how far the sheet goes."""
    edits = []
    last = first + count - 1
    if layout.last_wide < first:  # otherwise somebody gave these columns a width
        wide = f'<{prefix}col min="{first}" max="{last}" width="{_WIDTH}" customWidth="1"/>'
        whole = f"<{prefix}cols>{wide}</{prefix}cols>"
        place = layout.columns_end or layout.data
        edits.append((place, place, (wide if layout.columns_end else whole).encode()))
    if layout.dimension >= 0:
        tag = _tag(xml, layout.dimension)
        ends = re.sub(
            rb'ref="([A-Z]+\d+)(?::[A-Z]+(\d+))?"',
            lambda m: b'ref="%b:%b%b"' % (m[1], letters_of(last).encode(), m[2] or _row(m[1])),
            tag,
        )
        edits.append((layout.dimension, layout.dimension + len(tag), ends))
    return edits


def _row(place: bytes) -> bytes:
    return place.lstrip(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ")


def _cell(prefix: str, place: str, text: str, look: str) -> str:
    style = f' s="{look}"' if look else ""
    said = html.escape(_NO_XML.sub("", text), quote=False)
    inner = f'<{prefix}is><{prefix}t xml:space="preserve">{said}</{prefix}t></{prefix}is>'
    return f'<{prefix}c r="{place}"{style} t="inlineStr">{inner}</{prefix}c>'


def _tag(xml: bytes, begin: int) -> bytes:
    found: Any = _TAG.match(xml, begin)
    return bytes(found[0])
