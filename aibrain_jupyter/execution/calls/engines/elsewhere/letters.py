"""
Answers of several calls in one container of the cache's format, under a key made for the run.

A container of its own for each would cost several times what a quick call does: a code, a hash and
a description each. What is known of the calls goes by columns, and what all have in common once.
"""

from __future__ import annotations

import datetime as dt
import operator
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from aibrain_jupyter.cache.codec.sealed import SealedFile
from aibrain_jupyter.cache.disk import entry_file
from aibrain_jupyter.cache.entries import About
from aibrain_jupyter.cache.freshness import Birth
from aibrain_jupyter.execution.calls.engines.elsewhere.stacked import MOST_ROWS, cut, stacks_of
from aibrain_jupyter.execution.calls.engines.elsewhere.swelling import (
    check_texts,
    refuse_swelling,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd

    from aibrain_jupyter.cache.codec.cells import Buffers, Spec

_MOMENTS: Final = ("started_at", "collected_at")
"""Facts that are moments: those of UTC go as seconds, which cost a tenth of a time with a zone."""


class Letter(NamedTuple):
    """The calls that it is of, by their indexes, and what it says of them."""

    indexes: list[int]
    container: bytes


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of one call: facts by name, and its rows if it has some."""

    index: int
    facts: Mapping[str, Any]
    frame: pd.DataFrame | None = None

    @property
    def goes_alone(self) -> bool:
        """Whether it is too large to be written together with others."""
        rows = 0 if self.frame is None else len(self.frame)
        return rows > MOST_ROWS or self.facts.get("raw") is not None


def written(said: Sequence[Said], run: str, key: bytes) -> Letter:
    """
    Return what is said of some calls as a letter.
    Raises NotStorableError: some of it would not come back exactly.
    """
    with_rows = [one for one in said if one.frame is not None]
    stacks, places = stacks_of([one.frame for one in with_rows if one.frame is not None])
    place_of = {one.index: place for one, place in zip(with_rows, places, strict=True)}
    indexes = [one.index for one in said]
    meta = {
        "forms": _by_columns(said),
        "frames": [place_of.get(index) for index in indexes],
        "counts": [counts for _, counts in stacks],
    }
    about = About(labels={}, birth=Birth(time.time()), meta=meta)
    frames = _Frames([frame for frame, _ in stacks])
    container, _ = entry_file.pack(_name(run, indexes), about, frames, key)  # type: ignore[arg-type]  # it has what is asked of one
    return Letter(indexes, container)


def read(letter: Letter, run: str, key: bytes) -> list[Said]:
    """
    Return what a letter says, in the order of its calls. Reading it runs nothing.

    Raises what there is to raise where it is none, or says more than it could have been sent for:
    whoever wrote it may know the key.
    """
    name = _name(run, letter.indexes)
    kept = entry_file.unpack(name, letter.container, key, used=time.time())
    meta, sealed = kept.about.meta, kept.sealed
    if not isinstance(sealed, SealedFile):
        raise TypeError("no frames")
    if sum(map(len, meta["counts"])) > len(letter.indexes):
        raise ValueError("more frames than calls")
    refuse_swelling(sealed.spec["frames"], sealed.buffers, len(letter.container))
    stacks = [
        cut(SealedFile(spec, sealed.buffers, 0, None).open(), [*map(operator.index, counts)])
        for spec, counts in zip(sealed.spec["frames"], meta["counts"], strict=True)
    ]
    for parts in stacks:
        check_texts(parts[0])  # which lie in the same memory
    facts = _by_rows(meta["forms"], len(letter.indexes))
    return [
        Said(index, facts[number], None if place is None else stacks[place[0]][place[1]])
        for number, (index, place) in enumerate(zip(letter.indexes, meta["frames"], strict=True))
    ]


def _name(run: str, indexes: Iterable[int]) -> tuple[str, str]:
    return run, ",".join(map(str, indexes))


class _Frames:
    """Frames as the value of one container."""

    rows = None
    size_bytes = 0

    def __init__(self, frames: Sequence[pd.DataFrame]) -> None:
        self._frames = frames

    def open(self) -> list[pd.DataFrame]:
        """Return the frames."""
        return [*self._frames]

    def describe(self, buffers: Buffers) -> Spec:
        """Describe them as they stand: nobody else has them, so none is sealed before."""
        from aibrain_jupyter.cache.codec.frames import SealedFrame

        found = [SealedFrame(one, {}, 0, len(one)).describe(buffers) for one in self._frames]
        return {"kind": "frames", "frames": found}


def _by_columns(said: Sequence[Said]) -> list[dict[str, Any]]:
    """Return the facts of calls, those of the same names together: what is the same only once."""
    by_names: dict[tuple[str, ...], list[int]] = {}
    for number, one in enumerate(said):
        by_names.setdefault(tuple(one.facts), []).append(number)
    forms = []
    for names, numbers in by_names.items():
        same: dict[str, Any] = {}
        own: dict[str, list[Any]] = {}
        for name in names:
            values = [said[number].facts[name] for number in numbers]
            if name in _MOMENTS:
                values = [*map(_seconds, values)]
            first = values[0]
            if all(_is_same(value, first) for value in values):
                same[name] = first
            else:
                own[name] = values
        forms.append({"calls": numbers, "same": same, "own": own})
    return forms


def _is_same(value: Any, first: Any) -> bool:
    """Whether two facts are one and the same: 1 is neither True nor 1.0, in a list as little."""
    if type(value) is not type(first):
        return False
    if isinstance(value, (str, int, type(None))):
        return bool(value == first)
    return isinstance(value, (dict, list)) and repr(value) == repr(first)


def _by_rows(forms: Sequence[Mapping[str, Any]], count: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [{}] * count
    for form in forms:
        same, own = form["same"], form["own"]
        rows = zip(*own.values(), strict=True) if own else ((),) * len(form["calls"])
        for number, values in zip(form["calls"], rows, strict=True):
            facts = {**same, **dict(zip(own, values, strict=True))}
            for name in _MOMENTS:
                if type(seconds := facts.get(name)) is float:
                    facts[name] = dt.datetime.fromtimestamp(seconds, dt.UTC)
            found[number] = facts
    return found


def _seconds(moment: Any) -> Any:
    """Return a moment of UTC as the seconds since 1970, which give the same microsecond back."""
    is_of_utc = isinstance(moment, dt.datetime) and moment.tzinfo is dt.UTC
    return moment.timestamp() if is_of_utc else moment
