"""
``%aibrain evidence reperform ITEM`` and ``complete ITEM``: ask what an item was asked with.

Reperformed is everything, now, beside the saved rows. Completed is what was missing: the rest is
taken from the cache, as when a run is resumed.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from aibrain_jupyter.execution.provenance.collected import collected_of
from aibrain_jupyter.magics.collecting.cells import written
from aibrain_jupyter.magics.grammar.requests import request_of_text
from aibrain_jupyter.magics.runner import carry_out, run_and_show
from aibrain_jupyter.magics.saving import end_save
from aibrain_jupyter.shared.base_tool import CallContext
from aibrain_jupyter.shared.error_handler import EvidenceError
from aibrain_jupyter.shared.verbs.message import Message
from aibrain_jupyter.shared.verbs.verb import VerbAnswer
from aibrain_jupyter.tool_executors.evidence.again import AgainSaver, AskedAgain, asked_of
from aibrain_jupyter.tool_executors.evidence.comparing import KnownFrame
from aibrain_jupyter.tool_executors.evidence.known import known_of_run
from aibrain_jupyter.tool_registry import get_tool_registry
from aibrain_jupyter.widgets.coverage_line import CoverageLine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aibrain_jupyter.execution.runs.request import Request
    from aibrain_jupyter.shared.verbs.verb import VerbCall


def reperform(call: VerbCall, item: str, save: bool, key: Sequence[str]) -> VerbAnswer:
    """
    Ask now what an item was asked with, and return the comparison with the saved rows.

    With `save` what came is an item of its own; the saved one stays as it is.

    Raises:
        EvidenceError: the item cannot be asked for again.
        AibrainError: no call succeeded; nothing was saved.
    """
    asked = asked_of(item)
    request = _request(asked, fresh=True, totals=save)
    saver = AgainSaver(asked.item, "reperforms") if save else None
    said: list[Message] = []
    try:
        if saver is not None:
            request = _with_answers(request, saver)
        run = carry_out(request)
        if run.error is not None:
            raise run.error
        call.after_cell.show(CoverageLine(run.summary))
        collected = collected_of(run)
        assert collected is not None
        new = KnownFrame(f"{run.id}, asked now", collected.frame, known_of_run(collected))
        compare = get_tool_registry().load("evidence_compare")
        found = compare.run(CallContext(), old=asked.item, new=new, key=key, volatile=())
        if saver is not None and (message := end_save(saver, run, run.frame, call.names)):
            said.append(message)
    except BaseException:
        if saver is not None:
            saver.drop()
        raise
    evidence = found.attrs["evidence"]
    return VerbAnswer(
        found, (Message(evidence["verdict"], is_warning=evidence["is_warning"]), *said)
    )


def complete(call: VerbCall, item: str) -> Any:
    """
    Ask for what is missing in an item, and return the id of the new one that has all.

    Where nothing is missing any more it is in place of the old one, which is superseded; else it
    adds to it. None: nothing came to be saved.

    Raises:
        EvidenceError: nothing is missing, or the item cannot be asked for again.
    """
    asked = asked_of(item)
    if not asked.missing:
        raise EvidenceError(
            f"{asked.item} has no gaps: there is nothing to ask for.",
            next_steps=[f"%aibrain evidence reperform {asked.item}: asks for all of it again."],
        )
    saver = AgainSaver(asked.item, "completes", supersedes=True)
    request = _request(asked, accepts_from=asked.since, totals=True)
    try:
        run_and_show(_with_answers(request, saver), call.after_cell, saver)
    except BaseException:
        saver.drop()
        raise
    return saver.kept or None


def _request(asked: AskedAgain, **options: Any) -> Request:
    """Return the request of an item: what a person would write in a cell."""
    cell = written(asked.tool, asked.parameters, asked.places, asked.profile)
    request = request_of_text(cell, {})
    return dataclasses.replace(request, options=dataclasses.replace(request.options, **options))


def _with_answers(request: Request, saver: AgainSaver) -> Request:
    options = dataclasses.replace(request.options, raw_folder=saver.raw_folder)
    return dataclasses.replace(request, options=options)
