"""How the embedded AWS says no: in the service's own protocol, once, and for a stated reason."""

from __future__ import annotations

import urllib.error
import urllib.request

import boto3
import pytest
from botocore.exceptions import ClientError

from aibrain_jupyter.demo.account import demo_status

DENIED = {
    "ec2": ("describe_instances", "UnauthorizedOperation", "ec2:DescribeInstances"),
    "rds": ("describe_db_instances", "AccessDenied", "rds:DescribeDBInstances"),
    "kms": ("list_keys", "AccessDeniedException", "kms:ListKeys"),
    "lambda": ("list_functions", "AccessDeniedException", "lambda:ListFunctions"),
    "dynamodb": ("list_tables", "AccessDeniedException", "dynamodb:ListTables"),
    "cloudtrail": ("describe_trails", "AccessDeniedException", "cloudtrail:DescribeTrails"),
    "s3": ("list_buckets", "AccessDenied", "s3:ListAllMyBuckets"),
    "sqs": ("list_queues", "AccessDeniedException", "sqs:ListQueues"),
    "eks": ("list_clusters", "AccessDeniedException", "eks:ListClusters"),
    "cloudwatch": ("describe_alarms", "AccessDeniedException", "cloudwatch:DescribeAlarms"),
    "ssm": (
        "describe_instance_information",
        "AccessDeniedException",
        "ssm:DescribeInstanceInformation",
    ),
}


@pytest.mark.parametrize("service", DENIED)
def test_the_closed_region_is_denied(pool, service):
    """The SDK sees the code and the message AWS would send, at the first attempt."""
    operation, code, action = DENIED[service]
    client = pool.client(service, profile="demo-dev", region="eu-central-1")

    with pytest.raises(ClientError) as caught:
        getattr(client, operation)()

    error = caught.value.response["Error"]
    assert code == error["Code"]
    assert (
        "User: arn:aws:sts::444455556666:assumed-role/AuditReadOnly/demo.auditor is not "
        f"authorized to perform: {action} with an explicit deny in a service control policy"
    ) in error["Message"]
    assert 0 == caught.value.response["ResponseMetadata"].get("RetryAttempts", 0)


def test_the_closed_region_says_who_and_where_one_is(pool):
    """Identity and regions are answered there too, and the other account is not concerned."""
    sts = pool.client("sts", profile="demo-dev", region="eu-central-1")
    ec2 = pool.client("ec2", profile="demo-dev", region="eu-central-1")
    other = pool.client("ec2", profile="demo-prod", region="eu-central-1")

    assert "444455556666" == sts.get_caller_identity()["Account"]
    assert ["us-east-1", "eu-west-1", "eu-central-1"] == [
        region["RegionName"] for region in ec2.describe_regions()["Regions"]
    ]
    assert ["eu-west-1"] == [
        region["RegionName"]
        for region in ec2.describe_regions(RegionNames=["eu-west-1"])["Regions"]
    ]
    assert other.describe_instances()["Reservations"]


@pytest.mark.parametrize(
    ("service", "operation", "action"),
    [
        ("account", "get_account_information", "account:GetAccountInformation"),
        ("ssm", "describe_instance_patches", "ssm:DescribeInstancePatches"),
        ("guardduty", "list_coverage", "guardduty:ListCoverage"),
        ("lambda", "list_function_url_configs", "lambda:ListFunctionUrlConfigs"),
    ],
)
def test_what_the_demo_cannot_do_is_said_once(pool, service, operation, action):
    """What moto does not know, and a fault of ours, is an error the SDK does not repeat."""
    client = pool.client(service, profile="demo-prod", region="us-east-1")
    arguments = {
        "describe_instance_patches": {"InstanceId": "i-0123456789"},
        "list_coverage": {"DetectorId": "d"},
        "list_function_url_configs": {"FunctionName": "unknown"},
    }

    with pytest.raises(ClientError) as caught:
        getattr(client, operation)(**arguments.get(operation, {}))

    assert "NotImplemented" == caught.value.response["Error"]["Code"]
    assert action in caught.value.response["Error"]["Message"]
    assert 0 == caught.value.response["ResponseMetadata"].get("RetryAttempts", 0)


@pytest.mark.parametrize(
    ("service", "operation", "code"),
    [
        ("ec2", "describe_instances", "AuthFailure"),
        ("iam", "list_users", "InvalidClientTokenId"),
        ("kms", "list_keys", "UnrecognizedClientException"),
        ("s3", "list_buckets", "InvalidAccessKeyId"),
    ],
)
def test_other_keys_are_refused(pool, service, operation, code):
    """A key that is not the demo's gets no data, not even an empty list."""
    client = boto3.client(
        service,
        region_name="us-east-1",
        endpoint_url=pool.endpoint("demo-prod"),
        aws_access_key_id="AKIAIOSFODNN7EXAMPLE",
        aws_secret_access_key="wrong",
    )

    with pytest.raises(ClientError) as caught:
        getattr(client, operation)()

    assert code == caught.value.response["Error"]["Code"]


def test_an_unsigned_request_is_refused(pool):
    """moto's own pages (its dashboard, its reset) are not reachable."""
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(pool.endpoint("demo-prod") + "/moto-api/data.json")

    assert 403 == caught.value.code


def test_s3_control_is_reached(pool):
    """The account-wide public access block answers, though no name leads to its host."""
    control = pool.client("s3control", profile="demo-prod", region="us-east-1")
    block = control.get_public_access_block(AccountId="111122223333")

    assert {
        "BlockPublicAcls": False,
        "IgnorePublicAcls": False,
        "BlockPublicPolicy": True,
        "RestrictPublicBuckets": True,
    } == block["PublicAccessBlockConfiguration"]


def test_no_secret_is_shown(pool):
    """Neither the account nor a profile shows a secret key or a session token."""
    shown = repr(demo_status()) + repr(pool.session_profiles) + repr(pool)

    for profile in pool.session_profiles.values():
        assert profile.secret_access_key not in shown
        assert repr(profile.session_token) not in shown
