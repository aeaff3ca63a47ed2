"""
Parameters given from Python, typed and checked like those of a cell.

Cells have their own way (``magics/grammar/parameters.py``): there the text of a line and
the user's variables come in, and the refusals speak of lines and bodies.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aibrain_jupyter.shared.error_handler import ParameterError, unknown_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aibrain_jupyter.shared.base_tool import ToolHandler, ToolSpec
    from aibrain_jupyter.shared.tools.params import Param


def typed_parameters(
    spec: ToolSpec, handler: ToolHandler, given: Mapping[str, Any]
) -> dict[str, Any]:
    """
    Return the parameters given, typed; those left out keep the tool's own defaults.

    Raises:
        UnknownNameError: the tool has no such parameter.
        ParameterError: one does not fit, or is missing.
    """
    params = {param.name: param for param in spec.params}
    _refuse_missing(spec, params, given)
    if spec.takes_more:
        known = {name: params[name].parse(value) for name, value in given.items() if name in params}
        more = {param.name: param for param in handler.more_params({**spec.preset, **known})}
        params = more | params
        _refuse_missing(spec, params, given)
    for name in given:
        if name not in params:
            steps = [f"%aibrain help {spec.name} lists its parameters."]
            raise unknown_name("parameter", name, params, of=spec.name, next_steps=steps)
    return {name: params[name].parse(value) for name, value in given.items()}


def _refuse_missing(spec: ToolSpec, params: Mapping[str, Param], given: Mapping[str, Any]) -> None:
    missing = [name for name, param in params.items() if param.is_required and name not in given]
    if missing:
        raise ParameterError(
            f"{spec.name} needs {' and '.join(missing)}.",
            next_steps=[f"%aibrain help {spec.name} says what can be given."],
        )
