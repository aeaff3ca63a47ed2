"""Delivery and data jobs: CloudFormation, CodeBuild, CodePipeline, Glue; tags."""

from __future__ import annotations

from typing import Final

from aibrain_jupyter.aws.resources.declaration import (
    Resource,
    batch,
    declared,
    detail,
    listing,
    once,
)
from aibrain_jupyter.shared.frames.columns import COUNT, FLAG, NESTED, TEXT, TIME, Column

STACKS: Final = declared(
    "cloudformation",
    "stacks",
    "CloudFormation stacks: status, drift, protection, role.",
    (
        Column("stack_name", TEXT, "name of the stack", "StackName"),
        Column("arn", TEXT, "ARN of the stack", "StackId"),
        Column("status", TEXT, "such as CREATE_COMPLETE", "StackStatus"),
        Column("created", TIME, "when it was made, UTC", "CreationTime"),
        Column("updated", TIME, "last update, UTC; NaT: never", "LastUpdatedTime"),
        Column(
            "drift",
            TEXT,
            "IN_SYNC, DRIFTED, NOT_CHECKED, UNKNOWN",
            "DriftInformation.StackDriftStatus",
        ),
        Column(
            "drift_checked",
            TIME,
            "when drift was last looked for, UTC; NaT: never",
            "DriftInformation.LastCheckTimestamp",
        ),
        Column(
            "termination_protection",
            FLAG,
            "whether deletion is refused; NA: a nested stack",
            "EnableTerminationProtection",
        ),
        Column("role", TEXT, "role it works with; NA: the caller's rights", "RoleARN"),
        Column(
            "has_stack_policy",
            FLAG,
            "whether a stack policy protects resources from updates",
            "present(GetStackPolicy.StackPolicyBody)",
        ),
        Column("capabilities", NESTED, "capabilities it was given", "all(Capabilities)"),
        Column(
            "parameters",
            NESTED,
            "names of its parameters",
            "all(Parameters[].ParameterKey)",
        ),
        Column(
            "parameter_values",
            NESTED,
            "its parameters by name, values hidden unless revealed",
            "by_name(Parameters)",
        ),
        Column("root", TEXT, "stack it is nested in; NA: none", "RootId"),
        Column("tags", NESTED, "tags as a mapping; empty: none", "tags(Tags)"),
    ),
    (
        listing("cloudformation:DescribeStacks", "Stacks"),
        detail("cloudformation:GetStackPolicy", {"StackName": "StackId"}),
    ),
    traps=(
        "Drift is what the last check found: nothing here starts one.",
        "AWS asks for cloudformation:ListStacks as well to describe all stacks.",
    ),
)


BUILD_PROJECTS: Final = declared(
    "codebuild",
    "projects",
    "CodeBuild projects: privileges, source, logs, variables by name.",
    (
        Column("project_name", TEXT, "name of the project", "ListProjects"),
        Column("arn", TEXT, "ARN of the project", "BatchGetProjects.arn"),
        Column("created", TIME, "when it was made, UTC", "BatchGetProjects.created"),
        Column("role", TEXT, "ARN of its role", "BatchGetProjects.serviceRole"),
        Column(
            "source_type", TEXT, "such as GITHUB or CODEPIPELINE", "BatchGetProjects.source.type"
        ),
        Column("image", TEXT, "build image", "BatchGetProjects.environment.image"),
        Column(
            "is_privileged",
            FLAG,
            "whether builds have root on their host",
            "BatchGetProjects.environment.privilegedMode",
        ),
        Column(
            "environment_keys",
            NESTED,
            "names of its environment variables",
            "all(BatchGetProjects.environment.environmentVariables[].name)",
        ),
        Column(
            "environment",
            NESTED,
            "its variables by name, values hidden unless revealed; names of stored secrets stay",
            "by_name(BatchGetProjects.environment.environmentVariables)",
        ),
        Column(
            "plain_variables",
            NESTED,
            "names of the variables kept as plain text, where secrets do not belong",
            "all(BatchGetProjects.environment.environmentVariables[?type=='PLAINTEXT'].name)",
        ),
        Column("kms_key", TEXT, "key of its artifacts", "BatchGetProjects.encryptionKey"),
        Column(
            "logs_to_cloudwatch",
            TEXT,
            "ENABLED or DISABLED; NA: not set, which is on",
            "BatchGetProjects.logsConfig.cloudWatchLogs.status",
        ),
        Column(
            "logs_to_s3",
            TEXT,
            "ENABLED or DISABLED; NA: not set",
            "BatchGetProjects.logsConfig.s3Logs.status",
        ),
        Column("visibility", TEXT, "PUBLIC_READ or PRIVATE", "BatchGetProjects.projectVisibility"),
        Column("vpc_id", TEXT, "VPC; NA: none", "BatchGetProjects.vpcConfig.vpcId"),
        Column("tags", NESTED, "tags as a mapping; empty: none", "tags(BatchGetProjects.tags)"),
    ),
    (
        listing("codebuild:ListProjects", "projects"),
        batch(
            "codebuild:BatchGetProjects",
            "projects",
            {"names": "ListProjects"},
            key="name",
            size=100,
        ),
    ),
)


