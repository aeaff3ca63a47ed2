"""Compliance item by item: the controls of Security Hub, the evaluations of AWS Config."""

from __future__ import annotations

from typing import Final

from aibrain_jupyter.aws.resources.declaration import (
    Resource,
    declared,
    each,
    listing,
)
from aibrain_jupyter.shared.frames.columns import NESTED, TEXT, TIME, Column

_OFF: Final = ("InvalidAccessException", "ResourceNotFoundException")
_OF: Final = "EvaluationResultIdentifier.EvaluationResultQualifier"

SECURITYHUB_CONTROLS: Final = declared(
    "securityhub",
    "controls",
    "Controls of the standards Security Hub has on, one row per standard: on or off, and why.",
    (
        Column("control", TEXT, "id of the control in its standard, such as S3.1", "ControlId"),
        Column("arn", TEXT, "ARN of the control in its standard", "StandardsControlArn"),
        Column("title", TEXT, "what it asks for", "Title"),
        Column("standard", TEXT, "ARN of the standard", "GetEnabledStandards.StandardsArn"),
        Column("status", TEXT, "ENABLED or DISABLED", "ControlStatus"),
        Column(
            "disabled_reason",
            TEXT,
            "reason somebody gave for switching it off; NA: none",
            "DisabledReason",
        ),
        Column(
            "status_changed",
            TIME,
            "when it was last switched on or off, UTC; NaT: not said",
            "ControlStatusUpdatedAt",
        ),
        Column("severity", TEXT, "LOW, MEDIUM, HIGH, CRITICAL", "SeverityRating"),
        Column(
            "requirements",
            NESTED,
            "requirements of the standard that it is about",
            "all(RelatedRequirements)",
        ),
        Column("remediation", TEXT, "address of the instructions", "RemediationUrl"),
    ),
    (
        # Where it is off DescribeHub answers with an error that means just that.
        listing("securityhub:DescribeHub", "[@]", absent=_OFF),
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
)


CONFIG_COMPLIANCE: Final = declared(
    "config",
    "compliance",
    "What each AWS Config rule found, one row per rule and resource.",
    (
        Column("resource_id", TEXT, "id of the resource", f"{_OF}.ResourceId"),
        Column("resource_type", TEXT, "such as AWS::EC2::Volume", f"{_OF}.ResourceType"),
        Column("rule_name", TEXT, "name of the rule", f"{_OF}.ConfigRuleName"),
        Column(
            "compliance",
            TEXT,
            "COMPLIANT, NON_COMPLIANT, NOT_APPLICABLE, INSUFFICIENT_DATA",
            "ComplianceType",
        ),
        Column("annotation", TEXT, "what the rule says about it; NA: nothing", "Annotation"),
        Column("evaluated", TIME, "when that was recorded, UTC", "ResultRecordedTime"),
        Column("rule_ran", TIME, "when the rule was invoked for it, UTC", "ConfigRuleInvokedTime"),
        Column("mode", TEXT, "DETECTIVE or PROACTIVE", f"{_OF}.EvaluationMode"),
        Column(
            "created_by",
            TEXT,
            "service that made the rule, such as Security Hub; NA: a user",
            "DescribeConfigRules.CreatedBy",
        ),
    ),
    (
        listing("config:DescribeConfigRules", "ConfigRules"),
        each(
            "config:GetComplianceDetailsByConfigRule",
            "EvaluationResults",
            {"ConfigRuleName": "ConfigRuleName"},
            fixed={"Limit": 100},
        ),
    ),
    traps=(
        "A resource that no rule looks at has no row.",
        (
            "A rule without a row has not been evaluated, or found nothing to look at: see "
            "last_evaluated in config_rules."
        ),
    ),
    date="evaluated",
)


RESOURCES: Final[tuple[Resource, ...]] = (
    CONFIG_COMPLIANCE,
    SECURITYHUB_CONTROLS,
)
