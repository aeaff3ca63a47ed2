"""Every page is read, for operations with a paginator and without, or the call fails."""

from __future__ import annotations

import json
import os
import threading
import time
from pathlib import Path

import pytest

from aibrain_jupyter.aws.answers.page_tokens import paging_of
from aibrain_jupyter.aws.answers.paging import call, pages
from aibrain_jupyter.aws.clients.current_call import aws_call
from aibrain_jupyter.aws.operations.inputs import request_of
from aibrain_jupyter.shared.error_handler import (
    CallCancelledError,
    CallTimeoutError,
    CredentialsError,
    IncompleteAnswerError,
    ParameterError,
    PermissionDeniedError,
)

FARM = "farm-" + "0" * 32
QUEUE = "queue-" + "0" * 32
INTERCONNECT = {"interconnectId": "dxcon-1"}
_XML = "https://iam.amazonaws.com/doc/2010-05-08/"


def users_page(*names, marker="", is_truncated=None):
    """A page of IAM ListUsers."""
    is_truncated = bool(marker) if is_truncated is None else is_truncated
    members = "".join(
        f"<member><UserName>{n}</UserName><Path>/</Path><UserId>AIDA{n}</UserId>"
        f"<Arn>arn:aws:iam::123456789012:user/{n}</Arn>"
        f"<CreateDate>2024-01-31T09:00:00Z</CreateDate></member>"
        for n in names
    )
    token = f"<Marker>{marker}</Marker>" if marker else ""
    return (
        f'<ListUsersResponse xmlns="{_XML}"><ListUsersResult><Users>{members}</Users>'
        f"<IsTruncated>{str(is_truncated).lower()}</IsTruncated>{token}"
        "</ListUsersResult></ListUsersResponse>"
    )


def names_of(found, member, name):
    return [item[name] for page in found for item in page[member]]


def test_every_page_is_read_with_a_paginator(ctx, aws_replies):
    """IAM's Marker is followed to the end; no user is lost."""
    aws_replies.reply(users_page("ana", "bob", marker="m1"))
    aws_replies.reply(users_page("eve"))

    found = list(pages(ctx, "iam", "list_users", {}))

    assert ["ana", "bob", "eve"] == names_of(found, "Users", "UserName")
    assert "Marker=m1" in aws_replies.requests[1].body


def test_a_page_is_what_the_service_answered(ctx, aws_replies):
    """The SDK's own ids and headers are not in it: nobody need look for secrets there."""
    aws_replies.reply(users_page("ana"))

    (page,) = pages(ctx, "iam", "list_users", {})

    assert {"Users", "IsTruncated"} == page.keys()


def test_every_page_is_read_without_a_paginator(ctx, aws_replies):
    """wafv2 ListWebACLs has no paginator; its NextMarker is followed all the same."""
    aws_replies.reply({"WebACLs": [{"Name": "a"}], "NextMarker": "t1"})
    aws_replies.reply({"WebACLs": [{"Name": "b"}], "NextMarker": "t2"})
    aws_replies.reply({"WebACLs": []})

    found = list(pages(ctx, "wafv2", "ListWebACLs", {"Scope": "REGIONAL"}))

    assert ["a", "b"] == names_of(found, "WebACLs", "Name")
    assert [{}, {"NextMarker": "t1"}, {"NextMarker": "t2"}] == [
        {k: v for k, v in json.loads(r.body).items() if k == "NextMarker"}
        for r in aws_replies.requests
    ]


def test_an_empty_page_in_the_middle_does_not_end_the_list(ctx, aws_replies):
    """Filters may empty a page; the token says whether there is more."""
    aws_replies.reply({"Keys": [], "NextMarker": "t1", "Truncated": True})
    aws_replies.reply({"Keys": [{"KeyId": "k"}], "Truncated": False})

    assert ["k"] == names_of(list(pages(ctx, "kms", "list_keys", {})), "Keys", "KeyId")


def test_an_answer_that_says_it_is_whole_ends_the_list(ctx, aws_replies):
    """Some services repeat the marker on the last page: Truncated decides."""
    aws_replies.reply({"Keys": [{"KeyId": "k"}], "NextMarker": "t1", "Truncated": False})

    assert ["k"] == names_of(list(pages(ctx, "kms", "list_keys", {})), "Keys", "KeyId")


