"""How the verbs of evidence are written: their words, and their options."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Final

from aibrain_jupyter.magics.collecting.verbs import RUNNING_TOOLS
from aibrain_jupyter.shared.verbs.options import Option
from aibrain_jupyter.tool_executors.evidence.tools import EVIDENCE_TOOLS, PREFIX

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aibrain_jupyter.shared.base_tool import Param, ToolSpec

SPECS: Final = {spec.name.removeprefix(PREFIX): spec for spec in (*EVIDENCE_TOOLS, *RUNNING_TOOLS)}
FRAME: Final = "frame"
_EXACT: Final = ("rfi", "control", "withdraw")
"""Lists whose entries are never split: a code may have a comma."""
_FLAGS: Final = {"n": "-n", "output": "-o"}


def words_of(spec: ToolSpec) -> dict[str, str]:
    """Return the words a verb takes, by parameter: in brackets those that may be left out."""
    params = {param.name: param for param in spec.params}
    words = {
        name: name.upper() if params[name].is_required or name == FRAME else f"[{name.upper()}]"
        for name in spec.positional
    }
    return {**words, **{p.name: "COLUMN=VALUE …" for p in spec.params if p.type is dict}}


def options_of_verb(name: str) -> tuple[Option, ...]:
    """Return the options of a verb: what the kernel knows is not written."""
    spec = SPECS[name]
    return tuple(
        option_of(param)
        for param in spec.params
        if param.type not in (object, dict) and param.name not in spec.positional
    )


def form_of(name: str) -> str:
    """Return ``evidence sample ITEM [-n N] [--seed SEED] …``."""
    spec = SPECS[name]
    needed = {param.name for param in spec.params if param.is_required}
    options = [
        option.usage if option.param.name in needed else f"[{option.usage}]"
        for option in options_of_verb(name)
    ]
    return " ".join(["evidence", name, *words_of(spec).values(), *options])


def option_of(param: Param) -> Option:
    """Return a parameter as an option of the line."""
    return Option(
        _FLAGS.get(param.name, f"--{param.name.replace('_', '-')}"),
        dataclasses.replace(param, many=param.many and param.name not in _EXACT),
        "" if param.type is bool else param.name.upper(),
        repeats=param.name in _EXACT,
        is_switch=param.type is bool,
    )


def all_options() -> tuple[Option, ...]:
    """Return every parameter of the verbs as an option, once."""
    params: dict[str, Param] = {}
    for param in (param for spec in SPECS.values() for param in spec.params):
        if param.name != FRAME and param.type is not object:
            other = params.setdefault(param.name, param)
            if other.choices != param.choices:  # the tool that is meant refuses what it must
                params[param.name] = dataclasses.replace(other, choices=())
    return tuple(map(option_of, params.values()))


def options_after(words: Sequence[str]) -> tuple[Option, ...] | None:
    """Return the options that fit after the words given; None: all of them."""
    return options_of_verb(words[0]) if words and words[0] in SPECS else None
