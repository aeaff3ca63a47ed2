"""Systems Manager: parameters, managed machines, patch baselines."""

from typing import Final

from aibrain_jupyter.aws.resources.declaration import batch, declared, listing
from aibrain_jupyter.aws.resources.shapes import count, flag, text, time

SSM_PARAMETERS: Final = declared(
    "ssm",
    "parameters",
    "Parameters of Systems Manager: kind, key, age. Never a value.",
    (
        text("parameter_name", "name of the parameter", "Name"),
        text("arn", "ARN of the parameter", "ARN"),
        text("kind", "String, StringList or SecureString", "Type"),
        flag("is_encrypted", "whether it is a SecureString", "is(Type, 'SecureString')"),
        text("kms_key", "its key; NA: not encrypted", "KeyId"),
        time("last_modified", "last change, UTC", "LastModifiedDate"),
        text("last_modified_by", "ARN of who changed it", "LastModifiedUser"),
        count("version", "version", "Version"),
        text("tier", "Standard, Advanced or Intelligent-Tiering", "Tier"),
        text("description", "description; NA: none", "Description"),
    ),
    (listing("ssm:DescribeParameters", "Parameters", fixed={"MaxResults": 50}),),
)


SSM_INSTANCES: Final = declared(
    "ssm",
    "managed_instances",
    "Machines that Systems Manager manages: agent, patches that are missing.",
    (
        text("instance_id", "id of the instance", "InstanceId"),
        text("name", "name of the computer", "ComputerName"),
        text("ping", "Online, ConnectionLost or Inactive", "PingStatus"),
        time("last_ping", "when its agent last answered, UTC", "LastPingDateTime", absent="never"),
        text("platform", "name of the operating system", "PlatformName"),
        text("platform_version", "version of the operating system", "PlatformVersion"),
        text("agent_version", "version of the agent", "AgentVersion"),
        flag("is_agent_latest", "whether the agent is up to date", "IsLatestVersion"),
        text(
            "patch_group",
            "patch group; NA: none, or never scanned",
            "none_if_empty(DescribeInstancePatchStates.PatchGroup)",
        ),
        text(
            "patch_baseline",
            "id of the baseline of the last scan; NA: never scanned",
            "DescribeInstancePatchStates.BaselineId",
        ),
        time(
            "last_patch_scan",
            "end of the last scan or installation, UTC; NaT: never",
            "DescribeInstancePatchStates.OperationEndTime",
        ),
        count(
            "missing_patches",
            "approved patches that are missing; NA: never scanned",
            "DescribeInstancePatchStates.MissingCount",
        ),
        count(
            "failed_patches",
            "patches whose installation failed; NA: never scanned",
            "DescribeInstancePatchStates.FailedCount",
        ),
        count(
            "critical_missing",
            "missing patches that are critical; NA: never scanned",
            "DescribeInstancePatchStates.CriticalNonCompliantCount",
        ),
        count(
            "security_missing",
            "missing patches about security; NA: never scanned",
            "DescribeInstancePatchStates.SecurityNonCompliantCount",
        ),
        count(
            "installed_pending_reboot",
            "patches that wait for a restart; NA: never scanned",
            "DescribeInstancePatchStates.InstalledPendingRebootCount",
        ),
    ),
    (
        listing(
            "ssm:DescribeInstanceInformation", "InstanceInformationList", fixed={"MaxResults": 50}
        ),
        batch(
            "ssm:DescribeInstancePatchStates",
            "InstancePatchStates",
            {"InstanceIds": "InstanceId"},
            key="InstanceId",
            size=50,
            may_lack=True,
        ),
    ),
    traps=(
        "Instances without the agent are not listed: ec2_instances has is_ssm_managed.",
        "Machines that are stopped are not listed either, however badly they are patched.",
    ),
)


PATCH_BASELINES: Final = declared(
    "ssm",
    "patch_baselines",
    "Patch baselines: system, default, own or AWS's.",
    (
        text("baseline_id", "id of the baseline", "BaselineId"),
        text("baseline_name", "name of the baseline", "BaselineName"),
        text("operating_system", "such as AMAZON_LINUX_2023", "OperatingSystem"),
        flag("is_default", "whether it is the default of its system", "DefaultBaseline"),
        text("description", "description; NA: none", "BaselineDescription"),
    ),
    (listing("ssm:DescribePatchBaselines", "BaselineIdentities"),),
)
