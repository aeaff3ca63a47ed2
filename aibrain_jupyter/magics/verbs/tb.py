"""
``%aibrain tb``: the full traceback behind the last failure.

IPython's ``%tb`` repeats the short form, because our errors render themselves.
Source lines and causes are shown, values of variables never.
"""

import traceback
from typing import Final

from aibrain_jupyter.execution.runs.session import get_session
from aibrain_jupyter.shared.error_handler import InputError
from aibrain_jupyter.shared.texts.redaction import redact
from aibrain_jupyter.shared.texts.shown import clipped, printable
from aibrain_jupyter.shared.verbs.verb import Verb, VerbCall
from aibrain_jupyter.widgets.blocks import Code, Page, line
from aibrain_jupyter.widgets.spans import strong

_LONGEST_LINE: Final = 4000
_MOST_LINES: Final = 1000


def _tb(call: VerbCall) -> Page:
    error = get_session().last_error
    if error is None:
        raise InputError("No cell has failed in this kernel yet.")
    title = line(strong(f"The last failure: {type(error).__name__}"))
    return Page("Traceback", [title, Code(_lines(error))])


def _lines(error: BaseException) -> str:
    """Return the traceback as it may stand in a notebook: what an exception says may be huge."""
    lines = "".join(traceback.format_exception(error)).splitlines()
    if len(lines) > _MOST_LINES:
        left_out = f"… {len(lines) - _MOST_LINES:,} lines …"
        # The outermost calls are at the beginning, what was raised is at the end.
        lines = [*lines[: _MOST_LINES // 2], left_out, *lines[-_MOST_LINES // 2 :]]
    return printable(redact("\n".join(clipped(one, _LONGEST_LINE) for one in lines)))


TB = Verb(name="tb", summary="the full traceback of the last failure", usage=("tb",), run=_tb)
