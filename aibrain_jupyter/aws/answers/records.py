"""
The rows of an answer: which member holds them, and what their columns are.

A generic export gives what the API gives, one row per element of the member that
holds them (`layout_of` has the rule); nothing is flattened, so ec2
``describe_instances`` has one row per reservation. The curated resources flatten.

Columns and dtypes come from botocore's model of the answer, never from the data:
an empty answer has the same columns as a full one. Structures and lists stay
nested, with the API's own names inside; a list of tags becomes a mapping. A
member that would be called ``account_id`` or ``region`` is ``api_account_id`` or
``api_region``: the plain names say where the question was asked.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from botocore import xform_name

from aibrain_jupyter.aws.answers.page_tokens import paging_of
from aibrain_jupyter.aws.answers.partial_answers import names_failures
from aibrain_jupyter.aws.answers.plain_values import plain, plain_rows
from aibrain_jupyter.aws.answers.secrets import without_secrets
from aibrain_jupyter.aws.operations.models import find_operation, paginator
from aibrain_jupyter.shared.error_handler import unknown_name
from aibrain_jupyter.shared.frames.columns import COUNT, FLAG, NESTED, TEXT, TIME, Column

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from botocore.model import Shape

    _Path = tuple[str, ...]

__all__ = ["Field", "Layout", "layout_of", "plain", "rows_of", "singular"]

_DTYPES: Final = {
    "string": TEXT,
    "character": TEXT,
    "blob": TEXT,  # as base64
    "boolean": FLAG,
    "integer": COUNT,
    "long": COUNT,
    "float": "Float64",
    "double": "Float64",
    "timestamp": TIME,
}
_DECODED: Final = frozenset({"policyDocumentType"})
"""Shapes of text that botocore turns into mappings: IAM's policy documents."""
_TEXTS: Final = frozenset({str, type(None)})
_RESERVED: Final = {"account_id": "api_account_id", "region": "api_region"}
"""A run puts the asked account and region first; members of these names must not be lost to it."""
_ENDINGS: Final = {"ies": "y", "iases": "ias", "sses": "ss", "tuses": "tus", "xes": "x", "s": ""}


@dataclass(frozen=True, slots=True)
class Field:
    """One column of a row and the member it comes from; `member` is empty for the row itself."""

    member: str
    shape: Shape
    column: Column

    def values(self, rows: Sequence[Any], clean: Sequence[Any]) -> list[Any]:
        """
        Return the column's values: what JSON knows, and aware datetimes.

        Args:
            rows: The rows as boto3 gives them.

            clean: The same as JSON knows them, without secrets.
        """
        name = self.member
        of = rows if self.shape.type_name == "timestamp" else clean
        values = _member_of_all(of, name) if name else list(of)
        if self.column.dtype == TEXT and not _TEXTS.issuperset(map(type, values)):
            # botocore decodes some texts (template bodies): the column stays text.
            return [
                value if value is None or isinstance(value, str) else json.dumps(value)
                for value in values
            ]
        return values


