"""Which member of an answer becomes the rows, and what columns they have."""

from __future__ import annotations

import datetime as dt

import pytest

from aibrain_jupyter.aws.answers.records import layout_of, plain
from aibrain_jupyter.aws.operations import models
from aibrain_jupyter.shared.error_handler import UnknownNameError


@pytest.mark.parametrize(
    ("service", "operation", "kind", "path"),
    [
        ("iam", "ListUsers", "list", ("Users",)),
        ("ec2", "DescribeInstances", "list", ("Reservations",)),
        ("s3", "ListBuckets", "list", ("Buckets",)),
        ("dynamodb", "ListTables", "list", ("TableNames",)),
        ("cloudfront", "ListDistributions", "list", ("DistributionList", "Items")),
        ("cloudfront", "ListFunctions", "list", ("FunctionList", "Items")),
        ("wafv2", "ListWebACLs", "list", ("WebACLs",)),
        ("iam", "GetAccountAuthorizationDetails", "list", ("UserDetailList",)),
        ("ecs", "DescribeServices", "list", ("services",)),
        ("sqs", "GetQueueAttributes", "map", ("Attributes",)),
        ("iam", "GetUser", "structure", ("User",)),
        ("kms", "GetKeyRotationStatus", "structure", ()),
        ("ec2", "DescribeInstanceAttribute", "structure", ()),
        ("cloudtrail", "GetEventSelectors", "structure", ()),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_rows_are_where_the_rule_says(service, operation, kind, path):
    """One rule for all services: a list's elements, one item's members, or the whole answer."""
    layout = layout_of(service, operation)

    assert (kind, path) == (layout.kind, layout.path)


def test_another_list_can_be_asked_for():
    """An answer with several lists gives any of them."""
    layout = layout_of("cloudwatch", "DescribeAlarms", "CompositeAlarms")

    assert ("CompositeAlarms",) == layout.path
    assert "MetricAlarms" in layout.others


def test_a_wrong_list_suggests_the_nearest():
    """The members of the answer are known before anything is sent."""
    with pytest.raises(UnknownNameError) as caught:
        layout_of("cloudwatch", "DescribeAlarms", "CompositAlarms")

    assert caught.value.next_steps[0].startswith("Did you mean CompositeAlarms")


def test_columns_are_the_models_in_its_order():
    """Names in snake case, dtypes by the model, whatever the answer holds."""
    columns = {
        column.name: column.dtype for column in layout_of("rds", "DescribeDBInstances").columns
    }

    assert "db_instance_identifier" == next(iter(columns))
    assert {
        "db_instance_identifier": "str",
        "instance_create_time": "datetime64[us, UTC]",
        "allocated_storage": "Int64",
        "multi_az": "boolean",
        "endpoint": "object",
    }.items() <= columns.items()


def test_a_list_of_names_has_one_column_in_the_singular():
    """DynamoDB's TableNames are rows of ``table_name``."""
    found = layout_of("dynamodb", "ListTables").records({"TableNames": ["a", "b"]})

    assert [{"table_name": "a"}, {"table_name": "b"}] == found


@pytest.mark.parametrize(
    ("service", "operation", "column"),
    [
        ("iam", "ListAccountAliases", "account_alias"),
        ("iam", "ListUserPolicies", "policy_name"),
        ("sqs", "ListQueues", "queue_url"),
        ("ecs", "ListClusters", "cluster_arn"),
        ("iam", "ListSAMLProviderTags", "key"),
    ],
)
def test_the_singular_is_english(service, operation, column):
    """A column is named for one thing."""
    assert column == layout_of(service, operation).columns[0].name


def test_a_map_gives_a_row_per_key():
    """The keys of a map are data, not columns that differ from call to call."""
    page = {"SummaryMap": {"Users": 3, "MFADevices": 1}}

    assert [{"key": "Users", "value": 3}, {"key": "MFADevices", "value": 1}] == layout_of(
        "iam", "GetAccountSummary"
    ).records(page)


def test_tags_become_a_mapping_at_any_depth():
    """The API's list of Key and Value is read as what it is."""
    tags = [{"Key": "team", "Value": "audit"}, {"Key": "empty", "Value": ""}]
    page = {"Reservations": [{"Instances": [{"InstanceId": "i-1", "Tags": tags}]}]}

    (row,) = layout_of("ec2", "DescribeInstances").records(page)

    assert [{"InstanceId": "i-1", "Tags": {"team": "audit", "empty": ""}}] == row["instances"]


def test_no_tag_is_lost_where_a_key_may_be_named_twice():
    """What a backup policy selects by stays a list if a mapping could not hold it."""
    tags = [{"Key": "env", "Value": "prod"}, {"Key": "env", "Value": "test"}]
    page = {"Policy": {"PolicyDetails": {"TargetTags": tags}}}

    (row,) = layout_of("dlm", "GetLifecyclePolicy").records(page)

    assert {"TargetTags": tags} == row["policy_details"]


def test_columns_named_like_the_runs_own_are_renamed():
    """The account an assignment is for must not be taken for the account that was asked."""
    names = [column.name for column in layout_of("sso-admin", "ListAccountAssignments").columns]

    assert "api_account_id" in names
    assert "account_id" not in names


def test_iam_policies_stay_mappings():
    """botocore decodes IAM's policy documents; their column is nested, not text."""
    columns = {c.name: c.dtype for c in layout_of("iam", "ListRoles").columns}

    assert "object" == columns["assume_role_policy_document"]


def test_no_operation_has_two_columns_of_one_name():
    """A member never hides another: checked for every read of the services audits need."""
    for service in ("iam", "ec2", "s3", "rds", "kms", "lambda", "cloudfront", "config"):
        for name in models.operation_names(service):
            if name.startswith(("list_", "describe_", "get_")):
                layout = layout_of(service, models.find_operation(service, name).name)
                names = [column.name for column in layout.columns]
                assert sorted(set(names)) == sorted(names), f"{service}:{name}"


def test_plain_values_are_what_json_knows():
    """Times in UTC, bytes as base64: a nested value reads the same on every machine."""
    moment = dt.datetime(2026, 1, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=1)))

    assert {"At": "2026-01-01T00:00:00+00:00", "Seed": "AAE=", "N": [1, None, True]} == plain(
        {"At": moment, "Seed": b"\x00\x01", "N": (1, None, True)}
    )
