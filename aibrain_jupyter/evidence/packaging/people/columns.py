"""
Which columns of an item have people in them: by a reviewed list of names, and by their cells.

It knows what people are called in cloud accounts, not everybody: a free text may name anybody.
"""

from __future__ import annotations

import itertools
import json
import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.evidence.packaging.contents import lost
from aibrain_jupyter.evidence.saving.reading import is_data

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from aibrain_jupyter.evidence.packaging.contents import PackedItem

NAMED: Final[Mapping[str, str]] = {
    **dict.fromkeys(("user", "user_name", "username", "login", "sign_in_name"), "user name"),
    **dict.fromkeys(("user_id", "user_principal_name", "upn", "subject"), "user id"),
    **dict.fromkeys(("email", "mail", "email_address", "owner_email"), "e-mail address"),
    **dict.fromkeys(("full_name", "display_name", "given_name", "family_name"), "name of a person"),
    **dict.fromkeys(("principal", "principal_name", "principal_id"), "principal"),
    **dict.fromkeys(("members", "invoked_by", "approved_by", "assignee"), "people"),
    **dict.fromkeys(
        ("created_by", "last_modified_by", "joined_by", "owner"), "who did it or owns it"
    ),
    **dict.fromkeys(("source_ip", "client_ip", "ip_address"), "network address of a person"),
    **dict.fromkeys(("session_name", "session", "phone", "phone_number"), "person"),
}
"""Names of columns that have people, as this package's tools and other systems write them."""
PATTERNS: Final = (
    ("e-mail address", re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")),
    ("ARN of a user", re.compile(r"arn:[\w-]+:iam::\d*:user/\S+")),
    (
        "session of a role",
        re.compile(r"arn:[\w-]+:sts::\d*:(?:assumed-role/[^/\s]+|federated-user)/\S+"),
    ),
    ("session of a role", re.compile(r"\bAROA[A-Z0-9]{12,}:\S+")),
)
PSEUDONYM: Final = re.compile(r"\bperson-[0-9a-f]{16}\b")
_ROWS: Final = 5_000
"""Rows of an item whose cells are looked at."""


@dataclass(frozen=True, slots=True)
class PeopleColumn:
    """A column of an `item` (id) that has people: its `column`, `why`, and in how many `rows`."""

    item: str
    column: str
    why: str
    rows: int


def people_columns(packed: PackedItem) -> list[PeopleColumn]:
    """Return the columns of an item that have people; none where it has no rows."""
    why: dict[str, str] = {}
    counts: dict[str, int] = {}
    for row in rows_in(packed, _ROWS):
        for column, cell in row.items():
            texts = [text for text in texts_in(cell) if text and not PSEUDONYM.search(text)]
            named = NAMED.get(column.lower(), "") if texts else ""
            if found := named or next(filter(None, map(_looks, texts)), ""):
                why.setdefault(column, found)
                counts[column] = counts.get(column, 0) + 1
    return [PeopleColumn(packed.item.id, name, why[name], counts[name]) for name in why]


def people_record(packed: Iterable[PackedItem]) -> list[dict[str, Any]]:
    """Return the columns of some items that have people, as an index has them."""
    return [
        {**asdict(column), "title": str(one.manifest["title"])}
        for one in packed
        for column in people_columns(one)
    ]


def rows_in(packed: PackedItem, most: int | None = None) -> Iterator[dict[str, Any]]:
    """Yield the rows of an item as they are saved; at most so many, where that is said."""
    for name in packed.names():
        entry = packed.entry(name)
        if entry is not None and is_data(name) and not isinstance(entry.content, bytes):
            try:
                with entry.content.open("rb") as file:
                    for line in itertools.islice(file, most):
                        yield json.loads(line)
            except (OSError, ValueError) as exc:
                raise lost(packed.item.id, name, str(exc)) from exc


def texts_in(value: Any) -> Iterator[str]:
    """Yield the texts of a cell, those of lists and mappings too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from texts_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts_in(each)


def _looks(text: str) -> str:
    """Return like what a text looks, where that is a person."""
    if "@" in text or "arn:" in text or "AROA" in text:
        return next((kind for kind, pattern in PATTERNS if pattern.search(text)), "")
    return ""
