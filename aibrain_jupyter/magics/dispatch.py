"""
One cell, from its text to its value: a verb, a tool, or help.

Nothing runs before everything is read and checked. Whatever is raised on the
way is kept for ``%aibrain tb`` and raised as it is.
"""

from __future__ import annotations

import dis
import sys
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.execution.metrics.recording import RECORDER
from aibrain_jupyter.execution.runs.session import get_session
from aibrain_jupyter.magics.after_cell import show
from aibrain_jupyter.magics.grammar.interpolation import interpolate
from aibrain_jupyter.magics.grammar.line import (
    Line,
    find_head,
    read_line,
    strip_semicolon,
    words_of_line,
)
from aibrain_jupyter.magics.grammar.meant import as_meant
from aibrain_jupyter.magics.grammar.requests import find_tool, request_of_line, text_of, word_of
from aibrain_jupyter.magics.grammar.run_options import RUN_OPTIONS, typed_options
from aibrain_jupyter.magics.runner import run_and_show
from aibrain_jupyter.shared.error_handler import (
    AibrainError,
    CredentialsError,
    GrammarError,
    InputError,
)
from aibrain_jupyter.shared.verbs.verb import VerbAnswer, VerbCall
from aibrain_jupyter.tool_registry import get_tool_registry
from aibrain_jupyter.widgets.blocks import Page
from aibrain_jupyter.widgets.notice import drawn
from aibrain_jupyter.widgets.progress.display import is_watched

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import FrameType, ModuleType

    from aibrain_jupyter.magics.after_cell import AfterCell
    from aibrain_jupyter.shared.verbs.message import Message
    from aibrain_jupyter.shared.verbs.verb import Verb


_MAGIC_CALLS: Final = frozenset({"run_line_magic", "run_cell_magic"})
_EXPLAINED: Final = "%aibrain fix"
_SHOWN: Final = frozenset({"POP_TOP", "PRINT_EXPR", "CALL_INTRINSIC_1"})
"""A value thrown away, or given to the display: by the names of several versions of Python."""


def run_cell(
    after_cell: AfterCell, line: str, body: str | None, local_ns: Mapping[str, Any]
) -> Any:
    """
    Carry out a cell and return its value.

    `line` is what stands after ``%aibrain`` or ``%%aibrain``, `body` is None for ``%aibrain``. The
    variables where the magic was called, `local_ns`, hide the shell's.
    """
    try:
        return _run_cell(after_cell, line, body, {**after_cell.shell.user_ns, **local_ns})
    except Exception as exc:
        if isinstance(exc, InputError) and not exc.next_steps:
            exc.next_steps = (f"{_help_on(line)} says what can be written.",)
        if isinstance(exc, AibrainError) and not isinstance(exc, InputError):
            exc.more = _EXPLAINED
        get_session().last_error = exc
        raise


def _verbs() -> ModuleType:
    """Return what knows every verb; they are imported for it."""
    from aibrain_jupyter.magics.verbs import every

    return every.known


def _help_on(line: str) -> str:
    head, word, *_ = (*line.split(maxsplit=2), "", "")
    verb = _verbs().find_verb(head) if head else None
    if verb and verb.explains and word in verb.words_after(()):
        return f"%aibrain {head} {word} --help"
    return f"%aibrain help {head}" if verb or head in get_tool_registry() else "%aibrain help"


def _run_cell(after_cell: AfterCell, line: str, body: str | None, names: Mapping[str, Any]) -> Any:
    if RECORDER.problems:
        RECORDER.tell_problem()
    # What is a tool's name as it stands means itself.
    if line.strip().partition(" ")[0] not in get_tool_registry() or line.rstrip().endswith("?"):
        line = as_meant(line)
    text = text_of(line, body)
    line, body, hides_value = strip_semicolon(line, body)
    tokens = words_of_line(line)
    # Only options that stand before the head need to be known.
    valued = _verbs().valued_flags() if tokens and tokens[0].is_option else ()
    head = word_of(find_head(tokens, valued), names)
    is_tool = head in get_tool_registry()
    verb = None if is_tool else _verbs().find_verb(head)
    if verb is not None:
        if body and body.strip():
            raise GrammarError(
                f"{head} takes no body." if head else "The body of the cell has no tool to go to.",
                next_steps=["Name a tool on the first line: %%aibrain TOOL"],
            )
        read = read_line(tokens, head, _verbs().options_of(verb))
        value = _help(read, verb) if read.wants_help else _run_verb(verb, read, after_cell, names)
    else:
        if not is_tool:
            find_tool(head, line)  # a wrong name is the first thing to say, before the options
        read = read_line(tokens, head, RUN_OPTIONS)
        if read.wants_help:
            show(_help(read))
            return None
        value = run_and_show(request_of_line(read, body, names, text), after_cell)
    if hides_value and not _is_value_used():
        return None
    if isinstance(value, Page):
        show(value)
        return None
    return value


def _run_verb(verb: Verb, line: Line, after_cell: AfterCell, names: Mapping[str, Any]) -> Any:
    call = VerbCall(
        words=line.words
        if verb.names_variables
        else tuple(word_of(word, names) for word in line.words),
        pairs={key: interpolate(value, names) for key, value in line.pairs.items()},
        options=typed_options(line.options, verb.options, names),
        names=names,
        after_cell=after_cell,
        say=_say if is_watched() else None,
    )
    answer = verb.call(call)
    if isinstance(answer, VerbAnswer):
        for message in answer.messages:
            show(drawn(message))
        if answer.then and _waits_for_a_session():
            _say(answer.value)
            return _follow(answer.then, call)
        answer = answer.value
    return drawn(answer)


def _waits_for_a_session() -> bool:
    """Tell whether calls of the newest incomplete run failed for want of a session."""
    run = get_session().last_incomplete()
    return run is not None and any(isinstance(one.error, CredentialsError) for one in run.calls)


def _follow(name: str, call: VerbCall) -> Any:
    """Carry out the verb that follows another, without words of its own."""
    verb = _verbs().find_verb(name)
    assert verb is not None
    return drawn(verb.call(VerbCall(names=call.names, after_cell=call.after_cell)))


def _say(message: Message) -> None:
    show(drawn(message))


def _help(line: Line, verb: Verb | None = None) -> Any:
    words = line.words[:1] if verb and verb.explains else ()
    from aibrain_jupyter.magics.verbs.help import HELP_VERB

    return HELP_VERB.call(VerbCall((line.head, *words) if line.head else (), line.pairs))


def _is_value_used() -> bool:
    """
    Tell whether the innermost magic's value goes to a variable or into an expression.

    IPython makes a call of the magic and leaves the assignment to Python, so the instruction behind
    that call is what tells ``x = %aibrain iam_users;`` from a value to be shown.
    """
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
