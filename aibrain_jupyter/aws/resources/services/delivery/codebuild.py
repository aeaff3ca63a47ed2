"""CodeBuild projects."""

from typing import Final

from aibrain_jupyter.aws.resources.declaration import batch, declared, listing
from aibrain_jupyter.aws.resources.shapes import flag, nested, tags, text, time

BUILD_PROJECTS: Final = declared(
    "codebuild",
    "projects",
    "CodeBuild projects: privileges, source, logs, variables by name.",
    (
        text("project_name", "name of the project", "ListProjects"),
        text("arn", "ARN of the project", "BatchGetProjects.arn"),
        time("created", "when it was made, UTC", "BatchGetProjects.created"),
        text("role", "ARN of its role", "BatchGetProjects.serviceRole"),
        text("source_type", "such as GITHUB or CODEPIPELINE", "BatchGetProjects.source.type"),
        text("image", "build image", "BatchGetProjects.environment.image"),
        flag(
            "is_privileged",
            "whether builds have root on their host",
            "BatchGetProjects.environment.privilegedMode",
        ),
        nested(
            "environment_keys",
            "names of its environment variables",
            "all(BatchGetProjects.environment.environmentVariables[].name)",
        ),
        nested(
            "environment",
            "its variables by name, values hidden unless revealed; names of stored secrets stay",
            "by_name(BatchGetProjects.environment.environmentVariables)",
        ),
        nested(
            "plain_variables",
            "names of the variables kept as plain text, where secrets do not belong",
            "all(BatchGetProjects.environment.environmentVariables[?type=='PLAINTEXT'].name)",
        ),
        text("kms_key", "key of its artifacts", "BatchGetProjects.encryptionKey"),
        text(
            "logs_to_cloudwatch",
            "ENABLED or DISABLED; NA: not set, which is on",
            "BatchGetProjects.logsConfig.cloudWatchLogs.status",
            absent="not set, which is on",
        ),
        text(
            "logs_to_s3",
            "ENABLED or DISABLED; NA: not set",
            "BatchGetProjects.logsConfig.s3Logs.status",
            absent="not set, which is off",
        ),
        text("visibility", "PUBLIC_READ or PRIVATE", "BatchGetProjects.projectVisibility"),
        text("vpc_id", "VPC; NA: none", "BatchGetProjects.vpcConfig.vpcId"),
        tags("BatchGetProjects.tags"),
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
