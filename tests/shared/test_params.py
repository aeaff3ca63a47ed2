"""One declaration of a parameter: parsing, schema and errors agree."""

from __future__ import annotations

import pandas as pd
import pytest

from aibrain_jupyter.shared.error_handler import ParameterError, UnknownNameError
from aibrain_jupyter.shared.tools.params import Param


@pytest.mark.parametrize(
    ("param", "given", "expected"),
    [
        (Param("n", int, "h"), "12", 12),
        (Param("n", float, "h"), "1.5", 1.5),
        (Param("b", bool, "h"), "yes", True),
        (Param("b", bool, "h"), False, False),
        (Param("s", str, "h"), 123456789012, "123456789012"),
        (Param("s", str, "h", many=True), "a, b", ["a", "b"]),
        (Param("s", str, "h", many=True), ("a", "b"), ["a", "b"]),
        (Param("s", str, "h", default=None), None, None),
        (Param("d", dict, "h"), {"A": 1}, {"A": 1}),
    ],
)
def test_a_value_is_read_as_its_type(param, given, expected):
    """Text from a line and objects from Python both arrive as the declared type."""
    assert expected == param.parse(given)


@pytest.mark.parametrize(
    ("param", "given"),
    [
        (Param("n", int, "h"), "twelve"),
        (Param("n", int, "h"), True),
        (Param("n", int, "h"), 5.7),
        (Param("n", int, "h"), float("inf")),
        (Param("b", bool, "h"), "maybe"),
        (Param("d", dict, "h"), "text"),
        (Param("s", str, "h"), {"A": 1}),
    ],
)
def test_a_value_that_does_not_fit_is_refused(param, given):
    """A wrong value never reaches a tool."""
    with pytest.raises(ParameterError, match=param.name):
        param.parse(given)


def test_a_wrong_choice_suggests_the_right_one():
    """The nearest allowed value is named."""
    param = Param("progress", str, "h", choices=("auto", "text"))

    with pytest.raises(UnknownNameError, match="Did you mean text"):
        param.parse("txt")
    with pytest.raises(UnknownNameError, match="Write one of: auto, text"):
        param.parse("fancy")


def test_a_series_is_a_list_of_values():
    """A column of a frame can be passed where a list is taken."""
    assert ["a", "b"] == Param("names", str, "h", many=True).parse(pd.Series(["a", "b"]))


def test_the_schema_says_what_parse_takes():
    """Type, choices, default and help are in the JSON Schema."""
    param = Param("regions", str, "which regions", default=("all",), many=True)

    assert {
        "type": "array",
        "items": {"type": "string"},
        "default": ["all"],
        "description": "which regions",
    } == param.json_schema()
