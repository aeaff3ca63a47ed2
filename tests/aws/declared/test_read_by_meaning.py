"""Columns that depend on what a setting means: metrics, redirects, policies known by their ARN."""

from __future__ import annotations

import re

import pytest

from aibrain_jupyter.aws.resources.running import export_resource
from aibrain_jupyter.aws.resources.table import RESOURCES, find_resource
from aibrain_jupyter.shared.frames.not_known import read_reasons

ALARM_METRICS = [
    {"Id": "m", "MetricStat": {"Metric": {"Namespace": "Trail", "MetricName": "Denied"}}},
    {"Id": "e", "Expression": "m * 2"},
]
ALARMS = [
    {"AlarmName": "same", "Namespace": "Trail", "MetricName": "Denied"},
    {"AlarmName": "other-namespace", "Namespace": "App", "MetricName": "Denied"},
    {"AlarmName": "other-name", "Namespace": "Trail", "MetricName": "Root"},
    {"AlarmName": "expression", "Metrics": ALARM_METRICS},
]
FILTERS = [
    {
        "filterName": "denied",
        "logGroupName": "/trail",
        "filterPattern": "{ $.errorCode = AccessDenied }",
        "metricTransformations": [{"metricNamespace": "Trail", "metricName": "Denied"}],
    },
    {
        "filterName": "app",
        "logGroupName": "/app",
        "filterPattern": "denied",
        "metricTransformations": [{"metricNamespace": "Other", "metricName": "Denied"}],
    },
]


@pytest.fixture
def alarms_and_filters(aws_replies):
    """An account with four alarms and two log filters whose metrics have the same name."""
    aws_replies.on(
        "DescribeAlarms",
        lambda request: {} if "CompositeAlarm" in request.body else {"MetricAlarms": ALARMS},
    )
    aws_replies.on("DescribeMetricFilters", {"metricFilters": FILTERS})
    aws_replies.on("ListSubscriptions", "<R><ListSubscriptionsResult/></R>")


@pytest.mark.usefixtures("alarms_and_filters")
def test_an_alarm_has_the_filters_of_its_own_metrics(ctx):
    """A metric is its namespace and its name; an expression watches the metrics inside it."""
    frame = export_resource(find_resource("cloudwatch", "alarms"), ctx).frame.set_index(
        "alarm_name"
    )

    expected = {
        "same": ["/trail"],
        "other-namespace": [],
        "other-name": [],
        "expression": ["/trail"],
    }
    assert expected == frame["log_groups"].to_dict()


@pytest.mark.usefixtures("alarms_and_filters")
def test_a_filter_has_the_alarms_on_its_own_metrics(ctx):
    """An alarm on a metric of the same name in another namespace is not told of the filter's."""
    frame = export_resource(find_resource("logs", "metric_filters"), ctx).frame.set_index(
        "filter_name"
    )

    assert {"denied": ["expression", "same"], "app": []} == frame["alarms"].to_dict()


LISTENERS = {
    "redirects to HTTPS": ("HTTP", "redirect", "HTTPS", False),
    "redirects to HTTP": ("HTTP", "redirect", "HTTP", True),
    "keeps the protocol": ("HTTP", "redirect", "#{protocol}", True),
    "does not say the protocol": ("HTTP", "redirect", None, True),
    "forwards": ("HTTP", "forward", None, True),
    "answers itself": ("HTTP", "fixed-response", None, True),
    "does not say what it does": ("HTTP", None, None, True),
    "TLS that forwards": ("HTTPS", "forward", None, False),
    "TLS that keeps the protocol": ("HTTPS", "redirect", "#{protocol}", False),
    "TLS that redirects to HTTP": ("HTTPS", "redirect", "HTTP", True),
}


