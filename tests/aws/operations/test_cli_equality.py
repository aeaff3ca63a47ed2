"""The rows of an export are those of the AWS CLI, operation by operation."""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import boto3
import pandas as pd
import pytest
from botocore import xform_name

from aibrain_jupyter.aws.operations.export import export_operation

REGION = "us-east-1"
TRUST = json.dumps(
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
OPERATIONS = [
    # service, operation, where the CLI's answer has the rows, inputs
    ("iam", "list-users", "Users", {}),
    ("iam", "list-roles", "Roles", {}),
    ("iam", "list-access-keys", "AccessKeyMetadata", {"UserName": "ana"}),
    ("s3", "list-buckets", "Buckets", {}),
    ("ec2", "describe-instances", "Reservations", {}),
    ("ec2", "describe-security-groups", "SecurityGroups", {}),
    ("rds", "describe-db-instances", "DBInstances", {}),
    ("kms", "list-keys", "Keys", {}),
    ("lambda", "list-functions", "Functions", {}),
    ("dynamodb", "list-tables", "TableNames", {}),
]
_RUN_CLI = """
import contextlib, io, json, sys
from awscli.clidriver import create_clidriver

answers = []
for command in json.load(sys.stdin):
    with contextlib.redirect_stdout(io.StringIO()) as out:
        if create_clidriver().main(command):
            sys.exit(f"aws {' '.join(command)} failed")
    answers.append(json.loads(out.getvalue()))
json.dump(answers, sys.stdout)
"""
_MOVING = {"latest_restorable_time"}  # moto answers with its own clock
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)")


@pytest.fixture
def account(_no_real_aws, monkeypatch, request):
    """Some data of each kind. The CLI is told to write times as ISO text."""
    # moto reads 30 MB of machine images for the first EC2 request otherwise.
    monkeypatch.setenv("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
    request.getfixturevalue("moto_aws")
    Path(os.environ["AWS_CONFIG_FILE"]).write_text("[default]\ncli_timestamp_format = iso8601\n")

    def client(service):
        return boto3.client(service, region_name=REGION)

    iam = client("iam")
    for name in ("ana", "bob", "eve"):
        iam.create_user(UserName=name, Tags=[{"Key": "team", "Value": "audit"}])
    iam.create_access_key(UserName="ana")
    role = iam.create_role(RoleName="runner", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    for name in ("logs-1", "data-1"):
        client("s3").create_bucket(Bucket=name)
    ec2 = client("ec2")
    ec2.run_instances(
        ImageId="ami-12345678",
        MinCount=2,
        MaxCount=2,
        TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": "web"}]}],
    )
    group = ec2.create_security_group(GroupName="open", Description="all")["GroupId"]
    ec2.authorize_security_group_ingress(
        GroupId=group, IpProtocol="tcp", FromPort=22, ToPort=22, CidrIp="0.0.0.0/0"
    )
    client("rds").create_db_instance(
        DBInstanceIdentifier="db-1",
        DBInstanceClass="db.t3.micro",
        Engine="postgres",
        AllocatedStorage=20,
        MasterUsername="admin1",
        MasterUserPassword="not-a-secret-1",
    )
    for _ in range(3):
        client("kms").create_key(Description="k")
    client("lambda").create_function(
        FunctionName="f-1",
        Runtime="python3.13",
        Role=role,
        Handler="m.f",
        Code={"ZipFile": _zip()},
    )
    client("dynamodb").create_table(
        TableName="t-1",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )


def test_rows_equal_those_of_the_aws_cli(ctx, account):
    """Ten operations, compared cell by cell; not one row and not one field differs."""
    answers = _ask_cli()

    for (service, operation, member, params), answer in zip(OPERATIONS, answers, strict=True):
        frame = export_operation(ctx, service, operation, params).frame
        assert answer[member], f"{service} {operation}: there is nothing to compare"
        expected = [_cli_row(row) for row in answer[member]]
        actual = [_frame_row(row) for row in frame.to_dict("records")]
        assert len(expected) == len(actual), f"{service} {operation}"
        for wanted, row in zip(expected, actual, strict=True):
            differing = {n for n in wanted.keys() | row.keys() if wanted.get(n) != row.get(n)}
            assert {} == {n: (wanted.get(n), row.get(n)) for n in differing - _MOVING}


def _ask_cli():
    """Ask the AWS CLI for everything in one process: its start takes longer than its answers."""
    commands = [
        [
            "s3api" if service == "s3" else service,
            operation,
            # Given here, too: version 1 of the CLI overlooks the variable for RDS.
            f"--endpoint-url={os.environ['AWS_ENDPOINT_URL']}",
            *(["--cli-input-json", json.dumps(params)] if params else []),
        ]
        for service, operation, _, params in OPERATIONS
    ]
    variables = {"AWS_DEFAULT_REGION": REGION, "AWS_PAGER": "", "AWS_DEFAULT_OUTPUT": "json"}
    done = subprocess.run(
        [sys.executable, "-c", _RUN_CLI],
        input=json.dumps(commands),
        env=os.environ | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert 0 == done.returncode, done.stderr
    return json.loads(done.stdout)


def _cli_row(row):
    if isinstance(row, str):
        return {"table_name": row}
    return {xform_name(name): _tags(name, _canonical(value)) for name, value in row.items()}


def _frame_row(row):
    return {
        name: _canonical(value)
        for name, value in row.items()
        if isinstance(value, dict | list) or not pd.isna(value)
    }


def _canonical(value):
    """One form for what the two spell differently: times, and lists of tags."""
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC)
    if isinstance(value, str) and _TIME.fullmatch(value):
        return dt.datetime.fromisoformat(value).astimezone(dt.UTC)
    if isinstance(value, dict):
        return {name: _tags(name, _canonical(item)) for name, item in value.items()}
    if isinstance(value, list):
        if value and all(isinstance(i, dict) and {"Key", "Value"} == set(i) for i in value):
            return {item["Key"]: item["Value"] for item in value}
        return [_canonical(item) for item in value]
    return value


def _tags(name, value):
    return {} if value == [] and name in ("Tags", "TagList") else value


def _zip():
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("m.py", "def f(event, context): return 1")
    return held.getvalue()
