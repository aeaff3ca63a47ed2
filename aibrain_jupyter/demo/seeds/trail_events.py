"""
What happened in the demo accounts: LookupEvents has the last weeks, log files have all of it.

The trail of the good account has recorded since 2020; that of the other was stopped in 2023, so
that there is no file of what happened later.
"""

from __future__ import annotations

import datetime as dt
import gzip
import json
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from moto.s3.models import s3_backends

from aibrain_jupyter.demo.accounts import DEV, PROD
from aibrain_jupyter.demo.clock import TODAY, epoch, moment
from aibrain_jupyter.demo.protocols import NOT_FOUND, AwsRequest, Reply

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aibrain_jupyter.demo.accounts import Account

REGION: Final = "us-east-1"
_LOOKED_UP_DAYS: Final = 90


@dataclass(frozen=True, slots=True)
class _Happened:
    day: str
    name: str
    source: str
    user: str
    has_mfa: bool = True
    asked: Mapping[str, Any] = field(default_factory=dict)
    error: str = ""
    answer: Mapping[str, Any] = field(default_factory=dict)


def _joined(day: str, name: str) -> _Happened:
    made = {"userName": name, "userId": f"AIDA{zlib.crc32(name.encode()):016d}", "path": "/"}
    return _Happened(
        day, "CreateUser", "iam", "maria", asked={"userName": name}, answer={"user": made}
    )


def _left(day: str, name: str) -> _Happened:
    return _Happened(day, "DeleteUser", "iam", "maria", asked={"userName": name})


_EVENTS: Final = (
    _joined("2023-05-09", "contractor"),
    _Happened(
        "2026-03-11",
        "StopLogging",
        "cloudtrail",
        "george",
        False,
        {"name": "organization-trail"},
        "AccessDenied",
    ),
    _Happened("2026-03-12", "DeleteAccessKey", "iam", "maria", asked={"userName": "contractor"}),
    _left("2026-03-13", "contractor"),
    _Happened("2026-07-02", "PutBucketPolicy", "s3", "deploy", asked={"bucketName": "website"}),
    _joined("2026-09-08", "jonas.weber"),
    _joined("2026-10-06", "temp-auditor"),
    _left("2026-10-14", "jonas.weber"),
    _left("2026-10-21", "temp-auditor"),
    _Happened("2026-10-29", "ConsoleLogin", "signin", "george.tan", False),
    _Happened(
        "2026-10-30",
        "AuthorizeSecurityGroupIngress",
        "ec2",
        "george.tan",
        False,
        {"ipPermissions": {"items": [{"fromPort": 22, "cidrIp": "0.0.0.0/0"}]}},
    ),
    _Happened("2026-10-31", "AssumeRole", "sts", "ci-deployer"),
)
_TRAILS: Final = {
    PROD.profile: ("example-prod-audit-trail", "organization-trail", "9999"),
    DEV.profile: ("example-dev-logs", "dev-trail", "2023-08-14"),
}
"""Bucket and prefix of the log files, and the day on which the trail was stopped."""


def lookup_events(account: Account, request: AwsRequest) -> dict[str, Any]:
    """``cloudtrail:LookupEvents``: the last weeks, of the time and the attribute asked for."""
    if request.region != REGION:
        return {"Events": []}
    first = epoch(TODAY) - _LOOKED_UP_DAYS * 86_400
    found = [
        record
        for record in (_record(_event(account, happened)) for happened in reversed(_EVENTS))
        if record["EventTime"] >= first and _is_asked_for(record, request.params)
    ]
    return {"Events": found}


def get_object(account: Account, request: AwsRequest) -> Reply:
    """``s3:GetObject``: moto takes a policy that refuses plain HTTP for one that refuses all."""
    bucket, _, key = request.path.lstrip("/").partition("/")
    buckets = s3_backends[account.account_id]["aws"].buckets
    found = buckets[bucket].keys.get(key) if bucket in buckets else None
    if found is None:
        return NOT_FOUND.reply(request, "There is no such object.")
    return Reply(found.value, content_type="application/json")


