"""What every curated resource promises, read from the catalogue."""

from __future__ import annotations

import inspect
import io
import json
import re
import zipfile
from importlib import import_module
from pathlib import Path

import pandas as pd
import pytest

from aibrain_jupyter.aws.operations.models import iam_action, operation_names, services
from aibrain_jupyter.aws.resources import services as services_wing
from aibrain_jupyter.aws.resources.running import export_resource
from aibrain_jupyter.aws.resources.table import RESOURCES, Resource
from aibrain_jupyter.shared.base_tool import import_target
from aibrain_jupyter.shared.coverage import Outcome
from aibrain_jupyter.shared.frames.columns import COUNT, FLAG, NESTED, NUMBER, TEXT, TIME
from aibrain_jupyter.tool_executors.builtin_tools import AWS_EXPORT

each_resource = pytest.mark.parametrize("resource", RESOURCES, ids=lambda r: r.tool_name)

_SERVICES_OF_PREFIX = {"s3": ("s3", "s3control")}
_MAY_HAVE_ROWS = {
    # What an empty account has all the same.
    "ec2_security_groups",
    "iam_account",
    "kms_keys",
}


# What `furnished` has a thing of: the written resources and some declared ones.
OF_THE_FURNISHED = {
    "cloudtrail_trails",
    "dynamodb_tables",
    "ec2_instances",
    "ec2_security_groups",
    "ec2_volumes",
    "iam_policies",
    "kms_keys",
    "logs_groups",
    "rds_instances",
    "secretsmanager_secrets",
    "sns_topics",
    "sqs_queues",
}
WRITTEN = [resource for resource in RESOURCES if resource.function]
FURNISHED = [r for r in RESOURCES if r.function or r.tool_name in OF_THE_FURNISHED]
each_written = pytest.mark.parametrize("resource", WRITTEN, ids=lambda r: r.tool_name)


def _function(resource):
    return import_target(resource.function, what=resource.tool_name)


def test_the_table_is_sorted():
    """The catalogue is in the order it is shown in, and names nothing twice."""
    names = [(r.service, r.name) for r in RESOURCES]

    assert sorted(set(names)) == names


def test_every_file_that_declares_is_in_the_table():
    """A resource that is declared anywhere below services/ is in the catalogue."""
    files = sorted(Path(services_wing.__file__).parent.rglob("[a-z]*.py"))
    modules = [".".join(f.with_suffix("").parts[-2:]) for f in files]
    found = {
        id(value)
        for module in modules
        for value in vars(import_module(f"{services_wing.__name__}.{module}")).values()
        if isinstance(value, Resource)
    }

    assert {id(resource) for resource in RESOURCES} == found


@each_written
def test_function_takes_the_call_context_only(resource):
    """A curated resource is called as f(ctx), and what it can be asked for is given by name."""
    expected = ["ctx", "params"] if resource.params else ["ctx"]

    assert expected == list(inspect.signature(_function(resource)).parameters)


@each_written
def test_docstring_tells_rows_refusal_and_source(resource):
    """The docstring says what a row is, what is refused without permission, and the source."""
    text = inspect.getdoc(_function(resource))

    assert [] == [word for word in ("Returns:", "Raises:", "Source:") if word not in text]
    assert resource.permissions[0] in text or "s3:ListAllMyBuckets" in text


@each_resource
def test_columns_are_declared_well(resource):
    """Column names are snake case and unique, dtypes known, helps one clause."""
    names = [column.name for column in resource.columns]

    assert sorted(set(names)) == sorted(names)
    assert [] == [name for name in names if not re.fullmatch(r"[a-z][a-z0-9_]*", name)]
    assert set() == {c.dtype for c in resource.columns} - {TEXT, FLAG, COUNT, TIME, NESTED, NUMBER}
    assert [] == [c.name for c in resource.columns if not c.help or c.help.endswith(".")]
    assert "account_id" not in names


@each_resource
def test_times_say_their_zone(resource):
    """Every time column says in its help that it is UTC."""
    assert [] == [c.name for c in resource.columns if c.dtype == TIME and "UTC" not in c.help]


@each_resource
def test_permissions_are_real(resource):
    """Every permission is the IAM action of an operation botocore knows."""
    if resource.lists:
        actions = [iam_action(*call.operation.split(":")) for call in resource.calls]
        assert list(dict.fromkeys(actions)) == list(resource.permissions)
        return
    known = set()
    for prefix in {action.partition(":")[0] for action in resource.permissions}:
        for service in _SERVICES_OF_PREFIX.get(prefix, (prefix,)):
            assert service in services()
            known |= {iam_action(service, operation) for operation in operation_names(service)}

    assert [] == [action for action in resource.permissions if action not in known]


@each_resource
def test_params_are_documented_and_have_defaults(resource):
    """What a resource can be asked for may be left out, and takes no name of the export's own."""
    names = [param.name for param in resource.params]
    own = {param.name for param in AWS_EXPORT.params}

    assert sorted(set(names)) == sorted(names)
    assert set() == own & set(names)
    assert [] == [param.name for param in resource.params if param.is_required or not param.help]
    assert bool(resource.params) == bool(resource.check)


def test_an_empty_account_has_the_same_columns(moto_aws, ctx, answers):
    """Without a row every frame has exactly the declared columns and dtypes, and no gap."""
    text = str(pd.Series(["text"]).dtype)
    faults = {}
    for resource in FURNISHED:
        result = export_resource(resource, ctx)

        found = {name: str(dtype) for name, dtype in result.frame.dtypes.items()}
        declared = {c.name: text if c.dtype == TEXT else c.dtype for c in resource.columns}
        has_rows = len(result.frame) > 0 and resource.tool_name not in _MAY_HAVE_ROWS
        if found != declared or result.gaps or has_rows:
            faults[resource.tool_name] = (found, result.gaps, has_rows)

    assert {} == faults


