"""
``%aibrain tb``: the full traceback behind the last failure.

IPython's ``%tb`` repeats the short form, because our errors render themselves.
Source lines and causes are shown, values of variables never.
"""

import traceback

from aibrain_jupyter.execution.runs.session import get_session
from aibrain_jupyter.shared.error_handler import InputError
from aibrain_jupyter.shared.texts.redaction import redact
from aibrain_jupyter.shared.verbs.verb import Verb, VerbCall
from aibrain_jupyter.widgets.blocks import Code, Page, line
from aibrain_jupyter.widgets.spans import strong


def _tb(call: VerbCall) -> Page:
    error = get_session().last_error
    if error is None:
        raise InputError("No cell has failed in this kernel yet.")
    title = line(strong(f"The last failure: {type(error).__name__}"))
    lines = "".join(traceback.format_exception(error))
    return Page("Traceback", [title, Code(redact(lines))])


TB = Verb(name="tb", summary="the full traceback of the last failure", usage=("tb",), run=_tb)
