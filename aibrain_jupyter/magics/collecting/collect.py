"""``%aibrain evidence collect PLAN``: its words, its progress, its answer."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from aibrain_jupyter.execution.loop.bridge import run_blocking
from aibrain_jupyter.execution.loop.cancel_and_ctrl_c import CancelToken
from aibrain_jupyter.execution.runs.session import get_session
from aibrain_jupyter.magics.collecting.collection import collection_of
from aibrain_jupyter.magics.runner import watch_alerts_here
from aibrain_jupyter.shared.config import get_settings
from aibrain_jupyter.shared.error_handler import EvidenceError
from aibrain_jupyter.shared.frames.view import as_view
from aibrain_jupyter.shared.verbs.message import Message
from aibrain_jupyter.shared.verbs.verb import VerbAnswer, VerbCall
from aibrain_jupyter.tool_executors.evidence.plans.planning import plan_of
from aibrain_jupyter.tool_executors.evidence.plans.wanted import wanted_of
from aibrain_jupyter.widgets.progress.display import make_progress

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from aibrain_jupyter.magics.collecting.collection import Collection


def collect(call: VerbCall, plan: str, **given: Any) -> Any:
    """
    Collect what a plan asks for; the value is the table, in the background the run.

    Raises:
        InputError: something in the plan does not fit; nothing was asked.
        EvidenceError: not every row is complete, and that was asked for.
    """
    now = dt.datetime.now(dt.UTC)
    file = str(call.names.get("__vsc_ipynb_file__") or "")
    read = plan_of(plan, given["period"], now)
    chosen = {name: given[name] for name in ("rows", "occurrence", "again")}
    wanted = wanted_of(read, now, **chosen, ahead=given["dry_run"])
    notebook = file.replace("\\", "/").rpartition("/")[2]
    collection = collection_of(read, wanted, notebook, _cell(plan, given))
    if given["dry_run"]:
        from aibrain_jupyter.magics.collecting.preview import preview

        return preview(collection)
    if given["bg"] and collection.works:
        from aibrain_jupyter.magics.background import start_in_background
        from aibrain_jupyter.magics.collecting.background import BackgroundCollection

        return start_in_background(
            lambda token, listener: BackgroundCollection(collection, token, listener),
            call.after_cell.shell,
        )
    found, run_id = _carried_out(collection)
    said = as_view(found, "collection").attrs["evidence"]
    if given["strict"] and said["status"]:
        raise EvidenceError(
            f"Not every row of the plan is complete: {said['verdict']}.",
            next_steps=[f"%aibrain evidence due {plan} says what is needed."],
            facts={"run": run_id},
        )
    return VerbAnswer(found, (Message(said["verdict"], is_warning=bool(said["status"])),))


def _cell(plan: str, given: Mapping[str, Any]) -> str:
    """Return the cell that goes on: what is saved and whole is not asked again."""
    words = [f"--{name} {given[name]}" for name in ("period", "occurrence") if given[name]]
    words += [f"--rows {','.join(given['rows'])}"] if given["rows"] else []
    return " ".join(["%aibrain evidence collect", f'"{plan}"' if " " in plan else plan, *words])


def _carried_out(collection: Collection) -> tuple[pd.DataFrame, str]:
    """Return the table, and what the whole is called."""
    watch_alerts_here()
    token = CancelToken()
    progress = make_progress(str(get_settings().get("progress")), on_cancel=token.cancel)
    run_id = get_session().next_run_id()
    try:
        found: pd.DataFrame = run_blocking(
            lambda: collection.carry_out(run_id, progress.listener, token), token=token
        )
    finally:
        progress.close()
    return found, run_id
