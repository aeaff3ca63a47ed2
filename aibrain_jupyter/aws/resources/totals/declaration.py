"""
What the control total of a curated resource is. Imports no SDK.

A `Total` is made of the same `Call` objects as a resource, in order: the first lists, `each` goes
one level down, `batch` asks for some at once, `detail` is one request without pages. What the last
gives are its items; `ids` names each, or `number` says how many it stands for, JMESPath as
everywhere (``aws/resources/expressions.py``, with `here`). What cannot be said so is `code`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.aws.resources.declaration import Call, detail, each, listing
from aibrain_jupyter.shared.tools.totals import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

ACCOUNT: Final = "{account}"
"""Stands for the target's own in a scope."""


@dataclass(frozen=True, slots=True)
class Heard:
    """Items of an answer that a run asks for: `records` of `operation`, named by `ids`."""

    operation: str
    records: str
    ids: str


@dataclass(frozen=True, slots=True)
class Parents:
    """What a resource is asked below of: `resource`, as the run lists it."""

    resource: str
    heard: Heard


@dataclass(frozen=True, slots=True)
class Total:
    """
    One way to count a resource without its own listing.

    Args:
        kind: What it is worth.

        calls: What is asked.

        ids: JMESPath of an item's identifier, spelled as `Totals.items` spells it.

        number: JMESPath of how many an item stands for. Neither: the items are counted.

        when: JMESPath of a condition: other items do not count.

        only: Rows that it counts, by column: the values they have there.

        without: Rows that it does not count, by column: the values they have there.

        maybe_without: Rows that may not count either (nobody has confirmed it): the total is
            also compared without them.

        differs: What may differ honestly, in words.

        as_of: JMESPath of the time an item's number was true; empty: when it was asked.

        window: The column of a time, and JMESPath of begin and end of the time an item covers:
            only rows within what all items cover count.

        off: What it means that the first call lists nothing; then nothing is counted.

        nothing: What it means that there is no item at all; then nothing is counted.

        is_at_home: Whether it is asked in the partition's main region, wherever the resource is.

        is_confirmed: Whether it has been documented to hold; else it fails nothing.

        is_settled: Whether the two are expected to agree at any moment.

        code: ``module:function``, called as ``f(ctx, total)`` for a `Count`.

        options: What `code` reads.

        heard: What is compared instead of rows, of another answer of the run; `code` gets it.

        permissions: What `code` needs.

        allowed: Sensitive reads that it makes, as ``s3:GetObject``.
    """

    kind: Kind
    calls: tuple[Call, ...] = ()
    ids: str = ""
    number: str = ""
    when: str = ""
    only: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    without: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    maybe_without: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    differs: tuple[str, ...] = ()
    as_of: str = ""
    window: tuple[str, str, str] = ("", "", "")
    off: str = ""
    nothing: str = ""
    is_at_home: bool = False
    is_confirmed: bool = True
    is_settled: bool = True
    code: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    heard: Heard | None = None
    permissions: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()

    @property
    def source(self) -> str:
        """The operation that gives the number."""
        return self.calls[-1].operation if self.calls else next(iter(self.permissions), "")

    @property
    def actions(self) -> tuple[str, ...]:
        """The IAM actions it needs."""
        return (*(call.permission for call in self.calls), *self.permissions)

    @property
    def is_asked_twice(self) -> bool:
        """Whether it is asked before and after the listing."""
        return self.kind in (Kind.COUNTER, Kind.SECOND_LISTING)

    @property
    def answers(self) -> Heard | None:
        """What of the run's answers gives the total, where these do."""
        if self.kind is not Kind.OWN_ANSWERS or not self.calls:
            return None
        return Heard(self.source, self.calls[0].records, self.ids)


@dataclass(frozen=True, slots=True)
class Totals:
    """
    The totals of a resource, the best first: the first that answers counts.

    `items` are the columns that make an item (with several, put together by a slash); empty: every
    row is one. Several rows may be about one item: its stages, its rules.
    """

    items: tuple[str, ...]
    totals: tuple[Total, ...]
    parents: Parents | None = None

    @property
    def columns(self) -> frozenset[str]:
        """The columns that are looked at."""
        found = {*self.items}
        for total in self.totals:
            found |= {*total.only, *total.without, *total.maybe_without, total.window[0]}
        return frozenset(found - {""})

    @property
    def heard(self) -> tuple[Heard, ...]:
        """What has to be kept of the run's answers."""
        found = [self.parents.heard] if self.parents else []
        for total in self.totals:
            found += [heard for heard in (total.heard, total.answers) if heard]
        return tuple(found)


def counter(operation: str, number: str, *, records: str = "@", **more: Any) -> Total:
    """Return a total that one operation says as a number."""
    return Total(Kind.COUNTER, (_call(operation, records, more),), number=number, **more)


def second(operation: str, records: str, ids: str, **more: Any) -> Total:
    """Return a total of another operation that lists the same."""
    return Total(Kind.SECOND_LISTING, (_call(operation, records, more),), ids=ids, **more)


def own(operation: str, records: str, ids: str, **more: Any) -> Total:
    """Return a total of another answer that the run has anyway."""
    return Total(Kind.OWN_ANSWERS, (_call(operation, records, more),), ids=ids, **more)


def _call(operation: str, records: str, more: dict[str, Any]) -> Call:
    return listing(operation, records, fixed=more.pop("fixed", {}))


def chain(kind: Kind, *calls: Call, **more: Any) -> Total:
    """Return a total of several calls."""
    return Total(kind, calls, **more)


ONE: Final = Total(Kind.KNOWN, differs=())


def none(why: str) -> Total:
    """Return that there is no total, and why."""
    return Total(Kind.NONE, nothing=why)


def config(kind: str, *others: str, **more: Any) -> Total:
    """Return what Config has recorded of a type: ``EC2::EIP``."""
    types = [f"AWS::{name}" for name in (kind, *others)]
    call = listing(
        "config:GetDiscoveredResourceCounts", "resourceCounts", fixed={"resourceTypes": types}
    )
    return Total(
        Kind.LAGGING,
        (call,),
        number="count",
        nothing=f"Config counts no {', '.join(types)}: it records none of them, or there is none",
        **more,
    )


def usage(service: str, name: str, **more: Any) -> Total:
    """Return a metric of usage of CloudWatch, as its dimensions Service and Resource name it."""
    return Total(
        Kind.LAGGING,
        code=f"{__package__}.usage_metrics:counted",
        options={"Service": service, "Resource": name},
        permissions=("cloudwatch:GetMetricData",),
        **more,
    )


def explorer(kind: str) -> Total:
    """Return what Resource Explorer finds of a type, where it is on: ``ec2:image``."""
    return Total(
        Kind.LAGGING,
        (
            # The first Search may create an index: it is sent only where there is one already.
            listing("resource-explorer-2:GetIndex", "[@][?State=='ACTIVE']"),
            each("resource-explorer-2:ListViews", "Views[:1].{ViewArn: @}", {}),
            replace(
                detail("resource-explorer-2:Search", {"ViewArn": "ViewArn"}),
                fixed={"QueryString": f"resourcetype:{kind}", "MaxResults": 1},
                records="[Count][?Complete]",
            ),
        ),
        number="TotalResources",
        off="Resource Explorer has no active index here",
        nothing="Resource Explorer does not count more than 1,000",
        allowed=("resource-explorer-2:Search",),
        is_confirmed=False,
    )
