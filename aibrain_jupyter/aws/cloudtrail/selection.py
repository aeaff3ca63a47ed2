"""Which events are wanted: the same answer for an event of LookupEvents and one of a log file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.aws.cloudtrail.event_rows import (
    category_of,
    listed,
    mapping,
    resource_arns,
    said_of,
)
from aibrain_jupyter.aws.cloudtrail.params import DATA, EVERY, MANAGEMENT

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping

_ATTRIBUTES: Final = {
    "event_id": "EventId",
    "access_key_id": "AccessKeyId",
    "resource_name": "ResourceName",
    "user_name": "Username",
    "event_name": "EventName",
    "resource_type": "ResourceType",
    "event_source": "EventSource",
    "read_only": "ReadOnly",
}
"""What LookupEvents calls them; those first that most likely leave the fewest events."""


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` to just before `end`, aware, UTC; None: open."""

    start: dt.datetime | None = None
    end: dt.datetime | None = None

    def has(self, time: dt.datetime | None) -> bool:
        """Tell whether an event is of the span; one without a time may be, and is kept."""
        if time is None:
            return True
        return (self.start is None or time >= self.start) and (self.end is None or time < self.end)


@dataclass(frozen=True, slots=True)
class Selection:
    """Which events are wanted: `category`, and values by parameter name; empty: all."""

    category: str = MANAGEMENT
    wanted: Mapping[str, str] = field(default_factory=dict)

    def lookup_attribute(self) -> tuple[str, dict[str, str]] | None:
        """
        Return the one selection that LookupEvents is asked for: it takes no second one.

        The name of the parameter, and the attribute as the API spells it; None: there is none.
        """
        for name, key in _ATTRIBUTES.items():
            if name in self.wanted:
                return name, {"AttributeKey": key, "AttributeValue": self.wanted[name]}
        return None

    def has_category(self, event: Mapping[str, Any]) -> bool:
        """Tell whether an event is of the category that is wanted."""
        if self.category == EVERY:
            return True
        return self.category == (MANAGEMENT if category_of(event) == "Management" else DATA)

    def matches(
        self, event: Mapping[str, Any], record: Mapping[str, Any] | None = None, *, but: str = ""
    ) -> bool:
        """
        Tell whether an event, as CloudTrail writes it, has the values that are wanted.

        `record` is what LookupEvents says of it besides, `but` the parameter it has seen to.
        """
        return all(
            name == but or value in _facts(name, event, record)
            for name, value in self.wanted.items()
        )


def _facts(
    name: str, event: Mapping[str, Any], record: Mapping[str, Any] | None
) -> set[str | None]:
    if record is not None:
        if name == "user_name":
            return {record.get("Username")}
        if name in ("resource_name", "resource_type"):
            key = _ATTRIBUTES[name]
            return {resource.get(key) for resource in record.get("Resources") or ()}
    if name == "read_only":
        return {str(event.get("readOnly")).lower()}
    if name == "resource_type":
        return {mapping(resource).get("type") for resource in listed(event.get("resources"))}
    if name == "resource_name":
        return set(_names(event))
    return {said_of(name, event)}


def _names(event: Mapping[str, Any]) -> Iterator[str]:
    """Yield whatever may be the name of a resource of an event."""
    texts = [*_texts(event.get("requestParameters")), *_texts(event.get("responseElements"))]
    for text in (*resource_arns(event), *texts):
        yield text
        if text.startswith("arn:"):
            yield text.rpartition("/")[2]
            yield text.rpartition(":")[2]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