def _zip():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("main.py", "")
    return buffer.getvalue()


@pytest.fixture
def furnished(aws):
    """An account with one thing of every kind."""
    iam = aws("iam")
    iam.create_user(UserName="ana")
    allowed = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::data/*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    trust = json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "lambda.amazonaws.com"},
                    "Action": "sts:AssumeRole",
                }
            ],
        }
    )
    role = iam.create_role(RoleName="worker", AssumeRolePolicyDocument=trust)["Role"]
    all_of_it = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    everything = json.dumps({"Version": "2012-10-17", "Statement": [all_of_it]})
    iam.put_user_policy(UserName="ana", PolicyName="all", PolicyDocument=everything)
    iam.create_policy(PolicyName="reader", PolicyDocument=document)
    s3 = aws("s3")
    s3.create_bucket(Bucket="data")
    s3.put_bucket_policy(Bucket="data", Policy=document)
    aws("cloudtrail").create_trail(Name="main", S3BucketName="data")
    aws("kms").create_key()
    ec2 = aws("ec2")
    ec2.run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1)
    aws("rds").create_db_instance(
        DBInstanceIdentifier="db", DBInstanceClass="db.t3.micro", Engine="postgres"
    )
    aws("dynamodb").create_table(
        TableName="orders",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    aws("lambda").create_function(
        FunctionName="f",
        Role=role["Arn"],
        Code={"ZipFile": _zip()},
        Runtime="python3.13",
        Handler="main.f",
    )
    aws("logs").create_log_group(logGroupName="app")
    aws("secretsmanager").create_secret(Name="token", SecretString="never-shown")
    aws("sns").create_topic(Name="alerts")
    aws("sqs").create_queue(QueueName="jobs")
    aws("acm").request_certificate(DomainName="example.org")


def test_what_is_asked_is_declared(furnished, ctx, answers):
    """Every operation an export uses passes the guard and is among its resource's permissions."""
    answers.give("LookupEvents", {"Events": [{"EventId": "1", "CloudTrailEvent": "{}"}]})
    undeclared = {}
    for resource in FURNISHED:
        ctx.operations.clear()
        result = export_resource(resource, ctx)

        assert len(result.frame) > 0, resource.tool_name
        used = {iam_action(*operation.split(":")) for operation in result.operations}
        if extra := used - set(resource.permissions):
            undeclared[resource.tool_name] = extra

    assert {} == undeclared


def test_a_refused_detail_is_a_gap_and_never_a_value(furnished, ctx, answers):
    """With every detail refused the rows are there, and what is unknown is NA and a gap."""
    listings = {
        "acm": "ListCertificates",
        "cloudtrail_trails": "DescribeTrails",
        "dynamodb": "ListTables",
        "ec2_instances": "DescribeInstances",
        "ec2_security_groups": "DescribeSecurityGroups",
        "ec2_volumes": "DescribeVolumes",
        "iam_account": "GetAccountSummary",
        "iam_roles": "GetAccountAuthorizationDetails",
        "iam_users": "GetAccountAuthorizationDetails",
        "kms": "ListKeys",
        "lambda": "ListFunctions",
        "logs": "DescribeLogGroups",
        "rds": "DescribeDBInstances",
        "s3": "ListBuckets",
        "secretsmanager": "ListSecrets",
        "sns": "ListTopics",
        "sqs": "ListQueues",
    }
    faults = {}
    for resource in FURNISHED:
        listing = listings.get(resource.tool_name) or listings.get(resource.service)
        if listing is None:
            continue
        answers.refuse_all_but(listing)
        result = export_resource(resource, ctx)

        missing = {name for gap in result.gaps for name in gap.columns}
        faults[resource.tool_name] = (
            [name for name in missing if name not in result.frame]
            + [name for name in missing if not result.frame[name].isna().all()]
            + [gap for gap in result.gaps if gap.outcome is not Outcome.DENIED or not gap.action]
        )
        assert missing, resource.tool_name
        assert len(result.frame) > 0, resource.tool_name

    assert {} == {name: fault for name, fault in faults.items() if fault}


# Columns made of several answers, and of resources with several rows an item.
MADE_OF_SEVERAL = {
    "ec2_instances": ("volumes_encrypted", "is_ssm_managed"),
    "ec2_security_groups": ("group_id", "peer", "attached_interfaces"),
    "iam_users": ("mfa_active", "attached_policies"),
    "kms_keys": ("rotation_enabled", "aliases"),
    "lambda_functions": ("has_public_url", "tags"),
    "rds_instances": ("forces_tls",),
    "s3_buckets": ("is_public", "is_public_access_blocked", "has_public_policy", "region"),
}


def test_chosen_columns_are_the_same_and_cost_no_more(furnished, ctx, answers):
    """A column asked for alone has the values it has in the whole, by no more requests."""
    for resource in FURNISHED:
        ctx.operations.clear()
        ctx.columns = None
        whole = export_resource(resource, ctx)
        for name in MADE_OF_SEVERAL.get(resource.tool_name, ()):
            ctx.operations.clear()
            ctx.columns = frozenset([name])

            result = export_resource(resource, ctx)

            assert [name, "not_known"] == list(result.frame)
            pd.testing.assert_series_equal(
                whole.frame[name], result.frame[name], obj=f"{resource.tool_name} {name}"
            )
            assert sum(result.operations.values()) <= sum(whole.operations.values()), name