@pytest.mark.parametrize("what", LISTENERS)
def test_plain_http_is_served_unless_it_leads_to_https(what, ctx, aws_replies):
    """A redirect to HTTP is plain HTTP, and so is one that keeps the request's protocol."""
    protocol, kind, target, expected = LISTENERS[what]
    redirect = "<Host>other.example.com</Host><StatusCode>HTTP_301</StatusCode>"
    redirect += f"<Protocol>{target}</Protocol>" if target else ""
    config = f"<RedirectConfig>{redirect}</RedirectConfig>" if kind == "redirect" else ""
    actions = f"<member><Type>{kind}</Type>{config}</member>" if kind else ""
    arn = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/a/1"
    balancer = (
        f"<LoadBalancerArn>{arn}</LoadBalancerArn><LoadBalancerName>a</LoadBalancerName>"
        "<Type>network</Type>"
    )
    listener = f"<Protocol>{protocol}</Protocol><DefaultActions>{actions}</DefaultActions>"
    answers = {
        "DescribeLoadBalancers": f"<LoadBalancers><member>{balancer}</member></LoadBalancers>",
        "DescribeListeners": f"<Listeners><member>{listener}</member></Listeners>",
        "DescribeLoadBalancerAttributes": "<Attributes/>",
        "DescribeTags": "<TagDescriptions><member>"
        f"<ResourceArn>{arn}</ResourceArn></member></TagDescriptions>",
    }
    for operation, answer in answers.items():
        aws_replies.on(operation, f"<R><{operation}Result>{answer}</{operation}Result></R>")

    [row] = export_resource(find_resource("elbv2", "load_balancers"), ctx).frame.to_dict("records")

    assert expected is row["has_plain_http"]


@pytest.mark.parametrize(
    ("arn", "expected"),
    [
        ("arn:aws:iam::aws:policy/AdministratorAccess", True),
        ("arn:aws-cn:iam::aws:policy/AdministratorAccess", True),
        ("arn:aws:iam::123456789012:policy/team/AdministratorAccess", False),
    ],
)
def test_the_administrators_policy_is_known_by_its_arn(arn, expected, ctx, aws_replies):
    """A policy of the account's own may be called AdministratorAccess."""
    group = "<GroupName>ops</GroupName><Arn>arn:aws:iam::123456789012:group/ops</Arn>"
    policy = f"<PolicyName>AdministratorAccess</PolicyName><PolicyArn>{arn}</PolicyArn>"
    answers = {
        "ListGroups": f"<Groups><member>{group}</member></Groups>",
        "GetGroup": f"<Group>{group}</Group><Users/>",
        "ListAttachedGroupPolicies": "<AttachedPolicies><member>"
        f"{policy}</member></AttachedPolicies>",
        "ListGroupPolicies": "<PolicyNames/>",
    }
    for operation, answer in answers.items():
        aws_replies.on(operation, f"<R><{operation}Result>{answer}</{operation}Result></R>")

    [row] = export_resource(find_resource("iam", "groups"), ctx).frame.to_dict("records")

    assert expected is row["is_administrator"]


DOCUMENTS = (
    "policyText|Policy|policy|PolicyDocument|PolicyInJson|AccessPolicies|InlinePolicy|Content"
    "|Document|ResourcePolicy|Attributes"
)
ATTRIBUTES = {"Attributes-key": "Policy", "Attributes": "{{}}"}  # of topics and queues
READS_DOCUMENT = re.compile(r"\b(policy|everyone|everything|principals)\(")
WITH_POLICIES = [
    resource
    for resource in RESOURCES
    if any(READS_DOCUMENT.search(column.source or "") for column in resource.columns)
]


@pytest.mark.parametrize("resource", WITH_POLICIES, ids=lambda r: r.tool_name)
def test_a_broken_policy_costs_its_cells_alone(resource, export, server):
    """Whatever declares a policy keeps its rows and other columns when the text is no JSON."""
    named = [c.name for c in resource.columns if READS_DOCUMENT.search(c.source or "")]
    server.texts = ATTRIBUTES
    whole = export(resource).frame
    server.texts = {DOCUMENTS: "no JSON", **ATTRIBUTES}

    result = export(resource)

    assert whole.drop(columns=[*named, "not_known"]).equals(
        result.frame.drop(columns=[*named, "not_known"])
    )
    assert result.frame[named].isna().all(axis=None)
    assert all(set(named) == set(read_reasons(words)) for words in result.frame["not_known"])
    assert sorted(set(result.frame.iloc[:, 0])) == sorted(gap.item for gap in result.gaps)
