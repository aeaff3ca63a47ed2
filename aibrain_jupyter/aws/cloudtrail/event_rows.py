"""
The row of one event, read from the event itself: the same from either source.

An event in a log file and the ``CloudTrailEvent`` of LookupEvents are the same JSON. LookupEvents
says two things more, the user's name and the resources' names; for events of log files the name
is read from the identity, and the resources are those the event lists by ARN.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from aibrain_jupyter.aws.answers.secrets import without_secrets
from aibrain_jupyter.aws.clients.parsing import parse_timestamp
from aibrain_jupyter.shared.texts.redaction import redact

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Collection, Mapping

Row = dict[str, Any]
RowOf: TypeAlias = "Callable[..., Row]"
"""What makes the row of an event; the arguments are those of `row_of`."""
UNREAD: Final = " unread"
"""The only member of an event that cannot be read; it holds the `Unreadable`."""
_MANAGEMENT: Final = "Management"
_YES: Final = {"true": True, "yes": True, "false": False, "no": False}
_UNIQUE: Final = frozenset({"event_id", "error_message"})


def row_of(
    event: Mapping[str, Any],
    *,
    read_from: str,
    columns: Collection[str] | None = None,
    record: Mapping[str, Any] | None = None,
    revealed: frozenset[str] = frozenset(),
) -> Row:
    """
    Return the row of an event by column name.

    Args:
        event: The event as CloudTrail writes it.

        read_from: ``LookupEvents``, or the log file.

        columns: The columns that are wanted; None: all.

        record: What LookupEvents says of the event besides.

        revealed: Names in the request whose values are shown all the same.
    """
    row: Row = {}
    unread = event.get(UNREAD)
    for name, read in _READERS.items():
        if unread is not None:
            break
        if columns is None or name in columns:
            value = read(event)
            if isinstance(value, str) and name not in _UNIQUE:
                value = sys.intern(value)  # a year of events has few different ones
            if value is not None:
                row[name] = value
    if columns is None or "read_from" in columns:
        row["read_from"] = read_from
    if unread is None and (columns is None or "request_parameters" in columns):
        # CloudTrail leaves most secrets out by itself. A log file has no botocore shapes: names and
        # texts decide, as in any JSON.
        asked = event.get("requestParameters")
        row["request_parameters"] = without_secrets("requestParameters", asked, revealed=revealed)
    if record is not None:
        _complete(row, record, columns)
    if unread is not None:
        for name in (*_READERS, "request_parameters"):
            if columns is None or name in columns:
                row.setdefault(name, unread)
    return row


def time_of(event: Mapping[str, Any]) -> dt.datetime | None:
    """Return when an event happened, aware, UTC; None: it does not say."""
    text = event.get("eventTime")
    if not isinstance(text, str) or not text:
        return None
    try:
        return parse_timestamp(text)
    except ValueError:
        return None


def id_of(event: Mapping[str, Any]) -> str | None:
    """Return the id of an event; None: an old one has none."""
    return _text(event.get("eventID"))


def said_of(column: str, event: Mapping[str, Any]) -> Any:
    """Return what an event itself says in a column; None: nothing."""
    return _READERS[column](event)


def category_of(event: Mapping[str, Any]) -> str:
    """Return ``Management``, ``Data``, …; events of old versions do not say, and are management."""
    if said := event.get("eventCategory"):
        return str(said)
    return "Data" if event.get("managementEvent") is False else _MANAGEMENT


def user_name_of(event: Mapping[str, Any]) -> str | None:
    """Return the name of who did it: user, ``root``, or the session of a role; None: a service."""
    who = mapping(event.get("userIdentity"))
    if who.get("type") == "Root":
        return "root"
    if name := who.get("userName"):
        return str(name)
    arn = str(who.get("arn") or "")
    if ":assumed-role/" in arn or ":federated-user/" in arn:
        return arn.rpartition("/")[2]
    return None


def resource_arns(event: Mapping[str, Any]) -> list[str]:
    """Return the ARNs of the resources an event lists; many events list none."""
    found = (mapping(resource) for resource in listed(event.get("resources")))
    return [str(arn) for r in found if (arn := r.get("ARN") or r.get("ARNPrefix"))]


def mapping(value: Any) -> Mapping[str, Any]:
    """Return a member that should be a mapping; empty where it is none."""
    return value if isinstance(value, dict) else {}


def listed(value: Any) -> list[Any]:
    """Return a member that should be a list; empty where it is none."""
    return value if isinstance(value, list) else []


def _complete(row: Row, record: Mapping[str, Any], columns: Collection[str] | None) -> None:
    """Add what LookupEvents says and the event itself does not."""
    said = {
        "event_time": record.get("EventTime"),
        "event_id": record.get("EventId"),
        "event_name": record.get("EventName"),
        "event_source": record.get("EventSource"),
        "access_key_id": record.get("AccessKeyId"),
        "is_read_only": _flag(record.get("ReadOnly")),
    }
    for name, value in said.items():
        if value is not None and (columns is None or name in columns):
            row.setdefault(name, value)
    if (columns is None or "user_name" in columns) and record.get("Username"):
        row["user_name"] = record["Username"]
    if columns is None or "resources" in columns:
        names = [
            str(r["ResourceName"]) for r in record.get("Resources") or () if "ResourceName" in r
        ]
        row["resources"] = list(dict.fromkeys([*names, *row.get("resources", [])]))


def _flag(value: Any) -> bool | None:
    return value if isinstance(value, bool) else _YES.get(str(value).lower())


def _used_mfa(event: Mapping[str, Any]) -> bool | None:
    session = mapping(mapping(event.get("userIdentity")).get("sessionContext"))
    said = mapping(session.get("attributes")).get("mfaAuthenticated")
    # A sign-in to the console has no session yet and says it elsewhere.
    return _flag(mapping(event.get("additionalEventData")).get("MFAUsed") if said is None else said)


def _has_failed(event: Mapping[str, Any]) -> bool:
    # A failed sign-in has no error code: its answer says so.
    answer = mapping(event.get("responseElements"))
    return bool(event.get("errorCode") or event.get("errorMessage")) or (
        event.get("eventType") == "AwsConsoleSignIn" and "Failure" in answer.values()
    )


def _said(*path: str) -> Callable[[Mapping[str, Any]], Any]:
    """Return what reads the text at the end of a path; None where the event does not go so far."""
    *members, name = path

    def read(event: Mapping[str, Any]) -> str | None:
        for member in members:
            event = mapping(event.get(member))
        return _text(event.get(name))

    return read


def _text(value: Any) -> str | None:
    return str(value) if value not in (None, "") else None


def _error_message(event: Mapping[str, Any]) -> str | None:
    return redact(str(event["errorMessage"])) if event.get("errorMessage") else None


_READERS: Final[Mapping[str, Callable[[Mapping[str, Any]], Any]]] = {
    "event_time": time_of,
    "event_id": id_of,
    "event_name": _said("eventName"),
    "event_source": _said("eventSource"),
    "event_category": category_of,
    "event_type": _said("eventType"),
    "is_read_only": lambda event: _flag(event.get("readOnly")),
    "user_name": user_name_of,
    "user_type": _said("userIdentity", "type"),
    "principal": _said("userIdentity", "arn"),
    "principal_account": _said("userIdentity", "accountId"),
    "role": _said("userIdentity", "sessionContext", "sessionIssuer", "arn"),
    "invoked_by": _said("userIdentity", "invokedBy"),
    "access_key_id": _said("userIdentity", "accessKeyId"),
    "used_mfa": _used_mfa,
    "source_ip": _said("sourceIPAddress"),
    "user_agent": _said("userAgent"),
    "is_failed": _has_failed,
    "error_code": _said("errorCode"),
    "error_message": _error_message,
    "resources": resource_arns,
    "recipient_account": _said("recipientAccountId"),
}
