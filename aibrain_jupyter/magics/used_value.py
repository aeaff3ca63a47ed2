"""
Whether somebody takes the value of a magic: ``x = %aibrain iam_users;`` has its rows in ``x``.

A ``;`` hides what a cell would show. IPython makes a call of the magic and leaves the assignment to
Python, so the instruction behind that call is what tells an assignment from a value to be shown.
"""

from __future__ import annotations

import dis
import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from types import FrameType

_MAGIC_CALLS: Final = frozenset({"run_line_magic", "run_cell_magic"})
_SHOWN: Final = frozenset({"POP_TOP", "PRINT_EXPR", "CALL_INTRINSIC_1"})
"""A value thrown away, or given to the display: by the names of several versions of Python."""


def is_value_used() -> bool:
    """Tell whether the innermost magic's value goes to a variable or into an expression."""
    frame: FrameType | None = sys._getframe()
    while frame is not None and frame.f_code.co_name not in _MAGIC_CALLS:
        frame = frame.f_back
    caller = frame.f_back if frame is not None else None
    if caller is None:
        return False
    for instruction in dis.get_instructions(caller.f_code):
        if instruction.offset > caller.f_lasti:
            return instruction.opname not in _SHOWN
    return True
