"""
Control totals: another, independent call tells how many there should be.

A `Count` is what such a call gave, or why it gave nothing; a `Listing` is what was listed, in the
total's own unit; `judge` compares them to a `ControlTotal`. The order is count, listing, count:
what changes meanwhile is then no false alarm. "Not there" (a refusal, a service that is off, a
metric without a point) is never the number 0: it is "no independent total", and why.
"""

from __future__ import annotations

import datetime as dt
import enum
from dataclasses import asdict, dataclass
from typing import Any, Final

MOST_NAMED: Final = 50
"""Identifiers that are kept of those a total misses; their number is kept whole."""


class Kind(enum.StrEnum):
    """What a total is worth: which verdicts it can give."""

    COUNTER = "counter"
    """The service's own number."""
    SECOND_LISTING = "second listing"
    """Another operation lists the same: what is missing has a name."""
    OWN_ANSWERS = "other answers of the run"
    """The same, from answers the run had to ask for anyway."""
    SIGNED = "signed record"
    """The service has signed what it wrote, which changes no more."""
    KNOWN = "known"
    """There is one for each place, always."""
    LAGGING = "lagging"
    """Kept elsewhere, and later: it can confirm, and raise a question."""
    ONE_SIDED = "one-sided"
    """Capped or approximate: it can raise a question only."""
    NONE = "none"
    """Nothing independent is there to be asked."""
    ROLL_CALL = "roll-call"
    """The places of an account, against those that were asked."""
    INVARIANT = "invariant"
    """What holds of every list; beside a total and no replacement for one."""

    @property
    def is_exact(self) -> bool:
        """Whether a difference is a fault, and not a question."""
        return self not in (Kind.LAGGING, Kind.ONE_SIDED, Kind.NONE)


class Verdict(enum.StrEnum):
    """What came of the comparison."""

    MATCH = "match"
    MISMATCH = "mismatch"
    CHANGED = "changed while collected"
    MATCH_AS_OF = "match as of"
    TO_EXPLAIN = "to explain"
    NEWER = "newer than the total"
    NOT_CONTRADICTED = "not contradicted"
    NO_TOTAL = "no independent total"

    @property
    def has_failed(self) -> bool:
        """Whether what was collected is incomplete by it."""
        return self is Verdict.MISMATCH


@dataclass(frozen=True, slots=True)
class Count:
    """
    What an independent call gave.

    `number` is how many there are, None if it does not say, and then `why`; `ids` are their
    identifiers where it lists them; `as_of` is the moment (aware, UTC) it was true, `span` the time
    it is about (begin and end, the end not in it), None: all of it.
    """

    number: int | None = None
    ids: frozenset[str] | None = None
    as_of: dt.datetime | None = None
    why: str = ""
    span: tuple[dt.datetime, dt.datetime] | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """
    What was listed, in the unit and the scope of a total.

    `undecided` are rows that do not say whether they are in its scope, `created` when its items
    came to be, as far as that is known (aware, UTC).
    """

    number: int
    ids: frozenset[str] | None = None
    undecided: int = 0
    created: tuple[dt.datetime, ...] = ()


