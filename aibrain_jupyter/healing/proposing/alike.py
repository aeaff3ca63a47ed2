"""The one name that was meant by another, or none: a near guess would be worse than none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_SHORTEST: Final = 5
"""Shorter names are one letter apart too often."""


def one_alike(wrong: str, known: Iterable[str]) -> tuple[str, str] | None:
    """
    Return the only name that is like `wrong`, and how they differ; None: none, or several.

    The same letters, or one letter more, less, another or two that changed places; numbers are
    never taken for one another.
    """
    plain = _plain(wrong)
    names = [name for name in dict.fromkeys(known) if plain and name != wrong]
    same = [name for name in names if _plain(name) == plain]
    if same:
        return (same[0], "they are spelled with the same letters") if len(same) == 1 else None
    near = [name for name in names if _is_one_apart(plain, _plain(name))]
    if len(near) != 1 or len(plain) < _SHORTEST:
        return None
    return near[0], "they are one letter apart"


def _plain(name: str) -> str:
    return re.sub(r"[\W_]", "", name).casefold()


def _is_one_apart(one: str, two: str) -> bool:
    if re.sub(r"\D", "", one) != re.sub(r"\D", "", two):
        return False
    if len(one) > len(two):
        one, two = two, one
    begin = 0
    while begin < len(one) and one[begin] == two[begin]:
        begin += 1
    rest, other = one[begin:], two[begin:]
    if len(one) < len(two):
        return rest == other[1:]
    return rest[1:] == other[1:] or (rest[:2] == other[1::-1] and rest[2:] == other[2:])
