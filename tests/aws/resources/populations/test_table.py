"""The populations as data: columns that there are, and members that the services have."""

from __future__ import annotations

import re

import pytest

from aibrain_jupyter.aws.operations.models import service_model
from aibrain_jupyter.aws.resources.expressions import search
from aibrain_jupyter.aws.resources.populations.table import POPULATIONS, find_population
from aibrain_jupyter.aws.resources.table import RESOURCES
from aibrain_jupyter.shared.frames.columns import TIME

each = pytest.mark.parametrize("population", POPULATIONS, ids=lambda p: p.tool)
_MEMBER = re.compile(r"(requestParameters|responseElements)\.(\w+)")
_OF_SERVICE_EVENTS = {"DeleteKey", "BidEvictedEvent"}
_NOT_IN_THE_MODEL = {
    # EC2 and S3 write their own request and answer into the events.
    "bucketName",
    "instancesSet",
    "groupId",
}


def resource_of(population):
    return next(r for r in RESOURCES if r.tool_name == population.tool)


def test_the_ones_auditors_ask_for_are_there():
    """At least twelve kinds, among them those every request list names."""
    tools = {population.tool for population in POPULATIONS}

    assert len(tools) == len(POPULATIONS) >= 12
    assert {
        *("iam_users", "iam_roles", "iam_access_keys", "ec2_instances", "ec2_security_groups"),
        *("s3_buckets", "rds_instances", "kms_keys", "lambda_functions"),
    } <= tools


@each
def test_its_columns_are_those_of_the_resource(population):
    """Key, times and whatever events tell are columns of the frame."""
    columns = {column.name: column.dtype for column in resource_of(population).columns}

    assert {*population.columns, *population.told} <= columns.keys()
    assert {TIME} >= {columns[n] for n in (population.created, population.seen_by) if n}


@each
def test_its_events_are_operations_with_those_members(population):
    """Each event is an operation of the service, and has the members the key is read from."""
    model = service_model(resource_of(population).service)
    for change in population.changes:
        if change.event in _OF_SERVICE_EVENTS:
            continue
        operation = model.operation_model(re.sub(r"\d{8}$", "", change.event))
        shapes = {
            "requestParameters": operation.input_shape,
            "responseElements": operation.output_shape,
        }
        for side, name in _MEMBER.findall(f"{change.key} {change.new_key}"):
            known = {member[:1].lower() + member[1:] for member in shapes[side].members}
            if operation.output_shape and model.service_name == "rds":
                known |= {"dBInstanceIdentifier", "dBClusterIdentifier"}
            assert name in known | _NOT_IN_THE_MODEL, (change.event, side, name)


@pytest.mark.parametrize(
    ("tool", "name", "event", "expected"),
    [
        (
            "ec2_instances",
            "RunInstances",
            {"responseElements": {"instancesSet": {"items": [{"instanceId": "i-1"}]}}},
            ["i-1"],
        ),
        (
            "ec2_instances",
            "BidEvictedEvent",
            {"serviceEventDetails": {"instanceIdSet": ["i-1"]}},
            ["i-1"],
        ),
        (
            "kms_keys",
            "DeleteKey",
            {"resources": [{"ARN": "arn:aws:kms:eu-west-1:1:key/k-1"}]},
            "k-1",
        ),
        (
            "lambda_functions",
            "DeleteFunction20150331",
            {"requestParameters": {"functionName": "arn:aws:lambda:eu-west-1:1:function:f"}},
            "f",
        ),
        (
            "dynamodb_tables",
            "DeleteTable",
            {"requestParameters": {"tableName": "orders"}},
            "orders",
        ),
    ],
)
def test_the_key_is_read(tool, name, event, expected):
    """Whatever form the event names a thing in, the key is that of the frame."""
    assert expected == search(find_population(tool).events[name].key, event)


def test_a_version_of_a_function_is_no_function():
    """Deleting a version deletes no function."""
    change = find_population("lambda_functions").events["DeleteFunction20150331"]

    assert search(change.when, {"requestParameters": {"functionName": "f"}})
    assert not search(change.when, {"requestParameters": {"functionName": "f", "qualifier": "3"}})
