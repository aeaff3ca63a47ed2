"""
Whether the same was asked on both sides: a smaller scope looks like a cleaner estate.

What differs is named before any figure. Which row lies in what the other side did not ask is told
row by row (`not_asked`), so that nothing counts as removed that nobody looked for.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.evidence.comparing.places import answers_of, label_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from aibrain_jupyter.evidence.comparing.sides import Side

SMALLER: Final = "smaller"
LARGER: Final = "larger"
UNCLEAR: Final = "not comparable"
CELLS_ONLY: Final = ("columns", "tags", "flatten", "reveal", "allow")
"""Parameters that choose no rows."""
FILTERS: Final = ("where", "period", "date")
"""Parameters whose rows can be told afterwards."""
_MOST: Final = 6


@dataclass(frozen=True, slots=True)
class ScopeChange:
    """
    Something that was not asked alike: `what`, in words how it was and is (empty: nothing), `why`
    it matters, and whether the new side is `SMALLER`, `LARGER` or `UNCLEAR` by it (empty: it takes
    and gives no rows).
    """

    what: str
    old: str
    new: str
    why: str = ""
    size: str = ""


def scope_changes(old: Side, new: Side) -> list[ScopeChange]:
    """Return what differs of what was asked, a smaller scope first."""
    found = [*_of_source(old, new), *_of_state(old, new)]
    order = {SMALLER: 0, UNCLEAR: 1, "": 2, LARGER: 3}
    return sorted(found, key=lambda change: order[change.size])


def selecting(side: Side) -> dict[str, Any]:
    """Return the parameters of a side, defaults too, that choose rows and no cells."""
    return {k: v for k, v in _parameters(side).items() if k not in (*CELLS_ONLY, *FILTERS)}


def filters(side: Side) -> dict[str, Any]:
    """Return the parameters of a side whose rows can be told afterwards."""
    return {k: v for k, v in _parameters(side).items() if k in FILTERS and v not in (None, "", [])}


def _parameters(side: Side) -> dict[str, Any]:
    found = {**side.source.get("defaults_applied", {}), **side.source.get("parameters", {})}
    return {k: v for k, v in found.items() if v not in (None, "", [], {})}


def _of_source(old: Side, new: Side) -> Iterator[ScopeChange]:
    if old.is_known != new.is_known:
        words = ["known" if side.is_known else "not known" for side in (old, new)]
        yield _of("source", words, "What one of them did not ask cannot be told.", UNCLEAR)
        return
    one, other = old.source, new.source
    yield from _of_places(old, new)
    yield from _changed("tool", one.get("tool"), other.get("tool"), UNCLEAR)
    yield from _changed("system", one.get("system"), other.get("system"), UNCLEAR)
    yield from _changed("tool version", one.get("version"), other.get("version"))
    if one.get("version") == other.get("version"):
        codes = [str(source.get("sha256", ""))[:12] for source in (one, other)]
        if all(codes):
            yield from _changed("code of the tool", *codes)
    kinds = [_standard(source) for source in (one, other)]
    yield from _changed("kind of tool", *kinds)
    yield from _of_parameters(old, new)
    yield from _changed("identities", *(_listed(s.get("identities", ())) for s in (one, other)))
    if not (old.about.get("is_demo") and new.about.get("is_demo")):  # another port at each start
        yield from _changed("endpoints", *(_listed(s.get("endpoints", ())) for s in (one, other)))


def _of_places(old: Side, new: Side) -> Iterator[ScopeChange]:
    """Tell of each part of a place what only one side has, then of whole places."""
    one, other = answers_of(old), answers_of(new)
    told: set[int] = set()
    names = other.names or one.names
    if one.names and other.names and {*one.names} != {*other.names}:
        # Sites beside accounts: neither is a part of the other.
        words = [_listed(_labels(side.asked)) for side in (one, other)]
        yield _of("places", words, "They are places of different kinds.", UNCLEAR)
        told, names = {0}, ()
    for at, name in enumerate(names):
        was, now = ({place[at] for place in side.asked if place[at]} for side in (one, other))
        if was == now:
            continue
        told.add(at)
        dropped, more = sorted(was - now), sorted(now - was)
        says = [f"not asked now: {_listed(dropped)}"] * bool(dropped)
        says += [f"not asked before: {_listed(more)}"] * bool(more)
        size = SMALLER if dropped else LARGER
        yield ScopeChange(name, f"{len(was):,}", f"{len(now):,}", "; ".join(says), size)
    gone, more_places = one.asked - other.asked, other.asked - one.asked
    if not told and (gone or more_places):
        says = [f"not asked now: {_listed(_labels(gone))}"] * bool(gone)
        says += [f"not asked before: {_listed(_labels(more_places))}"] * bool(more_places)
        numbers = f"{len(one.asked):,}", f"{len(other.asked):,}"
        yield _of("places", numbers, "; ".join(says), SMALLER if gone else LARGER)
    for place in sorted({*one.lost, *other.lost}):
        words = [
            side.lost.get(place) or ("answered" if place in side.asked else "not asked")
            for side in (one, other)
        ]
        did, does = (word == "answered" for word in words)
        size = SMALLER if did else LARGER if does else UNCLEAR
        yield _of(f"answer of {label_of(place)}", words, "What is there is not known.", size)


def _of_parameters(old: Side, new: Side) -> Iterator[ScopeChange]:
    one, other = _parameters(old), _parameters(new)
    for name in sorted({*one, *other}):
        was, now = one.get(name), other.get(name)
        if was == now:
            continue
        why, size = "", UNCLEAR
        if name in CELLS_ONLY:
            size = ""
            why = "Columns that were not asked for are missing, not gone." * (name == "columns")
        elif name in FILTERS and None in (was, now):
            size = SMALLER if was is None else LARGER
        yield ScopeChange(f"{name}=", _shown(was), _shown(now), why, size)


def _of_state(old: Side, new: Side) -> Iterator[ScopeChange]:
    kinds = [str(side.about.get("kind") or "") for side in (old, new)]
    if all(kinds) and old.is_known and new.is_known:
        yield from _changed("kind of set", *kinds)
    words = [_derived(side) for side in (old, new)]
    if any(words):
        size = SMALLER if not words[0] else LARGER if not words[1] else UNCLEAR
        yield _of("made by hand", words, "Rows may have been left out.", size)
    reasons = [" ".join(side.against) for side in (old, new)]
    if any(reasons):
        size = SMALLER if reasons[1] and not reasons[0] else LARGER if not reasons[1] else UNCLEAR
        state = [f"incomplete: {why}" if why else "complete" for why in reasons]
        yield _of("completeness", state, "Rows or cells may be missing.", size)
    left = [int(side.completeness.get("left_out") or 0) for side in (old, new)]
    if left[0] != left[1] or any(left):
        why = (
            "Rows that do not meet its filter are not there: one may be gone, or no longer meet it."
        )
        yield _of("rows left out by filters", [f"{n:,}" for n in left], why)
    excluded = [_exclusions(side) for side in (old, new)]
    for name in sorted({*excluded[0], *excluded[1]}):
        if name not in excluded[0] or name not in excluded[1]:
            size = SMALLER if name not in excluded[0] else LARGER
            words = [side.get(name, "") for side in excluded]
            yield _of("exclusion", words, "Its rows are listed apart.", size)
    demo = [bool(side.about.get("is_demo")) for side in (old, new)]
    if demo[0] != demo[1]:
        yield _of("demo data", ["yes" if is_demo else "no" for is_demo in demo], size=UNCLEAR)


def _of(what: str, words: Sequence[str], why: str = "", size: str = "") -> ScopeChange:
    old, new = words
    return ScopeChange(what, old, new, why, size)


def _changed(what: str, was: Any, now: Any, size: str = "") -> Iterator[ScopeChange]:
    if was != now:
        yield ScopeChange(what, str(was or ""), str(now or ""), size=size)


def _standard(source: Mapping[str, Any]) -> str:
    if source.get("is_standard") is False:
        return f"custom: {source.get('why_custom') or 'not as it was published'}"
    return "standard" if source.get("is_standard") else ""


def _derived(side: Side) -> str:
    derived = side.about.get("derived") or {}
    if not (derived and side.is_known):
        return ""
    return "; ".join(map(str, derived.get("changes", ()))) or str(derived.get("kind", ""))


def _exclusions(side: Side) -> dict[str, str]:
    return {
        str(e["name"]): f"{_shown(e['where'])}: {e['reason']}"
        for e in side.about.get("exclusions") or ()
    }


def _shown(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _labels(places: Iterable[tuple[str, ...]]) -> list[str]:
    return sorted(map(label_of, places))


def _listed(names: Any) -> str:
    names = list(map(str, names))
    more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
    return ", ".join(names[:_MOST]) + more
