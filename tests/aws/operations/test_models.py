"""What AWS offers is known without a client and without the network."""

from __future__ import annotations

import subprocess
import sys

import pytest

from aibrain_jupyter.aws.clients.reads import is_read, reviewed
from aibrain_jupyter.aws.operations import models
from aibrain_jupyter.shared.error_handler import UnknownNameError


def test_services_are_those_of_botocore():
    """The names are boto3's, sorted."""
    found = models.services()

    assert found == sorted(found)
    assert {"iam", "s3", "ec2", "elbv2", "kms"} <= set(found)


def test_an_unknown_service_suggests_the_nearest():
    """A slip of the finger is answered with the right name and where to look."""
    with pytest.raises(UnknownNameError) as caught:
        models.service_model("iamm")

    assert "There is no service of AWS named 'iamm'." == caught.value.what
    assert caught.value.next_steps[0].startswith("Did you mean iam")
    assert "%aibrain help aws_export" in caught.value.next_steps[1]


@pytest.mark.parametrize("name", ["describe_instances", "DescribeInstances", "describe-instances"])
def test_an_operation_is_found_in_every_spelling(name):
    """Python's, the API's and the AWS CLI's spelling are one operation."""
    assert "DescribeInstances" == models.find_operation("ec2", name).name


def test_an_unknown_operation_suggests_the_nearest():
    """The suggestion is spelled as the user spells operations."""
    with pytest.raises(UnknownNameError) as caught:
        models.find_operation("iam", "list_usrs")

    assert "Did you mean list_users" in caught.value.next_steps[0]


def test_operations_are_named_in_snake_case():
    """Completion offers what a cell takes."""
    found = models.operation_names("kms")

    assert found == sorted(found)
    assert "list_keys" in found


@pytest.mark.parametrize(
    ("service", "operation", "action"),
    [
        ("iam", "list_users", "iam:ListUsers"),
        ("s3", "list_buckets", "s3:ListAllMyBuckets"),
        ("s3", "get_bucket_encryption", "s3:GetEncryptionConfiguration"),
        ("s3", "get_public_access_block", "s3:GetBucketPublicAccessBlock"),
        ("s3control", "get_public_access_block", "s3:GetAccountPublicAccessBlock"),
        ("apigateway", "get_rest_apis", "apigateway:GET"),
        ("apigatewayv2", "get_apis", "apigateway:GET"),
        ("cloudwatch", "describe_alarms", "cloudwatch:DescribeAlarms"),
        ("resourcegroupstaggingapi", "get_resources", "tag:GetResources"),
        ("accessanalyzer", "list_findings_v2", "access-analyzer:ListFindings"),
        ("elbv2", "describe_load_balancers", "elasticloadbalancing:DescribeLoadBalancers"),
        ("efs", "describe_file_systems", "elasticfilesystem:DescribeFileSystems"),
    ],
)
def test_the_iam_action_is_the_one_a_policy_needs(service, operation, action):
    """Where IAM calls a read by another name than the API, the IAM name is given."""
    assert action == models.iam_action(service, operation)


@pytest.mark.parametrize(
    ("written", "meant"),
    [("list_users", "list_users"), ("access_keys", "list_access_keys"), ("zzz", "")],
)
def test_a_wrong_resource_leads_to_an_operation(written, meant):
    """Who asks for a resource that is not curated is shown the read that has the data."""
    assert meant == models.suggest_operation("iam", written)


@pytest.mark.parametrize("written", ["terminate_instances", "create_vpc", "delete_volume"])
def test_a_write_is_never_suggested(written):
    """Whatever is written, only what may be sent is offered."""
    with pytest.raises(UnknownNameError) as info:
        models.find_operation("ec2", f"{written}s_")
    nearest = [name for name in info.value.facts["nearest"].split(",") if name]

    assert is_read("ec2", models.suggest_operation("ec2", written) or "describe_vpcs")
    assert all(reviewed("ec2", name) for name in nearest)


def test_names_are_known_without_boto3_and_without_clients():
    """Checking a cell costs botocore's models, not a session."""
    code = (
        "import sys; from aibrain_jupyter.aws.operations import models; "
        "models.find_operation('iam', 'list_users'); "
        "sys.exit('boto3' in sys.modules or 'botocore.client' in sys.modules)"
    )

    assert 0 == subprocess.run([sys.executable, "-c", code], check=False).returncode
