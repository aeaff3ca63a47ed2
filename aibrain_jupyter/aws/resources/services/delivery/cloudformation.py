"""CloudFormation stacks."""

from typing import Final

from aibrain_jupyter.aws.resources.declaration import declared, detail, listing
from aibrain_jupyter.aws.resources.shapes import flag, nested, tags, text, time

STACKS: Final = declared(
    "cloudformation",
    "stacks",
    "CloudFormation stacks: status, drift, protection, role.",
    (
        text("stack_name", "name of the stack", "StackName"),
        text("arn", "ARN of the stack", "StackId"),
        text("status", "such as CREATE_COMPLETE", "StackStatus"),
        time("created", "when it was made, UTC", "CreationTime"),
        time("updated", "last update, UTC; NaT: never", "LastUpdatedTime"),
        text(
            "drift",
            "IN_SYNC, DRIFTED, NOT_CHECKED, UNKNOWN",
            "DriftInformation.StackDriftStatus",
        ),
        time(
            "drift_checked",
            "when drift was last looked for, UTC; NaT: never",
            "DriftInformation.LastCheckTimestamp",
        ),
        flag(
            "termination_protection",
            "whether deletion is refused; NA: a nested stack",
            "EnableTerminationProtection",
        ),
        text("role", "role it works with; NA: the caller's rights", "RoleARN"),
        flag(
            "has_stack_policy",
            "whether a stack policy protects resources from updates",
            "present(GetStackPolicy.StackPolicyBody)",
        ),
        nested("capabilities", "capabilities it was given", "all(Capabilities)"),
        nested("parameters", "names of its parameters", "all(Parameters[].ParameterKey)"),
        nested(
            "parameter_values",
            "its parameters by name, values hidden unless revealed",
            "by_name(Parameters)",
        ),
        text("root", "stack it is nested in; NA: none", "RootId"),
        tags("Tags"),
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
