"""Containers: ECS and ECR."""

from __future__ import annotations

from typing import Final

from aibrain_jupyter.aws.policies.words import ALLOWS_EVERYONE
from aibrain_jupyter.aws.resources.declaration import (
    Resource,
    batch,
    declared,
    detail,
    each,
    listing,
    once,
)
from aibrain_jupyter.shared.frames.columns import COUNT, FLAG, NESTED, TEXT, TIME, Column

ECS_CLUSTERS: Final = declared(
    "ecs",
    "clusters",
    "ECS clusters: Container Insights, logging of exec sessions.",
    (
        Column("cluster_name", TEXT, "name of the cluster", "after_slash(ListClusters)"),
        Column("arn", TEXT, "ARN of the cluster", "ListClusters"),
        Column("status", TEXT, "such as ACTIVE", "DescribeClusters.status"),
        Column(
            "container_insights",
            TEXT,
            "enabled, enhanced or disabled",
            "DescribeClusters.settings[?name=='containerInsights'].value | [0]",
        ),
        Column(
            "exec_logging",
            TEXT,
            "where exec sessions are logged: NONE, DEFAULT, OVERRIDE; NA: not configured",
            "DescribeClusters.configuration.executeCommandConfiguration.logging",
        ),
        Column(
            "exec_kms_key",
            TEXT,
            "key of exec sessions; NA: none",
            "DescribeClusters.configuration.executeCommandConfiguration.kmsKeyId",
        ),
        Column("services", COUNT, "active services", "DescribeClusters.activeServicesCount"),
        Column("running_tasks", COUNT, "running tasks", "DescribeClusters.runningTasksCount"),
        Column(
            "capacity_providers",
            NESTED,
            "capacity providers",
            "all(DescribeClusters.capacityProviders)",
        ),
        Column("tags", NESTED, "tags as a mapping; empty: none", "tags(DescribeClusters.tags)"),
    ),
    (
        listing("ecs:ListClusters", "clusterArns"),
        batch(
            "ecs:DescribeClusters",
            "clusters",
            {"clusters": "ListClusters"},
            key="clusterArn",
            size=100,
            fixed={"include": ["SETTINGS", "CONFIGURATIONS", "TAGS"]},
        ),
    ),
)


ECS_SERVICES: Final = declared(
    "ecs",
    "services",
    "ECS services of every cluster: network, exec, task definition.",
    (
        Column("service_name", TEXT, "name of the service", "after_slash(ListServices)"),
        Column("arn", TEXT, "ARN of the service", "ListServices"),
        Column("cluster", TEXT, "ARN of its cluster", "ListClusters"),
        Column("status", TEXT, "ACTIVE, DRAINING or INACTIVE", "DescribeServices.status"),
        Column("created", TIME, "when it was made, UTC", "DescribeServices.createdAt"),
        Column(
            "launch_type",
            TEXT,
            "EC2, FARGATE, EXTERNAL; NA: a capacity provider",
            "DescribeServices.launchType",
        ),
        Column(
            "platform_version",
            TEXT,
            "Fargate version; NA: not Fargate",
            "DescribeServices.platformVersion",
        ),
        Column(
            "task_definition", TEXT, "ARN of its task definition", "DescribeServices.taskDefinition"
        ),
        Column("desired", COUNT, "tasks wanted", "DescribeServices.desiredCount"),
        Column("running", COUNT, "tasks running", "DescribeServices.runningCount"),
        Column(
            "allows_exec",
            FLAG,
            "whether commands may be run in its tasks",
            "DescribeServices.enableExecuteCommand",
        ),
        Column(
            "assigns_public_ip",
            FLAG,
            "whether its tasks get public addresses; NA: no network of their own",
            "flag(DescribeServices.networkConfiguration.awsvpcConfiguration.assignPublicIp)",
        ),
        Column(
            "security_groups",
            NESTED,
            "ids of its security groups",
            "all(DescribeServices.networkConfiguration.awsvpcConfiguration.securityGroups)",
        ),
        Column("tags", NESTED, "tags as a mapping; empty: none", "tags(DescribeServices.tags)"),
    ),
    (
        listing("ecs:ListClusters", "clusterArns"),
        each(
            "ecs:ListServices",
            "serviceArns",
            {"cluster": "ListClusters"},
            fixed={"maxResults": 100},
        ),
        batch(
            "ecs:DescribeServices",
            "services",
            {"services": "ListServices"},
            shared={"cluster": "ListClusters"},
            key="serviceArn",
            size=10,
            fixed={"include": ["TAGS"]},
        ),
    ),
)


