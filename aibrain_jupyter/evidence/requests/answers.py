"""What has been collected for each request of a list: the cells that go into a copy of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aibrain_jupyter.evidence.decisions.codes import codes_of
from aibrain_jupyter.evidence.decisions.states import SUPERSEDED, code_states, state_of
from aibrain_jupyter.evidence.saving.times import iso
from aibrain_jupyter.evidence.store.store import INCOMPLETE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aibrain_jupyter.evidence.requests.request_list import RequestList
    from aibrain_jupyter.evidence.store.store import Item

HEADERS: Final = (
    *("Evidence status", "Evidence items", "Manifest SHA-256"),
    *("Evidence as of", "Evidence saved (UTC)"),
)
MISSING: Final = "missing"


def answers_of(listed: RequestList, items: Sequence[Item]) -> dict[int, tuple[str, ...]]:
    """
    Return the cells of `HEADERS` by row; of several items each has a line in every cell.

    An item that a newer one replaced is left out. A request without an item is `MISSING`; one
    without an id, which no item can name, has empty cells.
    """
    by_code: dict[str, list[Item]] = {}
    for item in items:
        if state_of(item) != SUPERSEDED:
            for name in {text for code in codes_of(item) for text in (code.code, str(code))}:
                by_code.setdefault(name, []).append(item)
    found = {}
    for request in listed.requests:
        meant = by_code.get(request.id, []) if request.id else []
        rows = [_cells(item, request.id) for item in meant]
        if not request.id:
            rows = [("",) * len(HEADERS)]
        elif not rows:
            rows = [(MISSING, *("",) * (len(HEADERS) - 1))]
        found[request.row] = tuple("\n".join(cells) for cells in zip(*rows, strict=True))
    return found


def _cells(item: Item, code: str) -> tuple[str, ...]:
    was = " (saved incomplete)" if item.saved.facts["status"] == INCOMPLETE else ""
    state = state_of(item)
    delivery = next(
        (how for one, how in code_states(item).items() if how and code in (one.code, str(one))), ""
    )
    status = ", ".join(filter(None, (state if state == INCOMPLETE else state + was, delivery)))
    as_of = "" if item.is_purged else item.manifest()["times"]["as_of"]["words"]
    return status, item.id, item.manifest_sha256, as_of, iso(item.saved.time)
