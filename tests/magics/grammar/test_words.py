"""A line, cut into words."""

from __future__ import annotations

import pytest

from aibrain_jupyter.magics.grammar.line import split_line
from aibrain_jupyter.shared.error_handler import GrammarError


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", []),
        ("  iam_users  --fresh ", ["iam_users", "--fresh"]),
        ("x path='/a b/'", ["x", "path=/a b/"]),
        ('x "a \\"b\\" \\\\ c"', ["x", 'a "b" \\ c']),
        ("x 'a \"b\" \\\\'", ["x", 'a "b" \\\\']),
        ("x dir=C:\\tmp\\new", ["x", "dir=C:\\tmp\\new"]),
        ("x a='1','2'", ["x", "a=1,2"]),
        ('x ${cfg["my key"]} y', ["x", '${cfg["my key"]}', "y"]),
        ("x \"${cfg['a b']}-z\"", ["x", "${cfg['a b']}-z"]),
        ("x $${a b}", ["x", "$${a", "b}"]),
        ("x \n --fresh", ["x", "--fresh"]),
    ],
)
def test_words_are_cut_at_spaces_outside_quotes(line, words):
    """Quotes group, references and Windows paths stay as they are written."""
    assert words == [token.text for token in split_line(line)]


def test_a_pair_is_cut_at_its_first_equals_sign():
    """Values may hold ``=``; a key is a name, so an address with ``=`` is a word."""
    pair, address, quoted = split_line("tag=a=b s3://x?y=1 'a b=c'")

    assert ("tag", "a=b") == (pair.key, pair.value)
    assert ("", "") == (address.key, quoted.key)


def test_options_are_not_what_is_quoted_or_negative():
    """``--x`` and ``-o`` are options; ``"--x"`` and ``-5`` are values."""
    is_option = [token.is_option for token in split_line("--x -o '--x' -5 - a-b")]

    assert [True, True, False, False, False, False] == is_option


def test_an_open_quote_is_named_with_its_column():
    """The error shows where the quote opens."""
    with pytest.raises(GrammarError, match="column 8"):
        split_line("x path='/a b")