PIPELINES: Final = declared(
    "codepipeline",
    "pipelines",
    "CodePipeline pipelines: stages, manual approvals, role.",
    (
        Column("pipeline_name", TEXT, "name of the pipeline", "name"),
        Column("arn", TEXT, "ARN of the pipeline", "GetPipeline.metadata.pipelineArn"),
        Column("created", TIME, "when it was made, UTC", "created"),
        Column("updated", TIME, "last change, UTC", "updated"),
        Column("version", COUNT, "version", "version"),
        Column("role", TEXT, "ARN of its role", "GetPipeline.pipeline.roleArn"),
        Column(
            "stages",
            NESTED,
            "names of its stages in alphabetical order",
            "all(GetPipeline.pipeline.stages[].name)",
        ),
        Column(
            "has_approval",
            FLAG,
            "whether a person has to approve",
            "present(GetPipeline.pipeline.stages[].actions[].actionTypeId[] "
            "| [?category=='Approval'])",
        ),
    ),
    (
        listing("codepipeline:ListPipelines", "pipelines"),
        detail("codepipeline:GetPipeline", {"name": "name"}),
    ),
)


GLUE_CONFIGURATIONS: Final = declared(
    "glue",
    "security_configurations",
    "Glue security configurations: what they encrypt.",
    (
        Column("configuration_name", TEXT, "name of the configuration", "Name"),
        Column("created", TIME, "when it was made, UTC", "CreatedTimeStamp"),
        Column(
            "s3_encryption",
            TEXT,
            "DISABLED, SSE-KMS or SSE-S3",
            "EncryptionConfiguration.S3Encryption[0].S3EncryptionMode",
        ),
        Column(
            "logs_encryption",
            TEXT,
            "DISABLED or SSE-KMS",
            "EncryptionConfiguration.CloudWatchEncryption.CloudWatchEncryptionMode",
        ),
        Column(
            "bookmarks_encryption",
            TEXT,
            "DISABLED or CSE-KMS",
            "EncryptionConfiguration.JobBookmarksEncryption.JobBookmarksEncryptionMode",
        ),
    ),
    (listing("glue:GetSecurityConfigurations", "SecurityConfigurations"),),
)


GLUE_JOBS: Final = declared(
    "glue",
    "jobs",
    "Glue jobs: role, security configuration, version.",
    (
        Column("job_name", TEXT, "name of the job", "Name"),
        Column("role", TEXT, "its role", "Role"),
        Column("created", TIME, "when it was made, UTC", "CreatedOn"),
        Column("last_modified", TIME, "last change, UTC", "LastModifiedOn"),
        Column("glue_version", TEXT, "version of Glue", "GlueVersion"),
        Column(
            "security_configuration",
            TEXT,
            "security configuration; NA: none",
            "SecurityConfiguration",
        ),
        Column("connections", NESTED, "names of its connections", "all(Connections.Connections)"),
        Column(
            "argument_names",
            NESTED,
            "names of its default arguments",
            "all(keys(DefaultArguments || `{}`))",
        ),
        Column(
            "arguments",
            NESTED,
            "its default arguments by name, values hidden unless revealed",
            "by_name(DefaultArguments)",
        ),
    ),
    (listing("glue:GetJobs", "Jobs"),),
)


GLUE_CATALOG: Final = declared(
    "glue",
    "catalog_settings",
    "Glue Data Catalog of a region, one row: encryption of metadata and passwords.",
    (
        Column("catalog_of", TEXT, "region the catalog is in", "here.region"),
        Column(
            "encryption_mode",
            TEXT,
            "DISABLED, SSE-KMS, …",
            "EncryptionAtRest.CatalogEncryptionMode",
        ),
        Column("kms_key", TEXT, "key of the metadata; NA: none", "EncryptionAtRest.SseAwsKmsKeyId"),
        Column(
            "encrypts_passwords",
            FLAG,
            "whether passwords of connections are returned encrypted",
            "ConnectionPasswordEncryption.ReturnConnectionPasswordEncrypted",
        ),
        Column(
            "has_policy",
            FLAG,
            "whether the catalog has a policy",
            "present(GetResourcePolicy.PolicyInJson)",
        ),
        Column(
            "policy",
            NESTED,
            "policy of the catalog; NA: none",
            "policy(GetResourcePolicy.PolicyInJson)",
        ),
    ),
    (
        listing("glue:GetDataCatalogEncryptionSettings", "DataCatalogEncryptionSettings"),
        once("glue:GetResourcePolicy", absent=("EntityNotFoundException",)),
    ),
)


TAGGED_RESOURCES: Final = declared(
    "resourcegroupstaggingapi",
    "resources",
    "Everything with tags, one row per resource.",
    (
        Column("arn", TEXT, "ARN of the resource", "ResourceARN"),
        Column("tags", NESTED, "tags as a mapping; empty: it had some once", "tags(Tags)"),
        Column(
            "complies",
            FLAG,
            "whether it complies with the tag policies; NA: none applies",
            "ComplianceDetails.ComplianceStatus",
        ),
        Column(
            "keys_missing",
            NESTED,
            "keys that a tag policy requires and it does not have",
            "all(ComplianceDetails.MissingTagKeys)",
        ),
        Column(
            "keys_not_allowed",
            NESTED,
            "its keys that do not comply with a tag policy",
            "all(ComplianceDetails.NoncompliantKeys)",
        ),
        Column(
            "keys_with_wrong_values",
            NESTED,
            "its keys whose value or case a tag policy does not allow",
            "all(ComplianceDetails.KeysWithNoncompliantValues)",
        ),
    ),
    (
        listing(
            "resourcegroupstaggingapi:GetResources",
            "ResourceTagMappingList",
            fixed={"ResourcesPerPage": 100, "IncludeComplianceDetails": True},
            action="tag:GetResources",
        ),
    ),
    traps=("What never had a tag is not listed: it does not prove that everything is tagged.",),
)


RESOURCES: Final[tuple[Resource, ...]] = (
    BUILD_PROJECTS,
    GLUE_CATALOG,
    GLUE_CONFIGURATIONS,
    GLUE_JOBS,
    PIPELINES,
    STACKS,
    TAGGED_RESOURCES,
)
