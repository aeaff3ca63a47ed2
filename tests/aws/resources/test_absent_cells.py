"""What an absent cell means is said of every column that can be compared, or it is a value."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest
import yaml

from aibrain_jupyter.aws.resources.expressions import search
from aibrain_jupyter.aws.resources.table import RESOURCES
from aibrain_jupyter.shared.frames.columns import COUNT, FLAG, NUMBER, TIME

COMPARED = (COUNT, NUMBER, TIME, FLAG)
ALWAYS = yaml.safe_load(Path(__file__).with_name("always_there.yml").read_text("utf-8"))
NOWHERE = {"here": {"account": "1", "region": "eu-west-1", "partition": "aws"}}
each_resource = pytest.mark.parametrize("resource", RESOURCES, ids=lambda r: r.tool_name)


def _may_be_absent(column):
    """Tell whether a column has no value where AWS says nothing at all."""
    return not column.source or search(column.source, NOWHERE) is None


def _silent(resource):
    """Return the columns that a comparison is about, and that do not say what NA means."""
    return {
        column.name
        for column in resource.columns
        if column.dtype in COMPARED and not column.absent_means and _may_be_absent(column)
    }


@each_resource
def test_a_cell_that_may_be_absent_says_what_that_means(resource):
    """
    A comparison drops rows without the cell: help and coverage line must say what they are.

    Red for a new column: give it `absent`, or make it a value ("every port" is 0 to 65535), or put
    it into always_there.yml with a reason to believe that.
    """
    known = {*ALWAYS["everywhere"], *ALWAYS["resources"].get(resource.tool_name, ())}

    assert set() == _silent(resource) - known


def test_what_is_always_there_is_a_column():
    """The list beside has no word that is about nothing."""
    silent = {resource.tool_name: _silent(resource) for resource in RESOURCES}
    of_all = set(itertools.chain.from_iterable(silent.values()))
    listed = ALWAYS["resources"]

    assert sorted(listed) == list(listed)
    assert set() == set(ALWAYS["everywhere"]) - of_all
    assert [] == [
        f"{tool}.{name}"
        for tool, names in listed.items()
        for name in names
        if name not in silent.get(tool, ()) or name in ALWAYS["everywhere"]
    ]


@each_resource
def test_help_says_what_a_comparison_does(resource):
    """Who reads the help of a column learns that NA is left out, and how to bring it back."""
    told = [c for c in resource.columns if c.absent or (c.dtype in COMPARED and c.absent_means)]

    assert [] == [
        column.name
        for column in told
        if f"or {column.name}.isna()" not in column.help_with_absent
        or not re.search("; Na?[AT]: ", column.help_with_absent)
    ]
