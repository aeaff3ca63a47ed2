"""IAM Access Analyzer: analyzers and findings."""

from typing import Final

from aibrain_jupyter.aws.resources.declaration import declared, each, listing
from aibrain_jupyter.aws.resources.shapes import flag, tags, text, time

ANALYZERS: Final = declared(
    "accessanalyzer",
    "analyzers",
    "IAM Access Analyzer: the analyzers of a region, a row also where there is none.",
    (
        text("analyzer_name", "name of the analyzer; NA: the region has none", "name"),
        text("arn", "ARN of the analyzer", "arn"),
        flag(
            "is_enabled",
            "whether it analyzes; false, too, where there is no analyzer",
            "is(status, 'ACTIVE')",
        ),
        text("kind", "ACCOUNT, ORGANIZATION, …_UNUSED_ACCESS, …_INTERNAL_ACCESS", "type"),
        text("status", "such as ACTIVE", "status"),
        time("created", "when it was made, UTC", "createdAt", absent="the region has none"),
        time(
            "last_analyzed",
            "when a resource was last analyzed, UTC; NaT: never",
            "lastResourceAnalyzedAt",
        ),
        tags("tags"),
    ),
    (
        listing(
            "accessanalyzer:ListAnalyzers",
            "analyzers",
            action="access-analyzer:ListAnalyzers",
            nothing={"is_enabled": False},
        ),
    ),
    traps=("A row without a name: the region has no analyzer, external access is not looked for.",),
)


ANALYZER_FINDINGS: Final = declared(
    "accessanalyzer",
    "findings",
    "IAM Access Analyzer findings that are active: what is open to whom outside.",
    (
        text("finding_id", "id of the finding", "id"),
        text("resource", "ARN of the resource", "resource"),
        text("resource_type", "such as AWS::S3::Bucket", "resourceType"),
        text("owner", "account that owns the resource", "resourceOwnerAccount"),
        text("kind", "ExternalAccess, UnusedIAMRole, …", "findingType"),
        text("status", "ACTIVE, ARCHIVED, RESOLVED", "status"),
        time("created", "when it was found, UTC", "createdAt"),
        time("updated", "when it was last updated, UTC", "updatedAt"),
        text("error", "why the resource could not be analyzed; NA: it was", "error"),
        text("analyzer", "ARN of the analyzer", "ListAnalyzers.arn"),
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
    key=("analyzer", "finding_id"),
)
