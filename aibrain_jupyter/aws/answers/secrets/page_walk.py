"""
Lists of structures, a whole page at once: texts are taken together, and each looked at once.

Nearly all texts of a page have nothing in them to look into, and most stand in it many times: a
region, a type, a group. So the walk only takes them, by the members that can hold one, from
structures whose keys it has met before; what is hidden by its name is hidden on the way by the
plan of its member. Where a text of a row has something in it, or the row another form than its
model, the row's own plan goes through it value by value (``hide_in_answer.py``).
"""

from __future__ import annotations

from operator import is_not, itemgetter
from typing import TYPE_CHECKING, Any, Final, TypeVar

from botocore import xform_name

from aibrain_jupyter.aws.answers.secrets.beside import is_telling_name, name_member
from aibrain_jupyter.aws.answers.secrets.documents import is_plain_key, is_plain_tag
from aibrain_jupyter.aws.answers.secrets.environments import hide_each, is_user_data
from aibrain_jupyter.aws.answers.secrets.members import Kind, kind_of
from aibrain_jupyter.aws.answers.secrets.page_columns import (
    OtherFormError,
    each,
    entries,
    of_lists,
    of_no_text,
    of_structures,
    words,
)
from aibrain_jupyter.aws.answers.secrets.texts import is_dull

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aibrain_jupyter.aws.answers.secrets.page_columns import WalkAll
    from aibrain_jupyter.aws.answers.secrets.revealing import Hider

    Plan = Callable[[Any, Hider], Any]
    Walk = Callable[[Any, list[Any], Hider], Any]
    """Takes the texts of a value; returns the value, with that hidden which its name hides."""

_Any = TypeVar("_Any")
_DECODED: Final = "policyDocumentType"
"""The shape of texts that botocore turns into mappings."""
_MOST_LAYOUTS: Final = 256
"""Kept of a structure: which of its members are texts, by the members that came."""
_FAULTS: Final = (OtherFormError, AttributeError, KeyError, TypeError)
_ONLY_TEXTS: Final = {str}
_FLAT: Final = frozenset(
    {"string", "character", "boolean", "integer", "long", "float", "double", "timestamp"}
)
"""Types of members that have no members of their own."""
_MANY: Final = 8
"""Rows that are worth being looked at by columns."""
_IN_VAIN: Final = 3
"""As many pages that columns could not settle are followed by none that is tried so."""


def plan_of_rows(row: Plan, walk: Walk, walk_all: WalkAll | None = None) -> Plan:
    """
    Return the plan of a list: `row` goes through one element of it, `walk` takes its texts.

    `walk_all` takes the texts of all of them at once.
    """
    in_vain = 0

    def plan(value: Sequence[Any], hider: Hider) -> list[Any]:
        nonlocal in_vain
        texts: list[Any] = []
        if walk_all is not None and len(value) >= _MANY and in_vain < _IN_VAIN:
            try:
                found = walk_all(list(value), texts, hider)
                distinct = set(texts)
                if _ONLY_TEXTS.issuperset(map(type, distinct)) and all(map(is_dull, distinct)):
                    in_vain = 0
                    return found
            except _FAULTS:
                pass
            in_vain += 1
            texts = []
        new: list[Any] = []
        ends: list[int] = []
        for one in value:
            began = len(texts)
            try:
                new.append(walk(one, texts, hider))
            except _FAULTS:
                del texts[began:]
                new.append(row(one, hider))
            ends.append(len(texts))
        try:
            telling = {text for text in set(texts) if type(text) is not str or not is_dull(text)}
        except TypeError:  # a structure where there should be a text
            return [row(one, hider) for one in value]
        if telling:
            began = 0
            for at, end in enumerate(ends):
                if not telling.isdisjoint(texts[began:end]):
                    new[at] = row(value[at], hider)
                began = end
        return new

    return plan


