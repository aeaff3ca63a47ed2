"""An account of IAM groups behind a real HTTP server: what is listed now, and what happened."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from aibrain_jupyter.aws.resources.populations.export import export_population
from aibrain_jupyter.aws.resources.populations.table import find_population
from aibrain_jupyter.aws.resources.table import find_resource

PAGE = 2
IAM = "iam.amazonaws.com"
_GROUP = (
    "<member><GroupName>{name}</GroupName><GroupId>AGPA{name}</GroupId><Path>/</Path>"
    "<Arn>arn:aws:iam::123456789012:group/{name}</Arn><CreateDate>{made}</CreateDate></member>"
)


def days_ago(days):
    """Return noon of that day, UTC."""
    now = dt.datetime.now(dt.UTC).replace(hour=12, minute=0, second=0, microsecond=0)
    return now - dt.timedelta(days=days)


def iso(moment):
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


class Account:
    """What is listed (`groups`: when each was made) and what happened, by day before today."""

    def __init__(self, server):
        self.groups = {}
        self.events = []
        self.lookups = []
        self.refusals = {}
        self.recorded = {}
        self.asked_of_config = []
        self._server = server
        server.on("ListGroups", self._listed)
        server.on("LookupEvents", self._looked_up)
        server.on("ListDiscoveredResources", self._discovered)
        server.on("GetResourceConfigHistory", self._history)

    def happened(self, days, name, answer=None, *, source=IAM, **asked):
        """Have an event recorded; return its id."""
        told = {
            "eventID": f"event-{len(self.events)}",
            "eventName": name,
            "eventSource": source,
            "eventTime": iso(days_ago(days)),
            "awsRegion": "us-east-1",
            "requestParameters": asked,
            "responseElements": answer,
        }
        self.events.append(told)
        return told

    def refuse(self, name, code, status=400):
        """Have the look-ups of an event refused, or AWS Config's list (`name` is ``config``)."""
        self.refusals[name] = (code, status)

    def _discovered(self, request):
        asked = json.loads(request.body)
        self.asked_of_config.append(asked)
        if "config" in self.refusals:
            code, status = self.refusals["config"]
            return self._server.refusal({"__type": code, "message": "no"}, status=status)
        begin = int(asked.get("nextToken", 0))
        names = sorted(self.recorded)
        answer = {
            "resourceIdentifiers": [
                {
                    "resourceType": asked["resourceType"],
                    "resourceId": f"AGPA{name}",
                    "resourceName": name,
                    "resourceDeletionTime": self.recorded[name][1].timestamp(),
                }
                for name in names[begin : begin + PAGE]
            ]
        }
        if begin + PAGE < len(names):
            answer["nextToken"] = str(begin + PAGE)
        return answer

    def _history(self, request):
        asked = json.loads(request.body)
        self.asked_of_config.append(asked)
        made = self.recorded[asked["resourceId"].removeprefix("AGPA")][0]
        item = {"resourceCreationTime": made.timestamp()} if made else {}
        return {"configurationItems": [item], "nextToken": "older"}

    def _listed(self, _):
        members = "".join(_GROUP.format(name=n, made=iso(m)) for n, m in self.groups.items())
        return (
            '<ListGroupsResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">'
            f"<ListGroupsResult><Groups>{members}</Groups><IsTruncated>false</IsTruncated>"
            "</ListGroupsResult></ListGroupsResponse>"
        )

    def _looked_up(self, request):
        asked = json.loads(request.body)
        self.lookups.append(asked)
        [attribute] = asked["LookupAttributes"]
        name = attribute["AttributeValue"]
        if name in self.refusals:
            code, status = self.refusals[name]
            return self._server.refusal({"__type": code, "message": "no"}, status=status)
        found = [told for told in reversed(self.events) if told["eventName"] == name]
        begin = int(asked.get("NextToken", 0))
        answer = {
            "Events": [
                {
                    "EventId": told["eventID"],
                    "EventName": name,
                    "EventTime": dt.datetime.fromisoformat(told["eventTime"]).timestamp(),
                    "CloudTrailEvent": json.dumps(told),
                }
                for told in found[begin : begin + PAGE]
            ]
        }
        if begin + PAGE < len(found):
            answer["NextToken"] = str(begin + PAGE)
        return answer


@pytest.fixture
def account(aws_replies):
    """See `Account`."""
    return Account(aws_replies)


@pytest.fixture
def population(ctx):
    """``population(40, 10)`` is that of the days from 40 to 10 days ago."""

    def population(first, last, **more):
        ctx.columns = frozenset(("group_name", "created", "arn"))
        midnight = dt.timedelta(hours=12)
        period = (days_ago(first) - midnight, days_ago(last) - midnight)
        resource = find_resource("iam", "groups")
        return export_population(resource, find_population("iam_groups"), ctx, period, **more)

    return population
