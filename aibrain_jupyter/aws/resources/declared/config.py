"""AWS Config: recorders, rules, conformance packs."""

from __future__ import annotations

from typing import Final

from aibrain_jupyter.aws.resources.declaration import (
    Resource,
    batch,
    declared,
    joined,
    listing,
    once,
)
from aibrain_jupyter.shared.frames.columns import COUNT, FLAG, NESTED, TEXT, TIME, Column

CONFIG_RECORDERS: Final = declared(
    "config",
    "recorders",
    "AWS Config recorders: recording now, all types, delivery.",
    (
        Column("recorder_name", TEXT, "name of the recorder", "name"),
        Column("arn", TEXT, "ARN of the recorder", "arn"),
        Column("role", TEXT, "ARN of its role", "roleARN"),
        Column(
            "is_recording",
            FLAG,
            "whether it records now",
            "DescribeConfigurationRecorderStatus[0].recording",
        ),
        Column(
            "last_status",
            TEXT,
            "Pending, Success, Failure, NotApplicable",
            "DescribeConfigurationRecorderStatus[0].lastStatus",
        ),
        Column(
            "last_started",
            TIME,
            "last start, UTC",
            "DescribeConfigurationRecorderStatus[0].lastStartTime",
        ),
        Column(
            "last_stopped",
            TIME,
            "last stop, UTC; NaT: never",
            "DescribeConfigurationRecorderStatus[0].lastStopTime",
        ),
        Column(
            "records_all_types",
            FLAG,
            "whether every regional type is recorded",
            "recordingGroup.allSupported",
        ),
        Column(
            "records_global_types",
            FLAG,
            "whether IAM's types are recorded in this region",
            "recordingGroup.includeGlobalResourceTypes",
        ),
        Column(
            "strategy",
            TEXT,
            "ALL_SUPPORTED_RESOURCE_TYPES, INCLUSION_BY_… or EXCLUSION_BY_…",
            "recordingGroup.recordingStrategy.useOnly",
        ),
        Column(
            "types",
            NESTED,
            "types it records, where it is by inclusion",
            "all(recordingGroup.resourceTypes)",
        ),
        Column(
            "excluded_types",
            NESTED,
            "types it leaves out",
            "all(recordingGroup.exclusionByResourceTypes.resourceTypes)",
        ),
        Column("frequency", TEXT, "CONTINUOUS or DAILY", "recordingMode.recordingFrequency"),
        Column(
            "bucket",
            TEXT,
            "bucket it delivers to; NA: no delivery channel",
            "DescribeDeliveryChannels[0].s3BucketName",
        ),
        Column(
            "bucket_key",
            TEXT,
            "KMS key of what is delivered; NA: the bucket's own",
            "DescribeDeliveryChannels[0].s3KmsKeyArn",
        ),
        Column(
            "topic", TEXT, "SNS topic it tells; NA: none", "DescribeDeliveryChannels[0].snsTopicARN"
        ),
    ),
    (
        listing("config:DescribeConfigurationRecorders", "ConfigurationRecorders"),
        joined(
            "config:DescribeConfigurationRecorderStatus",
            "ConfigurationRecordersStatus",
            key="name",
            to="name",
        ),
        once("config:DescribeDeliveryChannels", "DeliveryChannels"),
    ),
    traps=(
        (
            "A region without a row has no recorder that the customer manages; recorders that AWS "
            "services keep for themselves are not listed."
        ),
    ),
)


CONFIG_RULES: Final = declared(
    "config",
    "rules",
    "AWS Config rules and their compliance.",
    (
        Column("rule_name", TEXT, "name of the rule", "ConfigRuleName"),
        Column("arn", TEXT, "ARN of the rule", "ConfigRuleArn"),
        Column("state", TEXT, "such as ACTIVE", "ConfigRuleState"),
        Column("owner", TEXT, "AWS, CUSTOM_LAMBDA or CUSTOM_POLICY", "Source.Owner"),
        Column(
            "identifier",
            TEXT,
            "AWS's name of the check, or ARN of the function",
            "Source.SourceIdentifier",
        ),
        Column(
            "compliance",
            TEXT,
            "COMPLIANT, NON_COMPLIANT, NOT_APPLICABLE, INSUFFICIENT_DATA",
            "DescribeComplianceByConfigRule[0].Compliance.ComplianceType",
        ),
        Column(
            "non_compliant",
            COUNT,
            "resources that do not comply, at most 25 are counted; NA: none",
            "DescribeComplianceByConfigRule[0].Compliance.ComplianceContributorCount.CappedCount",
        ),
        Column(
            "is_capped",
            FLAG,
            "whether there are more than were counted",
            "DescribeComplianceByConfigRule[0].Compliance.ComplianceContributorCount.CapExceeded",
        ),
        Column(
            "last_evaluated",
            TIME,
            "last evaluation that worked, UTC; NaT: never",
            "DescribeConfigRuleEvaluationStatus[0].LastSuccessfulEvaluationTime",
        ),
        Column(
            "last_error",
            TEXT,
            "code of the last error; NA: none",
            "DescribeConfigRuleEvaluationStatus[0].LastErrorCode",
        ),
        Column(
            "created_by",
            TEXT,
            "service that made it, such as Security Hub; NA: a user",
            "CreatedBy",
        ),
        Column("input_parameters", TEXT, "its parameters, JSON; NA: none", "InputParameters"),
    ),
    (
        listing("config:DescribeConfigRules", "ConfigRules"),
        joined(
            "config:DescribeComplianceByConfigRule",
            "ComplianceByConfigRules",
            key="ConfigRuleName",
            to="ConfigRuleName",
        ),
        joined(
            "config:DescribeConfigRuleEvaluationStatus",
            "ConfigRulesEvaluationStatus",
            key="ConfigRuleName",
            to="ConfigRuleName",
        ),
    ),
)


CONFORMANCE_PACKS: Final = declared(
    "config",
    "conformance_packs",
    "AWS Config conformance packs and their compliance.",
    (
        Column("pack_name", TEXT, "name of the conformance pack", "ConformancePackName"),
        Column("arn", TEXT, "ARN of the conformance pack", "ConformancePackArn"),
        Column(
            "compliance",
            TEXT,
            "COMPLIANT, NON_COMPLIANT, INSUFFICIENT_DATA",
            "GetConformancePackComplianceSummary.ConformancePackComplianceStatus",
        ),
        Column("last_updated", TIME, "last update, UTC", "LastUpdateRequestedTime"),
        Column("created_by", TEXT, "service that made it; NA: a user", "CreatedBy"),
    ),
    (
        listing("config:DescribeConformancePacks", "ConformancePackDetails"),
        batch(
            "config:GetConformancePackComplianceSummary",
            "ConformancePackComplianceSummaryList",
            {"ConformancePackNames": "ConformancePackName"},
            key="ConformancePackName",
            size=5,
        ),
    ),
)


RESOURCES: Final[tuple[Resource, ...]] = (
    CONFIG_RECORDERS,
    CONFIG_RULES,
    CONFORMANCE_PACKS,
)
