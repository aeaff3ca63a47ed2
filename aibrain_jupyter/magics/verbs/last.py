"""``%aibrain last``: where the rows of the last run came from, and how each call ended."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from aibrain_jupyter.execution.session import get_session
from aibrain_jupyter.magics.options import switch
from aibrain_jupyter.magics.verbs.verb import Verb, VerbCall
from aibrain_jupyter.shared.error_handler import InputError
from aibrain_jupyter.widgets.blocks import Block, Heading, Page, Table, line
from aibrain_jupyter.widgets.coverage import CoverageLine
from aibrain_jupyter.widgets.spans import strong

if TYPE_CHECKING:
    from aibrain_jupyter.execution.run import Run


def _last(call: VerbCall) -> Any:
    run = get_session().last
    if run is None:
        raise InputError(
            "Nothing has been run in this kernel yet.",
            next_steps=["%aibrain tools lists what there is to run."],
        )
    if "coverage" in call.options:
        return run.coverage
    if "provenance" in call.options:
        return run.provenance
    if "rows" in call.options:
        if run.frame is None:
            raise InputError(
                f"The last run ({run.id}, {run.plan.title}) has no rows: no call succeeded.",
                next_steps=["%aibrain last --coverage shows how each call ended."],
            )
        return run.frame
    return LastRun(run)


class LastRun(Page):
    """A run: the cell as it was written, its provenance, its coverage."""

    label = "Last run"

    def __init__(self, run: Run) -> None:
        self._run = run

    def blocks(self) -> list[Block]:
        """Return the title, the provenance, the coverage."""
        run = self._run
        rows = tuple((name, _text(value)) for name, value in run.provenance.items())
        return [
            line(strong(f"{run.id} · {run.plan.title} · {run.outcome_word}")),
            Table(("provenance", "value"), rows, label="Provenance"),
            Heading("Coverage"),
            *CoverageLine(run.summary).blocks(),
        ]


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return ", ".join(_text(item) for item in value)
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_text(item)}" for key, item in value.items())
    return json.dumps(value)


LAST = Verb(
    name="last",
    summary="the last run: where its rows came from and what is missing",
    usage=("last", "last --coverage", "last --provenance", "last --rows"),
    run=_last,
    options=(
        switch("--coverage", "coverage", "a DataFrame: how each call ended, and its next step"),
        switch("--provenance", "provenance", "a dict: identity, operations, times, versions"),
        switch("--rows", "rows", "the rows again, a DataFrame; also after ; or --strict"),
    ),
)