@pytest.mark.parametrize("tokens", [["t1", "t1"], ["t1", "t2", "t1"]], ids=["same", "circle"])
@pytest.mark.parametrize(
    ("service", "operation", "params", "token"),
    [
        ("kms", "list_keys", {}, "NextMarker"),
        ("wafv2", "list_web_acls", {"Scope": "REGIONAL"}, "NextMarker"),
    ],
    ids=["paginator", "rule"],
)
def test_a_repeated_token_is_an_error_and_no_loop(
    ctx, aws_replies, service, operation, params, token, tokens
):
    """A list that leads back to itself is not whole; the token itself is not told."""
    for value in tokens:
        aws_replies.reply({token: value, "Truncated": True})

    with pytest.raises(IncompleteAnswerError) as caught:
        list(pages(ctx, service, operation, params))

    assert "t1" not in str(caught.value)
    assert "123456789012" == caught.value.facts["account"]


def test_a_truncated_answer_without_a_token_is_an_error(ctx, aws_replies):
    """Half a list is worse than none."""
    aws_replies.reply(users_page("ana", is_truncated=True))

    with pytest.raises(IncompleteAnswerError) as caught:
        list(pages(ctx, "iam", "list_users", {}))

    assert "iam:ListUsers" == caught.value.facts["operation"]


def test_a_token_that_no_input_takes_is_an_error(ctx, aws_replies):
    """directconnect says here that there is more and has no way to ask for it."""
    aws_replies.reply({"connections": [], "nextToken": "t"})

    with pytest.raises(IncompleteAnswerError):
        list(pages(ctx, "directconnect", "describe_connections_on_interconnect", INTERCONNECT))


@pytest.mark.parametrize(
    ("service", "operation", "token", "key", "params"),
    [
        ("logs", "GetLogEvents", "nextToken", "events", {"logStreamName": "s"}),
        (
            "lightsail",
            "GetRelationalDatabaseLogEvents",
            "pageToken",
            "resourceLogEvents",
            {"relationalDatabaseName": "d", "logStreamName": "s"},
        ),
    ],
)
def test_a_log_is_read_from_its_first_event_to_its_last(
    ctx, aws_replies, service, operation, token, key, params
):
    """Its tokens never end: the last page is the one that leads to itself. Pages may be empty."""
    aws_call(ctx).allowed = frozenset({f"{service}:{operation}"})
    for events, forward in (([{"message": "a"}], "f/1"), ([], "f/2"), ([{"message": "b"}], "f/3")):
        aws_replies.reply({key: events, "nextForwardToken": forward, "nextBackwardToken": "b/0"})
    aws_replies.reply({key: [], "nextForwardToken": "f/3", "nextBackwardToken": "b/0"})

    found = list(pages(ctx, service, operation, params))

    assert ["a", "b"] == [event["message"] for page in found for event in page[key]]
    asked = [json.loads(request.body) for request in aws_replies.requests]
    assert [None, "f/1", "f/2", "f/3"] == [request.get(token) for request in asked]
    assert {True} == {request["startFromHead"] for request in asked}


def test_an_offset_is_a_token_too(ctx, aws_replies):
    """deadline counts on from a number, which begins at 0 and is no input of the user's."""
    aws_replies.reply({"jobs": [{"name": "a"}], "nextItemOffset": 1, "totalResults": 2})
    aws_replies.reply({"jobs": [{"name": "b"}], "totalResults": 2})
    request = request_of("deadline", "search_jobs", {"farmId": FARM, "queueIds": [QUEUE]})

    found = list(pages(ctx, "deadline", "search_jobs", request))

    assert ["a", "b"] == [job["name"] for page in found for job in page["jobs"]]
    assert [0, 1] == [json.loads(sent.body)["itemOffset"] for sent in aws_replies.requests]
    with pytest.raises(ParameterError, match="paging"):
        request_of(
            "deadline", "search_jobs", {"farmId": FARM, "queueIds": [QUEUE], "itemOffset": 5}
        )


def test_pages_rows_and_operations_are_counted(ctx, aws_replies):
    """Provenance and progress come from the context: two pages, three rows."""
    events = []
    ctx.emit = events.append
    aws_replies.reply(users_page("ana", "bob", marker="m1"))
    aws_replies.reply(users_page("eve"))

    list(pages(ctx, "iam", "list_users", {}))

    assert (2, 2, 3, {"iam:ListUsers": 2}) == (ctx.requests, ctx.pages, ctx.rows, ctx.operations)
    assert [(1, 2), (2, 3)] == [(event.pages, event.rows) for event in events]


