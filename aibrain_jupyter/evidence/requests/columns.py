"""
Which column of an auditor's list is what: said by name or letter, remembered, or guessed.

A guess goes by the words of the headers. What was used is written beside the file, so that it is
the same the next time, and can be corrected there or with ``--map``.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from aibrain_jupyter.evidence.requests.grid import column_of, letters_of
from aibrain_jupyter.shared.error_handler import InputError, ParameterError, unknown_name
from aibrain_jupyter.shared.texts.names import did_you_mean, nearest
from aibrain_jupyter.writers.files import placed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from aibrain_jupyter.evidence.requests.grid import Grid

# Singular, in lower case; the earlier a word stands, the better it fits.
_WORDS: Final = {
    "id": (
        "request id,unique id,ref,ref #,reference,rfi,rfi #,pbc #,pbc id,irl #,id,request no,"
        "request #,request number,item #,item no,no,#,number,item,ref no,reference no,req #,req id"
    ),
    "text": (
        "request description,request text,request,evidence request,evidence requested,"
        "description of request,description,information requested,item requested,"
        "document requested,documentation requested,requested item,evidence,title,detail,text,ask"
    ),
    "type": "request type,type,evidence type,type of request,kind",
    "codes": (
        "control id,control #,control,framework code,linked control id,control reference,"
        "control ref,criteria,criterion,tsc,requirement,clause,code,control number,mapping"
    ),
    "due": "due date,due,deadline,needed by,required by,due by,target date,response due",
    "capture_date": (
        "evidence capture date,capture date,as of date,as of,evidence as of date,evidence date"
    ),
    "owner": (
        "owner,request owner,assigned to,assignee,responsible,responsible person,"
        "client contact,poc,control owner,client owner,contact,owned by"
    ),
}
FIELDS: Final = tuple(_WORDS)
_FITS: Final = {
    name: {word: place for place, word in enumerate(words.split(","))}
    for name, words in _WORDS.items()
}
_NEEDED: Final = ("id", "text")
_LOOKED_AT: Final = 50
"""Rows that may stand before the header: titles, notes, logos."""
_LETTERS: Final = re.compile(r"[A-Z]{1,3}")


@dataclass(frozen=True, slots=True)
class Columns:
    """
    What was found: the header's `row`, the `number` and the header's text (`said`) of each field's
    column, which of them are guesses, and the headers of the columns that are not used.
    """

    row: int
    number: Mapping[str, int]
    said: Mapping[str, str]
    guessed: tuple[str, ...] = ()
    unused: tuple[str, ...] = field(default=())

    @property
    def words(self) -> str:
        """``id: A “Ref” (guess), text: C “Request”``."""
        return ", ".join(
            f"{name}: {letters_of(number)} “{self.said[name]}”"
            + (" (guess)" if name in self.guessed else "")
            for name, number in self.number.items()
        )


def pairs_of(texts: Sequence[str]) -> dict[str, str]:
    """
    Return which field has which column: ``["id=Ref", "owner="]``; an empty one: there is none.

    Raises:
        UnknownNameError: there is no such field.
    """
    pairs = {}
    for text in texts:
        name, equals, header = (part.strip() for part in text.partition("="))
        if not equals:
            raise ParameterError(
                f"{text!r} maps nothing.", next_steps=["Write --map id=Ref,text=Request"]
            )
        if name not in FIELDS:
            raise unknown_name("field of a request", name, FIELDS)
        pairs[name] = header
    return pairs


def find_columns(grid: Grid, given: Mapping[str, str], file: str) -> Columns | None:
    """
    Return the columns of a grid; None: nothing in it looks like the header of a request list.

    Raises:
        ParameterError: a column that was named is not there, with the nearest.
    """
    rows = [n for n in sorted(grid.rows) if n <= _LOOKED_AT]
    found = [_columns_of_row(grid, row, given) for row in rows]
    whole = [c for c in found if all(name in c.number for name in (*_NEEDED, *_named(given)))]
    if whole:
        return max(whole, key=lambda columns: _likeness(grid, columns))
    if _named(given) and found:
        best = max(found, key=lambda columns: (len(columns.number), len(columns.unused)))
        raise _not_there(grid, best, given, file)
    return None


def _likeness(grid: Grid, columns: Columns) -> tuple[int, int, int]:
    """Tell how much a row is a header: its words, its cells, and how early it stands."""
    filled = sum(number in grid.rows[columns.row] for number in columns.number.values())
    return len(columns.guessed), filled, -columns.row


def _named(given: Mapping[str, str]) -> list[str]:
    return [name for name, header in given.items() if header]


def _columns_of_row(grid: Grid, row: int, given: Mapping[str, str]) -> Columns:
    headers = {n: cell.text for n, cell in grid.rows[row].items() if not cell.is_continued}
    plain = {_plain(text): n for n, text in reversed(headers.items())}
    number, last = {}, max(n for cells in grid.rows.values() for n in cells)
    for name in _named(given):
        if column := plain.get(_plain(given[name])):
            number[name] = column
        elif _LETTERS.fullmatch(given[name]) and column_of(given[name]) <= last:
            number[name] = column_of(given[name])
    fits = sorted(
        (place, column, name)
        for name in FIELDS
        if name not in given
        for column, text in headers.items()
        if (place := _FITS[name].get(_plain(text))) is not None
    )
    guessed = []
    for _, column, name in fits:
        if name not in number and column not in number.values():
            number[name] = column
            guessed.append(name)
    ordered = {name: number[name] for name in FIELDS if name in number}
    used = set(number.values())
    return Columns(
        row,
        ordered,
        {name: headers.get(n) or letters_of(n) for name, n in ordered.items()},
        tuple(name for name in FIELDS if name in guessed),
        tuple(text for n, text in sorted(headers.items()) if n not in used),
    )


def _plain(header: str) -> str:
    """Return a header in lower case, its words apart and singular, without what is in brackets."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", header)
    bare = re.sub(r"\(.*?\)|\[.*?\]", " ", apart.lower()) or apart.lower()
    words = re.findall(r"[^\W_]+|#", bare)
    return " ".join(word[:-1] if len(word) > 2 and word.endswith("s") else word for word in words)


