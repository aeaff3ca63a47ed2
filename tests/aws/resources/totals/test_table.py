"""The table of control totals: every resource has its line, and every line can be asked."""

from __future__ import annotations

from collections import Counter

import jmespath
import pytest

from aibrain_jupyter.aws.clients.reads import Access, reviewed
from aibrain_jupyter.aws.operations.models import find_operation
from aibrain_jupyter.aws.resources.table import RESOURCES
from aibrain_jupyter.aws.resources.totals.table import TOTALS, actions_of, totals_of, ways_to_count
from aibrain_jupyter.shared.base_tool import import_target
from aibrain_jupyter.shared.tools.totals import Kind

each_resource = pytest.mark.parametrize("resource", RESOURCES, ids=lambda r: r.tool_name)


def test_most_resources_have_an_exact_total():
    """49 have an exact total or invariant, 38 more a lagging one; the others say why not."""
    kinds = Counter(totals_of(resource).totals[0].kind for resource in RESOURCES)

    assert {r.tool_name for r in RESOURCES} == TOTALS.keys()
    assert 49 == sum(number for kind, number in kinds.items() if kind.is_exact)
    assert 38 == kinds[Kind.LAGGING]
    assert 2 == kinds[Kind.ONE_SIDED]
    assert all(
        total.nothing for one in TOTALS.values() for total in one.totals if total.kind is Kind.NONE
    )


@each_resource
def test_its_columns_are_those_of_the_resource(resource):
    """What makes an item, and what a total counts, are columns of the frame."""
    names = {column.name for column in resource.columns}

    assert totals_of(resource).columns <= names


@each_resource
def test_what_it_asks_is_a_read_that_exists(resource):
    """Every operation is on the reviewed table, and its inputs are the operation's."""
    for total in ways_to_count(resource.tool_name):
        for call in total.calls:
            service, operation = call.operation.split(":")
            access = reviewed(service, operation).access
            is_allowed = call.operation in total.allowed and access is Access.SENSITIVE_READ
            assert access is Access.READ or is_allowed, call.operation
            shape = find_operation(service, operation).input_shape
            given = {*call.fixed, *call.inputs}
            assert given <= ({*shape.members} if shape else set()), call.operation
        if total.code:
            assert callable(import_target(total.code, what="the total"))
            assert total.permissions


@each_resource
def test_it_reads_members_that_the_answer_has(resource):
    """The records of a total are at a path that botocore's model knows."""
    for total in totals_of(resource).totals:
        for call in total.calls:
            model = find_operation(*call.operation.split(":")).output_shape
            first = jmespath.compile(call.records).parsed
            while first["type"] not in ("field", "current", "literal"):
                first = first["children"][0]
            if first["type"] == "field":
                assert first["value"] in model.members, call.operation


@each_resource
def test_parents_are_a_resource_with_a_total(resource):
    """The parents' identifiers are spelled as their own total spells them."""
    parents = totals_of(resource).parents
    if parents is not None:
        assert parents.heard.operation in {call.operation for call in resource.calls}
        assert parents.resource in TOTALS


def test_its_permissions_are_shown():
    """What the totals need is said before anything runs, the roll-call of regions included."""
    by_name = {resource.tool_name: resource for resource in RESOURCES}

    assert ("iam:GetAccountSummary",) == actions_of(by_name["iam_users"])
    assert (
        "ec2:DescribeVolumeStatus",
        "config:GetDiscoveredResourceCounts",
        "account:ListRegions",
        "ec2:DescribeRegions",
    ) == actions_of(by_name["ec2_volumes"])