@dataclass(frozen=True, slots=True)
class ControlTotal:
    """
    A control total of one call, compared.

    `name` is what is counted (``iam users``), `source` what was asked (``iam:GetAccountSummary``),
    `before` and `after` what it gave, None where it was not asked or gave none, `listed` how many
    items were listed within `scope`. `missing` are identifiers that the total has and the listing
    has not, `extra` those of the listing alone, of each at most `MOST_NAMED`. `place` is the label
    of the target, `differences` what may differ honestly.
    """

    name: str
    source: str
    kind: Kind
    verdict: Verdict
    listed: int
    before: int | None = None
    after: int | None = None
    missing: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    as_of: dt.datetime | None = None
    why: str = ""
    scope: str = ""
    differences: tuple[str, ...] = ()
    place: str = ""

    @property
    def number(self) -> int | None:
        """What the total gave last; None: nothing."""
        return self.before if self.after is None else self.after

    @property
    def confirms_nothing_is_there(self) -> bool:
        """Whether it proves that no row is all there is: a total of 0, by a service that is on."""
        return self.verdict is Verdict.MATCH and not self.listed and self.number == 0

    @property
    def words(self) -> str:
        """The verdict in a line: ``mismatch: 37 by iam:GetAccountSummary, 36 listed``."""
        parts = [str(self.verdict)]
        if self.number is not None and self.number != self.listed:
            parts.append(f"{self.number:,} by {self.source}, {self.listed:,} listed")
        parts += [self.why] if self.why else []
        parts += [f"not listed: {_named(self.missing)}"] if self.missing else []
        parts += [f"listed only: {_named(self.extra)}"] if self.extra else []
        return "; ".join(parts)

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain data, for a manifest or the cache: `from_dict` reads it."""
        return {
            **asdict(self),
            "kind": str(self.kind),
            "verdict": str(self.verdict),
            "as_of": self.as_of.isoformat() if self.as_of else None,
            **{name: list(getattr(self, name)) for name in _LISTS},
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> ControlTotal:
        """Return the total that was written by `as_dict`."""
        return cls(
            **{
                **data,
                "kind": Kind(data["kind"]),
                "verdict": Verdict(data["verdict"]),
                "as_of": dt.datetime.fromisoformat(data["as_of"]) if data["as_of"] else None,
                **{name: tuple(data[name]) for name in _LISTS},
            }
        )


def no_total(name: str, listed: int, place: str, why: str) -> ControlTotal:
    """Return that nothing independent counts what was listed, and why."""
    return judge(Claim(name, "", Kind.NONE, place=place), Listing(listed), after=Count(why=why))


_LISTS: Final = ("missing", "extra", "differences")
_SHOWN: Final = 5


def _named(names: tuple[str, ...]) -> str:
    more = f", … ({len(names):,})" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


@dataclass(frozen=True, slots=True)
class Claim:
    """
    What is known of a total before it is asked.

    The fields are those of `ControlTotal`. One that is not `is_confirmed` has not been seen to hold
    on a real account: it can confirm what was listed, and not fail it.
    """

    name: str
    source: str
    kind: Kind
    scope: str = ""
    differences: tuple[str, ...] = ()
    place: str = ""
    is_confirmed: bool = True


def judge(
    claim: Claim,
    listing: Listing,
    *,
    before: Count | None = None,
    after: Count | None = None,
    is_later: bool = False,
) -> ControlTotal:
    """
    Compare a listing with what was counted before and after it.

    Where only one of the two counts is there, or where it was made when the run was over
    (`is_later`), a difference may be a change in between: it is to be explained, and no mismatch.
    """
    given = [count for count in (before, after) if count and count.number is not None]
    said = after or before or Count()
    verdict, why = _verdict(claim, listing, given, said, is_later=is_later)
    missing: frozenset[str] = frozenset()
    extra: frozenset[str] = frozenset()
    ids = [count.ids for count in given if count.ids is not None]
    if ids and listing.ids is not None and verdict is not Verdict.NO_TOTAL:
        missing = frozenset.intersection(*ids) - listing.ids
        extra = listing.ids - frozenset.union(*ids)
    return ControlTotal(
        name=claim.name,
        source=claim.source,
        kind=claim.kind,
        verdict=verdict,
        listed=listing.number,
        before=before.number if before else None,
        after=after.number if after else None,
        missing=tuple(sorted(missing)[:MOST_NAMED]),
        extra=tuple(sorted(extra)[:MOST_NAMED]),
        as_of=(given[-1] if given else said).as_of,
        why=why,
        scope=claim.scope,
        differences=claim.differences,
        place=claim.place,
    )


def _verdict(
    claim: Claim, listing: Listing, given: list[Count], said: Count, *, is_later: bool
) -> tuple[Verdict, str]:
    if not given:
        return Verdict.NO_TOTAL, said.why or "nothing independent counts them"
    if listing.undecided:
        why = f"{listing.undecided:,} rows do not say whether they are {claim.scope or 'counted'}"
        return Verdict.NO_TOTAL, why
    numbers = [count.number or 0 for count in given]
    if claim.kind is Kind.ONE_SIDED:
        is_less = listing.number < min(numbers)
        return (Verdict.TO_EXPLAIN if is_less else Verdict.NOT_CONTRADICTED), said.why
    if claim.kind is Kind.LAGGING:
        return _lagging(listing, given[-1]), said.why
    if _agrees(listing, given):
        is_same = all(
            count.number == listing.number and count.ids in (None, listing.ids) for count in given
        )
        return (Verdict.MATCH if is_same else Verdict.CHANGED), said.why
    if not claim.is_confirmed:
        return Verdict.TO_EXPLAIN, "this total has not been seen to hold on a real account"
    if is_later or (len(given) == 1 and claim.kind in _CAN_CHANGE):
        return Verdict.TO_EXPLAIN, "it was counted once: something may have changed in between"
    return Verdict.MISMATCH, said.why


_CAN_CHANGE: Final = (Kind.COUNTER, Kind.SECOND_LISTING)


def _agrees(listing: Listing, given: list[Count]) -> bool:
    """Tell whether a listing is one of the counts, or between them."""
    ids = [count.ids for count in given if count.ids is not None]
    if ids and listing.ids is not None:
        return frozenset.intersection(*ids) <= listing.ids and listing.ids <= frozenset.union(*ids)
    numbers = [count.number or 0 for count in given]
    return min(numbers) <= listing.number <= max(numbers)


def _lagging(listing: Listing, count: Count) -> Verdict:
    surplus = listing.number - (count.number or 0)
    if surplus == 0:
        return Verdict.MATCH_AS_OF
    if surplus < 0 or count.as_of is None:
        return Verdict.TO_EXPLAIN
    younger = sum(moment > count.as_of for moment in listing.created)
    return Verdict.NEWER if younger >= surplus else Verdict.TO_EXPLAIN
