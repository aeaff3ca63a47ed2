"""Systems Manager: parameters, managed machines, patch baselines."""

from __future__ import annotations

from typing import Final

from aibrain_jupyter.aws.resources.declaration import (
    Resource,
    batch,
    declared,
    listing,
)
from aibrain_jupyter.shared.frames.columns import COUNT, FLAG, TEXT, TIME, Column

SSM_PARAMETERS: Final = declared(
    "ssm",
    "parameters",
    "Parameters of Systems Manager: kind, key, age. Never a value.",
    (
        Column("parameter_name", TEXT, "name of the parameter", "Name"),
        Column("arn", TEXT, "ARN of the parameter", "ARN"),
        Column("kind", TEXT, "String, StringList or SecureString", "Type"),
        Column("is_encrypted", FLAG, "whether it is a SecureString", "is(Type, 'SecureString')"),
        Column("kms_key", TEXT, "its key; NA: not encrypted", "KeyId"),
        Column("last_modified", TIME, "last change, UTC", "LastModifiedDate"),
        Column("last_modified_by", TEXT, "ARN of who changed it", "LastModifiedUser"),
        Column("version", COUNT, "version", "Version"),
        Column("tier", TEXT, "Standard, Advanced or Intelligent-Tiering", "Tier"),
        Column("description", TEXT, "description; NA: none", "Description"),
    ),
    (listing("ssm:DescribeParameters", "Parameters", fixed={"MaxResults": 50}),),
)


SSM_INSTANCES: Final = declared(
    "ssm",
    "managed_instances",
    "Machines that Systems Manager manages: agent, patches that are missing.",
    (
        Column("instance_id", TEXT, "id of the instance", "InstanceId"),
        Column("name", TEXT, "name of the computer", "ComputerName"),
        Column("ping", TEXT, "Online, ConnectionLost or Inactive", "PingStatus"),
        Column("last_ping", TIME, "when its agent last answered, UTC", "LastPingDateTime"),
        Column("platform", TEXT, "name of the operating system", "PlatformName"),
        Column("platform_version", TEXT, "version of the operating system", "PlatformVersion"),
        Column("agent_version", TEXT, "version of the agent", "AgentVersion"),
        Column("is_agent_latest", FLAG, "whether the agent is up to date", "IsLatestVersion"),
        Column(
            "patch_group",
            TEXT,
            "patch group; NA: none, or never scanned",
            "none_if_empty(DescribeInstancePatchStates.PatchGroup)",
        ),
        Column(
            "patch_baseline",
            TEXT,
            "id of the baseline of the last scan; NA: never scanned",
            "DescribeInstancePatchStates.BaselineId",
        ),
        Column(
            "last_patch_scan",
            TIME,
            "end of the last scan or installation, UTC; NaT: never",
            "DescribeInstancePatchStates.OperationEndTime",
        ),
        Column(
            "missing_patches",
            COUNT,
            "approved patches that are missing; NA: never scanned",
            "DescribeInstancePatchStates.MissingCount",
        ),
        Column(
            "failed_patches",
            COUNT,
            "patches whose installation failed; NA: never scanned",
            "DescribeInstancePatchStates.FailedCount",
        ),
        Column(
            "critical_missing",
            COUNT,
            "missing patches that are critical; NA: never scanned",
            "DescribeInstancePatchStates.CriticalNonCompliantCount",
        ),
        Column(
            "security_missing",
            COUNT,
            "missing patches about security; NA: never scanned",
            "DescribeInstancePatchStates.SecurityNonCompliantCount",
        ),
        Column(
            "installed_pending_reboot",
            COUNT,
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
        Column("baseline_id", TEXT, "id of the baseline", "BaselineId"),
        Column("baseline_name", TEXT, "name of the baseline", "BaselineName"),
        Column("operating_system", TEXT, "such as AMAZON_LINUX_2023", "OperatingSystem"),
        Column("is_default", FLAG, "whether it is the default of its system", "DefaultBaseline"),
        Column("description", TEXT, "description; NA: none", "BaselineDescription"),
    ),
    (listing("ssm:DescribePatchBaselines", "BaselineIdentities"),),
)


RESOURCES: Final[tuple[Resource, ...]] = (
    PATCH_BASELINES,
    SSM_INSTANCES,
    SSM_PARAMETERS,
)
