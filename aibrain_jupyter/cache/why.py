"""Why a look-up is a hit, a stale hit or a miss: the rule in words, and nothing is sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.shared.texts.durations import format_duration

if TYPE_CHECKING:
    from aibrain_jupyter.cache.keys import CacheKey
    from aibrain_jupyter.cache.look_up import Tiers

HIT: Final = "hit"
STALE: Final = "stale"
MISS: Final = "miss"

_DIFFERENCES: Final = {
    "version": "the tool's version",
    "identity": "the identity that asks",
    "endpoint": "the endpoint",
    "parameters": "the parameters",
}


@dataclass(frozen=True, slots=True)
class Explanation:
    """`verdict` is hit, stale or miss, `level` where the entry lies, `rule` what decides."""

    verdict: str
    rule: str
    level: str = ""
    age_s: float | None = None


def explain(tiers: Tiers, key: CacheKey, *, max_age: float, stale_for: float = 0.0) -> Explanation:
    """Return what `Tiers.find` would do with this key now, and why; counts as no look-up."""
    limit = format_duration(max_age)
    found = [(kept.about.birth.age_s(), level) for level, kept in tiers.candidates(key)]
    ages: list[tuple[float, Any]] = sorted((age, at) for age, at in found if age is not None)
    for age, level in ages:
        if age <= max_age:
            said = f"{format_duration(age)} old, and up to {limit} is accepted"
            return Explanation(HIT, said, level, age)
    if ages:
        age, level = ages[0]
        said = f"{format_duration(age)} old, and only up to {limit} is accepted"
        if age <= max_age + stale_for:
            more = format_duration(stale_for)
            said += f", but --stale serves it for {more} more and refreshes it behind"
            return Explanation(STALE, said, level, age)
        return Explanation(MISS, said, level, age)
    if found:
        said = "its entry is stamped in the future, so nobody knows how old it is"
        return Explanation(MISS, said, found[0][1])
    return Explanation(MISS, _nearest(key, tiers))


def _nearest(key: CacheKey, tiers: Tiers) -> str:
    """Say how the entry that is most like it differs."""
    store = tiers.store()
    entries = [] if store is None else list(store.entries(key.folder))
    if not entries:
        return "nothing is kept for this tool, account, region and service"
    own = key.parts
    differences = [
        [name for name in own if entry.about.parts.get(name) != own[name]] for entry in entries
    ]
    nearest = min(differences, key=len)
    words = " and ".join(_DIFFERENCES[name] for name in nearest) or "the key"
    others = "the only entry" if len(entries) == 1 else f"the nearest of {len(entries)} entries"
    return f"{others} of this tool and place differs in {words}"
