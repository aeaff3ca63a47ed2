"""Detection: GuardDuty, Security Hub, Inspector, Access Analyzer."""

from __future__ import annotations

from typing import Final

from aibrain_jupyter.aws.resources.declaration import (
    Resource,
    batch,
    declared,
    detail,
    each,
    listing,
    once,
)
from aibrain_jupyter.shared.frames.columns import COUNT, FLAG, NESTED, NUMBER, TEXT, TIME, Column

_NOT_SUBSCRIBED: Final = ("InvalidAccessException", "ResourceNotFoundException")


GUARDDUTY_DETECTORS: Final = declared(
    "guardduty",
    "detectors",
    "GuardDuty detectors: on, features, how often findings are published.",
    (
        Column("detector_id", TEXT, "id of the detector", "ListDetectors"),
        Column(
            "arn", TEXT, "ARN of the detector", "arn(here, 'guardduty', 'detector', ListDetectors)"
        ),
        Column("is_enabled", FLAG, "whether it is on", "flag(GetDetector.Status)"),
        Column("created", TIME, "when it was made, UTC", "GetDetector.CreatedAt"),
        Column(
            "publishes_findings",
            TEXT,
            "FIFTEEN_MINUTES, ONE_HOUR or SIX_HOURS",
            "GetDetector.FindingPublishingFrequency",
        ),
        Column(
            "features_on",
            NESTED,
            "features that are on",
            "all(GetDetector.Features[?Status=='ENABLED'].Name)",
        ),
        Column(
            "features_off",
            NESTED,
            "features that are off",
            "all(GetDetector.Features[?Status=='DISABLED'].Name)",
        ),
        Column(
            "administrator",
            TEXT,
            "account that administers it; NA: none",
            "GetAdministratorAccount.Administrator.AccountId",
        ),
        Column("tags", NESTED, "tags as a mapping; empty: none", "tags(GetDetector.Tags)"),
    ),
    (
        listing("guardduty:ListDetectors", "DetectorIds"),
        detail("guardduty:GetDetector", {"DetectorId": "ListDetectors"}),
        detail("guardduty:GetAdministratorAccount", {"DetectorId": "ListDetectors"}),
    ),
    traps=("A region without a row has GuardDuty off: that is a finding, not a gap.",),
)


GUARDDUTY_FINDINGS: Final = declared(
    "guardduty",
    "findings",
    "GuardDuty findings that are not archived: type, severity, resource, age.",
    (
        Column("finding_id", TEXT, "id of the finding", "ListFindings"),
        Column("arn", TEXT, "ARN of the finding", "GetFindings.Arn"),
        Column("kind", TEXT, "finding type", "GetFindings.Type"),
        Column("severity", NUMBER, "severity, 1 to 10", "GetFindings.Severity"),
        Column("title", TEXT, "title", "GetFindings.Title"),
        Column("resource_type", TEXT, "kind of the resource", "GetFindings.Resource.ResourceType"),
        Column("found_in", TEXT, "account it is about", "GetFindings.AccountId"),
        Column("count", COUNT, "times it was seen", "GetFindings.Service.Count"),
        Column("created", TIME, "when it was first seen, UTC", "GetFindings.CreatedAt"),
        Column("updated", TIME, "when it was last seen, UTC", "GetFindings.UpdatedAt"),
    ),
    (
        listing("guardduty:ListDetectors", "DetectorIds"),
        each(
            "guardduty:ListFindings",
            "FindingIds",
            {"DetectorId": "ListDetectors"},
            fixed={"FindingCriteria": {"Criterion": {"service.archived": {"Eq": ["false"]}}}},
        ),
        batch(
            "guardduty:GetFindings",
            "Findings",
            {"FindingIds": "ListFindings"},
            shared={"DetectorId": "ListDetectors"},
            key="Id",
            size=50,
        ),
    ),
    traps=(
        "GuardDuty keeps findings for 90 days.",
        "An administrator's account lists its members' findings too: see found_in.",
    ),
)


