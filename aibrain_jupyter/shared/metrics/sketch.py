"""
How long things took, as a small mapping from which percentiles are read, and which can be added.

Values fall into buckets whose bounds grow by the same factor, so a percentile is wrong by 2 % of
itself at most, however many sketches were put together before (the idea of DDSketch). The package
``ddsketch`` does the same; it keeps a dense list and needs protobuf to be stored, where this is
about a hundred bytes in a row of SQLite.
"""

from __future__ import annotations

from math import ceil, floor, log
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ERROR: Final = 0.02
"""By what part of itself a percentile may be wrong."""
_GROWTH: Final = (1 + ERROR) / (1 - ERROR)
_SCALE: Final = 1 / log(_GROWTH)
_MIDDLE: Final = 2 / (_GROWTH + 1)
_LEAST: Final = 1e-6
"""A millionth of a second and less is one bucket: no clock here tells them apart."""
_LOWEST: Final = ceil(log(_LEAST) * _SCALE)


class Sketch:
    """Counts of values in seconds by bucket. `counts` are theirs; `len` is how many values."""

    __slots__ = ("counts",)

    def __init__(self, values: Iterable[float] = ()) -> None:
        self.counts: dict[int, int] = {}
        for value in values:
            self.add(value)

    def __len__(self) -> int:
        return sum(self.counts.values())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sketch) and self.counts == other.counts

    __hash__ = None  # type: ignore[assignment] # it changes

    def add(self, value: float, count: int = 1) -> None:
        """Add a value in seconds, `count` times."""
        key = ceil(log(value) * _SCALE) if value > _LEAST else _LOWEST
        self.counts[key] = self.counts.get(key, 0) + count

    def merge(self, other: Sketch) -> None:
        """Add everything that another one has."""
        counts = self.counts
        for key, count in other.counts.items():
            counts[key] = counts.get(key, 0) + count

    def quantile(self, part: float) -> float | None:
        """
        Return the value (seconds) that `part` (0 to 1) of the values do not exceed; None: no value.

        As numpy's ``quantile``, which looks between neighbours; each of them is right to `ERROR`.
        """
        total = len(self)
        if not total:
            return None
        place = part * (total - 1)
        low, high = self._at(floor(place)), self._at(ceil(place))
        return low + (high - low) * (place - floor(place))

    def buckets(self) -> Iterator[tuple[float, int]]:
        """Give (upper bound in seconds, values up to it and above the one before), rising."""
        for key in sorted(self.counts):
            yield _GROWTH**key, self.counts[key]

    def encode(self) -> bytes:
        """Return it as few bytes: the first bucket, then steps and counts."""
        found, before = bytearray(), _LOWEST
        for key in sorted(self.counts):
            _put(found, key - before)
            _put(found, self.counts[key])
            before = key
        return bytes(found)

    @classmethod
    def decode(cls, data: bytes | None) -> Sketch:
        """Return what `encode` made bytes of; an empty one of nothing."""
        found = cls()
        found.merge_encoded(data)
        return found

    def merge_encoded(self, data: bytes | None) -> None:
        """Add everything that an encoded one has."""
        key, is_count = _LOWEST, False
        number, shift = 0, 0
        for byte in data or b"":
            number |= (byte & 127) << shift
            if byte > 127:
                shift += 7
                continue
            if is_count:
                self.counts[key] = self.counts.get(key, 0) + number
            else:
                key += number
            is_count, number, shift = not is_count, 0, 0

    def _at(self, rank: int) -> float:
        seen = 0
        for key in sorted(self.counts):
            seen += self.counts[key]
            if seen > rank:
                break
        return _MIDDLE * float(_GROWTH**key)


def _put(data: bytearray, number: int) -> None:
    """Add a number that is not negative, seven bits a byte."""
    while number > 127:
        data.append(number & 127 | 128)
        number >>= 7
    data.append(number)
