"""``--dry-run`` of a collection: calls and policy of the whole plan; nothing is run or saved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aibrain_jupyter.execution.runs.run import plan_request
from aibrain_jupyter.widgets.plan import PlannedRow, collection_page

if TYPE_CHECKING:
    from aibrain_jupyter.magics.collecting.collection import Collection
    from aibrain_jupyter.widgets.blocks import Page


def preview(collection: Collection) -> Page:
    """Return what a collection would do."""
    works = collection.works
    plans = [plan_request(work.request) for work in works]
    rows = [
        PlannedRow(
            work.wanted.row.id,
            work.wanted.row.title,
            tuple(map(str, work.wanted.row.codes)),
            work.wanted.occurrence.words,
            plan,
        )
        for work, plan in zip(works, plans, strict=True)
    ]
    notes = [f"{one.row.id}: {one.item or 'by hand'}: {one.remarks}" for one in collection.known]
    return collection_page(collection.plan.title, rows, notes)
