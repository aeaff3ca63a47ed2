"""
How an operation is paged: which input takes which token of the answer.

botocore's paginator models say so for most operations. 840 more reads, of 148
services, have a page token and no paginator; whoever calls those once gets the
first page and no error. For them `paging_of` finds the pair by rule, from the
operation's own members.

To page an operation the rule cannot see through, add it to `_OWN_PAGING` in the
form of botocore's paginator models; ``tests/aws/operations/test_every_operation.py`` looks
for those.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import jmespath  # type: ignore[import-untyped]

from aibrain_jupyter.aws.operations.models import find_operation, paginator

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from botocore.model import Shape

_OFFSET: Final[Mapping[str, Any]] = {
    "input_token": "itemOffset",
    "output_token": "nextItemOffset",
    "fixed": {"itemOffset": 0},
}
_OWN_PAGING: Final[Mapping[str, Mapping[str, Any]]] = {
    # Most of these go on after the last name they gave; no pair of names shows that.
    "deadline:SearchJobs": _OFFSET,
    "deadline:SearchSteps": _OFFSET,
    "deadline:SearchTasks": _OFFSET,
    "deadline:SearchWorkers": _OFFSET,
    "firehose:ListDeliveryStreams": {
        "input_token": "ExclusiveStartDeliveryStreamName",
        "output_token": "DeliveryStreamNames[-1]",
        "more_results": "HasMoreDeliveryStreams",
    },
    "firehose:ListTagsForDeliveryStream": {
        "input_token": "ExclusiveStartTagKey",
        "output_token": "Tags[-1].Key",
        "more_results": "HasMoreTags",
    },
    "kinesisanalytics:ListApplications": {
        "input_token": "ExclusiveStartApplicationName",
        "output_token": "ApplicationSummaries[-1].ApplicationName",
        "more_results": "HasMoreApplications",
    },
    "kinesis:ListTagsForStream": {
        "input_token": "ExclusiveStartTagKey",
        "output_token": "Tags[-1].Key",
        "more_results": "HasMoreTags",
    },
    "lexv2-models:SearchAssociatedTranscripts": {
        "input_token": "nextIndex",
        "output_token": "nextIndex",
    },
    # Two tokens, one for each direction, that never end: the way forward is over when it leads to
    # where one is. It has everything only when it begins at the oldest event.
    "lightsail:GetRelationalDatabaseLogEvents": {
        "input_token": "pageToken",
        "output_token": "nextForwardToken",
        "fixed": {"startFromHead": True},
        "ends_by_repeating": True,
    },
    "logs:GetLogEvents": {
        "input_token": "nextToken",
        "output_token": "nextForwardToken",
        "fixed": {"startFromHead": True},
        "ends_by_repeating": True,
    },
    "route53:ListGeoLocations": {
        "input_token": ["StartContinentCode", "StartCountryCode", "StartSubdivisionCode"],
        "output_token": ["NextContinentCode", "NextCountryCode", "NextSubdivisionCode"],
        "more_results": "IsTruncated",
    },
    "route53:ListHostedZonesByName": {
        "input_token": ["DNSName", "HostedZoneId"],
        "output_token": ["NextDNSName", "NextHostedZoneId"],
        "more_results": "IsTruncated",
    },
}
_INPUT: Final = re.compile(
    r"(next)?(page|pagination|continuation|message)?token|\w*marker|position|exclusivestart\w+",
    re.I,
)
_NEXT: Final = re.compile(r"next\w*(token|marker)", re.I)
_LIMIT: Final = re.compile(r"max_?(results|items|records)|limit|page_?size", re.I)
_MORE: Final = re.compile(r"(is_?)?truncated|has_?more\w*", re.I)


@dataclass(frozen=True, slots=True)
class Paging:
    """
    The paging of one operation, as JMESPath expressions into its answer.

    `tokens` maps each input to where its next value is found (empty: one page), `more` says
    where the answer states that there is more, `unfollowed` where it has tokens that no input
    takes. `fixed` are inputs that the paging itself sets. With `ends_by_repeating` the list is
    over when the next token is the one that was sent. `limit` is the input that says how many
    rows may come, where nothing leads to the others.
    """

    tokens: Mapping[str, str]
    more: str = ""
    unfollowed: tuple[str, ...] = ()
    fixed: Mapping[str, Any] = field(default_factory=dict)
    ends_by_repeating: bool = False
    limit: str = ""

    @property
    def inputs(self) -> set[str]:
        """The inputs that serve paging only: nobody else gives them."""
        return {*self.tokens, *self.fixed}

    def next_tokens(self, page: Mapping[str, Any]) -> dict[str, Any]:
        """Return the inputs that ask for the page after `page`; empty when it is the last."""
        if self.more and _search(self.more, page) is False:
            return {}
        found = {name: _search(path, page) for name, path in self.tokens.items()}
        # "None" is how some services spell an absent token; botocore drops it, too.
        return {name: value for name, value in found.items() if value and value != "None"}

    def is_cut_off(self, page: Mapping[str, Any]) -> bool:
        """Whether `page` says that there is more; a fault when it has no next token."""
        return any(_search(path, page) for path in (self.more, *self.unfollowed) if path)

    def members(self) -> set[str]:
        """Return the top-level members of the answer that serve paging only."""
        paths = (*self.tokens.values(), *self.unfollowed, self.more)
        return {path for path in paths if path.isidentifier()}


@cache
def paging_of(service: str, operation: str) -> Paging:
    """
    Return how an operation is paged.

    Args:
        service: The service's name.

        operation: The operation as the API spells it, ``ListUsers``.
    """
    model = find_operation(service, operation)
    outputs = dict(_scalars(model.output_shape))
    more = next((p for p, shape in outputs.items() if _named(p, shape, "boolean", _MORE)), "")
    entry = _OWN_PAGING.get(f"{service}:{operation}") or paginator(service, operation)
    if entry:
        pairs = zip(_listed(entry["input_token"]), _listed(entry["output_token"]), strict=True)
        return Paging(
            dict(pairs),
            entry.get("more_results") or more,
            fixed=entry.get("fixed", {}),
            ends_by_repeating=entry.get("ends_by_repeating", False),
        )
    inputs = [p for p, shape in _scalars(model.input_shape) if _named(p, shape, "string", _INPUT)]
    strings = [p for p, shape in outputs.items() if shape.type_name == "string"]
    tokens = {name: path for name in inputs if (path := _partner(name, strings))}
    if tokens:
        return Paging(tokens, more)
    unfollowed = tuple(p for p in strings if _NEXT.fullmatch(_last(p)))
    limits = (p for p, shape in _scalars(model.input_shape) if _named(p, shape, "integer", _LIMIT))
    return Paging({}, more, unfollowed, limit=next(limits, ""))


def _partner(name: str, outputs: list[str]) -> str:
    """Return the output whose value goes into the input `name`: NextMarker before Marker."""
    plain = name.lower()
    if plain.startswith("exclusivestart"):
        wanted = [plain.replace("exclusivestart", "lastevaluated")]
    else:
        wanted = ["next" + plain, plain]
    return next((p for w in wanted for p in outputs if _last(p).lower() == w), "")


def _scalars(shape: Shape | None) -> Iterator[tuple[str, Shape]]:
    """Yield path and shape of an answer's own scalars, then of those one structure down."""
    members: Mapping[str, Shape] = getattr(shape, "members", {})
    for name, member in members.items():
        if member.type_name != "structure":
            yield name, member
    for name, member in members.items():
        if member.type_name == "structure":
            # CloudFront and Pinpoint wrap the whole answer in one structure, tokens included.
            yield from ((f"{name}.{sub}", s) for sub, s in member.members.items())  # type: ignore[attr-defined]


def _named(path: str, shape: Shape, type_name: str, pattern: re.Pattern[str]) -> bool:
    return shape.type_name == type_name and pattern.fullmatch(_last(path)) is not None


def _last(path: str) -> str:
    return path.rpartition(".")[2]


def _listed(value: str | list[str]) -> list[str]:
    return value if isinstance(value, list) else [value]


def _search(expression: str, page: Mapping[str, Any]) -> Any:
    if expression.isidentifier():
        return page.get(expression)  # nearly every token: not worth an interpreter
    return _compiled(expression).search(page)


@cache
def _compiled(expression: str) -> Any:
    return jmespath.compile(expression)
