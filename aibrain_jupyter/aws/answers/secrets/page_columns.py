"""
The rows of a page member by member: what ``page_walk.py`` takes of each row, taken of all at once.

Rows nearly always have the same keys, so that a text of a hundred of them is one list, and what is
below them one list of structures. It settles pages in which no text has anything to look into and
no name tells of a secret. Any other page raises, or gives texts that tell, and is walked by rows.
"""

from __future__ import annotations

from itertools import chain
from operator import is_not, itemgetter
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.aws.answers.secrets.beside import is_telling_name
from aibrain_jupyter.aws.answers.secrets.documents import is_plain_tag
from aibrain_jupyter.aws.clients.compiled.json_columns import have_same_keys

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aibrain_jupyter.aws.answers.secrets.page_walk import Plan, Walks
    from aibrain_jupyter.aws.answers.secrets.revealing import Hider

    WalkAll = Callable[[list[Any], list[Any], Hider], list[Any]]
    """Takes the texts of values, none of which is None; gives the same list if nothing is new."""
    Layout = tuple[list[str], list[tuple[str, WalkAll]], str]
    """Of a structure's members the texts, what is walked, and the one that names its value."""

_DICTS: Final = {dict}
_LISTS: Final = {list}
_MOST_LAYOUTS: Final = 256
"""Kept of a structure: which of its members are texts, by the members that came."""


class OtherFormError(Exception):
    """A value has another form than its model, or one that is not looked at here."""


def each(plan: Plan) -> WalkAll:
    """Return what goes through each value by its own plan."""

    def walk_all(values: list[Any], _texts: list[Any], hider: Hider) -> list[Any]:
        new = [plan(value, hider) for value in values]
        return new if any(map(is_not, new, values)) else values

    return walk_all


def of_structures(walks: Walks, shape: Any) -> WalkAll:
    """Return what walks structures of a shape."""
    is_tag = "tag" in shape.name.lower()
    layouts: dict[tuple[str, ...], Layout] = {}

    def walk_all(values: list[Any], texts: list[Any], hider: Hider) -> list[Any]:
        if set(map(type, values)) != _DICTS:
            raise OtherFormError
        places: dict[tuple[str, ...], Sequence[int]] = {}
        if have_same_keys(values):
            places = {tuple(values[0]): range(len(values))}
        else:
            several: dict[tuple[str, ...], list[int]] = {}
            for at, value in enumerate(values):
                several.setdefault(tuple(value), []).append(at)
            places.update(several)
        found = values
        for keys, where in places.items():
            layout = layouts.get(keys)
            if layout is None:
                layout = walks.layout(shape, keys, walks.of_all)
                if len(layouts) < _MOST_LAYOUTS:
                    layouts[keys] = layout
            taken, below, name = layout
            some = values if len(places) == 1 else [values[at] for at in where]
            if name and any(is_telling_name(v, is_tag=is_tag) for v in {v[name] for v in some}):
                raise OtherFormError
            for key in taken:
                texts += map(itemgetter(key), some)
            for key, walk in below:
                there = [item for value in some if (item := value[key]) is not None]
                new = walk(there, texts, hider) if there else there
                if new is not there:
                    found = list(values) if found is values else found
                    rest = iter(new)
                    for at in where:
                        before = values[at][key]
                        if before is not None and (item := next(rest)) is not before:
                            if found[at] is values[at]:
                                found[at] = values[at].copy()
                            found[at][key] = item
        return found

    return walk_all


def of_lists(plan: Plan, walk: WalkAll) -> WalkAll:
    """Return what walks lists of structures, or of tags that became mappings."""
    of_tags = entries(plan, is_plain_tag)

    def walk_all(values: list[Any], texts: list[Any], hider: Hider) -> list[Any]:
        kinds = set(map(type, values))
        if kinds == _DICTS:
            return of_tags(values, texts, hider)
        if kinds != _LISTS:
            raise OtherFormError
        items = list(chain.from_iterable(values))
        if type(None) in set(map(type, items)):
            raise OtherFormError
        if items and walk(items, texts, hider) is not items:
            raise OtherFormError  # rare enough to be put back where it was by rows
        return values

    return walk_all


def words(values: list[Any], texts: list[Any], _hider: Hider) -> list[Any]:
    """Walk lists of texts."""
    if set(map(type, values)) != _LISTS:
        raise OtherFormError
    found = set(chain.from_iterable(values))
    if "-" in [word[:1] for word in found]:
        raise OtherFormError  # a word of a command is read with the one before it
    texts += found
    return values


def of_no_text(shape: Any) -> WalkAll:
    """Return what walks structures in which no member can hold a secret, if they are ones."""
    members = frozenset(shape.members)

    def walk_all(values: list[Any], _texts: list[Any], _hider: Hider) -> list[Any]:
        if set(map(type, values)) != _DICTS or not members.issuperset(chain.from_iterable(values)):
            raise OtherFormError
        return values

    return walk_all


def entries(plan: Plan, is_plain: Callable[[Any], bool]) -> WalkAll:
    """Return what walks mappings of names to texts."""

    def walk_all(values: list[Any], texts: list[Any], hider: Hider) -> list[Any]:
        if set(map(type, values)) != _DICTS:
            raise OtherFormError
        if all(map(is_plain, set(chain.from_iterable(values)))):
            texts += chain.from_iterable(value.values() for value in values)
            return values
        return each(plan)(values, texts, hider)

    return walk_all
