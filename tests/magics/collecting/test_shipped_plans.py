"""Every shipped plan, resolved against the tools it names; nothing is sent."""

from __future__ import annotations

import ast
import dataclasses
import re

import pytest

from aibrain_jupyter.evidence.plans.occurrences import occurrences_of
from aibrain_jupyter.magics.collecting.cells import work_of
from aibrain_jupyter.shared.error_handler import InputError
from aibrain_jupyter.tool_executors.evidence.plans.planning import plan_of, shipped_plans
from aibrain_jupyter.tool_executors.evidence.plans.wanted import Wanted
from aibrain_jupyter.tool_executors.where.parse import parse_query
from aibrain_jupyter.tool_registry import get_tool_registry

PLANS = {name: plan_of(name) for name in shipped_plans()}
each_plan = pytest.mark.parametrize("name", PLANS)


_CRITERIA = {
    "soc2-aws": (
        *(
            f"CC{group}.{n}"
            for group, last in enumerate((5, 3, 4, 2, 3, 8, 5, 1, 2), 1)
            for n in range(1, last + 1)
        ),
        *("A1.1", "A1.2", "A1.3", "C1.1", "C1.2"),
    ),
    "iso27001-2022-aws": tuple(
        f"A.{theme}.{n}"
        for theme, last in ((5, 37), (6, 8), (7, 14), (8, 34))
        for n in range(1, last + 1)
    ),
    "cis-aws": (
        *(f"2.1.{n}" for n in range(1, 7)),
        *(f"2.{n}" for n in range(2, 22)),
        *(f"3.1.{n}" for n in range(1, 5)),
        *(f"3.2.{n}" for n in range(1, 5)),
        "3.3.1",
        *(f"4.{n}" for n in range(1, 11)),
        *(f"5.{n}" for n in range(1, 17)),
        *("6.1.1", "6.1.2"),
        *(f"6.{n}" for n in range(2, 9)),
    ),
}
# Columns whose cell may be absent and which a check asks without isna(): why that passes rightly,
# or that the row's `why` says what is not judged.
ABSENT_IS_FINE = {
    ("acm_certificates", "days_to_expiry"): "not issued yet, so not in use",
    ("cloudtrail_trails", "management_events"): "needed: absent fails, and `why` says so",
    ("ec2_instances", "is_ssm_managed"): "absent where it is not running, and only those are meant",
    ("ec2_network_acls", "from_port"): "ICMP, or no entry",
    ("ec2_network_acls", "opens_to_world"): "no entry",
    ("ec2_network_acls", "to_port"): "ICMP, or no entry",
    ("ec2_security_groups", "from_port"): "ICMP, or no rule",
    ("ec2_security_groups", "opens_to_world"): "no rule, or a prefix list, which `why` names",
    ("ec2_security_groups", "to_port"): "ICMP, or no rule",
    ("efs_file_systems", "backup"): "`not in` is true of an absent cell",
    ("iam_account", "root_key_last_used"): "no use on record",
    ("iam_account", "root_password_last_used"): "no use on record",
    ("iam_users", "password_last_changed"): "no password",
    ("kms_keys", "rotation_enabled"): "a key that KMS cannot rotate, which `why` names",
    ("lambda_functions", "runtime_deprecated_on"): "not in the list, which `why` names",
    ("logs_groups", "retention_days"): "kept for ever",
    ("s3_buckets", "is_public"): "not known, never absent",
}


@each_plan
def test_every_row_fits_its_tool(name):
    """Parameters, columns and checks of a row are what its tool takes, in each occurrence."""
    for row in _tool_rows(name):
        for span in (occurrences_of(PLANS[name], row)[0], occurrences_of(PLANS[name], row)[-1]):
            assert row.tool == work_of(name, Wanted(row, span)).request.spec.name


@each_plan
def test_every_row_says_why(name):
    """Each row says in a few sentences why it answers its criteria, a document's too."""
    for row in PLANS[name].rows:
        sentences = [one for one in re.split(r"[.;](?:\s|$)", row.why) if one]
        assert 1 <= len(sentences) <= 5, row.id
        assert row.why.endswith("."), row.id
        assert row.title != (row.tool or row.document), row.id


@each_plan
def test_a_plan_names_every_criterion(name):
    """No criterion of the framework is left out: what no export answers is a document."""
    codes = {code.code for code in PLANS[name].codes}

    assert [] == [one for one in _CRITERIA[name] if one not in codes]


@each_plan
def test_an_absent_cell_passes_no_check_unseen(name):
    """A column whose cell may be absent is asked with isna(), or its absence is fine, with why."""
    unseen = [
        (row.id, check.name, column)
        for row in _tool_rows(name)
        for check in row.checks
        for column in _asked_without_isna(check.where) & _may_be_absent(row.tool)
        if (row.tool, column) not in ABSENT_IS_FINE
    ]
    assert [] == unseen


@each_plan
def test_a_list_of_findings_has_no_check(name):
    """No findings where nothing looked is no pass: such a row has no check."""
    lists = [row.id for row in _tool_rows(name) if row.tool.endswith("_findings") and row.checks]
    assert [] == lists


def test_a_check_that_names_no_column_is_refused():
    """A check that names a column its tool has not is refused, with the row's id."""
    plan = PLANS["soc2-aws"]
    wrong = dataclasses.replace(plan.rows[0].checks[0], where="has_no_such_column")
    row = dataclasses.replace(plan.rows[0], checks=(wrong,))
    with pytest.raises(InputError, match="Row users of the plan soc2-aws"):
        work_of("soc2-aws", Wanted(row, occurrences_of(plan, row)[0]))


def _tool_rows(name):
    return [row for row in PLANS[name].rows if row.tool]


def _may_be_absent(tool):
    spec = get_tool_registry().spec(tool)
    columns = get_tool_registry().handler_of(spec).reference(dict(spec.preset)).columns
    return {c.name for c in columns if c.absent or re.search(r"\bNa[NT]?:|\bNA:", c.help)}


def _asked_without_isna(where):
    nodes = list(ast.walk(parse_query(where).tree))
    asked = {
        node.value.id
        for node in nodes
        if isinstance(node, ast.Attribute) and node.attr in ("isna", "notna")
    }
    return {node.id for node in nodes if isinstance(node, ast.Name)} - asked
