"""
No body of somebody else is an answer: every protocol with every kind of foreign body, and the
answers of AWS that are truly empty.
"""

from __future__ import annotations

import pandas as pd
import pytest

from aibrain_jupyter.aws.operations.export import export_operation
from aibrain_jupyter.aws.operations.models import find_operation, service_model, services
from aibrain_jupyter.aws.resources.running import export_resource
from aibrain_jupyter.aws.resources.table import find_resource
from aibrain_jupyter.shared.error_handler import ConnectionFailedError, IncompleteAnswerError

BUCKET = {"Bucket": "b"}
OPERATIONS = {
    "query": [
        ("iam", "ListUsers", {}),
        ("sns", "ListTopics", {}),
        ("rds", "DescribeDBInstances", {}),
        ("cloudformation", "DescribeStacks", {}),
        ("elbv2", "DescribeLoadBalancers", {}),
    ],
    "ec2": [
        ("ec2", "DescribeInstances", {}),
        ("ec2", "DescribeVpcs", {}),
        ("ec2", "GetEbsEncryptionByDefault", {}),
        ("ec2", "DescribeSecurityGroups", {}),
    ],
    "rest-xml": [
        ("s3", "ListBuckets", {}),
        ("s3", "GetBucketAcl", BUCKET),
        ("s3", "GetBucketEncryption", BUCKET),
        ("s3", "GetBucketLocation", BUCKET),
        ("s3", "GetBucketLogging", BUCKET),
        ("s3", "GetBucketOwnershipControls", BUCKET),
        ("s3", "GetBucketPolicy", BUCKET),
        ("s3", "GetBucketPolicyStatus", BUCKET),
        ("s3", "GetBucketTagging", BUCKET),
        ("s3", "GetBucketVersioning", BUCKET),
        ("s3", "GetObjectLockConfiguration", BUCKET),
        ("s3", "GetPublicAccessBlock", BUCKET),
        ("s3control", "GetPublicAccessBlock", {"AccountId": "123456789012"}),
        ("s3control", "ListAccessPoints", {"AccountId": "123456789012"}),
        ("cloudfront", "ListDistributions", {}),
        ("route53", "ListHostedZones", {}),
    ],
    "json": [
        ("dynamodb", "ListTables", {}),
        ("kms", "ListKeys", {}),
        ("kms", "GetKeyPolicy", {"KeyId": "k", "PolicyName": "default"}),
        ("logs", "DescribeLogGroups", {}),
        ("secretsmanager", "ListSecrets", {}),
        ("sqs", "ListQueues", {}),
        ("config", "DescribeConfigRules", {}),
    ],
    "rest-json": [
        ("lambda", "ListFunctions", {}),
        ("lambda", "GetFunctionConcurrency", {"FunctionName": "f"}),
        ("lambda", "GetPolicy", {"FunctionName": "f"}),
        ("eks", "ListClusters", {}),
        ("efs", "DescribeFileSystems", {}),
        ("guardduty", "ListDetectors", {}),
        ("apigateway", "GetRestApis", {}),
        ("pinpoint", "GetApps", {}),
    ],
}
OPERATIONS["smithy-rpc-v2-cbor"] = [
    ("eventbridgev2", "ListEventBuses", {}),
    ("cloudwatchomni", "ListDomains", {}),
]
S3_LISTING = (
    "<?xml version='1.0' encoding='UTF-8'?>"
    "<ListBucketResult xmlns='http://s3.amazonaws.com/doc/2006-03-01/'><Name>b</Name><Prefix/>"
    "<KeyCount>0</KeyCount><MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated>"
    "</ListBucketResult>"
)
S3_ERROR = "S3's error with status 200"
BODIES = {
    "XHTML": "<?xml version='1.0'?><!DOCTYPE html PUBLIC '-//W3C//DTD XHTML 1.0 Strict//EN' "
    "'http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd'><html xmlns='http://www.w3.org/1999/xhtml'>"
    "<head><title>Log in</title></head><body><form action='/login'/></body></html>",
    "XHTML without doctype": "<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'>"
    "<body/></html>",
    "foreign XML": "<feed xmlns='http://www.w3.org/2005/Atom'><title>news</title></feed>",
    "foreign XML with a common name": "<Response><Status>ok</Status><Name>n</Name></Response>",
    "HTML": "<!DOCTYPE html><html><body>Please <br> log in</body></html>",
    "HTML after a comment": "<!-- portal --><HTML><body>Please log in</body></HTML>",
    "JSON error": '{"error": "unauthorized", "error_description": "no token"}',
    "JSON message": '{"message": "Missing Authentication Token"}',
    "JSON Message": '{"Message": null, "code": 403}',
    "JSON list": "[]",
    "JSON null": "null",
    "another S3 answer": S3_LISTING,
    "an error with status 200": "<ErrorResponse><Error><Code>AccessDenied</Code></Error>"
    "</ErrorResponse>",
    S3_ERROR: "<Error><Code>SlowDown</Code><Message>m</Message></Error>",
    "text": "It works!",
    "CBOR of another": b"\xa1\x65error\x64oops",
    "nothing": "",
}
REQUIRED = [
    # Models that say what an answer must have.
    ("guardduty", "ListDetectors", {}, "{}"),
    ("iam", "ListUsers", {}, "<ListUsersResponse><ListUsersResult/></ListUsersResponse>"),
    ("pinpoint", "GetApp", {"ApplicationId": "a"}, "{}"),
    (
        "route53",
        "ListHostedZones",
        {},
        "<ListHostedZonesResponse xmlns='https://route53.amazonaws.com/doc/2013-04-01/'/>",
    ),
    ("s3", "GetBucketAcl", BUCKET, "<AccessControlPolicy/>"),
    (
        "s3",
        "GetBucketAcl",
        BUCKET,
        "<AccessControlPolicy><AccessControlList/></AccessControlPolicy>",
    ),
]
ASKED = [each for asked in OPERATIONS.values() for each in asked]
CASES = [
    pytest.param(service, operation, params, body, id=f"{service}-{operation}-{kind}")
    for service, operation, params in ASKED
    for kind, body in BODIES.items()
    if service != "s3" or kind != S3_ERROR  # botocore asks again; what comes then is an error
] + [pytest.param(*case, id=f"{case[0]}-{case[1]}-lacks-{n}") for n, case in enumerate(REQUIRED)]


