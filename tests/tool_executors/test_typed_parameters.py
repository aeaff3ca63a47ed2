"""Parameters given from Python are typed and refused like those of a cell."""

from __future__ import annotations

import pytest

from aibrain_jupyter.shared.base_tool import FunctionHandler, Param, ToolSpec
from aibrain_jupyter.shared.error_handler import ParameterError, UnknownNameError
from aibrain_jupyter.tool_executors.typed_parameters import typed_parameters

SPEC = ToolSpec(
    name="things",
    summary="Things.",
    handler="tests:things",
    params=(
        Param("kind", str, "kind of thing"),
        Param("size", int, "how big", default=1),
    ),
)

HANDLER = FunctionHandler(print)


def test_parameters_are_typed_as_in_a_cell():
    """Text becomes numbers; what is left out stays out."""
    assert {"kind": "a", "size": 3} == typed_parameters(SPEC, HANDLER, {"kind": "a", "size": "3"})
    assert {"kind": "a"} == typed_parameters(SPEC, HANDLER, {"kind": "a"})


def test_an_unknown_parameter_suggests_the_nearest():
    """Before anything runs."""
    with pytest.raises(UnknownNameError) as caught:
        typed_parameters(SPEC, HANDLER, {"kind": "a", "sise": 1})

    assert "Did you mean size?" == caught.value.next_steps[0]


def test_a_missing_parameter_is_named():
    """Before anything runs."""
    with pytest.raises(ParameterError) as caught:
        typed_parameters(SPEC, HANDLER, {})

    assert "things needs kind." == caught.value.what