def test_cancelling_ends_the_paging_before_the_next_request(ctx, aws_replies):
    """A cancelled call sends nothing more."""
    ctx.cancelled = threading.Event()
    aws_replies.reply(users_page("ana", marker="m1"))
    found = pages(ctx, "iam", "list_users", {})
    next(found)
    ctx.cancelled.set()

    with pytest.raises(CallCancelledError):
        next(found)

    assert 1 == len(aws_replies.requests)


def test_a_call_past_its_deadline_sends_nothing(ctx, aws_replies):
    """The deadline is asked before each request."""
    ctx.deadline = time.monotonic() - 1

    with pytest.raises(CallTimeoutError):
        call(ctx, "iam", "get_user", {"UserName": "ana"})

    assert [] == aws_replies.requests


def test_a_refusal_on_the_second_page_is_raised(ctx, aws_replies):
    """Rows read before a refusal never pass for the whole list."""
    aws_replies.reply(users_page("ana", marker="m1"))
    aws_replies.reply(
        f'<ErrorResponse xmlns="{_XML}"><Error><Type>Sender</Type><Code>AccessDenied</Code>'
        "<Message>User: arn:aws:sts::123456789012:assumed-role/R/me is not authorized to perform: "
        "iam:ListUsers</Message></Error></ErrorResponse>",
        status=403,
    )

    with pytest.raises(PermissionDeniedError) as caught:
        list(pages(ctx, "iam", "list_users", {}))

    assert "iam:ListUsers" == caught.value.facts["action"]
    assert caught.value.__cause__ is not None


def test_a_call_is_one_request(ctx, aws_replies):
    """A detail is asked once and counted without rows."""
    aws_replies.reply({"KeyMetadata": {"KeyId": "k"}})

    answer = call(ctx, "kms", "DescribeKey", {"KeyId": "k"})

    assert "k" == answer["KeyMetadata"]["KeyId"]
    assert (1, 0, {"kms:DescribeKey": 1}) == (ctx.requests, ctx.rows, ctx.operations)


def test_another_region_can_be_asked(ctx, aws_replies):
    """A bucket's details are asked where the bucket is."""
    aws_replies.reply({"KeyMetadata": {"KeyId": "k"}})

    call(ctx, "kms", "describe_key", {"KeyId": "k"}, region="eu-west-1")

    assert "eu-west-1" == aws_replies.requests[0].region


