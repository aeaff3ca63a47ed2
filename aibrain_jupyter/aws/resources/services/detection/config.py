"""AWS Config: recorders, rules and what they found, conformance packs."""

from typing import Final

from aibrain_jupyter.aws.resources.declaration import batch, declared, each, joined, listing, once
from aibrain_jupyter.aws.resources.shapes import count, flag, nested, text, time, volatile

_COMPLIANCE: Final = "DescribeComplianceByConfigRule[0].Compliance"
_CONTRIBUTORS: Final = f"{_COMPLIANCE}.ComplianceContributorCount"


CONFIG_RECORDERS: Final = declared(
    "config",
    "recorders",
    "AWS Config of a region, a row also where it is off: recording now, all types, delivery.",
    (
        text("recorder_name", "name of the recorder; NA: the region has none", "name"),
        text("arn", "ARN of the recorder", "arn"),
        text("role", "ARN of its role", "roleARN"),
        flag(
            "is_recording",
            "whether it records now; false, too, where there is no recorder",
            "DescribeConfigurationRecorderStatus[0].recording",
        ),
        text(
            "last_status",
            "Pending, Success, Failure, NotApplicable",
            "DescribeConfigurationRecorderStatus[0].lastStatus",
        ),
        time(
            "last_started",
            "last start, UTC",
            "DescribeConfigurationRecorderStatus[0].lastStartTime",
            absent="never, or the region has no recorder",
        ),
        time(
            "last_stopped",
            "last stop, UTC; NaT: never",
            "DescribeConfigurationRecorderStatus[0].lastStopTime",
        ),
        flag(
            "records_all_types",
            "whether every regional type is recorded",
            "recordingGroup.allSupported",
            absent="the region has no recorder, or it says types one by one",
        ),
        flag(
            "records_global_types",
            "whether IAM's types are recorded in this region",
            "recordingGroup.includeGlobalResourceTypes",
            absent="the region has no recorder, or it says types one by one",
        ),
        text(
            "strategy",
            "ALL_SUPPORTED_RESOURCE_TYPES, INCLUSION_BY_… or EXCLUSION_BY_…",
            "recordingGroup.recordingStrategy.useOnly",
        ),
        nested(
            "types",
            "types it records, where it is by inclusion",
            "all(recordingGroup.resourceTypes)",
        ),
        nested(
            "excluded_types",
            "types it leaves out",
            "all(recordingGroup.exclusionByResourceTypes.resourceTypes)",
        ),
        text("frequency", "CONTINUOUS or DAILY", "recordingMode.recordingFrequency"),
        text(
            "bucket",
            "bucket it delivers to; NA: no delivery channel",
            "DescribeDeliveryChannels[0].s3BucketName",
        ),
        text(
            "bucket_key",
            "KMS key of what is delivered; NA: the bucket's own",
            "DescribeDeliveryChannels[0].s3KmsKeyArn",
        ),
        text("topic", "SNS topic it tells; NA: none", "DescribeDeliveryChannels[0].snsTopicARN"),
    ),
    (
        listing(
            "config:DescribeConfigurationRecorders",
            "ConfigurationRecorders",
            nothing={"is_recording": False},
        ),
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
            "A row without a name: the region has no recorder that the customer manages; recorders "
            "that AWS services keep for themselves are not listed."
        ),
    ),
)


CONFIG_RULES: Final = declared(
    "config",
    "rules",
    "AWS Config rules and their compliance.",
    (
        text("rule_name", "name of the rule", "ConfigRuleName"),
        text("arn", "ARN of the rule", "ConfigRuleArn"),
        text("state", "such as ACTIVE", "ConfigRuleState"),
        text("owner", "AWS, CUSTOM_LAMBDA or CUSTOM_POLICY", "Source.Owner"),
        text(
            "identifier",
            "AWS's name of the check, or ARN of the function",
            "Source.SourceIdentifier",
        ),
        text(
            "compliance",
            "COMPLIANT, NON_COMPLIANT, NOT_APPLICABLE, INSUFFICIENT_DATA",
            f"{_COMPLIANCE}.ComplianceType",
        ),
        count(
            "non_compliant",
            "resources that do not comply, at most 25 are counted; 0: COMPLIANT; NA: nothing to "
            "judge yet",
            f"not_null({_CONTRIBUTORS}.CappedCount,"
            f" where({_COMPLIANCE}.ComplianceType=='COMPLIANT', `0`))",
        ),
        flag(
            "is_capped",
            "whether there are more than were counted",
            f"{_CONTRIBUTORS}.CapExceeded",
            absent="nothing to count",
        ),
        time(
            "last_evaluated",
            "last evaluation that worked, UTC; NaT: never",
            "DescribeConfigRuleEvaluationStatus[0].LastSuccessfulEvaluationTime",
        ),
        text(
            "last_error",
            "code of the last error; NA: none",
            "DescribeConfigRuleEvaluationStatus[0].LastErrorCode",
        ),
        text("created_by", "service that made it, such as Security Hub; NA: a user", "CreatedBy"),
        text("input_parameters", "its parameters, JSON; NA: none", "InputParameters"),
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
        text("pack_name", "name of the conformance pack", "ConformancePackName"),
        text("arn", "ARN of the conformance pack", "ConformancePackArn"),
        text(
            "compliance",
            "COMPLIANT, NON_COMPLIANT, INSUFFICIENT_DATA",
            "GetConformancePackComplianceSummary.ConformancePackComplianceStatus",
        ),
        time("last_updated", "last update, UTC", "LastUpdateRequestedTime", absent="not said"),
        text("created_by", "service that made it; NA: a user", "CreatedBy"),
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


_OF: Final = "EvaluationResultIdentifier.EvaluationResultQualifier"


CONFIG_COMPLIANCE: Final = declared(
    "config",
    "compliance",
    "What each AWS Config rule found, one row per rule and resource.",
    (
        text("resource_id", "id of the resource", f"{_OF}.ResourceId"),
        text("resource_type", "such as AWS::EC2::Volume", f"{_OF}.ResourceType"),
        text("rule_name", "name of the rule", f"{_OF}.ConfigRuleName"),
        text(
            "compliance",
            "COMPLIANT, NON_COMPLIANT, NOT_APPLICABLE, INSUFFICIENT_DATA",
            "ComplianceType",
        ),
        text("annotation", "what the rule says about it; NA: nothing", "Annotation"),
        volatile(time("evaluated", "when that was recorded, UTC", "ResultRecordedTime")),
        volatile(
            time(
                "rule_ran",
                "when the rule was invoked for it, UTC",
                "ConfigRuleInvokedTime",
                absent="not said",
            )
        ),
        text("mode", "DETECTIVE or PROACTIVE", f"{_OF}.EvaluationMode"),
        text(
            "created_by",
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
    key=("rule_name", "resource_type", "resource_id", "mode?"),
)