def test_every_protocol_is_asked():
    """Of every protocol that a service of botocore is asked in there are bodies, 108 and more."""
    asked = {find_operation(s, o).service_model.resolved_protocol for s, o, *_ in ASKED}

    assert {service_model(service).resolved_protocol for service in services()} == asked
    assert 108 <= len(CASES)


@pytest.mark.parametrize(("service", "operation", "params", "body"), CASES)
def test_a_foreign_body_is_a_failure(ctx, aws_replies, service, operation, params, body):
    """Whatever comes instead of an answer is told as such; it is no empty table."""
    is_page = isinstance(body, str) and "<html" in body.lower()
    headers = {"Content-Type": "text/html" if is_page else "text/plain"}
    aws_replies.reply(body, headers=headers)

    with pytest.raises(ConnectionFailedError, match="instead of AWS"):
        export_operation(ctx, service, operation, params)


@pytest.mark.parametrize(
    ("service", "operation", "params"),
    [each for kind in ("query", "json", "rest-json") for each in OPERATIONS[kind]],
)
def test_half_an_answer_is_said_to_break_off(ctx, aws_replies, service, operation, params):
    """Neither an empty table nor a fault of ours, whatever the protocol."""
    is_xml = service in {name for name, *_ in OPERATIONS["query"]}
    aws_replies.reply(f"<{operation}Response><a>" if is_xml else '{"TableNames": ["a", ')

    with pytest.raises(IncompleteAnswerError, match="breaks off"):
        export_operation(ctx, service, operation, params)


TRULY_EMPTY = [
    ("eventbridgev2", "ListEventBuses", {}, b"\xa0"),
    ("lambda", "ListFunctions", {}, "{}"),
    ("lambda", "GetFunctionConcurrency", {"FunctionName": "f"}, "{}"),
    ("sqs", "ListQueues", {}, "{}"),
    ("secretsmanager", "ListSecrets", {}, '{"SecretList": null}'),
    ("ec2", "DescribeVpcs", {}, "<DescribeVpcsResponse><vpcSet/></DescribeVpcsResponse>"),
    (
        "ec2",
        "DescribeVpcs",
        {},
        "<DescribeVpcsResponse><requestId>r</requestId></DescribeVpcsResponse>",
    ),
    ("sns", "ListTopics", {}, "<ListTopicsResponse><ListTopicsResult/></ListTopicsResponse>"),
    ("s3", "GetBucketVersioning", BUCKET, "<VersioningConfiguration/>"),
    ("s3", "GetBucketLogging", BUCKET, "<?xml version='1.0'?>\n<BucketLoggingStatus xmlns='x'/>"),
    ("s3", "GetBucketLocation", BUCKET, "<LocationConstraint xmlns='x'/>"),
    ("s3", "GetBucketNotificationConfiguration", BUCKET, "<NotificationConfiguration/>"),
    ("s3", "ListBuckets", {}, "<ListAllMyBucketsResult/>"),
]


@pytest.mark.parametrize(
    ("service", "operation", "params", "body"),
    TRULY_EMPTY,
    ids=[f"{case[0]}-{case[1]}-{n}" for n, case in enumerate(TRULY_EMPTY)],
)
def test_a_truly_empty_answer_stays_one(ctx, aws_replies, service, operation, params, body):
    """What AWS sends where there is nothing is an answer, and no gap."""
    aws_replies.reply(body)

    result = export_operation(ctx, service, operation, params)

    assert () == result.gaps
    assert not result.frame.notna().to_numpy().any()


def test_another_answer_of_s3_is_no_fact_about_a_bucket(ctx, aws_replies):
    """A server that lists the bucket whatever is asked leaves the cells unknown, with gaps."""
    aws_replies.on(
        "/",
        "<ListAllMyBucketsResult><Owner><ID>o</ID></Owner><Buckets><Bucket><Name>b</Name>"
        "<BucketRegion>us-east-1</BucketRegion></Bucket></Buckets></ListAllMyBucketsResult>",
    )
    aws_replies.on(
        "/v20180820/configuration/publicAccessBlock", "<PublicAccessBlockConfiguration/>"
    )
    aws_replies.on("/b", S3_LISTING)

    result = export_resource(find_resource("s3", "buckets"), ctx)
    [row] = result.frame.to_dict("records")

    known = {name for name, value in row.items() if not _is_missing(value)}
    assert {"bucket_name", "arn", "region", "not_known"} == known
    assert {
        "s3:GetPublicAccessBlock",
        "s3:GetBucketPolicy",
        "s3:GetBucketOwnershipControls",
        "s3:GetBucketAcl",
        "s3:GetBucketEncryption",
        "s3:GetBucketVersioning",
        "s3:GetBucketLogging",
        "s3:GetObjectLockConfiguration",
        "s3:GetBucketTagging",
    } == {gap.operation for gap in result.gaps}


def _is_missing(value):
    return not isinstance(value, list | dict) and pd.isna(value)
