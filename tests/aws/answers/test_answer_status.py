"""What a good answer says by a flag or a status that it lacks: gaps, never only fewer rows."""

from __future__ import annotations

import re

import pytest

from aibrain_jupyter.aws.answers.answer_status import _ENDED, _JOBS, _LEAVES_OUT, _UNREAD, faults_of
from aibrain_jupyter.aws.answers.records import layout_of
from aibrain_jupyter.aws.clients.current_call import aws_call
from aibrain_jupyter.aws.clients.reads import Access, access_of
from aibrain_jupyter.aws.operations.export import export_operation
from aibrain_jupyter.aws.operations.models import find_operation, service_model, services
from aibrain_jupyter.shared.coverage import Outcome

pytestmark = pytest.mark.usefixtures("_forgets_all_models")

_STATUS = re.compile(r"\w*(status|state)", re.I)
_THINGS = {
    "accessanalyzer:GetFindingV2",
    "arc-region-switch:GetPlanEvaluationStatus",
    "arc-region-switch:GetPlanExecution",
    "ec2:GetCapacityReservationUsage",
    "keyspacesstreams:GetStream",
    "sagemaker:DescribeFeatureGroup",
    "transcribe:ListMedicalVocabularies",
    "transcribe:ListVocabularies",
}
"""Operations with rows and a status that is the thing's own, or the filter that was asked with."""


def _model(operation):
    service, _, name = operation.partition(":")
    return find_operation(service, name)


@pytest.mark.parametrize("status", ["IN_PROGRESS", "FAILED"])
def test_results_of_a_job_that_did_not_end_well_are_a_gap(ctx, aws_replies, status):
    """The empty list of a job at work is not read as "there is none"."""
    aws_replies.on("GetServiceLastAccessedDetails", _last_accessed(status))

    result = export_operation(ctx, "iam", "get_service_last_accessed_details", {"JobId": "j" * 36})

    assert 0 == len(result.frame)
    (gap,) = result.gaps
    assert (Outcome.FAILED, "iam:GetServiceLastAccessedDetails") == (gap.outcome, gap.operation)
    assert f"status {status}" in gap.why


def test_results_of_a_job_that_ended_well_are_complete(ctx, aws_replies):
    """A job that has ended without results says that there is none."""
    aws_replies.on("GetServiceLastAccessedDetails", _last_accessed("COMPLETED"))

    result = export_operation(ctx, "iam", "get_service_last_accessed_details", {"JobId": "j" * 36})

    assert (0, ()) == (len(result.frame), result.gaps)


def test_a_job_is_one_gap_however_many_pages_say_it(ctx, aws_replies):
    """Every page repeats the status; what is missing is counted once."""
    pages = [
        {"QueryStatus": "TIMED_OUT", "QueryResultRows": [[{"a": "1"}]], "NextToken": "next"},
        {"QueryStatus": "TIMED_OUT", "QueryResultRows": [[{"a": "2"}]]},
    ]
    for page in pages:
        aws_replies.reply(page)

    aws_call(ctx).allowed = frozenset({"cloudtrail:GetQueryResults"})

    result = export_operation(ctx, "cloudtrail", "get_query_results", {"QueryId": "q" * 36})

    assert (2, 1) == (len(result.frame), len(result.gaps))


def test_a_row_that_the_service_could_not_read_is_a_gap(ctx, aws_replies):
    """A bucket that refuses Macie is denied by name, and the others are there."""
    buckets = [
        {"bucketName": "open", "classifiableObjectCount": 3},
        {"bucketName": "shut", "errorCode": "ACCESS_DENIED", "errorMessage": "policy"},
    ]
    aws_replies.on("/datasources/s3", {"buckets": buckets})

    result = export_operation(ctx, "macie2", "describe_buckets", {})

    assert ["open", "shut"] == result.frame["bucket_name"].tolist()
    assert [(Outcome.DENIED, "shut", "ACCESS_DENIED: policy")] == [
        (gap.outcome, gap.item, gap.why) for gap in result.gaps
    ]


