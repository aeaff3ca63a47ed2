"""What tells one row from another: declared for each resource, read of the model elsewhere."""

from __future__ import annotations

import pandas as pd
import pytest

from aibrain_jupyter.aws.operations.row_keys import key_of_operation
from aibrain_jupyter.aws.resources.populations.table import POPULATIONS
from aibrain_jupyter.aws.resources.table import RESOURCES
from aibrain_jupyter.evidence.samples.sampling import keys_of, readable
from aibrain_jupyter.shared.error_handler import ParameterError
from aibrain_jupyter.shared.frames.columns import NESTED, TIME
from aibrain_jupyter.shared.frames.row_key import RowKey
from aibrain_jupyter.tool_executors.aws_executor import EXPORT

ONE_ROW = {"account_contacts", "iam_account"}
each_resource = pytest.mark.parametrize("resource", RESOURCES, ids=lambda r: r.tool_name)


@each_resource
def test_every_resource_says_what_tells_its_rows_apart(resource):
    """Its key are columns with plain values, none of them a time; only one row needs none."""
    kinds = {column.name: column.dtype for column in resource.columns}
    key = resource.own_key

    assert "" == key.why
    assert (not key.columns) is (resource.tool_name in ONE_ROW)
    assert set(key.columns) <= kinds.keys()
    assert {NESTED, TIME}.isdisjoint(kinds[name] for name in key.columns)
    assert set(key.may_lack) <= set(key.columns)
    asked = {"service": resource.service, "resource": resource.name}
    assert key == EXPORT.key(asked)


def test_a_name_in_a_population_may_have_been_anothers_before():
    """The key of a population has the time a thing was made, unless no name is given twice."""
    resources = {resource.tool_name: resource for resource in RESOURCES}
    for population in POPULATIONS:
        found = resources[population.tool]
        asked = {"service": found.service, "resource": found.name, "population": "2026-Q3"}

        key = EXPORT.key(asked)

        assert population.key == key.columns[0]
        assert ("existed_from" in key.columns) is (not population.is_unique)
        assert (population.key,) == tuple(n for n in key.columns if n not in key.may_lack)


@pytest.mark.parametrize(
    ("operation", "columns"),
    [
        ("iam:list_users", ("arn",)),
        ("iam:list_access_keys", ("access_key_id",)),
        ("ec2:describe_volumes", ("volume_id",)),
        ("rds:describe_db_instances", ("db_instance_identifier",)),
        ("lambda:list_functions", ("function_arn",)),
        ("dynamodb:list_tables", ("table_name",)),
        ("sqs:list_queues", ("queue_url",)),
        ("cloudtrail:lookup_events", ("event_id",)),
        ("iam:get_account_summary", ("key",)),
        ("sts:get_caller_identity", ()),
        ("s3:list_object_versions", ("key", "version_id")),
        ("route53:list_resource_record_sets", ("name", "type", "set_identifier")),
    ],
)
def test_an_operations_key_is_what_its_records_are_called_by(operation, columns):
    """Their own id, ARN or name; of a map its key; of an answer that is one row, none."""
    service, name = operation.split(":")
    key = EXPORT.key({"service": service, "operation": name})

    assert (columns, "") == (key.columns, key.why)


@pytest.mark.parametrize(
    "operation",
    ["iam:list_attached_user_policies", "elbv2:describe_tags", "cloudwatch:list_metrics"],
)
def test_a_record_that_is_about_other_things_has_no_key(operation):
    """Where the model does not tell, there is a reason and no guess."""
    key = key_of_operation(*operation.split(":"))

    assert () == key.columns
    assert key.why


def test_a_row_may_lack_a_part_of_its_key():
    """A group without rules is told by its id; a row without its own id is still refused."""
    frame = pd.DataFrame({"group": ["a", "a", "b"], "rule": ["1", "2", None]})
    key = RowKey.of("group", "rule?")

    found = keys_of(frame, key.columns, key.may_lack)

    assert ["a / 1", "a / 2", "b / "] == [readable(text) for text in found]
    with pytest.raises(ParameterError, match="1 rows have no key"):
        keys_of(frame, key.columns)