@dataclass(frozen=True, slots=True)
class Layout:
    """
    Where an operation's rows are.

    `path` leads to the member that holds them (empty: the whole answer is one row), `kind` is
    ``list``, ``map`` or ``structure``, `shape` the botocore shape of that member, `owner` the name
    of the structure it is in, `others` are further lists and maps of the answer, which are not in
    the rows, `failures` those of them that say what was not answered.
    """

    path: _Path
    kind: str
    fields: tuple[Field, ...]
    shape: Any
    others: tuple[str, ...] = ()
    failures: tuple[str, ...] = ()
    owner: str = ""

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns of a row, in the model's order."""
        return tuple(field.column for field in self.fields)

    def rows(self, page: Mapping[str, Any]) -> list[Any]:
        """Return the raw rows of a page as boto3 gives them; (key, value) pairs for a map."""
        found: Any = page
        for name in self.path:
            found = (found or {}).get(name)
        if self.kind == "list":
            return list(found or ())
        if self.kind == "map":
            return list((found or {}).items())
        return [] if found is None else [found]

    def values(
        self, page: Mapping[str, Any], revealed: frozenset[str] = frozenset()
    ) -> tuple[dict[str, list[Any]], int]:
        """
        Return the values of a page's rows by column, in the rows' order, without secrets.

        With them how many rows there are. A column that no row of the page has is left out.

        Args:
            page: A page as boto3 gives it.

            revealed: Names whose values are shown all the same (see `revealed_names`).
        """
        rows = self.rows(page)
        if self.kind == "map":
            key, *others = self.fields
            by_key = self._without_secrets(dict(rows), revealed)
            found = {key.column.name: [name for name, _ in rows]}
            clean, rows = [by_key[name] for name, _ in rows], [row for _, row in rows]
        else:
            others, found = list(self.fields), {}
            clean = self._without_secrets(rows, revealed)
        if self.fields and self.fields[-1].member:
            # Many members come in no row of a page: where nothing is, nothing is looked for.
            there = set().union(*clean)
            others = [field for field in others if field.member in there]
        for field in others:
            found[field.column.name] = field.values(rows, clean)
        return found, len(clean)

    def records(
        self, page: Mapping[str, Any], revealed: frozenset[str] = frozenset()
    ) -> list[dict[str, Any]]:
        """Return the same as one mapping per row, by column name."""
        values, rows = self.values(page, revealed)
        none = [None] * rows
        columns = [(column.name, values.get(column.name, none)) for column in self.columns]
        return [{name: held[row] for name, held in columns} for row in range(rows)]

    def _without_secrets(self, rows: Any, revealed: frozenset[str]) -> Any:
        """Return rows as JSON knows them; whole ones, for a variable's name guards its value."""
        name = self.path[-1] if self.path else ""
        if self.kind == "structure":
            shape = self.shape
            return [
                without_secrets(name, row, shape, owner=self.owner, revealed=revealed)
                for row in plain_rows(rows, shape)
            ]
        found: Any
        if self.kind == "list":
            found = plain_rows(rows, self.shape.member)
        else:
            found = {key: plain(row, self.shape.value) for key, row in rows.items()}
        return without_secrets(name, found, self.shape, owner=self.owner, revealed=revealed)

    def left_out(self, page: Mapping[str, Any]) -> list[str]:
        """Return which of `others` have something in them on this page."""
        return [name for name in self.others if page.get(name)]


@cache
def layout_of(service: str, operation: str, rows: str = "") -> Layout:
    """
    Return where an operation's rows are.

    The rule, first match: the member that `rows` names; of a paged operation, what its paginator
    calls the result, or the lists of its answer; of an answer with one member, that member; of a
    ``List`` operation, or an answer that has only lists, the lists; else the whole answer is one
    row. Of several lists, the first that holds structures, and one about what was not answered
    (``aws/answers/partial_answers.py``) only where there is no other.

    Args:
        service: The service's name.

        operation: The operation as the API spells it, ``ListUsers``.

        rows: A member of the answer, as the API spells it.

    Raises:
        UnknownNameError: the answer has no member `rows`.
    """
    members = _members(service, operation)
    if rows and rows not in members:
        raise unknown_name("member", rows, members, of=f"the answer of {service}:{operation}")
    path = (rows,) if rows else _path(service, operation, members)
    if not path or members[path[0]].type_name not in ("list", "map", "structure"):
        answer = find_operation(service, operation).output_shape
        # Else they are about the one thing that is described: its own history, no refusal.
        asks_many = operation.startswith("Batch")
        failures = _failures(members) if asks_many else ()
        return Layout((), "structure", _fields_of(members.items()), answer, failures=failures)
    rest = {name: s for name, s in members.items() if name != path[0]}
    failures = _failures(rest)
    others = tuple(n for n, s in rest.items() if _is_list(s) and n not in failures)
    shape = _at(members, path)
    kind = shape.type_name
    if kind == "structure":
        fields = _fields_of(shape.members.items())
    elif kind == "list":
        fields = _item_fields(shape.member, singular(path[-1]))
    else:
        key = Field("", shape.key, Column("key", TEXT, ""))
        fields = (key, *_item_fields(shape.value, "value"))
    answer = find_operation(service, operation).output_shape
    owner = _at(members, path[:-1]) if path[1:] else answer
    return Layout(path, kind, fields, shape, others, failures, owner.name if owner else "")