def _not_there(grid: Grid, best: Columns, given: Mapping[str, str], file: str) -> ParameterError:
    known = [*best.said.values(), *best.unused]
    missing = [given[name] for name in _named(given) if name not in best.number]
    if not missing:
        lacking = " and ".join(name for name in _NEEDED if name not in best.number)
        return ParameterError(
            f"It is not known which column of {file} has {lacking}.",
            next_steps=[f"Its columns are: {', '.join(known)}. Write --map {lacking[:2]}=…"],
        )
    where = grid.place(best.row)
    return ParameterError(
        f"{file} has no column {missing[0]!r}.",
        why=f"The columns of {where} are: {', '.join(known)}.",
        next_steps=[
            *filter(None, [did_you_mean(nearest(missing[0], known))]),
            "Name it with --map, by its header or its letter: --map id=A",
        ],
    )


def memory_of(path: Path) -> Path:
    """Return the file beside a list that remembers its columns."""
    return path.with_name(f"{path.name}.columns.json")


def recall(path: Path) -> tuple[str, dict[str, str]]:
    """
    Return the sheet and columns that were used the last time; empty where there was none.

    Raises:
        ParameterError: what is remembered cannot be read.
    """
    memory = memory_of(path)
    if not memory.exists():
        return "", {}
    try:
        found = json.loads(memory.read_text("utf-8"))
        pairs = pairs_of([f"{name}={header}" for name, header in found["columns"].items()])
        return str(found.get("sheet", "")), pairs
    except (OSError, ValueError, KeyError, TypeError, AttributeError, InputError) as exc:
        raise ParameterError(
            f"{memory.name} cannot be read.",
            why=str(exc),
            next_steps=["Remove it, and say the columns with --map."],
        ) from exc


def remember(path: Path, sheet: str, columns: Columns, given: Mapping[str, str]) -> str:
    """Write beside a list which columns were used, and return what is to be said if that fails."""
    none = {name: "" for name, header in given.items() if not header}
    said = {"sheet": sheet, "columns": {**columns.said, **none}}
    try:
        with placed(memory_of(path), overwrite=True) as file:
            file.write((json.dumps(said, indent=1, ensure_ascii=False) + "\n").encode())
    except InputError as exc:
        return f"The columns are not remembered: {exc.what}"
    return ""
