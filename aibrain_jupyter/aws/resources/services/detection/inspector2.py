"""Amazon Inspector: findings and what it scans."""

from typing import Final

from aibrain_jupyter.aws.resources.declaration import declared, listing
from aibrain_jupyter.aws.resources.shapes import flag, nested, number, text, time

INSPECTOR_FINDINGS: Final = declared(
    "inspector2",
    "findings",
    "Amazon Inspector findings that are active: vulnerability, score, resource, fix.",
    (
        text("arn", "ARN of the finding", "findingArn"),
        text("title", "title", "title"),
        text("kind", "PACKAGE_VULNERABILITY, NETWORK_REACHABILITY, CODE_VULNERABILITY", "type"),
        text("severity", "such as HIGH", "severity"),
        number("score", "Inspector score, 0 to 10", "inspectorScore", absent="it has none"),
        text(
            "vulnerability",
            "such as CVE-2024-3094; NA: no package",
            "packageVulnerabilityDetails.vulnerabilityId",
        ),
        text("has_fix", "YES, NO or PARTIAL", "fixAvailable"),
        text("exploit", "whether an exploit is known: YES or NO", "exploitAvailable"),
        nested("resources", "ids of the resources", "all(resources[].id)"),
        nested("resource_types", "kinds of the resources", "all(resources[].type)"),
        text("found_in", "account it is about", "awsAccountId"),
        time("created", "when it was first seen, UTC", "firstObservedAt"),
        time("updated", "when it was last seen, UTC", "lastObservedAt"),
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
        text("inspected_account", "account", "accountId"),
        text("status", "ENABLED, DISABLED, …", "not_null(state.status, status)"),
        flag("scans_ec2", "whether instances are scanned", _scans("ec2"), absent="not said"),
        flag("scans_ecr", "whether images are scanned", _scans("ecr"), absent="not said"),
        flag("scans_lambda", "whether functions are scanned", _scans("lambda"), absent="not said"),
        flag(
            "scans_lambda_code",
            "whether the code of functions is scanned",
            _scans("lambdaCode"),
            absent="not said",
        ),
        flag(
            "scans_repositories",
            "whether repositories of code are scanned",
            _scans("codeRepository"),
            absent="not said",
        ),
        text("error", "why Inspector could not tell; NA: it could", "errorCode"),
    ),
    (
        # An account it cannot read is no error of the request: it is in a list of its own.
        listing("inspector2:BatchGetAccountStatus", "[accounts, failedAccounts][]"),
    ),
)
