"""
Where to cut what is left of a listing by keys, of which only the beginning is known.

Nobody says how many keys there are, nor which is the last. What can be asked is the first key after
any text, so the letters of the last key that was read are gone through: the leftmost one behind
which another letter follows is where the keys that are left differ most. There it is cut, before
each letter that was found.

``logs/2026/01/02/a`` was read, and ``logs/2026/03/…`` to ``logs/2027/12/…`` are left: they differ
first in the last letter of the year, and the cut is ``logs/2027``.

A cut is only a text between keys. That it is a bad one costs time, never a key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aibrain_jupyter.aws.operations.in_parts.guesses import alike

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    FirstAfter = Callable[[list[str]], list["str | None"]]

_AT_ONCE: Final = 8
"""Questions that are asked together while the letter is looked for."""
_LETTERS: Final = "2468AHPaceiou"
"""Few, for each is a question: digits, hexadecimal ones and words are cut in several."""
_LAST_OF_ASCII: Final = "~"
_DOUBLINGS: Final = 12
_SURROGATES: Final = range(0xD800, 0xE000)
_LAST_LETTER: Final = 0x10FFFF


def cuts_after(last: str, end: str | None, prefix: str, first_after: FirstAfter) -> list[str]:
    """
    Return texts between which the keys after `last` may be read apart, in their order.

    Args:
        last: The last key that was read.

        end: Up to which text keys are looked for; None: all.

        prefix: What all keys begin with.

        first_after: What returns the first key after each text, None where there is none up to
            `end`.
    """
    found = _next_at_the_leftmost(last, max(len(prefix), alike(last, end or "")), first_after)
    if found is None:
        return []
    at = alike(found, last)
    letters = found[at : at + 1]
    asked = [found[:at] + letter for letter in _letters_after(letters)]
    keys = [found, *filter(None, first_after(asked))]
    cuts = {key[: at + 1] for key in keys}
    return sorted(cut for cut in cuts if last < cut and (end is None or cut < end))


def _next_at_the_leftmost(last: str, low: int, first_after: FirstAfter) -> str | None:
    """
    Return the first key that differs from `last` as far left as any after it; None: none is after.

    Args:
        last: The last key that was read.

        low: The first letter in which it can differ.

        first_after: What returns the first key after each text.
    """
    high, found = len(last), None
    while low < high:
        width = high - low
        places = sorted({low + width * number // _AT_ONCE for number in range(_AT_ONCE)})
        texts = [_above(last[: place + 1]) for place in places]
        keys = first_after(texts)
        there = next((number for number, key in enumerate(keys) if key is not None), None)
        if there is None:
            low = places[-1] + 1
            continue
        if there:
            low = places[there - 1] + 1
        found = keys[there]
        high = min(places[there], alike(found or "", last))
    return found


def _above(text: str) -> str:
    """Return the next text of the same length; no key that begins with `text` is after it."""
    code = ord(text[-1]) + 1
    if code in _SURROGATES:
        code = _SURROGATES.stop
    return text[:-1] + chr(min(code, _LAST_LETTER))


def _letters_after(letter: str) -> Iterable[str]:
    """Return a choice of letters after one, in their order."""
    if letter < _LAST_OF_ASCII:
        return [each for each in _LETTERS if each > letter]
    codes = (ord(letter) + 2**number for number in range(_DOUBLINGS))
    return [chr(code) for code in codes if code <= _LAST_LETTER and code not in _SURROGATES]