@pytest.mark.parametrize(
    ("service", "operation", "tokens"),
    [
        ("iam", "ListUsers", {"Marker": "Marker"}),
        ("kms", "ListKeys", {"Marker": "NextMarker"}),
        ("backup", "ListFrameworks", {"NextToken": "NextToken"}),
        ("events", "ListEventBuses", {"NextToken": "NextToken"}),
        ("lightsail", "GetAlarms", {"pageToken": "nextPageToken"}),
        ("cloudfront", "ListFunctions", {"Marker": "FunctionList.NextMarker"}),
        ("pinpoint", "GetApps", {"Token": "ApplicationsResponse.NextToken"}),
        (
            "dynamodb",
            "ListGlobalTables",
            {"ExclusiveStartGlobalTableName": "LastEvaluatedGlobalTableName"},
        ),
        (
            "firehose",
            "ListDeliveryStreams",
            {"ExclusiveStartDeliveryStreamName": "DeliveryStreamNames[-1]"},
        ),
        ("route53", "ListTrafficPolicies", {"TrafficPolicyIdMarker": "TrafficPolicyIdMarker"}),
        ("sso-admin", "DescribeTrustedTokenIssuer", {}),
        ("iam", "GetUser", {}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_pair_of_tokens_is_found(service, operation, tokens):
    """By botocore's paginator or by rule; an ARN with "Token" in its name is no page token."""
    assert tokens == paging_of(service, operation).tokens


def test_names_are_the_token_where_a_service_has_no_other(ctx, aws_replies):
    """Firehose goes on after the last name it gave."""
    aws_replies.reply({"DeliveryStreamNames": ["a", "b"], "HasMoreDeliveryStreams": True})
    aws_replies.reply({"DeliveryStreamNames": ["c"], "HasMoreDeliveryStreams": False})

    found = list(pages(ctx, "firehose", "list_delivery_streams", {}))

    assert ["a", "b", "c"] == [name for page in found for name in page["DeliveryStreamNames"]]
    assert {"ExclusiveStartDeliveryStreamName": "b"} == json.loads(aws_replies.requests[1].body)


def test_buckets_are_asked_for_in_pages(ctx, aws_replies):
    """S3 refuses the unpaged listing to accounts with very many buckets."""
    aws_replies.reply(
        "<ListAllMyBucketsResult><Buckets><Bucket><Name>b</Name></Bucket></Buckets>"
        "</ListAllMyBucketsResult>"
    )

    list(pages(ctx, "s3", "list_buckets", {}))

    assert "max-buckets=1000" in aws_replies.requests[0].path


@pytest.mark.parametrize(
    ("operation", "params", "member"),
    [
        ("list_queues", {}, "QueueUrls"),
        ("list_dead_letter_source_queues", {"QueueUrl": "https://sqs/1/a"}, "queueUrls"),
    ],
)
def test_queues_are_asked_for_in_pages(ctx, aws_replies, operation, params, member):
    """Without a page size SQS stops at 1000 queues and does not say so."""
    aws_replies.reply({member: ["https://sqs/1/b"]})
    list(pages(ctx, "sqs", operation, params))

    assert {"MaxResults": 1000, **params} == json.loads(aws_replies.requests[0].body)


def test_a_cancelled_call_is_not_tried_again(ctx, aws_replies):
    """Its thread ends with the attempt under way instead of asking up to nine times more."""
    throttled = {"__type": "ThrottlingException", "message": "Rate exceeded"}
    aws_replies.on("ListKeys", throttled, status=400, delay_s=0.3)

    def cancel_once_asked():
        while not aws_replies.requests:
            time.sleep(0.01)
        ctx.cancelled.set()

    threading.Thread(target=cancel_once_asked, daemon=True).start()
    with pytest.raises(CallCancelledError):
        call(ctx, "kms", "list_keys", {})
    assert ["ListKeys"] == aws_replies.actions


def test_a_call_cancelled_while_the_sdk_sleeps_sends_nothing_more(ctx, aws_replies):
    """Between two attempts, or until the rate allows one: it wakes, looks, and does not ask."""
    throttled = {"__type": "ThrottlingException", "message": "Rate exceeded"}
    aws_replies.on("ListKeys", throttled, status=400)
    client = ctx.client("kms", region="us-east-1")
    # The SDK's hooks for sleeping come before ours: this one ends the sleep with a cancel.
    client.meta.events.register(
        "before-send",
        lambda **_: ctx.cancelled.set() if aws_replies.requests else None,
    )

    with pytest.raises(CallCancelledError):
        call(ctx, "kms", "list_keys", {})
    assert ["ListKeys"] == aws_replies.actions


@pytest.mark.parametrize(
    "config",
    [
        "[default]\ncredential_process = /nowhere/get-credentials\n",
        "[default]\nrole_arn = arn:aws:iam::1:role/r\nweb_identity_token_file = /nowhere/token\n",
        "[default]\naws_access_key_id = a\naws_secret_access_key = b\nendpoint_url = nowhere\n",
    ],
    ids=["credential process", "token file", "endpoint"],
)
def test_a_wrong_configuration_is_told_as_such(ctx, monkeypatch, config):
    """What the SDK raises for a missing program or file, or a wrong URL, becomes ours."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name)
    Path(os.environ["AWS_CONFIG_FILE"]).write_text(config)

    with pytest.raises(CredentialsError, match="nowhere"):
        call(ctx, "kms", "list_keys", {})


@pytest.mark.parametrize(
    "operation",
    [
        "DescribeInstances",
        "DescribeInstanceStatus",
        "DescribeLaunchTemplates",
        "DescribeLaunchTemplateVersions",
        "DescribeNetworkInterfaces",
        "DescribeVolumes",
        "DescribeVolumeStatus",
    ],
)
def test_what_services_manage_is_listed_as_well(ctx, aws_replies, operation):
    """An account may hide it from every listing of EC2: half a list, and no word of it."""
    aws_replies.on(operation, f"<{operation}Response/>")

    list(pages(ctx, "ec2", operation, {}))

    assert "IncludeManagedResources=true" in aws_replies.requests[0].body


def test_it_is_asked_for_only_where_there_is_such_an_input(ctx, aws_replies):
    """An operation whose model has no such input gets none, and what is written is kept."""
    for operation in ("DescribeVpcs", "DescribeVolumes"):
        aws_replies.on(operation, f"<{operation}Response/>")

    list(pages(ctx, "ec2", "DescribeVpcs", {}))
    list(pages(ctx, "ec2", "DescribeVolumes", {"IncludeManagedResources": False}))

    assert "IncludeManagedResources" not in aws_replies.requests[0].body
    assert "IncludeManagedResources=false" in aws_replies.requests[1].body
