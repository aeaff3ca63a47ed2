"""From what is written to typed parameters, or a refusal."""

from __future__ import annotations

import pytest

from aibrain_jupyter.magics.grammar.body import read_body
from aibrain_jupyter.magics.grammar.line import find_head, read_line, split_line
from aibrain_jupyter.magics.grammar.parameters import make_params
from aibrain_jupyter.magics.grammar.run_options import RUN_OPTIONS
from aibrain_jupyter.magics.verbs.every import known
from aibrain_jupyter.shared.error_handler import GrammarError, ParameterError, UnknownNameError
from aibrain_jupyter.tool_registry import get_tool_registry

pytestmark = pytest.mark.usefixtures("tools")


def params(line, body="", **names):
    tokens = split_line(line)
    read = read_line(tokens, find_head(tokens, known.valued_flags()), RUN_OPTIONS)
    return make_params(get_tool_registry().spec(read.head), read, read_body(body), names)


@pytest.mark.parametrize(
    ("line", "body", "value"),
    [
        ("thai", "", {"kitchen": "thai"}),
        ("thai stew", "", {"kitchen": "thai", "dish": "stew"}),
        ("dish=stew", "kitchen: thai", {"kitchen": "thai", "dish": "stew"}),
        ("thai count=3", "", {"kitchen": "thai", "count": 3}),
        ("thai", "count: 3", {"kitchen": "thai", "count": 3}),
        ("thai guests=ana,bob", "", {"kitchen": "thai", "guests": ["ana", "bob"]}),
        ("thai 'guests=[ana, bob]'", "", {"kitchen": "thai", "guests": ["ana", "bob"]}),
        ("thai guests=$who", "", {"kitchen": "thai", "guests": ["eve"]}),
        ("thai", "guests:\n- ana\n- $one", {"kitchen": "thai", "guests": ["ana", "eve"]}),
        ("thai layout='{forks: $n}'", "", {"kitchen": "thai", "layout": {"forks": 2}}),
        ("thai", "layout: {forks: $n}", {"kitchen": "thai", "layout": {"forks": 2}}),
        ("thai layout=$plan", "", {"kitchen": "thai", "layout": {"a": "}: {"}}),
        ("thai hot=no", "", {"kitchen": "thai", "hot": False}),
        ("thai note=5", "", {"kitchen": "thai", "note": 5}),
        ("thai", "note: 5", {"kitchen": "thai", "note": 5}),
        ("thai stew Spices=salt", "", {"kitchen": "thai", "dish": "stew", "Spices": ["salt"]}),
        ("thai stew", "spices: salt", {"kitchen": "thai", "dish": "stew", "Spices": ["salt"]}),
    ],
)
def test_line_and_body_mean_the_same(line, body, value):
    """Position, pair and body give the same typed values; what is left out is left out."""
    names = {"who": ["eve"], "one": "eve", "n": 2, "plan": {"a": "}: {"}}

    assert value == params(f"cook {line}", body, **names)


@pytest.mark.parametrize(
    ("line", "body", "error", "message"),
    [
        ("", "", ParameterError, "cook needs kitchen."),
        ("", "", ParameterError, "For example: %aibrain cook thai soup"),
        ("thai", "cuont: 2", UnknownNameError, "Did you mean count?"),
        ("kichen=thai", "", UnknownNameError, "Did you mean kitchen?"),
        ("thay", "", UnknownNameError, "Did you mean thai?"),
        ("thai stew Spicez=salt", "", UnknownNameError, "Did you mean Spices?"),
        ("thai Spices=salt", "", UnknownNameError, "no parameter of cook named 'Spices'"),
        ("thai stew Spices=mud", "", UnknownNameError, "no value for Spices"),
        ("thai stew Spices=salt", "spices: salt", GrammarError, "given twice"),
        ("thai regions=all", "", UnknownNameError, "regions is a run option: write --regions"),
        ("thai", "max-parallel: 3", UnknownNameError, "write --max-parallel"),
        ("thai soup bread", "", GrammarError, "cook takes no further word, and 'bread' is one."),
        ("thai soup iam_users", "", GrammarError, "cook and iam_users are two tools"),
        ("thai kitchen=french", "", GrammarError, "kitchen is given twice on the line"),
        ("thai", "kitchen: french", GrammarError, "kitchen is given on the line and in the body"),
        ("thai count=two", "", ParameterError, "count takes a whole number"),
        ("thai", "layout: 3", ParameterError, "layout takes a mapping"),
        ("thai count=$m", "", UnknownNameError, "no variable named 'm'"),
        ("thai soup count=4", "", ParameterError, "No more than 3 soups."),
    ],
)
def test_what_is_wrong_is_refused_before_anything_runs(line, body, error, message, tools):
    """Every refusal names what is wrong and what is near; the tool is not called."""
    with pytest.raises(error) as caught:
        params(f"cook {line}", body)

    assert message in str(caught.value)
    assert [] == tools.calls


@pytest.mark.parametrize("line", ["iam_users user_name=ann", "aws_export iam users user_name=ann"])
def test_a_column_written_as_a_parameter_leads_to_where(line):
    """Who writes a column to choose rows is told how, under both names of a resource."""
    with pytest.raises(UnknownNameError, match="no parameter of") as raised:
        params(line)

    assert "where='user_name == \"…\"'" in raised.value.next_steps[0]
