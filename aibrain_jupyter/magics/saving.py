"""
``--save``: the rows of a run become evidence when it has ended.

Who keeps them is asked before anything runs (a code that cannot be, a store that cannot be
written), and told where the run ends: with what it collected, or that there is nothing to keep. A
run that failed, and one that was cancelled, is not saved; resumed it is. One with gaps is, and is
incomplete.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.execution.provenance.collected import collected_of
from aibrain_jupyter.execution.runs.plan import call_title, parameters_of
from aibrain_jupyter.shared.base_tool import import_target
from aibrain_jupyter.shared.error_handler import GrammarError, ToolLoadError
from aibrain_jupyter.shared.verbs.message import Message
from aibrain_jupyter.tool_registry import get_tool_registry

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from aibrain_jupyter.execution.runs.request import Request
    from aibrain_jupyter.execution.runs.run import Run
    from aibrain_jupyter.shared.collected import Saver

SAVER: Final = "aibrain_jupyter.tool_executors.evidence_executor:begin_save"
"""Called with the codes of ``--save``, the tool's name and what ``--save-…`` says; a `Saver`."""
PREVIEW: Final = "aibrain_jupyter.tool_executors.evidence_executor:preview_save"
"""Called with the codes, a title, the `RowKey` and what ``--save-…`` says; a `Message`."""
_WORDS: Final = ("period", "title", "until", "basis")
VS_CODE: Final = "__vsc_ipynb_file__"
"""The variable in which VS Code tells a kernel the path of its notebook."""


def begin_save(request: Request) -> tuple[Request, Saver]:
    """
    Return who keeps the rows of a request, and the request that writes its answers there.
    Raises AibrainError: they cannot be kept; nothing has run.
    """
    begin = _loaded(SAVER)
    saver: Saver = begin(request.options.save, request.spec.name, **_said(request))
    options = dataclasses.replace(request.options, raw_folder=saver.raw_folder)
    return dataclasses.replace(request, options=options), saver


def preview_save(request: Request) -> Message:
    """Return what a save would do; nothing is written."""
    key = get_tool_registry().handler_of(request.spec).key(parameters_of(request))
    said: Message = _loaded(PREVIEW)(
        request.options.save,
        call_title(request),
        key.within(request.spec.places),
        **_said(request),
    )
    return said


def _loaded(target: str) -> Any:
    try:
        return import_target(target, what="--save")
    except ToolLoadError as exc:
        raise GrammarError(
            "--save is not part of this version: it has no evidence yet.",
            next_steps=["Leave --save out."],
        ) from exc


def _said(request: Request) -> dict[str, str]:
    """Return what ``--save-…`` says, as far as it says anything."""
    words = {name: getattr(request.options, f"save_{name}") for name in _WORDS}
    return {name: word for name, word in words.items() if word}


def end_save(
    saver: Saver, run: Run, frame: pd.DataFrame | None, names: Mapping[str, Any]
) -> Message | None:
    """
    Have the rows of a run kept, and return what is to be said.
    Raises AibrainError: they were not kept.
    """
    notebook = str(names.get(VS_CODE) or "").replace("\\", "/").rpartition("/")[2]
    is_whole = run.error is None and not run.summary.was_cancelled
    collected = collected_of(run, frame, notebook=notebook) if is_whole else None
    if collected is not None:
        return saver.save(collected)
    saver.drop()
    why = "was cancelled" if run.summary.was_cancelled else "gave no rows"
    return Message(
        f"{run.id} was not saved: it {why}.",
        ("%aibrain resume: asks for what is missing and saves it",),
        is_warning=True,
    )
