"""A cell that runs a tool, from its text to its request. Everything is checked, nothing runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.execution.runs.request import Request, RunOptions
from aibrain_jupyter.magics.grammar.asking import asking_verb
from aibrain_jupyter.magics.grammar.interpolation import interpolate
from aibrain_jupyter.magics.grammar.line import (
    Line,
    find_head,
    read_line,
    strip_semicolon,
    words_of_line,
)
from aibrain_jupyter.magics.grammar.parameters import make_params
from aibrain_jupyter.magics.grammar.run_options import (
    PLACING,
    RUN_OPTIONS,
    make_run_options,
    typed_options,
)
from aibrain_jupyter.shared.error_handler import (
    GrammarError,
    ParameterError,
    UnknownNameError,
    unknown_name,
)
from aibrain_jupyter.shared.texts.shown import clipped
from aibrain_jupyter.shared.tools.plain_values import NotPlainError, plain
from aibrain_jupyter.shared.verbs.verb import FUTURE_VERBS, VERBS
from aibrain_jupyter.tool_registry import get_tool_registry

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aibrain_jupyter.shared.base_tool import ToolSpec

_LINE_MAGIC: Final = "%aibrain"
_CELL_MAGIC: Final = "%%aibrain"
_ASKING: Final = ("ask", "find", "search")
"""First words by which a question is begun."""


def text_of(line: str, body: str | None) -> str:
    """Return a cell as it is kept: the magic, its line, its body."""
    text = f"{_LINE_MAGIC} {line}" if body is None else f"{_CELL_MAGIC} {line}\n{body}"
    return text.strip()


def find_tool(name: str, line: str = "") -> ToolSpec:
    """
    Return the spec of a tool; `line` is the cell's, for the next step of who asks in a sentence.

    Raises:
        UnknownNameError: neither a tool nor a verb, with the nearest of both.
        GrammarError: a verb that is planned and not there yet.
    """
    if name in FUTURE_VERBS:
        raise GrammarError(
            f"%aibrain {name} is not part of this version.",
            next_steps=[
                *(_ask(line.partition(" ")[2]) if name in _ASKING else ()),
                "%aibrain help lists the verbs there are.",
            ],
        )
    registry = get_tool_registry()
    try:
        return registry.spec(name)
    except UnknownNameError:
        if name in registry.broken:
            raise
    raise unknown_name(
        "tool or verb",
        name,
        [*VERBS, *registry.verbs(), *registry.names()],
        next_steps=[
            *_ask(line.partition(" ")[2] if name in _ASKING else line),
            "%aibrain tools lists the tools, %aibrain help the verbs.",
        ],
    )


def _ask(line: str) -> list[str]:
    """Return how to ask in a sentence what is no name."""
    verb, words = asking_verb(), line.split()
    if not verb:
        return []
    question = " ".join(words) if len(words) > 1 and "=" not in line else "QUESTION"
    return [f"%aibrain {verb} {question}: what answers a question, with the cell to copy."]


def request_of_line(line: Line, body: str | None, names: Mapping[str, Any], text: str) -> Request:
    """
    Return the request of a cell whose line is read; `names` are the variables it may use.
    Raises InputError: there is no such tool, or something does not fit.
    """
    spec = find_tool(line.head)
    options = RunOptions()
    if line.options:
        options = make_run_options(typed_options(line.options, RUN_OPTIONS, names))
        _check_places(spec, options)
    given: dict[str, Any] = {}
    if body:
        from aibrain_jupyter.magics.grammar.body import read_body  # takes PyYAML

        given = read_body(body)
    params = make_params(spec, line, given, names, is_preview=options.dry_run)
    return Request(spec, params, options, text)


def _check_places(spec: ToolSpec, options: RunOptions) -> None:
    """Refuse options that say where and that the tool cannot honour, or that contradict."""
    given = [name for name in PLACING if getattr(options, name)]
    if given and not spec.places:
        flags = " and ".join(f"--{name}" for name in given)
        raise ParameterError(
            f"{spec.name} runs nowhere in particular, so {flags} would change nothing.",
            next_steps=[f"Leave {flags} out."],
        )
    if given:
        handler = get_tool_registry().handler_of(spec)
        handler.provider.check_options(options.accounts, options.profile)


def request_of_text(text: str, names: Mapping[str, Any]) -> Request:
    """
    Return the request of a cell that was kept as by `text_of`, with the variables of today.
    Raises InputError: a variable it uses is gone, or something does not fit any more.
    """
    first, has_body, rest = text.partition("\n")
    magic, _, line = first.partition(" ")
    body = rest if magic == _CELL_MAGIC and has_body else None
    line, body, _ = strip_semicolon(line, body)
    tokens = words_of_line(line)
    valued = {option.flag for option in RUN_OPTIONS if not option.is_switch}
    head = word_of(find_head(tokens, valued), names)
    return request_of_line(read_line(tokens, head, RUN_OPTIONS), body, names, text)


def word_of(text: str, names: Mapping[str, Any]) -> str:
    """
    Return a word of the line with the user's variables put in.
    Raises ParameterError: the variable is no text.
    """
    if "$" not in text:
        return text
    word = interpolate(text, names)
    try:
        found = plain(word)
    except NotPlainError:
        found = None
    if not isinstance(found, str):
        raise ParameterError(
            f"{clipped(text)} is {type(word).__name__}, and a name is needed here.",
            next_steps=["Put in a text: $name takes a variable, $$ is a dollar."],
        )
    return found