@pytest.mark.parametrize(
    ("operation", "page", "found"),
    [
        ("ec2:SearchTransitGatewayRoutes", {"AdditionalRoutesAvailable": True}, 1),
        (
            "ec2:SearchTransitGatewayRoutes",
            {"AdditionalRoutesAvailable": True, "NextToken": "next"},
            0,
        ),
        (
            "fms:GetComplianceDetail",
            {"PolicyComplianceDetail": {"EvaluationLimitExceeded": True}},
            1,
        ),
        ("cloudwatch:GetMetricData", {"Messages": [{"Value": "Maximum exceeded"}]}, 1),
        ("cloudwatch:GetMetricData", {"Messages": [], "MetricDataResults": []}, 0),
        ("resource-explorer-2:Search", {"Count": {"Complete": True}}, 0),
        ("resource-explorer-2:Search", {}, 0),
        (
            "cloudwatch:GetMetricData",
            {
                "MetricDataResults": [
                    {"Id": "a", "StatusCode": "Complete"},
                    {"Id": "b", "StatusCode": "Forbidden", "Messages": [{"Value": "not yours"}]},
                    {"Id": "c", "StatusCode": "InternalError"},
                ]
            },
            2,
        ),
        (
            "service-quotas:ListServiceQuotas",
            {
                "Quotas": [
                    {"QuotaCode": "a"},
                    {"QuotaCode": "b", "ErrorReason": {"ErrorCode": "DEPENDENCY_SERVICE_ERROR"}},
                    {
                        "QuotaCode": "c",
                        "ErrorReason": {"ErrorCode": "SERVICE_QUOTA_NOT_AVAILABLE_ERROR"},
                    },
                ]
            },
            1,
        ),
    ],
)
def test_a_page_says_what_it_lacks(operation, page, found):
    """A flag counts when it is up, and a row when its value was not read."""
    assert found == len(list(faults_of(operation, page)))


@pytest.mark.parametrize("operation", sorted({*_LEAVES_OUT, *_JOBS, *_UNREAD}))
def test_every_member_named_is_in_the_model(operation):
    """A member that the API does not have, or has no longer, would never be seen."""
    expression = " ".join(t.get(operation, "") for t in (_LEAVES_OUT, _JOBS, _UNREAD))
    names = set(re.findall(r"(?<!['`\w])[A-Za-z]\w+(?!\(|['`\w])", expression))

    assert names
    assert not names - set(_members(_model(operation).output_shape))


def test_every_status_beside_rows_is_known():
    """A new botocore's results of jobs are seen here, before they are an empty table."""
    unknown = [
        f"{service}:{name}"
        for service in services()
        for name in service_model(service).operation_names
        if access_of(service, name) is not Access.WRITE
        and _has_status(_model(f"{service}:{name}"))
        and layout_of(service, name, "").path
    ]

    assert [] == [name for name in unknown if name not in {*_JOBS, *_THINGS}]


def test_every_job_can_end():
    """One of the states of each job is a good end."""
    for operation, path in _JOBS.items():
        shape = _model(operation).output_shape
        for name in path.split("."):
            shape = shape.members[name]
        assert not shape.enum or {state.upper() for state in shape.enum} & _ENDED, operation


def _last_accessed(status):
    return (
        "<GetServiceLastAccessedDetailsResponse><GetServiceLastAccessedDetailsResult>"
        f"<JobStatus>{status}</JobStatus><ServicesLastAccessed/>"
        "</GetServiceLastAccessedDetailsResult></GetServiceLastAccessedDetailsResponse>"
    )


def _has_status(model):
    given = set(model.input_shape.members) if model.input_shape else set()
    members = model.output_shape.members if model.output_shape else {}
    return not model.has_streaming_output and any(
        shape.type_name == "string" and _STATUS.fullmatch(name) and name not in given
        for name, shape in members.items()
    )


def _members(shape, depth=0):
    for name, member in getattr(shape, "members", {}).items():
        yield name
        if depth < 4:
            yield from _members(member, depth + 1)
    if shape.type_name == "list" and depth < 4:
        yield from _members(shape.member, depth + 1)
