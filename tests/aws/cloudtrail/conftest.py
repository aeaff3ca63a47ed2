"""
CloudTrail and a bucket of log files behind one real HTTP server.

`account` answers LookupEvents and DescribeTrails with what the test wrote down, and S3 with the
files that were put there: it lists them by prefix and delimiter, a few to a page.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import gzip
import json
import urllib.parse
from xml.sax.saxutils import escape

import pytest

from aibrain_jupyter.aws.resources.running import export_resource
from aibrain_jupyter.aws.resources.table import find_resource

ACCOUNT = "123456789012"
BUCKET = "trail-logs"
_IDENTITY = (
    '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">'
    f"<GetCallerIdentityResult><Arn>arn:aws:iam::{ACCOUNT}:user/me</Arn><UserId>A</UserId>"
    f"<Account>{ACCOUNT}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
)
_NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"


def event(number, time, **more):
    """Return an event as CloudTrail writes it."""
    return {
        "eventVersion": "1.09",
        "userIdentity": {
            "type": "IAMUser",
            "arn": f"arn:aws:iam::{ACCOUNT}:user/ana",
            "accountId": ACCOUNT,
            "accessKeyId": "AKIAEXAMPLEEXAMPLE22",
            "userName": "ana",
        },
        "eventTime": time,
        "eventSource": "iam.amazonaws.com",
        "eventName": "CreateUser",
        "awsRegion": "us-east-1",
        "sourceIPAddress": "203.0.113.7",
        "userAgent": "aws-cli/2",
        "requestParameters": {"userName": "eve"},
        "responseElements": None,
        "eventID": f"event-{number:04d}",
        "readOnly": False,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": ACCOUNT,
        "eventCategory": "Management",
        **more,
    }


def log_file(*events):
    """Return the bytes of a log file."""
    return gzip.compress(json.dumps({"Records": list(events)}).encode())


class Account:
    """What the server answers; `listings` are the requests for names, `read` the keys given out."""

    def __init__(self, server):
        self._server = server
        self.page_size = 1000
        self.trails = []
        self.events = []
        self.files = {}
        self.denied = set()
        self.lists = True
        self.lookups = []
        self.listings = []
        self.read = []
        self.on_read = None
        server.answer = self._answer
        server.handle_error = lambda *_: None  # a client that was cancelled has hung up

    def add_trail(self, name="main", bucket=BUCKET, prefix="", *, organization=False):
        """Have DescribeTrails answer a trail of all regions."""
        self.trails.append(
            {
                "Name": name,
                "TrailARN": f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/{name}",
                "S3BucketName": bucket,
                "HomeRegion": "us-east-1",
                "IsMultiRegionTrail": True,
                "IsOrganizationTrail": organization,
                **({"S3KeyPrefix": prefix} if prefix else {}),
            }
        )

    def put(
        self,
        delivered,
        *events,
        body=None,
        root="AWSLogs",
        account=ACCOUNT,
        region="us-east-1",
        number=0,
    ):
        """Put a log file there, delivered at ``2026-03-01T12:05``, and return its key."""
        when = dt.datetime.fromisoformat(delivered)
        key = (
            f"{root}/{account}/CloudTrail/{region}/{when:%Y/%m/%d}/"
            f"{account}_CloudTrail_{region}_{when:%Y%m%dT%H%M}Z_{number:016d}.json.gz"
        )
        self.files[key] = log_file(*events) if body is None else body
        return key

    def _answer(self, request):
        self._server.requests.append(request)
        if request.action == "GetCallerIdentity":
            return self._server.refusal(_IDENTITY, status=200)
        if request.action == "DescribeTrails":
            return self._json({"trailList": self.trails})
        if request.action == "LookupEvents":
            asked = json.loads(request.body)
            self.lookups.append(asked)
            return self._json(self._looked_up(asked))
        path = urllib.parse.urlsplit(request.path)
        name = urllib.parse.unquote(path.path).lstrip("/")
        query = dict(urllib.parse.parse_qsl(path.query, keep_blank_values=True))
        if "list-type" in query:
            self.listings.append(query["prefix"])
            if name.rstrip("/") != BUCKET:
                return self._server.refusal(_error("NoSuchBucket"), status=404)
            return self._listing(query) if self.lists else self._refusal()
        bucket, _, key = name.partition("/")
        if bucket != BUCKET or key not in self.files:
            return self._server.refusal(_error("NoSuchKey"), status=404)
        if key in self.denied:
            return self._refusal()
        self.read.append(key)
        body = self.files[key]
        if self.on_read:
            self.on_read(key)
        found = body() if callable(body) else body
        return found if not isinstance(found, bytes) else self._server.refusal(found, status=200)

    def breaks_off(self, body):
        """Return an answer that ends before the length it has promised."""
        headers = {"Connection": "close"}
        return dataclasses.replace(self._server.refusal(_Longer(body), status=200), headers=headers)

    def _json(self, value):
        return self._server.refusal(value, status=200)

    def _refusal(self):
        return self._server.refusal(_error("AccessDenied"), status=403)

    def _looked_up(self, asked):
        begin = int(asked.get("NextToken", 0))
        page = self.events[begin : begin + 50]
        answer = {
            "Events": [
                {
                    "EventId": told["eventID"],
                    "EventName": told["eventName"],
                    "EventSource": told["eventSource"],
                    "EventTime": dt.datetime.fromisoformat(told["eventTime"]).timestamp(),
                    "ReadOnly": str(told["readOnly"]).lower(),
                    "Username": "ana",
                    "Resources": [{"ResourceType": "AWS::IAM::User", "ResourceName": "eve"}],
                    "CloudTrailEvent": json.dumps(told),
                }
                for told in page
            ]
        }
        if begin + 50 < len(self.events):
            answer["NextToken"] = str(begin + 50)
        return answer

    def _listing(self, query):
        prefix, delimiter = query["prefix"], query.get("delimiter", "")
        names = {}
        for key in sorted(self.files):
            rest = key.removeprefix(prefix)
            if not key.startswith(prefix):
                continue
            if delimiter and delimiter in rest:
                names[prefix + rest.partition(delimiter)[0] + delimiter] = "folder"
            else:
                names[key] = "file"
        begin = int(query.get("continuation-token", 0))
        page = list(names.items())[begin : begin + self.page_size]
        inner = "".join(
            f"<CommonPrefixes><Prefix>{escape(name)}</Prefix></CommonPrefixes>"
            if kind == "folder"
            else f"<Contents><Key>{escape(name)}</Key><Size>1</Size></Contents>"
            for name, kind in page
        )
        end = begin + self.page_size
        more = end < len(names)
        token = f"<NextContinuationToken>{end}</NextContinuationToken>" if more else ""
        return self._server.refusal(
            f'<ListBucketResult xmlns="{_NAMESPACE}"><Name>{BUCKET}</Name>'
            f"<IsTruncated>{str(more).lower()}"
            f"</IsTruncated>{token}{inner}</ListBucketResult>",
            status=200,
        )


class _Longer(bytes):
    def __len__(self):
        return super().__len__() + 50


def _error(code):
    return f"<Error><Code>{code}</Code><Message>may not</Message></Error>"


@pytest.fixture
def account(aws_replies):
    """CloudTrail and a bucket of log files (see `Account`)."""
    return Account(aws_replies)


@pytest.fixture
def export(ctx):
    """``export(period="2026-03-01")`` is the result of ``cloudtrail_events``."""

    def export(**params):
        resource = find_resource("cloudtrail", "events")
        return export_resource(resource, ctx, **params)

    return export
