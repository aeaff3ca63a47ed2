"""Items that a good answer refuses: gaps, never rows, and never only fewer rows."""

from __future__ import annotations

import pytest

from aibrain_jupyter.aws.accounts.access_key_owners import Identity
from aibrain_jupyter.aws.answers.records import layout_of
from aibrain_jupyter.aws.clients.current_call import aws_call
from aibrain_jupyter.aws.operations.export import export_operation
from aibrain_jupyter.aws.target import AwsTarget
from aibrain_jupyter.shared.coverage import Outcome


@pytest.mark.parametrize(
    ("service", "operation", "params", "answer", "expected"),
    [
        pytest.param(
            "securityhub",
            "batch_get_security_controls",
            {"SecurityControlIds": ["a", "b"]},
            {
                "SecurityControls": [],
                "UnprocessedIds": [
                    {
                        "SecurityControlId": "b",
                        "ErrorCode": "ACCESS_DENIED",
                        "ErrorReason": "not you",
                    }
                ],
            },
            (Outcome.DENIED, "b", "ACCESS_DENIED"),
            id="unprocessed",
        ),
        pytest.param(
            "ecs",
            "describe_clusters",
            {"clusters": ["x"]},
            {"clusters": [], "failures": [{"arn": "arn:x", "reason": "MISSING", "detail": "gone"}]},
            (Outcome.FAILED, "arn:x", "MISSING: gone"),
            id="failures",
        ),
        pytest.param(
            "ssm",
            "get_parameters",
            {"Names": ["p"]},
            {"Parameters": [], "InvalidParameters": ["p"]},
            (Outcome.FAILED, "p", "It is in InvalidParameters."),
            id="names-only",
        ),
        pytest.param(
            "location",
            "batch_get_device_position",
            {"TrackerName": "t", "DeviceIds": ["d"]},
            {
                "DevicePositions": [],
                "Errors": [
                    {"DeviceId": "d", "Error": {"Code": "ThrottlingError", "Message": "slow"}}
                ],
            },
            (Outcome.THROTTLED, "d", "ThrottlingError: slow"),
            id="nested-and-first-in-the-model",
        ),
        pytest.param(
            "sagemaker",
            "batch_describe_model_package",
            {"ModelPackageArnList": ["arn:aws:sagemaker:us-east-1:123456789012:model-package/m"]},
            {
                "ModelPackageSummaries": {},
                "BatchDescribeModelPackageErrorMap": {"m": {"ErrorCode": "AccessDenied"}},
            },
            (Outcome.DENIED, "m", "AccessDenied"),
            id="map",
        ),
    ],
)
def test_an_item_that_is_not_answered_is_a_gap(
    ctx, aws_replies, service, operation, params, answer, expected
):
    """No rows and a list of refusals is incomplete, with the item and the service's own words."""
    aws_replies.on("BatchGetDevicePosition", answer)
    aws_replies.on("/tracking/v0/trackers/t/get-positions", answer)
    aws_replies.on("/securityControls/batchGet", answer)
    for action in ("DescribeClusters", "GetParameters", "BatchDescribeModelPackage"):
        aws_replies.on(action, answer)
    aws_call(ctx).allowed = frozenset({"ssm:GetParameters", "location:BatchGetDevicePosition"})

    result = export_operation(ctx, service, operation, params)

    (gap,) = result.gaps
    assert expected == (gap.outcome, gap.item, gap.why)
    assert ("123456789012", "us-east-1") == (gap.target.account, gap.target.region)
    assert 0 == len(result.frame)
    assert () == result.notes


def test_rows_that_no_token_leads_to_are_a_gap(ctx, aws_replies):
    """Resource Explorer gives the first 1,000 of what it finds, and says so in passing."""
    found = {"Resources": [{"Arn": "arn:a"}], "Count": {"TotalResources": 1000, "Complete": False}}
    aws_replies.on("/Search", found)

    aws_call(ctx).allowed = frozenset({"resource-explorer-2:Search"})  # it may create an index

    result = export_operation(ctx, "resource-explorer-2", "search", {"QueryString": ""})

    assert ["It found more than it gives."] == [gap.why for gap in result.gaps]
    assert ["arn:a"] == result.frame["arn"].tolist()


def test_nothing_unanswered_is_no_gap(ctx, aws_replies):
    """An empty list of failures says that everything was answered."""
    aws_replies.on("DescribeClusters", {"clusters": [{"clusterName": "c"}], "failures": []})

    result = export_operation(ctx, "ecs", "describe_clusters", {})

    assert ((), ["c"]) == (result.gaps, result.frame["cluster_name"].tolist())


def test_a_partial_answer_is_not_kept(aws_replies):
    """What has a gap is asked again, not served as complete."""
    from aibrain_jupyter.advanced_cache import AdvancedCacheManager
    from aibrain_jupyter.aws.clients.pool import ClientPool
    from aibrain_jupyter.shared.base_tool import CallContext
    from aibrain_jupyter.shared.tools.call_policy import CallPolicy
    from aibrain_jupyter.tool_executors.aws_executor import EXPORT
    from aibrain_jupyter.tool_executors.cached_call import call_tool
    from aibrain_jupyter.tool_registry import get_tool_registry

    aws_replies.on("DescribeClusters", {"clusters": [], "failures": [{"reason": "MISSING"}]})
    target = AwsTarget(
        account="123456789012", region="us-east-1", identity="arn:aws:iam::123456789012:user/a"
    )
    cache = AdvancedCacheManager(enable_disk_cache=False)
    clients = ClientPool()
    who = Identity(target.account, target.identity, target.partition)
    clients.callers.keep(aws_replies.url, "AKIATESTTESTTESTTEST", who)
    spec = get_tool_registry().spec("aws_export")
    params = {"service": "ecs", "operation": "describe_clusters"}

    for _ in range(2):
        ctx = CallContext(target=target, clients=clients)
        result = call_tool(ctx, spec, EXPORT, params, CallPolicy(), cache=cache)

    assert "live" == result.source
    assert 2 == len(aws_replies.requests)


@pytest.mark.parametrize(
    ("service", "operation", "path", "failures"),
    [
        ("customer-profiles", "BatchGetProfile", ("Profiles",), ("Errors",)),
        ("ssm-incidents", "BatchGetIncidentFindings", ("findings",), ("errors",)),
        ("cloudtrail", "ListImportFailures", ("Failures",), ()),
        ("quicksight", "DescribeAnalysisDefinition", (), ()),
        ("ivs", "BatchGetChannel", (), ("errors",)),
    ],
)
def test_refusals_are_the_rows_only_where_they_are_what_is_asked(
    service, operation, path, failures
):
    """A list of failures is never taken for the rows while there is another list."""
    layout = layout_of(service, operation)

    assert (path, failures) == (layout.path, layout.failures)


def test_failures_can_be_asked_for_as_rows(ctx, aws_replies):
    """Whoever names the list of failures gets it as rows."""
    answer = {"clusters": [], "failures": [{"arn": "x", "reason": "MISSING"}]}
    aws_replies.on("DescribeClusters", answer)

    result = export_operation(ctx, "ecs", "describe_clusters", {}, rows="failures")

    assert ((), ["MISSING"]) == (result.gaps, result.frame["reason"].tolist())
