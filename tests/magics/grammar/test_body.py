"""The body: YAML without surprises."""

from __future__ import annotations

import subprocess
import sys

import pytest

from aibrain_jupyter.magics.grammar.body import read_body, read_value
from aibrain_jupyter.shared.error_handler import GrammarError


@pytest.mark.parametrize("body", ["", "\n", "# nothing\n", "  \n# x\n"])
def test_an_empty_body_gives_no_parameters(body):
    """Nothing, blank lines and comments are all no parameters."""
    assert {} == read_body(body)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("iam", "iam"),
        ("12", 12),
        ("-1.5", -1.5),
        ("1e3", 1000.0),
        ("true", True),
        ("null", None),
        ("", None),
        ("012345670123", "012345670123"),
        ("123456789012", 123456789012),
        ("2026-01-01", "2026-01-01"),
        ("1:30", "1:30"),
        ("no", "no"),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        ("'12'", "12"),
        ("[a, 1, {b: c}]", ["a", 1, {"b": "c"}]),
        ("$x", "$x"),
        ("${a.b}", "${a.b}"),
        ('${a["k"]}-x', '${a["k"]}-x'),
        ("a  # comment", "a"),
    ],
)
def test_only_what_json_knows_is_typed(written, value):
    """Account ids, dates and words stay as they are written."""
    assert {"key": value} == read_body(f"key: {written}\n")


@pytest.mark.parametrize(
    ("body", "line", "why"),
    [
        ("service: iam\nservice: s3\n", "Line 3 of the cell cannot be read: service: s3", "twice"),
        ("a:\n  b: 1\n  b: 2\n", "Line 4 of the cell cannot be read: b: 2", "twice"),
        ("regions: *\n", "Line 2 of the cell cannot be read: regions: *", "alias"),
        ("a: &b\n", "Line 2 of the cell cannot be read: a: &b", "meaning"),
        ("a: @all\n", "Line 2 of the cell cannot be read: a: @all", "cannot start"),
        ("a: b: c\n", "Line 2 of the cell cannot be read: a: b: c", "mapping values"),
        ("a: 'b\n", "Line 2 of the cell cannot be read: a: 'b", "end of stream"),
        ("[a]: b\n", "Line 2 of the cell cannot be read: [a]: b", "list"),
        ("a: !!python/name:os.system x\n", "Line 2", "! has a meaning"),
    ],
)
def test_what_cannot_be_read_is_quoted_with_its_line(body, line, why):
    """The number is the one the front end shows: the magic's line is 1."""
    with pytest.raises(GrammarError) as caught:
        read_body(body)

    assert caught.value.what.startswith(line)
    assert why in caught.value.why


@pytest.mark.parametrize("body", ["iam users\n", "- iam\n", "\n42\n"])
def test_a_body_without_keys_is_refused(body):
    """The body is a mapping; the error shows how a line of it looks."""
    with pytest.raises(GrammarError, match="list of parameters"):
        read_body(body)


def test_a_value_on_the_line_reads_as_in_the_body():
    """A list or mapping means the same on the line."""
    assert [{"Name": "vpc-id", "n": 1}] == read_value('[{"Name": "vpc-id", n: 1}]', name="f")
    with pytest.raises(GrammarError, match="The value of f cannot be read"):
        read_value("[{", name="f")


@pytest.mark.parametrize(
    ("body", "line", "name"),
    [
        ("service:\u00a0ec2\noperation: describe_vpcs\n", 2, "no-break space (U+00A0) after"),
        ("service:\u00a0ec2\n", 2, "no-break space (U+00A0) after 'service:'"),
        ("service: ec2\nrows:\u2003Vpcs\nallow: x\n", 3, "em space (U+2003)"),
        ("service: ec2\nFilters:\n  -\u00a0a: b\n    c: d\n", 4, "no-break space (U+00A0)"),
        ("service\uff1a ec2\noperation: x\n", 2, "fullwidth colon (U+FF1A)"),
        ("service: ec2\n\u00a0\u00a0a: b\n  c: d\n", 3, "at its beginning"),
    ],
)
def test_a_character_that_only_looks_right_is_named(body, line, name):
    """YAML notices one line later; the line that has it is blamed, and the character told."""
    with pytest.raises(GrammarError) as refused:
        read_body(body)

    assert f"Line {line} of the cell" in str(refused.value)
    assert name in str(refused.value)


def test_an_odd_space_inside_a_value_is_its_own():
    """It may be part of a name."""
    assert {"name": "a\u00a0b"} == read_body("name: a\u00a0b\n")


def test_a_line_takes_no_yaml():
    """A cell without a body is read without PyYAML, which it would wait for."""
    code = "import sys, aibrain_jupyter.magics.dispatch; print('yaml' in sys.modules)"

    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "False" == out.stdout.strip()