def _member_of_all(rows: Sequence[Any], name: str) -> list[Any]:
    """Return a member of each row, None where one has it not."""
    try:
        return list(map(itemgetter(name), rows))
    except KeyError:
        return [row.get(name) for row in rows]


def rows_of(service: str, operation: str, page: Mapping[str, Any]) -> list[Any]:
    """Return the raw rows of one page of an operation (``ListUsers``)."""
    return layout_of(service, operation).rows(page)


def _members(service: str, operation: str) -> dict[str, Shape]:
    """Return the members of an answer that are data: all but those of the paging."""
    shape = find_operation(service, operation).output_shape
    paging = paging_of(service, operation).members()
    members: Mapping[str, Shape] = getattr(shape, "members", {})
    return {name: member for name, member in members.items() if name not in paging}


def _path(service: str, operation: str, members: Mapping[str, Shape]) -> _Path:
    given = getattr(find_operation(service, operation).input_shape, "members", {})
    asked = {shape.name for shape in given.values()}
    if paging_of(service, operation).tokens:
        named = paginator(service, operation).get("result_key", [])
        named = [named] if isinstance(named, str) else named
        paths = [tuple(text.split(".")) for text in named]
        return _main_list(members, paths, ()) or _main_list(members, _every_path(members), asked)
    if len(members) == 1:
        return (next(iter(members)),)
    if operation.startswith("List") or all(_is_list(shape) for shape in members.values()):
        return _main_list(members, [(name,) for name in members], asked)
    return ()


def _every_path(members: Mapping[str, Shape]) -> list[_Path]:
    """Return the members, and the members of structures that wrap a whole answer."""
    below = [
        (name, sub)
        for name, shape in members.items()
        if shape.type_name == "structure"
        for sub in shape.members  # type: ignore[attr-defined]
    ]
    return [*((name,) for name in members), *below]


def _main_list(
    members: Mapping[str, Shape], paths: Sequence[_Path], asked: Collection[str]
) -> _Path:
    """
    Return the first path to a list (or map) of structures, else to any list, else empty.

    One whose shape is among the inputs, which `asked` names, only repeats the question.
    """
    lists = [(p, s) for p in paths if (s := _at(members, p)) and _is_list(s)]
    # `or`: an answer may consist of nothing else, as a listing of filters does.
    lists = [found for found in lists if found[1].name not in asked] or lists
    # `or`: an operation may have no other list than one of failures.
    lists = [found for found in lists if not names_failures(found[0][-1])] or lists
    for path, shape in lists:
        item = shape.member if shape.type_name == "list" else shape.value
        if item.type_name == "structure":
            return path
    return lists[0][0] if lists else ()


def _failures(members: Mapping[str, Shape]) -> _Path:
    """Return the members that say what was not answered."""
    return tuple(name for name, s in members.items() if _is_list(s) and names_failures(name))


def _at(members: Mapping[str, Shape], path: _Path) -> Any:
    """Return the shape at `path`; None where the path leads nowhere."""
    shape: Any = members.get(path[0])
    for name in path[1:]:
        shape = getattr(shape, "members", {}).get(name)
    return shape


def _item_fields(shape: Any, name: str) -> tuple[Field, ...]:
    """Return the fields of one element: its members, or `name` for an element that has none."""
    if shape.type_name == "structure":
        return _fields_of(shape.members.items())
    return (Field("", shape, Column(name, _dtype(shape), "")),)


def _fields_of(members: Iterable[tuple[str, Shape]]) -> tuple[Field, ...]:
    return tuple(
        Field(name, shape, Column(_column_name(name), _dtype(shape), "")) for name, shape in members
    )


def _column_name(member: str) -> str:
    name = xform_name(member)
    return _RESERVED.get(name, name)


def _dtype(shape: Shape) -> str:
    return NESTED if shape.name in _DECODED else _DTYPES.get(shape.type_name, NESTED)


def _is_list(shape: Shape) -> bool:
    return shape.type_name in ("list", "map")


def singular(name: str) -> str:
    """Return the column for one of ``TableNames``: ``table_name``."""
    column = xform_name(name).removesuffix("_list")
    for ending, single in _ENDINGS.items():
        if column.endswith(ending):
            return column.removesuffix(ending) + single
    return column