SECURITYHUB_HUBS: Final = declared(
    "securityhub",
    "standards",
    "Security Hub: the standards that are on, one row each.",
    (
        Column(
            "standard", TEXT, "ARN of the standard; NA: the hub has none", "standard.StandardsArn"
        ),
        Column("status", TEXT, "READY, INCOMPLETE, …", "standard.StandardsStatus"),
        Column("hub", TEXT, "ARN of the hub", "HubArn"),
        Column("subscribed", TIME, "when Security Hub was switched on, UTC", "SubscribedAt"),
        Column(
            "auto_enables_controls",
            FLAG,
            "whether new controls are on by themselves",
            "AutoEnableControls",
        ),
        Column(
            "control_findings",
            TEXT,
            "STANDARD_CONTROL or SECURITY_CONTROL",
            "ControlFindingGenerator",
        ),
    ),
    (
        # Where it is off DescribeHub answers with an error that means just that.
        listing("securityhub:DescribeHub", "[@]", absent=_NOT_SUBSCRIBED),
        once(
            "securityhub:GetEnabledStandards",
            "StandardsSubscriptions",
            rows="GetEnabledStandards",
            row_name="standard",
        ),
    ),
    traps=("A region without a row has Security Hub off: that is a finding, not a gap.",),
)


SECURITYHUB_FINDINGS: Final = declared(
    "securityhub",
    "findings",
    "Security Hub findings that are active and not resolved: control, severity, resource.",
    (
        Column("finding_id", TEXT, "id of the finding", "Id"),
        Column("title", TEXT, "title", "Title"),
        Column(
            "control",
            TEXT,
            "security control, such as S3.1; NA: another product's",
            "Compliance.SecurityControlId",
        ),
        Column(
            "compliance",
            TEXT,
            "PASSED, FAILED, WARNING, NOT_AVAILABLE; NA: no control",
            "Compliance.Status",
        ),
        Column("severity", TEXT, "INFORMATIONAL, LOW, MEDIUM, HIGH, CRITICAL", "Severity.Label"),
        Column("workflow", TEXT, "NEW or NOTIFIED", "Workflow.Status"),
        Column("product", TEXT, "product that found it", "ProductName"),
        Column("found_in", TEXT, "account it is about", "AwsAccountId"),
        Column("found_in_region", TEXT, "region it is about; NA: not said", "Region"),
        Column("resources", NESTED, "ids of the resources", "all(Resources[].Id)"),
        Column("created", TIME, "when it was first seen, UTC", "CreatedAt"),
        Column("updated", TIME, "when it was last updated, UTC", "UpdatedAt"),
        Column(
            "remediation",
            TEXT,
            "address of the instructions; NA: none",
            "Remediation.Recommendation.Url",
        ),
    ),
    (
        listing(
            "securityhub:GetFindings",
            "Findings",
            absent=_NOT_SUBSCRIBED,
            fixed={
                "MaxResults": 100,
                "Filters": {
                    "RecordState": [{"Value": "ACTIVE", "Comparison": "EQUALS"}],
                    "WorkflowStatus": [
                        {"Value": "NEW", "Comparison": "EQUALS"},
                        {"Value": "NOTIFIED", "Comparison": "EQUALS"},
                    ],
                },
            },
        ),
    ),
    traps=(
        "No row: no open finding, or Security Hub is off; securityhub_standards tells which.",
        (
            "An administrator's account lists its members' findings too, an aggregation region "
            "those of linked regions: see found_in and found_in_region before counting."
        ),
    ),
)


INSPECTOR_FINDINGS: Final = declared(
    "inspector2",
    "findings",
    "Amazon Inspector findings that are active: vulnerability, score, resource, fix.",
    (
        Column("arn", TEXT, "ARN of the finding", "findingArn"),
        Column("title", TEXT, "title", "title"),
        Column(
            "kind", TEXT, "PACKAGE_VULNERABILITY, NETWORK_REACHABILITY, CODE_VULNERABILITY", "type"
        ),
        Column("severity", TEXT, "such as HIGH", "severity"),
        Column("score", NUMBER, "Inspector score, 0 to 10", "inspectorScore"),
        Column(
            "vulnerability",
            TEXT,
            "such as CVE-2024-3094; NA: no package",
            "packageVulnerabilityDetails.vulnerabilityId",
        ),
        Column("has_fix", TEXT, "YES, NO or PARTIAL", "fixAvailable"),
        Column("exploit", TEXT, "whether an exploit is known: YES or NO", "exploitAvailable"),
        Column("resources", NESTED, "ids of the resources", "all(resources[].id)"),
        Column("resource_types", NESTED, "kinds of the resources", "all(resources[].type)"),
        Column("found_in", TEXT, "account it is about", "awsAccountId"),
        Column("created", TIME, "when it was first seen, UTC", "firstObservedAt"),
        Column("updated", TIME, "when it was last seen, UTC", "lastObservedAt"),
    ),
    (
        listing(
            "inspector2:ListFindings",
            "findings",
            fixed={
                "maxResults": 100,
                "filterCriteria": {"findingStatus": [{"comparison": "EQUALS", "value": "ACTIVE"}]},
            },
        ),
    ),
    traps=("No row: no finding, or Inspector is off; inspector2_status tells which.",),
)


