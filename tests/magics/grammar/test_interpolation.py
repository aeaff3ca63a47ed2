"""``$name``: looked up, never evaluated."""

from __future__ import annotations

import types

import pytest

from aibrain_jupyter.magics.grammar.interpolation import interpolate
from aibrain_jupyter.shared.error_handler import GrammarError, ParameterError, UnknownNameError

LIST = ["a", "b"]
NAMES = {
    "region": "eu-west-1",
    "n": 3,
    "_": {"arn": "arn:x"},
    "names": LIST,
    "cfg": {"a b": {"deep": [10, 20]}, 7: "seven", "7": "text seven"},
    "vpc": types.SimpleNamespace(id="vpc-1", tags={"env": "prod"}),
    "sneaky": "$region }: {",
}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("plain", "plain"),
        ("$region", "eu-west-1"),
        ("$n", 3),
        ("${n}", 3),
        ("in $region!", "in eu-west-1!"),
        ("${region}a", "eu-west-1a"),
        ("${vpc.id}", "vpc-1"),
        ("${vpc.tags[env]}", "prod"),
        ("${vpc.tags['env']}/x", "prod/x"),
        ('${cfg["a b"][deep][-1]}', 20),
        ("${cfg[a b]}", {"deep": [10, 20]}),
        ("${cfg[7]}", "seven"),
        ("${cfg['7']}", "text seven"),
        ("${_[arn]}", "arn:x"),
        ("$$region", "$region"),
        ("$$", "$"),
        ("^abc$", "^abc$"),
        ("$5 and $ and 100$", "$5 and $ and 100$"),
        ("$region.", "eu-west-1."),
        ("$sneaky", "$region }: {"),
        ("x $sneaky", "x $region }: {"),
        ({"a": ["$n", {"b": "$region"}]}, {"a": [3, {"b": "eu-west-1"}]}),
        (7, 7),
        (None, None),
    ],
)
def test_references_are_replaced(text, value):
    """A lone reference gives its type, inside text it gives text; a dollar can be written."""
    assert value == interpolate(text, NAMES)


def test_a_lone_reference_gives_the_object_itself():
    """A list or a frame is passed on, not copied and not turned into text."""
    assert LIST is interpolate(" $names ", NAMES)


def test_an_unknown_variable_names_the_near_ones():
    """The error knows the user's variables."""
    with pytest.raises(UnknownNameError, match="variable named 'regoin'") as caught:
        interpolate("x-$regoin", NAMES)

    assert "Did you mean region?" == caught.value.next_steps[0]


@pytest.mark.parametrize("text", ["${vpc.idd}", "${cfg[b]}", "${names[9]}", "${n[0]}"])
def test_an_unknown_attribute_or_key_is_refused(text):
    """What is not there is an error, not an empty text."""
    with pytest.raises(UnknownNameError):
        interpolate(text, NAMES)


@pytest.mark.parametrize("text", ["${", "${region", "${}", "${n + 1}", "${f(1)}", "${a.}"])
def test_what_is_no_reference_is_refused(text):
    """There is nothing to evaluate: only names, attributes and keys."""
    with pytest.raises((GrammarError, UnknownNameError)):
        interpolate(text, {**NAMES, "f": print, "a": 1})


@pytest.mark.parametrize("text", ["x-$names", "x-$cfg", "x-$nothing"])
def test_lists_and_none_cannot_stand_inside_text(text):
    """``a-['b']`` is never what was meant; the value is not in the message."""
    with pytest.raises(ParameterError) as caught:
        interpolate(text, {**NAMES, "nothing": None})

    assert "eu-west-1" not in str(caught.value)
