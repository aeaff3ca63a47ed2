"""What the embedded accounts hold: the same every time, consistent, and worth auditing."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys

import boto3
import pandas as pd
import pytest

from aibrain_jupyter.aws.resources.running import export_resource
from aibrain_jupyter.aws.resources.table import RESOURCES
from aibrain_jupyter.aws.target import AwsTarget
from aibrain_jupyter.evidence.samples.sampling import keys_of
from aibrain_jupyter.shared.base_tool import CallContext

PROFILES = ("demo-prod", "demo-dev")
# Operations whose whole answer must be the same at every start.
SAME = (
    ("iam", "get_account_authorization_details", "us-east-1"),
    ("iam", "list_users", "us-east-1"),
    ("iam", "list_virtual_mfa_devices", "us-east-1"),
    ("s3", "list_buckets", "us-east-1"),
    ("kms", "list_keys", "us-east-1"),
    ("kms", "list_aliases", "us-east-1"),
    ("ec2", "describe_instances", "us-east-1"),
    ("ec2", "describe_instances", "eu-west-1"),
    ("ec2", "describe_volumes", "us-east-1"),
    ("ec2", "describe_security_groups", "us-east-1"),
    ("ec2", "describe_security_group_rules", "us-east-1"),
    ("ec2", "describe_network_interfaces", "us-east-1"),
    ("ssm", "describe_instance_information", "us-east-1"),
    ("rds", "describe_db_instances", "us-east-1"),
    ("lambda", "list_functions", "us-east-1"),
    ("dynamodb", "list_tables", "us-east-1"),
    ("cloudtrail", "describe_trails", "us-east-1"),
    ("logs", "describe_log_groups", "us-east-1"),
    ("secretsmanager", "list_secrets", "us-east-1"),
    ("sns", "list_topics", "us-east-1"),
    ("sqs", "list_queues", "us-east-1"),
    ("guardduty", "list_detectors", "us-east-1"),
    ("config", "describe_configuration_recorders", "us-east-1"),
    ("ec2", "describe_flow_logs", "us-east-1"),
    ("ec2", "describe_route_tables", "us-east-1"),
    ("backup", "list_backup_plans", "us-east-1"),
    ("elbv2", "describe_load_balancers", "us-east-1"),
)

# What the demo has nothing of.
EMPTY = {
    "acm_certificates",
    "apigateway_rest_apis",
    "apigatewayv2_apis",
    "autoscaling_groups",
    "cloudformation_stacks",
    "cloudfront_distributions",
    "codebuild_projects",
    "codepipeline_pipelines",
    "config_conformance_packs",
    "ec2_addresses",
    "ec2_images",
    "ec2_key_pairs",
    "ec2_launch_templates",
    "ec2_vpc_endpoints",
    "ec2_vpc_peerings",
    "ecr_images",
    "ecs_clusters",
    "ecs_services",
    "ecs_task_definitions",
    "eks_clusters",
    "eks_nodegroups",
    "elasticache_clusters",
    "elb_load_balancers",
    "glue_jobs",
    "glue_security_configurations",
    "iam_identity_providers",
    "iam_server_certificates",
    "inspector2_findings",
    "opensearch_domains",
    "organizations_accounts",
    "organizations_scps",
    "rds_clusters",
    "redshift_clusters",
    "securityhub_controls",
    "securityhub_findings",
    "ssm_patch_baselines",
    "sso_admin_assignments",
    "transfer_servers",
    "wafv2_cloudfront_web_acls",
    "wafv2_web_acls",
}

each_profile = pytest.mark.parametrize("profile", PROFILES)


@pytest.fixture(scope="module")
def second_endpoint():
    """A second server of the same data, started as its own command."""
    server = subprocess.Popen(
        [sys.executable, "-m", "aibrain_jupyter.demo.server"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        # Another order of sets than the first one.
        env={
            **os.environ,
            "MOTO_EC2_LOAD_DEFAULT_AMIS": "false",
            "PYTHONHASHSEED": "7",
            "TZ": "UTC",
        },
    )
    port = json.loads(server.stdout.readline())["port"]
    yield f"http://127.0.0.1:{port}"
    server.stdin.close()
    assert 0 == server.wait(20), "it ends by itself when its input is closed"
    server.stdout.close()


@each_profile
def test_two_starts_give_the_same_data(pool, second_endpoint, profile):
    """Ids, names, dates and rows do not depend on the start."""
    known = pool.session_profiles[profile]
    session = boto3.Session(known.access_key_id, known.secret_access_key)

    for service, operation, region in SAME:
        first = pool.client(service, profile=profile, region=region)
        second = session.client(service, region_name=region, endpoint_url=second_endpoint)

        expected, actual = (getattr(client, operation)() for client in (first, second))

        assert _data(expected) == _data(actual), f"{service} {operation} in {region}"


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.tool_name)
def test_every_curated_resource_is_complete(pool, resource):
    """No export of the demo has a gap: what moto does not answer is answered here."""
    region = "global" if resource.is_global else "us-east-1"
    target = AwsTarget(profile="demo-prod", account="111122223333", region=region)
    result = export_resource(resource, CallContext(target=target, clients=pool))

    assert () == tuple(result.gaps)
    assert bool(len(result.frame)) is (resource.tool_name not in EMPTY)


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.tool_name)
def test_keys_tell_rows_apart(pool, resource, profile):
    """No two rows of an export of the demo have the same key, in one place or in several."""
    account, parts = pool.session_profiles[profile].account, []
    for region in ("global",) if resource.is_global else ("us-east-1", "eu-west-1"):
        target = AwsTarget(profile=profile, account=account, region=region)
        found = export_resource(resource, CallContext(target=target, clients=pool)).frame
        parts.append(found.assign(asked_region=region))
    frame = pd.concat(parts)
    key = resource.own_key.within(("asked_region",))

    assert len(frame) == len(keys_of(frame, key.columns, key.may_lack))


@each_profile
def test_the_credential_report_agrees_with_iam(pool, profile):
    """MFA, password and keys of each user are the same in the report and in the API."""
    iam = pool.client("iam", profile=profile, region="us-east-1")
    assert "COMPLETE" == iam.generate_credential_report()["State"]
    content = iam.get_credential_report()["Content"].decode()
    rows = {row["user"]: row for row in csv.DictReader(io.StringIO(content))}
    users = iam.list_users()["Users"]

    assert {"<root_account>", *(user["UserName"] for user in users)} == set(rows)
    for user in users:
        name, row = user["UserName"], rows[user["UserName"]]
        keys = iam.list_access_keys(UserName=name)["AccessKeyMetadata"]
        has_mfa = bool(iam.list_mfa_devices(UserName=name)["MFADevices"])

        assert str(has_mfa).lower() == row["mfa_active"]
        assert user["CreateDate"].isoformat() == row["user_creation_time"]
        if "PasswordLastUsed" in user:
            assert user["PasswordLastUsed"].isoformat() == row["password_last_used"]
        for number in (1, 2):
            is_active = len(keys) >= number and keys[number - 1]["Status"] == "Active"
            assert str(is_active).lower() == row[f"access_key_{number}_active"]


@each_profile
def test_there_is_something_to_find(pool, profile):
    """Every audit classic is there: no MFA, old keys, an open port, a public bucket, …"""
    clients = {
        service: pool.client(service, profile=profile, region="us-east-1")
        for service in ("iam", "s3", "ec2", "kms", "lambda", "dynamodb", "cloudtrail")
    }
    report = clients["iam"].get_credential_report()["Content"].decode()
    rows = list(csv.DictReader(io.StringIO(report)))
    assert 12 <= len(rows) - 1 <= 20
    assert any("true" == r["password_enabled"] and "false" == r["mfa_active"] for r in rows)
    assert any("no_information" == r["password_last_used"] for r in rows)
    assert any(r["access_key_1_last_rotated"] < "2022" for r in rows)

    buckets = [b["Name"] for b in clients["s3"].list_buckets()["Buckets"]]
    assert 8 <= len(buckets) <= 12
    assert any(
        "AllUsers" in grant["Grantee"].get("URI", "")
        for bucket in buckets
        for grant in clients["s3"].get_bucket_acl(Bucket=bucket)["Grants"]
    )

    ec2 = clients["ec2"]
    machines = [m for r in ec2.describe_instances()["Reservations"] for m in r["Instances"]]
    assert {"optional", "required"} == {m["MetadataOptions"]["HttpTokens"] for m in machines}
    assert any("PublicIpAddress" in machine for machine in machines)
    assert {True, False} == {v["Encrypted"] for v in ec2.describe_volumes()["Volumes"]}
    assert any(
        rule.get("CidrIpv4") == "0.0.0.0/0" and rule["FromPort"] in (22, -1)
        for rule in ec2.describe_security_group_rules()["SecurityGroupRules"]
        if not rule["IsEgress"]
    )

    kms = clients["kms"]
    states = [
        kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["KeyState"]
        for key in kms.list_keys()["Keys"]
    ]
    assert set(states) > {"Enabled"}

    functions = clients["lambda"].list_functions()["Functions"]
    assert "python3.8" in {function["Runtime"] for function in functions}
    assert any(
        "PASSWORD" in name
        for function in functions
        for name in function.get("Environment", {}).get("Variables", {})
    )

    trails = clients["cloudtrail"]
    logging = {
        trails.get_trail_status(Name=trail["TrailARN"])["IsLogging"]
        for trail in trails.describe_trails()["trailList"]
    }
    assert {"demo-prod": {True}, "demo-dev": {False}}[profile] == logging


def _data(answer):
    return {key: value for key, value in answer.items() if key != "ResponseMetadata"}
