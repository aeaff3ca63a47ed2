"""Security Hub: standards, controls, findings."""

from typing import Final

from aibrain_jupyter.aws.resources.declaration import declared, each, listing, once
from aibrain_jupyter.aws.resources.shapes import flag, nested, text, time

_NOT_SUBSCRIBED: Final = ("InvalidAccessException", "ResourceNotFoundException")


SECURITYHUB_HUBS: Final = declared(
    "securityhub",
    "standards",
    "Security Hub of a region: the standards that are on, one row each; one, too, where it is off.",
    (
        text("standard", "ARN of the standard; NA: there is none", "standard.StandardsArn"),
        flag("is_enabled", "whether Security Hub is on in the region", "`true`"),
        text("status", "READY, INCOMPLETE, …", "standard.StandardsStatus"),
        text("hub", "ARN of the hub", "HubArn"),
        time(
            "subscribed",
            "when Security Hub was switched on, UTC",
            "SubscribedAt",
            absent="Security Hub is off",
        ),
        flag(
            "auto_enables_controls",
            "whether new controls are on by themselves",
            "AutoEnableControls",
            absent="Security Hub is off",
        ),
        text("control_findings", "STANDARD_CONTROL or SECURITY_CONTROL", "ControlFindingGenerator"),
    ),
    (
        # Where it is off DescribeHub answers with an error that means just that.
        listing(
            "securityhub:DescribeHub",
            "[@]",
            absent=_NOT_SUBSCRIBED,
            nothing={"is_enabled": False},
        ),
        once(
            "securityhub:GetEnabledStandards",
            "StandardsSubscriptions",
            rows="GetEnabledStandards",
            row_name="standard",
        ),
    ),
    traps=("A row without a hub: Security Hub is off there.",),
)


SECURITYHUB_FINDINGS: Final = declared(
    "securityhub",
    "findings",
    "Security Hub findings that are active and not resolved: control, severity, resource.",
    (
        text("finding_id", "id of the finding", "Id"),
        text("title", "title", "Title"),
        text(
            "control",
            "security control, such as S3.1; NA: another product's",
            "Compliance.SecurityControlId",
        ),
        text(
            "compliance",
            "PASSED, FAILED, WARNING, NOT_AVAILABLE; NA: no control",
            "Compliance.Status",
        ),
        text("severity", "INFORMATIONAL, LOW, MEDIUM, HIGH, CRITICAL", "Severity.Label"),
        text("workflow", "NEW or NOTIFIED", "Workflow.Status"),
        text("product", "product that found it", "ProductName"),
        text("found_in", "account it is about", "AwsAccountId"),
        text("found_in_region", "region it is about; NA: not said", "Region"),
        nested("resources", "ids of the resources", "all(Resources[].Id)"),
        time("created", "when it was first seen, UTC", "CreatedAt"),
        time("updated", "when it was last updated, UTC", "UpdatedAt"),
        text(
            "remediation",
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
    key=("finding_id", "product?"),
)


SECURITYHUB_CONTROLS: Final = declared(
    "securityhub",
    "controls",
    "Controls of the standards Security Hub has on, one row per standard: on or off, and why.",
    (
        text("control", "id of the control in its standard, such as S3.1", "ControlId"),
        text("arn", "ARN of the control in its standard", "StandardsControlArn"),
        text("title", "what it asks for", "Title"),
        text("standard", "ARN of the standard", "GetEnabledStandards.StandardsArn"),
        text("status", "ENABLED or DISABLED", "ControlStatus"),
        text(
            "disabled_reason",
            "reason somebody gave for switching it off; NA: none",
            "DisabledReason",
        ),
        time(
            "status_changed",
            "when it was last switched on or off, UTC; NaT: not said",
            "ControlStatusUpdatedAt",
        ),
        text("severity", "LOW, MEDIUM, HIGH, CRITICAL", "SeverityRating"),
        nested(
            "requirements",
            "requirements of the standard that it is about",
            "all(RelatedRequirements)",
        ),
        text("remediation", "address of the instructions", "RemediationUrl"),
    ),
    (
        # Where it is off DescribeHub answers with an error that means just that.
        listing("securityhub:DescribeHub", "[@]", absent=_NOT_SUBSCRIBED),
        each("securityhub:GetEnabledStandards", "StandardsSubscriptions", {}),
        each(
            "securityhub:DescribeStandardsControls",
            "Controls",
            {"StandardsSubscriptionArn": "StandardsSubscriptionArn"},
            fixed={"MaxResults": 100},
        ),
    ),
    traps=(
        "Whether anything complies is in securityhub_findings: one that is off finds nothing.",
        "No row: no standard is on, or Security Hub is off; securityhub_standards tells which.",
    ),
    key=("arn",),
)