class Walks:
    """
    The walks of one answer's shapes, each made when it is first met.

    `plan_of` gives the plan of a member ``(member, shape, owner)``; `is_special` tells of one
    whether more decides than what its texts say, `variables_of` which member of a structure does,
    where it is an environment and decides alone.
    """

    def __init__(
        self,
        plan_of: Callable[[str, Any, str], Plan | None],
        is_special: Callable[[str, Any, str], bool],
        variables_of: Callable[[str, Any], str],
    ) -> None:
        self._plan_of = plan_of
        self._variables_of = variables_of
        self._is_special = is_special
        self._made: dict[tuple[str, str, str], Walk | None] = {}
        self._made_of_all: dict[tuple[str, str, str], WalkAll | None] = {}

    def of_all(self, member: str, shape: Any, owner: str) -> WalkAll | None:
        """Return the walk of many values of a member; None: nothing in them can be a secret."""
        key = (member, shape.name, owner)
        if key not in self._made_of_all:
            self._made_of_all[key] = self._make_of_all(member, shape, owner)
        return self._made_of_all[key]

    def _make_of_all(self, member: str, shape: Any, owner: str) -> WalkAll | None:
        kind = shape.type_name
        plan = self._plan_of(member, shape, owner)
        if plan is None:
            return None
        if self._is_special(member, shape, owner):
            variables = self._variables_of(member, shape)
            return hide_each(variables, plan) if variables else each(plan)
        if kind == "structure":
            flat = all(member.type_name in _FLAT for member in shape.members.values())
            if flat and not any(self._plan_of(n, s, shape.name) for n, s in shape.members.items()):
                return of_no_text(shape)
            return of_structures(self, shape)
        if kind == "list" and shape.member.type_name == "structure":
            walk = self.of_all(member, shape.member, owner) or each(plan)
            return of_lists(plan, walk)
        if kind == "list" and shape.member.type_name == "string":
            is_text = kind_of(owner, member, shape.member) is Kind.TEXT
            return words if is_text else each(plan)
        if kind == "map":
            is_plain = is_plain_tag if xform_name(member).endswith("tags") else is_plain_key
            return entries(plan, is_plain)
        return each(plan)

    def of(self, member: str, shape: Any, owner: str) -> Walk | None:
        """Return the walk of a member; None: nothing in it can be a secret."""
        key = (member, shape.name, owner)
        if key not in self._made:
            self._made[key] = self._make(member, shape, owner)
        return self._made[key]

    def _make(self, member: str, shape: Any, owner: str) -> Walk | None:
        kind = shape.type_name
        plan = self._plan_of(member, shape, owner)
        if plan is None or self._is_special(member, shape, owner):
            return None if plan is None else _by(plan)
        if kind == "structure":
            return self._structure(shape, plan)
        if kind == "list" and shape.member.type_name == "structure":
            return self._list(member, shape, owner, plan)
        if kind == "list" and shape.member.type_name == "string":
            return _words if kind_of(owner, member, shape.member) is Kind.TEXT else _by(plan)
        if kind == "map":
            return _entries(plan, is_tags=xform_name(member).endswith("tags"))
        return _by(plan)

    def _structure(self, shape: Any, plan: Plan) -> Walk:
        layouts: dict[tuple[str, ...], tuple[Any, list[tuple[str, Walk]], str]] = {}
        is_tag = "tag" in shape.name.lower()

        def walk(value: Any, texts: list[Any], hider: Hider) -> Any:
            if type(value) is not dict:
                raise OtherFormError
            keys = tuple(value)
            layout = layouts.get(keys)
            if layout is None:
                names, below, name = self.layout(shape, keys, self.of)
                # Of one key it would give no tuple.
                layout = itemgetter(*names, *names[:1]) if names else None, below, name
                if len(layouts) < _MOST_LAYOUTS:
                    layouts[keys] = layout
            take, below, name = layout
            if name and is_telling_name(value[name], is_tag=is_tag):
                return plan(value, hider)
            if take is not None:
                texts.extend(take(value))
            found = None
            for key, walk_on in below:
                item = value[key]
                if item is not None:
                    new = walk_on(item, texts, hider)
                    if new is not item:
                        found = found or {}
                        found[key] = new
            return {**value, **found} if found else value

        return walk

    def layout(
        self, shape: Any, keys: tuple[str, ...], walk_of: Callable[[str, Any, str], _Any | None]
    ) -> tuple[list[str], list[tuple[str, _Any]], str]:
        """Return which members are texts, what walks the others, and which one is a name."""
        texts, below = [], []
        for key in keys:
            member = shape.members.get(key)
            if member is None:
                raise OtherFormError
            if _is_text(shape.name, key, member):
                texts.append(key)
            elif (walk := walk_of(key, member, shape.name)) is not None:
                below.append((key, walk))
        return texts, below, name_member(keys) if name_member(shape.members) else ""

    def _list(self, member: str, shape: Any, owner: str, plan: Plan) -> Walk:
        walk = self.of(member, shape.member, owner) or _by(plan)

        def walk_all(value: Any, texts: list[Any], hider: Hider) -> Any:
            if type(value) is dict:  # a list of tags that became a mapping
                return _taken(value, texts) if all(map(is_plain_tag, value)) else plan(value, hider)
            if type(value) is not list:
                raise OtherFormError
            new = [walk(one, texts, hider) for one in value]
            return new if any(map(is_not, new, value)) else value

        return walk_all


def _by(plan: Plan) -> Walk:
    return lambda value, _texts, hider: plan(value, hider)


def _is_text(owner: str, member: str, shape: Any) -> bool:
    """Tell whether a member is a text of which only what it says decides."""
    return (
        shape.type_name in ("string", "character")
        and shape.name != _DECODED
        and not is_user_data(xform_name(member))
        and kind_of(owner, member, shape) is Kind.TEXT
    )


def _words(value: Any, texts: list[Any], _hider: Hider) -> Any:
    if type(value) is not list or "-" in [word[:1] for word in value]:
        raise OtherFormError  # a word of a command is read with the one before it
    texts.extend(value)
    return value


def _taken(value: dict[str, Any], texts: list[Any]) -> dict[str, Any]:
    texts.extend(value.values())
    return value


def _entries(plan: Plan, *, is_tags: bool) -> Walk:
    is_plain = is_plain_tag if is_tags else is_plain_key

    def walk(value: Any, texts: list[Any], hider: Hider) -> Any:
        return _taken(value, texts) if all(map(is_plain, value)) else plan(value, hider)

    return walk