ECS_TASK_DEFINITIONS: Final = declared(
    "ecs",
    "task_definitions",
    "Active ECS task definitions, one row per container: privileges, secrets, logs.",
    (
        Column("task_definition", TEXT, "ARN with its revision", "ListTaskDefinitions"),
        Column(
            "family", TEXT, "name without revision", "DescribeTaskDefinition.taskDefinition.family"
        ),
        Column(
            "created",
            TIME,
            "when it was registered, UTC",
            "DescribeTaskDefinition.taskDefinition.registeredAt",
        ),
        Column(
            "network_mode",
            TEXT,
            "awsvpc, bridge, host, none",
            "DescribeTaskDefinition.taskDefinition.networkMode",
        ),
        Column(
            "task_role",
            TEXT,
            "role of its code; NA: none",
            "DescribeTaskDefinition.taskDefinition.taskRoleArn",
        ),
        Column(
            "execution_role",
            TEXT,
            "role of the agent; NA: none",
            "DescribeTaskDefinition.taskDefinition.executionRoleArn",
        ),
        Column(
            "shares_host_pids",
            FLAG,
            "whether it sees the host's processes",
            "DescribeTaskDefinition.taskDefinition.pidMode=='host'",
        ),
        Column("container", TEXT, "name of the container", "container.name"),
        Column("image", TEXT, "image of the container", "container.image"),
        Column(
            "is_privileged",
            FLAG,
            "whether it has root on the host",
            "present(container.privileged)",
        ),
        Column("user", TEXT, "user it runs as; NA: the image's own", "container.user"),
        Column(
            "is_root_read_only",
            FLAG,
            "whether its root file system is read-only",
            "present(container.readonlyRootFilesystem)",
        ),
        Column("log_driver", TEXT, "log driver; NA: none", "container.logConfiguration.logDriver"),
        Column(
            "environment_keys",
            NESTED,
            "names of its environment variables",
            "all(container.environment[].name)",
        ),
        Column(
            "environment",
            NESTED,
            "its environment variables by name, values hidden unless revealed",
            "by_name(container.environment)",
        ),
        Column(
            "secret_keys",
            NESTED,
            "names of the variables that come from a secret store",
            "all(container.secrets[].name)",
        ),
        Column(
            "tags", NESTED, "tags as a mapping; empty: none", "tags(DescribeTaskDefinition.tags)"
        ),
    ),
    (
        listing("ecs:ListTaskDefinitions", "taskDefinitionArns", fixed={"status": "ACTIVE"}),
        detail(
            "ecs:DescribeTaskDefinition",
            {"taskDefinition": "ListTaskDefinitions"},
            fixed={"include": ["TAGS"]},
            rows="DescribeTaskDefinition.taskDefinition.containerDefinitions",
            row_name="container",
        ),
    ),
    traps=(
        "Every active revision is listed; only those a service or task uses are running.",
        "A revision that was deregistered is not listed, but tasks may still run it.",
    ),
)


