"""What is known of an entry besides its value, and how that is written to a header."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from aibrain_jupyter.cache.codec import nested
from aibrain_jupyter.cache.freshness import Birth

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from aibrain_jupyter.cache.codec.sealed import Sealed

Level = Literal["memory", "disk", "team"]
UNLIMITED_TTL_S = math.inf


@dataclass(frozen=True, slots=True)
class About:
    """
    What is known of a value.

    `labels` are tool, account, region and service, `tags` further words to find it by, `parts`
    fingerprints of what the key is made of, `meta` is the caller's own; times are in seconds.
    `entry` names the file on disk and the SHA-256 of the value in it (see `entry_name`), empty for
    a value that memory alone has.
    """

    labels: Mapping[str, str]
    birth: Birth
    ttl_s: float = UNLIMITED_TTL_S
    cost_s: float = 0.0
    meta: dict[str, Any] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    parts: Mapping[str, str] = field(default_factory=dict)
    entry: str = ""

    def to_header(self) -> dict[str, Any]:
        """
        Return it as JSON data.
        Raises NotStorableError: `meta` holds something that would not come back exactly.
        """
        return {
            "labels": dict(self.labels),
            "created": self.birth.created,
            "ttl": self.ttl_s,
            "cost": self.cost_s,
            "meta": nested.dumps(self.meta).decode(),
            "tags": list(self.tags),
            "parts": dict(self.parts),
        }

    @classmethod
    def from_header(cls, header: Mapping[str, Any], *, seen: float) -> About:
        """Return what `to_header` wrote; `seen` is when the entry was last used."""
        return cls(
            labels=header["labels"],
            birth=Birth(header["created"], seen),
            ttl_s=header["ttl"],
            cost_s=header["cost"],
            meta=nested.loads(header["meta"]),
            tags=tuple(header["tags"]),
            parts=header["parts"],
            entry=entry_name(header["id"], header["hash"]),
        )


def entry_name(call_id: Sequence[str], digest: str) -> str:
    """Return ``folder/key sha256``: one value, kept at one time, and no other."""
    return f"{'/'.join(call_id)} {digest}"


@dataclass(frozen=True, slots=True)
class Kept:
    """A sealed value with what is known about it: an item of the memory tier."""

    about: About
    sealed: Sealed

    @property
    def size_bytes(self) -> int:
        """What the value takes in memory."""
        return self.sealed.size_bytes

    @property
    def cost_s(self) -> float:
        """How long the value took to get."""
        return self.about.cost_s

    @property
    def is_expired(self) -> bool:
        """Whether the value is past its own time to live."""
        return not self.about.birth.is_within(self.about.ttl_s)


@dataclass(frozen=True, slots=True)
class Entry:
    """
    What a look-up found. The value and `meta` are the caller's own: changing them is harmless.

    `created` is when the value was collected (aware, UTC), `source` where it lay, `is_stale`
    whether it is older than was wished for, yet young enough to be served while it is refreshed,
    `entry` as in `About`. Where `sealed` is given there is no value yet: it opens it.
    """

    value: Any
    meta: dict[str, Any]
    created: dt.datetime
    age_s: float
    source: Level
    is_stale: bool = False
    entry: str = ""
    sealed: Sealed | None = None
