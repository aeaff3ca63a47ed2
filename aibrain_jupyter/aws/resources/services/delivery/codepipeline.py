"""CodePipeline pipelines."""

from typing import Final

from aibrain_jupyter.aws.resources.declaration import declared, detail, listing
from aibrain_jupyter.aws.resources.shapes import count, flag, nested, text, time

PIPELINES: Final = declared(
    "codepipeline",
    "pipelines",
    "CodePipeline pipelines: stages, manual approvals, role.",
    (
        text("pipeline_name", "name of the pipeline", "name"),
        text("arn", "ARN of the pipeline", "GetPipeline.metadata.pipelineArn"),
        time("created", "when it was made, UTC", "created"),
        time("updated", "last change, UTC", "updated"),
        count("version", "version", "version"),
        text("role", "ARN of its role", "GetPipeline.pipeline.roleArn"),
        nested(
            "stages",
            "names of its stages in alphabetical order",
            "all(GetPipeline.pipeline.stages[].name)",
        ),
        flag(
            "has_approval",
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
