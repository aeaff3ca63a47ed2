"""
Where an answer of status 200 says by a flag or a status that it is not whole.

Three kinds: a flag that rows are missing which no page token leads to; the results of a job that
has not come to a good end, of which an answer holds none or some; rows whose values the service
could not read itself. Each is a gap: as a table it would look complete.

The tables come from a reading of all outputs in botocore's models; the status of a thing that an
operation describes (``GetFunction``, ``DescribeJob``) is its data, and is not in them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import jmespath  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_LEAVES_OUT: Final = {
    "billing:GetCreditAllocationHistory": "partialResults == `true`",
    # It has a message when it read some of the metrics only.
    "cloudwatch:GetMetricData": "Messages",
    "ec2:SearchTransitGatewayRoutes": "AdditionalRoutesAvailable && !NextToken",
    # It names 100 resources at most.
    "fms:GetComplianceDetail": "PolicyComplianceDetail.EvaluationLimitExceeded",
    # It gives the first 1,000 of what it finds, and no token for the others.
    "resource-explorer-2:Search": "Count.Complete == `false`",
    "ssm:GetAutomationExecution": "AutomationExecution.StepExecutionsTruncated",
}
"""What is true of a page that lacks rows which no token leads to."""

_JOBS: Final = {
    "accessanalyzer:GetFindingRecommendation": "status",
    "appsync:GetDataSourceIntrospection": "introspectionStatus",
    "cloudformation:DescribeChangeSet": "Status",
    "cloudformation:DescribeChangeSetHooks": "Status",
    "cloudtrail:GetQueryResults": "QueryStatus",
    "cloudwatchomni:GetTelemetryQueryResults": "status",
    "connect:GetEvaluationFormValidation": "Status",
    "connect:ListRealtimeContactAnalysisSegmentsV2": "Status",
    "deadline:GetSessionsStatisticsAggregation": "status",
    "devops-guru:GetCostEstimation": "Status",
    "ec2:GetNetworkInsightsAccessScopeAnalysisFindings": "AnalysisStatus",
    "ecr:DescribeImageScanFindings": "imageScanStatus.status",
    "ecr:DescribeReplicationBackfillResults": "status",
    "ecr:GetLifecyclePolicyPreview": "status",
    "guardduty:ListInvestigationRecords": "Status",
    "iam:GetOrganizationsAccessReport": "JobStatus",
    "iam:GetServiceLastAccessedDetails": "JobStatus",
    "iam:GetServiceLastAccessedDetailsWithEntities": "JobStatus",
    "inspector:GetExclusionsPreview": "previewStatus",
    "lexv2-models:DescribeBotAnalyzerRecommendation": "botAnalyzerStatus",
    "logs:GetQueryResults": "status",
    "mediaconvert:GetJobsQueryResults": "Status",
    "network-firewall:GetAnalysisReportResults": "Status",
    "network-firewall:ListFlowOperationResults": "FlowOperationStatus",
    "networkflowmonitor:GetMonitorScopeSuggestions": "status",
    "resiliencehubv2:GetDependencyInsights": "status",
    "securityhub:GetRecommendedPolicyV2": "Status",
    "service-quotas:GetQuotaUtilizationReport": "Status",
    "xray:GetRetrievedTracesGraph": "RetrievalStatus",
    "xray:ListRetrievedTraces": "RetrievalStatus",
    **dict.fromkeys(
        (
            "rekognition:GetCelebrityRecognition",
            "rekognition:GetContentModeration",
            "rekognition:GetFaceDetection",
            "rekognition:GetFaceSearch",
            "rekognition:GetLabelDetection",
            "rekognition:GetPersonTracking",
            "rekognition:GetSegmentDetection",
            "rekognition:GetTextDetection",
            "textract:GetDocumentAnalysis",
            "textract:GetDocumentTextDetection",
            "textract:GetExpenseAnalysis",
            "textract:GetLendingAnalysis",
            "textract:GetLendingAnalysisSummary",
        ),
        "JobStatus",
    ),
}
"""Where an operation that gives the results of a job says how the job stands."""
_ENDED: Final = frozenset(
    {
        "ACTIVE",  # an image that is scanned continuously
        "AVAILABLE",
        "COMPLETE",
        "COMPLETED",
        "CREATE_COMPLETE",
        "FINISHED",
        "PLANNED",
        "SUCCEEDED",
        "SUCCESS",
    }
)

_UNREAD: Final = {
    # PartialData is the state of all pages but the last.
    "cloudwatch:GetMetricData": (
        "MetricDataResults[?StatusCode == 'Forbidden' || StatusCode == 'InternalError']"
        ".[StatusCode, join(' ', Messages[].Value || `[]`), Id]"
    ),
    "emr-containers:ListJobTemplates": "templates[?decryptionError].['', decryptionError, id]",
    "lambda:ListEventSourceMappings": (
        "EventSourceMappings[?FilterCriteriaError]"
        ".[FilterCriteriaError.ErrorCode, FilterCriteriaError.Message, UUID]"
    ),
    "macie2:DescribeBuckets": "buckets[?errorCode].[errorCode, errorMessage, bucketName]",
    # SERVICE_QUOTA_NOT_AVAILABLE_ERROR says that there is no value.
    **dict.fromkeys(
        ("service-quotas:ListAWSDefaultServiceQuotas", "service-quotas:ListServiceQuotas"),
        "Quotas[?starts_with(ErrorReason.ErrorCode || '', 'DEPENDENCY')]"
        ".[ErrorReason.ErrorCode, ErrorReason.ErrorMessage, QuotaCode]",
    ),
}
"""Code, message and name of the rows with values that the service could not read."""


def faults_of(operation: str, page: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """
    Yield code, words and item (empty: the whole answer) of what a page says it lacks.

    Args:
        operation: ``service:Operation`` as the API spells it.

        page: A page as boto3 gives it.
    """
    if (path := _LEAVES_OUT.get(operation)) and jmespath.search(path, page):
        yield "", "It found more than it gives.", ""
    if path := _JOBS.get(operation):
        status = str(jmespath.search(path, page) or "")
        if status and status.upper() not in _ENDED:
            yield "", f"Its job has the status {status}: results may be missing.", ""
    if path := _UNREAD.get(operation):
        for code, words, item in jmespath.search(path, page) or ():
            yield str(code or ""), str(words or ""), str(item or "")
