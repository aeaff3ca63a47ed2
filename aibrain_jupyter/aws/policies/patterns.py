"""
Patterns of actions and ARNs: ``*`` is any run of characters, ``?`` one, wherever they stand.

Two questions are asked of two patterns. `covers`: does the first match all that the second
matches? `overlaps`: is there something both match? A policy variable (``${aws:username}``) is
one text that is not known: it covers nothing for certain and may overlap anything.

Source:
    IAM User Guide, "IAM JSON policy elements: Action", "Resource" (wildcards) and "Variables and
    tags" (``${*}``, ``${?}`` and ``${$}`` stand for the characters themselves).
"""

import re
from functools import lru_cache
from typing import Final

ANY: Final = "any"
ONE: Final = "one"
UNKNOWN: Final = "unknown"
Tokens = tuple[str, ...]
"""Single characters, and the three words above."""

VARIABLE: Final = re.compile(r"\$\{([^}]*)\}")
_LITERALS: Final = frozenset("*?$")


@lru_cache(maxsize=4096)
def tokens(text: str, *, has_variables: bool = False) -> Tokens:
    """Return a pattern as tokens; of wildcards in a row, each ``?`` first and then one ``*``."""
    found: list[str] = []
    end = 0
    for variable in VARIABLE.finditer(text) if has_variables else ():
        found += _plain(text[end : variable.start()])
        name = variable.group(1)
        found.append(name if name in _LITERALS else UNKNOWN)
        end = variable.end()
    return _in_order([*found, *_plain(text[end:])])


def is_everything(pattern: Tokens) -> bool:
    """Tell whether a pattern is made of wildcards and matches texts of nearly any length."""
    return ANY in pattern and set(pattern) <= {ANY, ONE}


def has_wildcard(pattern: Tokens) -> bool:
    """Tell whether a pattern may match more than one text."""
    return not {ANY, ONE, UNKNOWN}.isdisjoint(pattern)


def matches(pattern: Tokens, text: str) -> bool:
    """Tell whether a pattern without variables matches a text."""
    return _regex(pattern).fullmatch(text) is not None


@lru_cache(maxsize=4096)
def covers(wide: Tokens, narrow: Tokens) -> bool:
    """Tell whether `wide` matches all that `narrow` matches."""
    # Row by row: which beginnings of `narrow` are covered by the tokens of `wide` so far.
    reached = [True] + [False] * len(narrow)
    for token in wide:
        if token == ANY:
            for place in range(len(narrow)):
                reached[place + 1] = reached[place + 1] or reached[place]
        else:
            steps = [a and _covers_one(token, b) for a, b in zip(reached, narrow, strict=False)]
            reached = [False, *steps]
    return reached[-1]


@lru_cache(maxsize=4096)
def overlaps(one: Tokens, other: Tokens) -> bool:
    """Tell whether there is a text that both match."""
    reached = [True] + [False] * len(other)
    for place, token in enumerate(other):
        reached[place + 1] = reached[place] and token in (ANY, UNKNOWN)
    for token in one:
        is_run = token in (ANY, UNKNOWN)
        row = [is_run and reached[0]]
        for place, second in enumerate(other):
            if is_run or second in (ANY, UNKNOWN):
                is_reached = reached[place + 1] or row[place]
                # A run of the one side swallows a token of the other, or ends.
            else:
                is_reached = reached[place] and (ONE in (token, second) or token == second)
            row.append(is_reached)
        reached = row
    return reached[-1]


def _plain(text: str) -> list[str]:
    return [{"*": ANY, "?": ONE}.get(character, character) for character in text]


def _in_order(found: list[str]) -> Tokens:
    ordered: list[str] = []
    for token in found:
        if ordered[-1:] == [ANY] and token in (ANY, ONE):
            if token == ONE:
                ordered.insert(-1, ONE)
            continue
        ordered.append(token)
    return tuple(ordered)


def _covers_one(wide: str, narrow: str) -> bool:
    if wide == UNKNOWN or narrow in (ANY, UNKNOWN):
        return False
    return wide in (ONE, narrow)


@lru_cache(maxsize=1024)
def _regex(pattern: Tokens) -> re.Pattern[str]:
    parts = {ANY: ".*", ONE: ".", UNKNOWN: "(?!)"}
    return re.compile("".join(parts.get(t) or re.escape(t) for t in pattern), re.DOTALL)
