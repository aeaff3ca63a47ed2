"""
What CloudTrail tells of the making and deleting of a resource's things. Imports no SDK.

A provider knows what there is now. Whoever was there in a period follows from it with the events
that create, delete and rename. The expressions are JMESPath over an event as CloudTrail writes it;
its members are those of the API, their first letter small.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from aibrain_jupyter.aws.resources.shapes import flag, text, time

if TYPE_CHECKING:
    from collections.abc import Mapping

CREATED: Final = "created"
DELETED: Final = "deleted"
RENAMED: Final = "renamed"

CONFIG: Final = ("config:ListDiscoveredResources", "config:GetResourceConfigHistory")
"""What AWS Config is asked: what it knows to be gone, and when each such thing was made."""

IN_PERIOD: Final = flag(
    "in_period", "whether it was there in the period, for a moment at least; NA: not known"
)
FROM: Final = time("existed_from", "when it was made, UTC; NaT: not known (not_known says why)")
UNTIL: Final = time(
    "existed_until", "when it was deleted, UTC; NaT: it is there now, or not_known says why"
)
SOURCE: Final = text(
    "population_source", "now: it is listed now; or the CloudTrail events that tell of it"
)
POPULATION_COLUMNS: Final = (IN_PERIOD, FROM, UNTIL, SOURCE)


@dataclass(frozen=True, slots=True)
class Change:
    """
    An event: its name, what it does, and the JMESPath of the key it is about (text or list).

    `new_key` is the key afterwards (`RENAMED`). Where `when` is false the event is about something
    else.
    """

    event: str
    kind: str
    key: str
    new_key: str = ""
    when: str = ""


@dataclass(frozen=True, slots=True)
class Population:
    """
    How the things of one curated resource come and go.

    Args:
        tool: The tool of the resource, ``iam_users``.

        source: The events' ``eventSource``.

        key: The column that events name a thing by.

        changes: The events.

        created: The column with the time it was made; empty: there is none.

        seen_by: The column with a time at which it was there already; empty: there is none.

        told: What events say besides: JMESPath by column.

        is_unique: Whether a key is never given to a second thing.

        ignores_case: Whether keys that differ in case only are the same.

        unseen: JMESPath over a row: true where it may have been made without an event of `changes`.

        in_every_region: Whether the events are in whatever region the thing is made in, though the
            resource is asked once per account.

        config_type: The type AWS Config records such things as; empty: it does not, or names them
            by something else.

        config_key: The member of Config's list that is the key.

        traps: What a reader of the frame should know besides.
    """

    tool: str
    source: str
    key: str
    changes: tuple[Change, ...]
    created: str = ""
    seen_by: str = ""
    told: Mapping[str, str] = field(default_factory=dict)
    is_unique: bool = False
    ignores_case: bool = False
    unseen: str = ""
    in_every_region: bool = False
    config_type: str = ""
    config_key: str = "resourceName"
    traps: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the resource that are read to tell who was there."""
        return tuple(name for name in (self.key, self.created, self.seen_by) if name)

    @property
    def events(self) -> dict[str, Change]:
        """The changes by the name of their event."""
        return {change.event: change for change in self.changes}


def created(key: str, *events: str) -> tuple[Change, ...]:
    """Return events that make a thing."""
    return tuple(Change(event, CREATED, key) for event in events)


def deleted(key: str, *events: str, when: str = "") -> tuple[Change, ...]:
    """Return events that delete a thing."""
    return tuple(Change(event, DELETED, key, when=when) for event in events)


def renamed(event: str, key: str, new_key: str) -> tuple[Change, ...]:
    """Return the event that renames a thing, if it says a new name."""
    return (Change(event, RENAMED, key, new_key, when=new_key),)
