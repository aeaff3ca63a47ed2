"""The demo's SharePoint: what was handed in a year ago, on a local Graph beside the accounts."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

from aibrain_jupyter.demo import clock
from aibrain_jupyter.demo.seeds.iam_people import USERS
from aibrain_jupyter.sharepoint.server import LocalGraph

if TYPE_CHECKING:
    from collections.abc import Mapping

TOKEN: Final = "demo"  # noqa: S105 - opens invented documents on this machine
_YEAR: Final = dt.timedelta(days=365)
_RFIS: Final[Mapping[str, str]] = {
    "RFI-014 IAM users/iam_users.csv": "user_name,has_mfa",
    "RFI-014 IAM users/notes.txt": "Taken from the console by hand; the machines are left out.\n",
    "RFI-021 Backups/restore test.txt": "Restored orders from the snapshot of 1 September.\n",
}


def start_documents() -> LocalGraph:
    """Start the server with its documents, and return it."""
    graph = LocalGraph().__enter__()
    graph.tokens.valid[TOKEN] = (float("inf"), "")
    handed_in = clock.moment(clock.TODAY).replace(tzinfo=dt.UTC) - _YEAR
    for path, text in _RFIS.items():
        content = _users(text) if path.endswith(".csv") else text
        item, _ = graph.drive.write(f"FY2025/{path}", content.encode())
        item.created = item.modified = handed_in
    return graph


def _users(header: str) -> str:
    """Return last year's list: those who were there, in another state of things."""
    people = next(iter(USERS.values()))
    rows = [f"{user.name},{str(not user.has_mfa).lower()}" for user in people[:6]]
    return "\n".join([header, *rows, ""])
