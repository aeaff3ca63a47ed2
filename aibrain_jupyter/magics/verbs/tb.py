"""
``%aibrain tb``: the full traceback behind the last failure.

IPython's ``%tb`` repeats the short form, because our errors render themselves.
Source lines and causes are shown, values of variables never.
"""

from __future__ import annotations

import traceback

from aibrain_jupyter.execution.runs.session import get_session
from aibrain_jupyter.shared.error_handler import InputError
from aibrain_jupyter.shared.texts.redaction import redact
from aibrain_jupyter.shared.verbs.verb import Verb, VerbCall
from aibrain_jupyter.widgets.blocks import Block, Code, Page, line
from aibrain_jupyter.widgets.spans import strong


def _tb(call: VerbCall) -> Page:
    error = get_session().last_error
    if error is None:
        raise InputError("No cell has failed in this kernel yet.")
    return Traceback(error)


class Traceback(Page):
    """The traceback of an error and of what caused it, secrets hidden."""

    label = "Traceback"

    def __init__(self, error: BaseException) -> None:
        self._error = error

    def blocks(self) -> list[Block]:
        """Return the kind of error and the lines."""
        lines = "".join(traceback.format_exception(self._error))
        return [
            line(strong(f"The last failure: {type(self._error).__name__}")),
            Code(redact(lines)),
        ]


TB = Verb(
    name="tb",
    summary="the full traceback of the last failure",
    usage=("tb",),
    run=_tb,
)