def seed_log_files(account: Account) -> None:
    """Put the log files into the bucket of an account's trail, one for each event."""
    bucket, prefix, stopped = _TRAILS[account.profile]
    for happened in _EVENTS:
        if happened.day <= stopped:
            event = _event(account, happened)
            _put_file(account, bucket, f"{prefix}/AWSLogs", REGION, happened.day, event)
    if account is PROD:
        _put_file(account, bucket, "old-eu-trail/AWSLogs", "eu-west-1", "2023-05-09")


def _put_file(
    account: Account, bucket: str, root: str, region: str, day: str, *events: Mapping[str, Any]
) -> None:
    owner, delivered = account.account_id, moment(day) + dt.timedelta(minutes=5)
    name = f"{owner}_CloudTrail_{region}_{delivered:%Y%m%dT%H%M}Z_AbCdEfGhIjKlMnOp.json.gz"
    s3_backends[owner]["aws"].put_object(
        bucket,
        f"{root}/{owner}/CloudTrail/{region}/{delivered:%Y/%m/%d}/{name}",
        gzip.compress(json.dumps({"Records": events}).encode(), mtime=0),
    )


def _is_asked_for(record: Mapping[str, Any], asked: Mapping[str, Any]) -> bool:
    time = record["EventTime"]
    if not asked.get("StartTime", 0) <= time <= asked.get("EndTime", time):
        return False
    return all(
        record.get(attribute["AttributeKey"]) == attribute["AttributeValue"]
        for attribute in asked.get("LookupAttributes") or ()
    )


def _event(account: Account, happened: _Happened) -> dict[str, Any]:
    """Return an event as CloudTrail writes it."""
    time = moment(happened.day)
    answer = {
        kind: {**made, "arn": f"arn:aws:iam::{account.account_id}:{kind}/{made['userName']}"}
        for kind, made in happened.answer.items()
    }
    is_sign_in = happened.name == "ConsoleLogin"
    session = {"attributes": {"mfaAuthenticated": str(happened.has_mfa).lower()}}
    event = {
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "IAMUser",
            "arn": f"arn:aws:iam::{account.account_id}:user/{happened.user}",
            "accountId": account.account_id,
            "userName": happened.user,
            **({} if is_sign_in else {"sessionContext": session}),
        },
        "eventTime": f"{time:%Y-%m-%dT%H:%M:%SZ}",
        "eventSource": f"{happened.source}.amazonaws.com",
        "eventName": happened.name,
        "awsRegion": REGION,
        "sourceIPAddress": "203.0.113.24",
        "userAgent": "aws-cli/2.31.0",
        "requestParameters": dict(happened.asked) or None,
        "responseElements": {"ConsoleLogin": "Success"} if is_sign_in else answer or None,
        "eventID": f"{epoch(happened.day):08x}-0000-4000-8000-0000000000aa",
        "readOnly": False,
        "eventType": "AwsConsoleSignIn" if is_sign_in else "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": account.account_id,
        "eventCategory": "Management",
    }
    if happened.error:
        event |= {"errorCode": happened.error, "errorMessage": "User is not authorized."}
    if is_sign_in:
        used = "Yes" if happened.has_mfa else "No"
        event["additionalEventData"] = {"MFAUsed": used, "MobileVersion": "No"}
    return event


def _record(event: Mapping[str, Any]) -> dict[str, Any]:
    """Return an event as LookupEvents gives it."""
    time = dt.datetime.fromisoformat(event["eventTime"])
    return {
        "EventId": event["eventID"],
        "EventName": event["eventName"],
        "EventSource": event["eventSource"],
        "EventTime": int(time.timestamp()),
        "Username": event["userIdentity"]["userName"],
        "ReadOnly": str(event["readOnly"]).lower(),
        "Resources": [],
        "CloudTrailEvent": json.dumps(event),
    }