ECR_REPOSITORIES: Final = declared(
    "ecr",
    "repositories",
    "ECR repositories: scanning, immutable tags, encryption, policy.",
    (
        Column("repository_name", TEXT, "name of the repository", "repositoryName"),
        Column("arn", TEXT, "ARN of the repository", "repositoryArn"),
        Column("created", TIME, "when it was made, UTC", "createdAt"),
        Column(
            "scans_on_push",
            FLAG,
            "whether images are scanned when pushed, as the repository is set",
            "imageScanningConfiguration.scanOnPush",
        ),
        Column(
            "registry_scanning",
            TEXT,
            "BASIC or ENHANCED, of the whole registry",
            "GetRegistryScanningConfiguration.scanningConfiguration.scanType",
        ),
        Column(
            "tag_mutability",
            TEXT,
            "MUTABLE, IMMUTABLE, or one with exclusions",
            "imageTagMutability",
        ),
        Column("encryption", TEXT, "AES256 or KMS", "encryptionConfiguration.encryptionType"),
        Column("kms_key", TEXT, "ARN of its key; NA: ECR's own", "encryptionConfiguration.kmsKey"),
        Column(
            "has_policy", FLAG, "whether it has a policy", "present(GetRepositoryPolicy.policyText)"
        ),
        Column(
            "policy_allows_everyone",
            FLAG,
            ALLOWS_EVERYONE,
            "everyone(GetRepositoryPolicy.policyText)",
        ),
        Column(
            "policy",
            NESTED,
            "policy of the repository; NA: none",
            "policy(GetRepositoryPolicy.policyText)",
        ),
        Column(
            "has_lifecycle",
            FLAG,
            "whether old images expire",
            "present(GetLifecyclePolicy.lifecyclePolicyText)",
        ),
        Column("tags", NESTED, "tags as a mapping; empty: none", "tags(ListTagsForResource.tags)"),
    ),
    (
        listing("ecr:DescribeRepositories", "repositories", fixed={"maxResults": 1000}),
        once("ecr:GetRegistryScanningConfiguration"),
        detail(
            "ecr:GetRepositoryPolicy",
            {"repositoryName": "repositoryName"},
            absent=("RepositoryPolicyNotFoundException",),
        ),
        detail(
            "ecr:GetLifecyclePolicy",
            {"repositoryName": "repositoryName"},
            absent=("LifecyclePolicyNotFoundException",),
        ),
        detail("ecr:ListTagsForResource", {"resourceArn": "repositoryArn"}),
    ),
    traps=("Images are in ecr_images.",),
)


def _severity(name: str) -> str:
    """Return the expression for how many findings of a severity a scan had."""
    found = f"imageScanFindingsSummary.findingSeverityCounts.{name}"
    return f"imageScanFindingsSummary.imageScanCompletedAt && not_null({found}, `0`)"


ECR_IMAGES: Final = declared(
    "ecr",
    "images",
    "Images of every ECR repository: age, tags, last pull, findings of the last scan.",
    (
        Column("digest", TEXT, "digest of the image", "imageDigest"),
        Column("repository_name", TEXT, "repository it is in", "repositoryName"),
        Column("image_tags", NESTED, "its tags; empty: none", "all(imageTags)"),
        Column("pushed", TIME, "when it was pushed, UTC", "imagePushedAt"),
        Column(
            "last_pulled",
            TIME,
            "last pull on record, UTC, up to a day late; NaT: none",
            "lastRecordedPullTime",
        ),
        Column("size_bytes", COUNT, "compressed size, bytes", "imageSizeInBytes"),
        Column("kind", TEXT, "media type of the artifact; NA: not said", "artifactMediaType"),
        Column(
            "image_status",
            TEXT,
            "ACTIVE, ARCHIVED (restored before it can be pulled) or ACTIVATING; NA: not said",
            "imageStatus",
        ),
        Column(
            "scan_status",
            TEXT,
            "such as COMPLETE, ACTIVE or FAILED; NA: never scanned",
            "imageScanStatus.status",
        ),
        Column(
            "scanned",
            TIME,
            "when the last scan was done, UTC; NaT: no scan on record",
            "imageScanFindingsSummary.imageScanCompletedAt",
        ),
        Column(
            "critical",
            COUNT,
            "critical findings of the last scan; NA: no scan on record",
            _severity("CRITICAL"),
        ),
        Column(
            "high",
            COUNT,
            "high findings of the last scan; NA: no scan on record",
            _severity("HIGH"),
        ),
        Column(
            "medium",
            COUNT,
            "medium findings of the last scan; NA: no scan on record",
            _severity("MEDIUM"),
        ),
        Column(
            "low",
            COUNT,
            "low findings of the last scan; NA: no scan on record",
            _severity("LOW"),
        ),
    ),
    (
        listing("ecr:DescribeRepositories", "repositories", fixed={"maxResults": 1000}),
        each(
            "ecr:DescribeImages",
            "imageDetails",
            {"repositoryName": "repositoryName"},
            fixed={"maxResults": 1000, "filter": {"imageStatus": "ANY"}},
        ),
    ),
    traps=(
        (
            "With enhanced scanning the findings are Inspector's: inspector2_findings has them, "
            "and a row here may have none."
        ),
        "Archived images are listed too: look at image_status.",
    ),
    date="pushed",
)


RESOURCES: Final[tuple[Resource, ...]] = (
    ECR_IMAGES,
    ECR_REPOSITORIES,
    ECS_CLUSTERS,
    ECS_SERVICES,
    ECS_TASK_DEFINITIONS,
)
