"""Run options that contradict themselves are refused before anything runs."""

from __future__ import annotations

import pytest

from aibrain_jupyter.magics.grammar.line import read_line, split_line
from aibrain_jupyter.magics.grammar.run_options import (
    RUN_OPTIONS,
    make_run_options,
    typed_options,
)
from aibrain_jupyter.shared.error_handler import ParameterError


@pytest.mark.parametrize("name", ["accounts", "regions"])
def test_an_empty_list_is_not_the_default(name):
    """A filter that found nothing must not become an export of the default account."""
    with pytest.raises(ParameterError, match=f"--{name} names nothing"):
        make_run_options({name: []})


def test_codes_are_as_written_each_once():
    """``--save`` repeats, and never splits: a code may be any text; a variable may hold several."""
    line = read_line(
        split_line('cook --save "TD&R, ISMAP" --save=CC6.1 --save $more'), "cook", RUN_OPTIONS
    )
    names = {"more": ["A.5.15", "CC6.1"]}
    options = make_run_options(typed_options(line.options, RUN_OPTIONS, names))

    assert ("TD&R, ISMAP", "CC6.1", "A.5.15") == options.save


@pytest.mark.parametrize(
    "values",
    [{"dry_run": True, "output": "users"}, {"background": True, "dry_run": True}],
    ids=["no rows to assign", "nothing to do behind"],
)
def test_options_that_exclude_each_other_are_refused(values):
    """Nothing that was written is ignored in silence."""
    with pytest.raises(ParameterError):
        make_run_options(values)


@pytest.mark.parametrize(
    "name",
    ["class", "None", "_", "__", "_1", "_i", "_oh", "_dh", "In", "get_ipython", "print", "x.y"],
)
def test_the_rows_take_no_name_that_python_or_ipython_needs(name):
    """A later cell would find other things under it, or lose its own."""
    with pytest.raises(ParameterError, match="name of a variable"):
        make_run_options({"output": name})


def test_the_name_of_the_rows_is_as_python_reads_it():
    """Python's own names are normalised: the rows must be found under what is typed."""
    assert "fi" == make_run_options({"output": "ﬁ"}).output
