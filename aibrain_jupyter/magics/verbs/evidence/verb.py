"""
``%aibrain evidence VERB …``: the tools of evidence, in the words of a line.

Each verb is the tool ``evidence_VERB``: words after it are its parameters by position,
``key=value`` and ``--key value`` the others. A frame is named by its variable, or by its run.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.magics.collecting.verbs import RUNNING_TOOLS
from aibrain_jupyter.magics.grammar.requests import word_of
from aibrain_jupyter.magics.saving import VS_CODE
from aibrain_jupyter.magics.verbs.evidence.forms import (
    FRAME,
    SPECS,
    all_options,
    form_of,
    options_after,
)
from aibrain_jupyter.magics.verbs.export import find_frame
from aibrain_jupyter.shared.base_tool import CallContext
from aibrain_jupyter.shared.error_handler import GrammarError, ParameterError, unknown_name
from aibrain_jupyter.shared.frames.view import as_view
from aibrain_jupyter.shared.imports import import_target
from aibrain_jupyter.shared.tools.handler import ToolHandler
from aibrain_jupyter.shared.verbs.board import Board
from aibrain_jupyter.shared.verbs.message import Message
from aibrain_jupyter.shared.verbs.verb import Verb, VerbAnswer, VerbCall, choose
from aibrain_jupyter.tool_executors.evidence.tools import PREFIX
from aibrain_jupyter.tool_executors.typed_parameters import typed_parameters
from aibrain_jupyter.tool_registry import get_tool_registry
from aibrain_jupyter.widgets.review.panel import show_board

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from aibrain_jupyter.shared.base_tool import ToolSpec

_VIEWS: Final = {
    "answered": "answered list",
    "due": "due",
    "ledger": "ledger",
    "list": "items",
    "package": "package",
    "plans": "plan",
    "requests": "request list",
    "verify": "findings",
}
"""How the frames of these verbs are read."""
_FILE: Final = "file"
_RAN: Final = "ran"
_SIDES: Final = {"old", "new"}


def _evidence(call: VerbCall) -> Any:
    if not call.words:
        from aibrain_jupyter.magics.verbs.evidence.help import explained

        return explained("")
    name = choose("evidence", call.word(0), tuple(SPECS))
    spec = SPECS[name]
    params = _given(spec, name, call)
    if missing := [p.name for p in spec.params if p.is_required and p.name not in params]:
        raise ParameterError(
            f"%aibrain evidence {name} needs {' and '.join(missing)}.",
            next_steps=[
                f"Write: %aibrain {form_of(name)}",
                f"%aibrain evidence {name} --help explains it.",
            ],
        )
    runs_tools = spec in RUNNING_TOOLS
    handler = ToolHandler() if runs_tools else get_tool_registry().load(spec.name)
    typed = {
        **{p.name: p.default for p in spec.params if not p.is_required},
        **typed_parameters(spec, handler, params),
    }
    if runs_tools:
        return import_target(spec.handler, what=f"evidence {name}")(call, **typed)
    return _shown(handler.run(CallContext(), **typed), name)


def _given(spec: ToolSpec, name: str, call: VerbCall) -> dict[str, Any]:
    words = call.words[1:]
    if len(words) > len(spec.positional):
        raise GrammarError(
            f"%aibrain evidence {name} takes no {words[len(spec.positional)]!r}.",
            next_steps=[f"Write: %aibrain {form_of(name)}"],
        )
    given = {**dict(zip(spec.positional, words, strict=False)), **call.pairs, **call.options}
    known = {param.name for param in spec.params}
    if name == "exclude":
        columns = {key: given.pop(key) for key in [*given] if key not in known}
        given["where"] = {key: _cell(key, value, call) for key, value in columns.items()}
    for key in given:
        if key not in known:
            raise unknown_name("parameter", key, known, of=f"evidence {name}")
    if FRAME in given:
        given[FRAME] = find_frame(given[FRAME], call.names)
    elif FRAME in known:
        raise GrammarError(
            "It is not said which frame is saved.",
            next_steps=["Write: %aibrain evidence save users --rfi RFI-014"],
        )
    if _RAN in known:
        given = {_FILE: call.names.get(VS_CODE) or "", **given, _RAN: _history(call)}
    if sides := _SIDES & known & given.keys():
        from aibrain_jupyter.magics.verbs.known_frames import side_of
    for side in sides:
        given[side] = side_of(given[side], call.names)
    found = {
        key: word_of(value, call.names) if isinstance(value, str) else value
        for key, value in given.items()
    }
    for key, value in found.items():
        if isinstance(value, (list, tuple, set)) and not value:
            raise ParameterError(
                f"{key} names nothing.",
                why="An empty list means neither all nor none.",
                next_steps=[f"Name one, or leave {key} out."],
            )
    return found


def _cell(column: str, value: Any, call: VerbCall) -> str:
    """Return the one value of a column that is excluded."""
    said = word_of(value, call.names) if isinstance(value, str) else value
    if said is None or isinstance(said, (list, tuple, set, dict)):
        raise ParameterError(
            f"{column} takes one value, not {type(said).__name__}.",
            why="A list means neither all nor none; each value has its own reason.",
            next_steps=[f"Write one for each: %aibrain evidence exclude {column}=… --reason …"],
        )
    return str(said)


def _history(call: VerbCall) -> dict[int, str] | None:
    """Return what this kernel was given, as it was written, by execution count."""
    history = call.after_cell and call.after_cell.shell.history_manager
    return dict(enumerate(history.input_hist_raw)) if history else None


def _shown(value: Any, name: str) -> Any:
    """Return what a tool gave, with what is to be said; of one item its id is the value."""
    if isinstance(value, Board):
        return show_board(value)
    said = getattr(value, "attrs", {}).get("evidence", {})
    if name in _VIEWS:
        value = as_view(value, _VIEWS[name])
    if "message" in said:
        return VerbAnswer(said["item"], (said["message"],))
    if "said" in said:
        return VerbAnswer(value, (said["said"],))
    if "verdict" in said:
        is_warning = said.get("is_warning", bool(said["status"]))
        message = Message(said["verdict"], is_warning=is_warning)
        return VerbAnswer(value, (message,))
    return value


def _offers(before: Sequence[str]) -> Iterable[str]:
    """Return the verbs; after one its items or plans, where it takes them as words."""
    if not before:
        return list(SPECS)
    spec = SPECS.get(before[0])
    if spec is None or len(before) > len(spec.positional):
        return []
    word = spec.positional[len(before) - 1]
    if word in ("plan", "name") and before[0] != "lift":
        plans = get_tool_registry().load(f"{PREFIX}plans").run(CallContext(), name="", file="")
        return [*plans["plan"], *(str(path) for path in sorted(Path().glob("*.y*ml")))]
    if word not in {"item", *_SIDES}:
        return []
    items = get_tool_registry().load(f"{PREFIX}list").run(CallContext(), code="")
    return [str(name) for name in items["item"]]


EVIDENCE: Final = Verb(
    name="evidence",
    summary="saved items with proof: collect plans, save, review, sample, compare, package, verify",
    usage=("evidence", "evidence VERB [WORD …] [--option …]", "evidence VERB --help"),
    run=_evidence,
    options=all_options(),
    most_words=4,
    takes_pairs=True,
    names_variables=True,
    offers=_offers,
    options_after=options_after,
    explains="aibrain_jupyter.magics.verbs.evidence.help:explained",
)
