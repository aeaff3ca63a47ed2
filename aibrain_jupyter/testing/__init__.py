"""
Helpers for the tests of tools, ours and those of other packages.

`check_tool` finds what is wrong with a spec and its handler; `call` makes one call as a run does,
without a cell, a cache or a target of its own.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from aibrain_jupyter.shared.base_tool import REQUIRED, CallContext, FunctionHandler, ToolHandler
from aibrain_jupyter.shared.coverage import NOWHERE
from aibrain_jupyter.shared.verbs.verb import RESERVED_VERBS
from aibrain_jupyter.tool_executors.returned_values import as_result, value_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aibrain_jupyter.shared.base_tool import ToolResult, ToolSpec
    from aibrain_jupyter.shared.coverage import Target

__all__ = ["call", "check_tool"]


def call(
    spec: ToolSpec, *, target: Target = NOWHERE, clients: Any = None, **params: Any
) -> ToolResult:
    """
    Make one call of a tool and return its result. The cache is not asked.

    Args:
        spec: The tool.

        target: Where it asks.

        clients: What its context gives clients by; None: the provider's own.

        params: Its parameters; those left out have the defaults of the spec.

    Raises:
        AibrainError: the call failed, or what it returned is no table.
    """
    handler = spec.load()
    context = CallContext(target=target, clients=clients or handler.provider.clients())
    given = {**_defaults(spec), **spec.preset, **params}
    return as_result(value_of(handler, context, given), context, spec.name)


def check_tool(spec: ToolSpec) -> None:
    """
    Check what a spec promises against its code.

    Raises:
        AssertionError: with every fault that was found, one a line.
    """
    faults = list(_faults(spec))
    if faults:
        raise AssertionError("\n".join([f"{spec.name}:", *(f"- {fault}" for fault in faults)]))


def _faults(spec: ToolSpec) -> Iterator[str]:
    if not spec.name.isidentifier() or spec.name != spec.name.lower():
        yield "the name is not lower-case letters, digits and _"
    if spec.name in RESERVED_VERBS:
        yield "the name is a verb of %aibrain"
    if not spec.summary.endswith("."):
        yield "the summary is no sentence"
    names = {param.name for param in spec.params}
    for name in sorted(set(spec.positional) - names):
        yield f"{name} is given by position and is no parameter"
    for param in spec.params:
        has_one = param.default is not REQUIRED and param.default is not None and not param.many
        if has_one and param.parse(param.default) != param.default:
            yield f"the default of {param.name} does not fit its type"
    handler = spec.load()
    yield from _of_the_code(spec, handler)
    if spec.places and type(handler).targets is ToolHandler.targets:
        yield "it has places, and its handler finds no targets"
    if spec.takes_more and type(handler).more_params is ToolHandler.more_params:
        yield "it takes more parameters, and its handler names none"


def _of_the_code(spec: ToolSpec, handler: ToolHandler) -> Iterator[str]:
    code = handler.function if isinstance(handler, FunctionHandler) else handler.run
    try:
        parameters = inspect.signature(code).parameters
    except ValueError:
        return  # a builtin that does not say
    is_open = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
    given = {**_defaults(spec), **spec.preset}
    given |= {param.name: None for param in spec.params if param.is_required}
    for name in sorted(given.keys() - parameters.keys()):
        if not is_open:
            yield f"the code does not take {name}"
    for name, parameter in list(parameters.items())[1:]:
        is_needed = parameter.default is parameter.empty and parameter.kind in (
            parameter.KEYWORD_ONLY,
            parameter.POSITIONAL_OR_KEYWORD,
        )
        if is_needed and name not in given:
            yield f"the code needs {name}, which the spec does not have"


def _defaults(spec: ToolSpec) -> dict[str, Any]:
    """Return the defaults that the code gets: views are kept from it."""
    return {p.name: p.default for p in spec.params if not p.is_required and not p.is_view}