def _scans(kind: str) -> str:
    return f"flag(not_null(resourceState.{kind}.status, resourceStatus.{kind}))"


INSPECTOR_STATUS: Final = declared(
    "inspector2",
    "status",
    "Amazon Inspector of a region, one row: what it scans.",
    (
        Column("inspected_account", TEXT, "account", "accountId"),
        Column("status", TEXT, "ENABLED, DISABLED, …", "not_null(state.status, status)"),
        Column("scans_ec2", FLAG, "whether instances are scanned", _scans("ec2")),
        Column("scans_ecr", FLAG, "whether images are scanned", _scans("ecr")),
        Column("scans_lambda", FLAG, "whether functions are scanned", _scans("lambda")),
        Column(
            "scans_lambda_code",
            FLAG,
            "whether the code of functions is scanned",
            _scans("lambdaCode"),
        ),
        Column(
            "scans_repositories",
            FLAG,
            "whether repositories of code are scanned",
            _scans("codeRepository"),
        ),
        Column(
            "error",
            TEXT,
            "why Inspector could not tell; NA: it could",
            "errorCode",
        ),
    ),
    (
        # An account it cannot read is no error of the request: it is in a list of its own.
        listing("inspector2:BatchGetAccountStatus", "[accounts, failedAccounts][]"),
    ),
)


ANALYZERS: Final = declared(
    "accessanalyzer",
    "analyzers",
    "IAM Access Analyzer: the analyzers of a region.",
    (
        Column("analyzer_name", TEXT, "name of the analyzer", "name"),
        Column("arn", TEXT, "ARN of the analyzer", "arn"),
        Column("kind", TEXT, "ACCOUNT, ORGANIZATION, …_UNUSED_ACCESS, …_INTERNAL_ACCESS", "type"),
        Column("status", TEXT, "such as ACTIVE", "status"),
        Column("created", TIME, "when it was made, UTC", "createdAt"),
        Column(
            "last_analyzed",
            TIME,
            "when a resource was last analyzed, UTC; NaT: never",
            "lastResourceAnalyzedAt",
        ),
        Column("tags", NESTED, "tags as a mapping; empty: none", "tags(tags)"),
    ),
    (listing("accessanalyzer:ListAnalyzers", "analyzers", action="access-analyzer:ListAnalyzers"),),
    traps=("A region without a row has no analyzer: external access is not looked for there.",),
)


ANALYZER_FINDINGS: Final = declared(
    "accessanalyzer",
    "findings",
    "IAM Access Analyzer findings that are active: what is open to whom outside.",
    (
        Column("finding_id", TEXT, "id of the finding", "id"),
        Column("resource", TEXT, "ARN of the resource", "resource"),
        Column("resource_type", TEXT, "such as AWS::S3::Bucket", "resourceType"),
        Column("owner", TEXT, "account that owns the resource", "resourceOwnerAccount"),
        Column("kind", TEXT, "ExternalAccess, UnusedIAMRole, …", "findingType"),
        Column("status", TEXT, "ACTIVE, ARCHIVED, RESOLVED", "status"),
        Column("created", TIME, "when it was found, UTC", "createdAt"),
        Column("updated", TIME, "when it was last updated, UTC", "updatedAt"),
        Column("error", TEXT, "why the resource could not be analyzed; NA: it was", "error"),
        Column("analyzer", TEXT, "ARN of the analyzer", "ListAnalyzers.arn"),
    ),
    (
        listing(
            "accessanalyzer:ListAnalyzers", "analyzers", action="access-analyzer:ListAnalyzers"
        ),
        each(
            "accessanalyzer:ListFindingsV2",
            "findings",
            {"analyzerArn": "arn"},
            fixed={"filter": {"status": {"eq": ["ACTIVE"]}}},
            action="access-analyzer:ListFindings",
        ),
    ),
)


RESOURCES: Final[tuple[Resource, ...]] = (
    ANALYZERS,
    ANALYZER_FINDINGS,
    GUARDDUTY_DETECTORS,
    GUARDDUTY_FINDINGS,
    INSPECTOR_FINDINGS,
    INSPECTOR_STATUS,
    SECURITYHUB_FINDINGS,
    SECURITYHUB_HUBS,
)
