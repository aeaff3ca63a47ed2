"""
From what was written to the typed parameters of a tool, or to a refusal.

Everything that can be wrong with a cell is found here, before anything runs:
a name that does not exist, a value that does not fit, one that is missing, one
that is given twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aibrain_jupyter.magics.grammar.interpolation import interpolate
from aibrain_jupyter.magics.grammar.run_options import RUN_OPTIONS
from aibrain_jupyter.shared.error_handler import GrammarError, ParameterError, unknown_name
from aibrain_jupyter.shared.tools.params import REQUIRED
from aibrain_jupyter.tool_registry import get_tool_registry

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from aibrain_jupyter.magics.grammar.line import Line
    from aibrain_jupyter.shared.base_tool import Param, ToolSpec


def make_params(
    spec: ToolSpec,
    line: Line,
    body: Mapping[str, Any],
    names: Mapping[str, Any],
    *,
    is_preview: bool = False,
) -> dict[str, Any]:
    """
    Return the parameters given, typed and checked; those left out keep the tool's defaults.

    Where it `is_preview`, what may not be done is no error yet: `ToolHandler.preview` shows it.

    Raises:
        GrammarError: too many words, or a parameter given twice.
        UnknownNameError: no such parameter, variable or value.
        ParameterError: a value does not fit or a required one is missing.
    """
    written = {**_by_position(spec, line), **line.pairs}
    for key in body:
        if key in written:
            raise GrammarError(f"{key} is given on the line and in the body.")
    given = {**written, **body}
    known = {param.name: param for param in spec.params}
    typed = {
        key: _typed(known[key], value, names, is_text=key in written)
        for key, value in given.items()
        if key in known
    }
    unknown = [key for key in given if key not in known]
    missing = _missing(spec.params, typed)
    if unknown and (missing or not spec.takes_more):
        raise _unknown_parameter(spec, unknown[0], known, typed)
    if missing:
        raise _missing_parameter(spec, missing)
    if spec.takes_more:
        more = {_plain(p.name): p for p in more_params(spec, typed) if p.name not in known}
        for key in unknown:
            param = more.get(_plain(key))
            if param is None:
                names_known = [*known, *(p.name for p in more.values())]
                raise _unknown_parameter(spec, key, names_known, typed)
            if param.name in typed:
                raise GrammarError(f"{param.name} is given twice, once as {key}.")
            typed[param.name] = _typed(param, given[key], names, is_text=key in written)
        if still_missing := _missing(more.values(), typed):
            raise _missing_parameter(spec, still_missing)
    handler = get_tool_registry().handler_of(spec)
    (handler.check_for_preview if is_preview else handler.check)({**spec.preset, **typed})
    return typed


def more_params(spec: ToolSpec, given: Mapping[str, Any]) -> list[Param]:
    """Return the parameters that depend on those given (the inputs of the operation chosen)."""
    if not spec.takes_more:
        return []
    return list(get_tool_registry().handler_of(spec).more_params({**spec.preset, **given}))


def _plain(name: str) -> str:
    """Providers, SDKs and CLIs spell one input ``Filters``, ``filters`` and ``max-items``."""
    return name.lower().replace("_", "").replace("-", "")


def _by_position(spec: ToolSpec, line: Line) -> dict[str, str]:
    if len(line.words) > len(spec.positional):
        extra = line.words[len(spec.positional)]
        takes = " ".join(name.upper() for name in spec.positional)
        why = f"By position it takes: {takes}" if takes else "It takes no values by position."
        if extra in get_tool_registry():
            raise GrammarError(
                f"{spec.name} and {extra} are two tools, and a cell runs one.",
                why=why,
                next_steps=[
                    f"%aibrain {extra} on a line of its own.",
                    "%aibrain evidence collect --help: a plan asks many in one run.",
                ],
            )
        raise GrammarError(
            f"{spec.name} takes no further word, and {extra!r} is one.",
            why=why,
            next_steps=[
                "Write parameters as name=value, in quotes if the value has spaces.",
                f"%aibrain help {spec.name} lists them.",
            ],
        )
    words = dict(zip(spec.positional, line.words, strict=False))
    for name in words:
        if name in line.pairs:
            raise GrammarError(
                f"{name} is given twice on the line: {words[name]!r} and {line.pairs[name]!r}."
            )
    return words


def _typed(param: Param, value: Any, names: Mapping[str, Any], *, is_text: bool) -> Any:
    # A line holds only text: a list, a mapping or any value is written there as YAML, so that it
    # means the same as in the body.
    if is_text and (
        param.type in (dict, list, object) or (param.many and value.lstrip().startswith("["))
    ):
        from aibrain_jupyter.magics.grammar.body import read_value  # takes PyYAML

        value = read_value(value, name=param.name)
    return param.parse(interpolate(value, names))


def _missing(params: Iterable[Param], typed: Mapping[str, Any]) -> list[Param]:
    return [p for p in params if p.default is REQUIRED and p.name not in typed]


def _unknown_parameter(
    spec: ToolSpec, key: str, known: Iterable[str], given: Mapping[str, Any]
) -> Exception:
    steps = [f"%aibrain help {spec.name} lists the parameters."]
    flag = next((o.flag for o in RUN_OPTIONS if key in (o.param.name, o.flag.lstrip("-"))), "")
    if flag:
        steps.insert(0, f"{key} is a run option: write {flag} on the line.")
    elif key in _columns(spec, given):
        steps.insert(0, f"{key} is a column: where='{key} == \"…\"' chooses rows by it.")
    return unknown_name("parameter", key, known, of=spec.name, next_steps=steps)


def _columns(spec: ToolSpec, given: Mapping[str, Any]) -> list[str]:
    found = get_tool_registry().handler_of(spec).reference({**spec.preset, **given})
    return [column.name for column in found.columns]


def _missing_parameter(spec: ToolSpec, missing: list[Param]) -> Exception:
    names = " and ".join(param.name for param in missing)
    first = missing[0]
    steps = [f"Write {first.name}=… on the line, or `{first.name}: …` in the body."]
    if spec.examples:
        steps.append(f"For example: {spec.examples[0].splitlines()[0]}")
    return ParameterError(
        f"{spec.name} needs {names}.",
        why="; ".join(f"{param.name}: {param.help}" for param in missing),
        next_steps=[*steps, f"%aibrain help {spec.name} lists the parameters."],
    )
