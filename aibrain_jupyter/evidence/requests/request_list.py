"""
A request list: what an auditor asks for, a request a row, with what is odd about each by its cell.

Nothing is dropped in silence: a row that is no request is named, what cannot be read is a remark.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from aibrain_jupyter.evidence.requests.columns import Columns, find_columns, recall
from aibrain_jupyter.evidence.requests.days import day_of, days_are_first
from aibrain_jupyter.evidence.requests.grid import Cell, Grid, read_grids
from aibrain_jupyter.shared.error_handler import ParameterError, unknown_name

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping
    from pathlib import Path

DOCUMENT, POPULATION, SAMPLE = "document", "population", "sample"
TYPES: Final = {
    DOCUMENT: ("document", "documentation", "doc", "policy", "procedure", "artifact", "evidence"),
    POPULATION: ("population", "listing", "list", "full", "complete"),
    SAMPLE: ("sample", "sampling", "selection"),
}
_ZEROS: Final = re.compile(r'(?:"([^"]*)"|((?:\\?[A-Za-z-])*))(0+)(?:\.(0+))?')
_WHOLE: Final = re.compile(r"\d+\.0")
_BETWEEN_CODES: Final = re.compile(r"[;\n]|,(?=\s*\S)")


@dataclass(frozen=True, slots=True)
class AuditRequest:
    """
    What is asked for in a `row`: its `id` (empty: it has none), `text`, `type` (empty: not said),
    `codes`, the days it is `due` and its evidence is to be of, who owns it, and remarks.
    """

    row: int
    id: str
    text: str
    type: str = ""
    codes: tuple[str, ...] = ()
    due: dt.date | None = None
    capture_date: dt.date | None = None
    owner: str = ""
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RequestList:
    """A list: its file, the sheet it is on, its columns, its requests, and general remarks."""

    path: Path
    grid: Grid
    columns: Columns
    given: Mapping[str, str]
    requests: tuple[AuditRequest, ...]
    remarks: tuple[str, ...] = field(default=())


def read_requests(
    path: Path, given: Mapping[str, str] | None = None, sheet: str = ""
) -> RequestList:
    """
    Return the request list of a file.

    Args:
        path: .xlsx, .xlsm or .csv.

        given: Which column is what, by header or letter; the others as the last time, or guessed.

        sheet: Which sheet; otherwise the one that has a list.

    Raises:
        ParameterError: the file or a named column cannot be read, or there is no list, or more
            than one.
        UnknownNameError: there is no such sheet.
    """
    remembered, known = recall(path)
    said = {**known, **(given or {})}
    grids = read_grids(path)
    wanted = sheet or (remembered if remembered in [grid.name for grid in grids] else "")
    if sheet and sheet not in [grid.name for grid in grids]:
        raise unknown_name("sheet", sheet, [grid.name for grid in grids], of=path.name)
    meant = [grid for grid in grids if wanted in ("", grid.name)]
    grid, columns = _list_among(meant, said, path.name)
    rows = [n for n in sorted(grid.rows) if n > columns.row]
    requests, remarks = _requests(grid, columns, rows)
    if not requests:
        raise ParameterError(f"{path.name} has no request below {grid.place(columns.row)}.")
    return RequestList(path, grid, columns, said, requests, (*grid.remarks, *remarks))


def _list_among(grids: list[Grid], given: Mapping[str, str], file: str) -> tuple[Grid, Columns]:
    found, refused = [], None
    for grid in grids:
        try:
            columns = find_columns(grid, given, file)
        except ParameterError as exc:
            refused = refused or exc
            continue
        if columns is not None:
            found.append((grid, columns))
    if len(found) > 1:
        names = ", ".join(grid.name for grid, _ in found)
        raise ParameterError(
            f"{file} has more than one sheet with requests: {names}.",
            next_steps=[f"Say which: --sheet {found[0][0].name!r}, one after the other."],
        )
    if not found:
        raise refused or ParameterError(
            f"No row of {file} looks like the header of a request list.",
            why="A header names at least an id and a text, such as Ref and Request.",
            next_steps=["Say which columns they are: --map id=A,text=C or --map id=Ref,text=Ask"],
        )
    return found[0]


def _requests(
    grid: Grid, columns: Columns, rows: list[int]
) -> tuple[tuple[AuditRequest, ...], list[str]]:
    has_tails = _ids_are_floats(grid, columns, rows)
    day_first = {
        name: days_are_first(grid.cell(row, columns.number[name]).value for row in rows)
        for name in ("due", "capture_date")
        if name in columns.number
    }
    found: list[AuditRequest] = []
    remarks = ["Ids such as 14.0 are read as 14."] if has_tails else []
    for row in rows:
        name, words = (grid.cell(row, columns.number[field]) for field in ("id", "text"))
        if name.is_continued:  # of the request above, or of the header
            if found and words.text and not words.is_continued:
                found[-1] = replace(found[-1], text=f"{found[-1].text}\n{words.text}")
            continue
        if (name.text, words.text) == (columns.said["id"], columns.said["text"]):
            remarks.append(f"{grid.place(row)} repeats the header.")
            continue
        problem = name.problem or words.problem
        if not words.text and not problem:
            if said := " ".join(cell.text for cell in grid.rows[row].values()):
                remarks.append(f"{grid.place(row)} has no text and is no request: {said[:60]}")
            continue
        request = _request(grid, columns, row, day_first)
        if has_tails:
            request = replace(request, id=request.id.removesuffix(".0"))
        found.append(request)
    return tuple(_with_duplicates(found, grid)), remarks


def _request(
    grid: Grid, columns: Columns, row: int, day_first: Mapping[str, bool | None]
) -> AuditRequest:
    remarks: list[str] = []

    def cell(name: str) -> Cell:
        if name not in columns.number:
            return Cell(None)
        found = grid.cell(row, columns.number[name])
        if found.problem:
            remarks.append(f"{grid.place(row, columns.number[name])}: {found.problem}")
        return found

    def day(name: str) -> dt.date | None:
        found = cell(name)
        if not found.text:
            return None
        try:
            return day_of(found.value, grid.epoch, is_day_first=day_first[name])
        except ValueError as exc:
            remarks.append(f"{grid.place(row, columns.number[name])}: {exc}")
            return None

    said, kind = _id_of(cell("id")), cell("type").text
    if not said:
        remarks.append(f"{grid.place(row, columns.number['id'])}: there is no id")
    if row in grid.hidden:
        remarks.append(f"{grid.place(row)} is hidden in the workbook")
    if cell("text").is_struck:
        remarks.append(f"{grid.place(row, columns.number['text'])} is struck out")
    if kind and not _type_of(kind):
        remarks.append(
            f"{grid.place(row, columns.number['type'])}: {kind!r} is none of {', '.join(TYPES)}"
        )
    codes = [" ".join(part.split()) for part in _BETWEEN_CODES.split(_number(cell("codes")))]
    return AuditRequest(
        row,
        said,
        cell("text").text,
        _type_of(kind),
        tuple(dict.fromkeys(filter(None, codes))),
        day("due"),
        day("capture_date"),
        cell("owner").text,
        tuple(dict.fromkeys(remarks)),
    )


def _id_of(cell: Cell) -> str:
    return " ".join(_number(cell).split())


def _number(cell: Cell) -> str:
    """Return a cell as it is shown: 14.0 is 14, 14 in the format 000 is 014."""
    if not isinstance(cell.value, (int, float)) or isinstance(cell.value, bool):
        return cell.text
    if found := _ZEROS.fullmatch(cell.number_format):
        before = found[1] or (found[2] or "").replace("\\", "")
        places = len(found[4] or "")
        width = len(found[3]) + (places + 1 if places else 0)
        return f"{before}{cell.value:0{width}.{places}f}"
    return str(int(cell.value)) if float(cell.value).is_integer() else str(cell.value)


def _ids_are_floats(grid: Grid, columns: Columns, rows: list[int]) -> bool:
    """Tell whether every id is a text like ``14.0``, which an export made of a number."""
    values = [grid.cell(row, columns.number["id"]).value for row in rows]
    texts = [value for value in values if value is not None]
    return bool(texts) and all(isinstance(t, str) and _WHOLE.fullmatch(t.strip()) for t in texts)


def _type_of(text: str) -> str:
    words = re.findall(r"[a-z]+", text.lower())
    meant = [
        kind
        for kind, known in TYPES.items()
        if any(word.rstrip("s") in known or word in known for word in words)
    ]
    return meant[-1] if meant else ""  # "sample list" is a sample, "evidence list" a population


def _with_duplicates(requests: list[AuditRequest], grid: Grid) -> Iterable[AuditRequest]:
    counts = Counter(request.id for request in requests if request.id)
    for request in requests:
        if counts[request.id] > 1:
            others = [
                grid.place(other.row)
                for other in requests
                if other.id == request.id and other.row != request.row
            ]
            said = f"{request.id} is the id of {', '.join(others)} too"
            yield replace(request, remarks=(*request.remarks, said))
        else:
            yield request
