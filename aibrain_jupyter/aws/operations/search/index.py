"""
What can be found, as full-text tables in memory: tools, columns, all reads, reviewed sentences.

SQLite's FTS5 is in the standard library and within noise of embeddings for these texts. The tables
are made on the first question of a process and kept: about 0.15 s of CPU, 5 MB.
"""

from __future__ import annotations

import sqlite3
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Final

from botocore import xform_name

from aibrain_jupyter.aws.clients.reads import Access, operations, services, title_of
from aibrain_jupyter.aws.operations.search.aliases import ALIASES
from aibrain_jupyter.aws.operations.search.question import stem, words_of
from aibrain_jupyter.aws.operations.search.sentences import asks
from aibrain_jupyter.aws.resources.table import RESOURCES
from aibrain_jupyter.shared.error_handler import ToolLoadError
from aibrain_jupyter.shared.frames.columns import NOT_KNOWN, TAGS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from aibrain_jupyter.aws.clients.reads import Operation

TOOLS: Final = {
    "name": 6.0,
    "alias": 4.0,
    "summary": 4.0,
    "columns": 2.0,
    "help": 1.0,
    "traps": 0.5,
}
COLUMNS: Final = {"name": 3.0, "help": 1.0}
READS: Final = {"name": 3.0, "service": 3.0}
ASKS: Final = {"sentence": 1.0}
"""The fields of each table, and what a word in them counts."""
READABLE: Final = (Access.READ, Access.SENSITIVE_READ)
_TABLES: Final = {"tools": TOOLS, "columns": COLUMNS, "reads": READS, "asks": ASKS}
_UNASKED: Final = (NOT_KNOWN.name, TAGS.name)
"""Columns of every frame: they tell no tool from another."""


class Index:
    """The tables, and what their rows are."""

    def __init__(self) -> None:
        self._database = sqlite3.connect(":memory:", check_same_thread=False)
        self._lock = Lock()
        for table, fields in _TABLES.items():
            self._make(table, fields)
        self.columns = [
            (tool, column.name, column.help)
            for tool, resource in enumerate(RESOURCES)
            for column in resource.columns
            if column.name not in _UNASKED
        ]
        """Number of the tool in `RESOURCES`, name of the column, its help."""
        self.reads = list(_reads())
        """Service and operation of each row of the table of reads."""
        self._fill("tools", _tool_rows())
        self._fill("columns", ((_spaced(name), said) for _, name, said in self.columns))
        around = {service: _around(service) for service in services()}
        self._fill(
            "reads",
            ((_spaced(xform_name(o.name)), around[service]) for service, o in self.reads),
        )
        self._fill("asks", ((ask.sentence,) for ask in asks()))
        self.words_of_reads = {
            stem(word)
            for service, operation in self.reads
            for word in (*xform_name(operation.name).split("_"), *words_of(around[service]))
        }
        """Words of names, singular, as they are: an ending makes another name of them."""

    def scores(self, table: str, query: str) -> Mapping[int, float]:
        """Return the rows that a query finds, by number, and how well they fit: more is better."""
        weights = ", ".join(map(str, _TABLES[table].values()))
        select = (
            f"SELECT rowid - 1, -bm25({table}, {weights}) FROM {table} "  # noqa: S608 - own names
            f"WHERE {table} MATCH ?"
        )
        with self._lock:
            # Not fetchall(): thousands of tuples at once make Python look through all its objects.
            return dict(self._database.execute(select, (query,)))

    def _make(self, table: str, fields: Iterable[str]) -> None:
        try:
            self._database.execute(
                f"CREATE VIRTUAL TABLE {table} USING fts5({', '.join(fields)}, "
                "tokenize='porter unicode61')"
            )
        except sqlite3.OperationalError as exc:
            raise ToolLoadError(
                "aws_find cannot look anything up: this Python's SQLite has no full-text search.",
                why=str(exc),
                next_steps=[
                    "%aibrain tools WORD lists the tools whose names or summaries have a word.",
                    "Use a Python whose SQLite has FTS5, as those of python.org and conda have.",
                ],
            ) from exc

    def _fill(self, table: str, rows: Iterator[tuple[str, ...]]) -> None:
        places = ", ".join("?" for _ in _TABLES[table])
        insert = f"INSERT INTO {table} VALUES ({places})"  # noqa: S608 - own names
        self._database.executemany(insert, rows)


@cache
def index() -> Index:
    """Return the index of this process."""
    return Index()


def _tool_rows() -> Iterator[tuple[str, ...]]:
    for resource in RESOURCES:
        columns = [column for column in resource.columns if column.name not in _UNASKED]
        yield (
            f"{_spaced(resource.tool_name)} {_around(resource.service)}",
            ALIASES.get(resource.tool_name, ""),
            resource.summary,
            " ".join(_spaced(column.name) for column in columns),
            " ".join(column.help for column in columns),
            " ".join(resource.traps),
        )


def _reads() -> Iterator[tuple[str, Operation]]:
    for service in services():
        for operation in operations(service).values():
            if operation.access in READABLE:
                yield service, operation


def _around(service: str) -> str:
    """Return what a service is called: ``wafv2 waf AWS WAFV2``."""
    short = service.rstrip("0123456789").removesuffix("v")
    names = (service, short) if short not in (service, "s", "ec") else (service,)
    return f"{' '.join(names)} {title_of(service)}".replace("-", " ")


def _spaced(name: str) -> str:
    return name.replace("_", " ")
