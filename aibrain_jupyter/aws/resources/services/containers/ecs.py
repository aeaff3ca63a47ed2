"""ECS: clusters, services, task definitions."""

from typing import Final

from aibrain_jupyter.aws.resources.declaration import batch, declared, detail, each, listing
from aibrain_jupyter.aws.resources.shapes import count, flag, nested, tags, text, time

ECS_CLUSTERS: Final = declared(
    "ecs",
    "clusters",
    "ECS clusters: Container Insights, logging of exec sessions.",
    (
        text("cluster_name", "name of the cluster", "after_slash(ListClusters)"),
        text("arn", "ARN of the cluster", "ListClusters"),
        text("status", "such as ACTIVE", "DescribeClusters.status"),
        text(
            "container_insights",
            "enabled, enhanced or disabled",
            "DescribeClusters.settings[?name=='containerInsights'].value | [0]",
        ),
        text(
            "exec_logging",
            "where exec sessions are logged: NONE, DEFAULT, OVERRIDE; NA: not configured",
            "DescribeClusters.configuration.executeCommandConfiguration.logging",
            absent="not configured",
        ),
        text(
            "exec_kms_key",
            "key of exec sessions; NA: none",
            "DescribeClusters.configuration.executeCommandConfiguration.kmsKeyId",
        ),
        count("services", "active services", "DescribeClusters.activeServicesCount"),
        count("running_tasks", "running tasks", "DescribeClusters.runningTasksCount"),
        nested(
            "capacity_providers",
            "capacity providers",
            "all(DescribeClusters.capacityProviders)",
        ),
        tags("DescribeClusters.tags"),
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
        text("service_name", "name of the service", "after_slash(ListServices)"),
        text("arn", "ARN of the service", "ListServices"),
        text("cluster", "ARN of its cluster", "ListClusters"),
        text("status", "ACTIVE, DRAINING or INACTIVE", "DescribeServices.status"),
        time("created", "when it was made, UTC", "DescribeServices.createdAt"),
        text(
            "launch_type",
            "EC2, FARGATE, EXTERNAL; NA: a capacity provider",
            "DescribeServices.launchType",
            absent="a capacity provider",
        ),
        text(
            "platform_version",
            "Fargate version; NA: not Fargate",
            "DescribeServices.platformVersion",
        ),
        text("task_definition", "ARN of its task definition", "DescribeServices.taskDefinition"),
        count("desired", "tasks wanted", "DescribeServices.desiredCount"),
        count("running", "tasks running", "DescribeServices.runningCount"),
        flag(
            "allows_exec",
            "whether commands may be run in its tasks",
            "DescribeServices.enableExecuteCommand",
        ),
        flag(
            "assigns_public_ip",
            "whether its tasks get public addresses; NA: no network of their own",
            "flag(DescribeServices.networkConfiguration.awsvpcConfiguration.assignPublicIp)",
        ),
        nested(
            "security_groups",
            "ids of its security groups",
            "all(DescribeServices.networkConfiguration.awsvpcConfiguration.securityGroups)",
        ),
        tags("DescribeServices.tags"),
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
    key=("arn",),
)


ECS_TASK_DEFINITIONS: Final = declared(
    "ecs",
    "task_definitions",
    "Active ECS task definitions, one row per container: privileges, secrets, logs.",
    (
        text("task_definition", "ARN with its revision", "ListTaskDefinitions"),
        text("family", "name without revision", "DescribeTaskDefinition.taskDefinition.family"),
        time(
            "created",
            "when it was registered, UTC",
            "DescribeTaskDefinition.taskDefinition.registeredAt",
        ),
        text(
            "network_mode",
            "awsvpc, bridge, host, none",
            "DescribeTaskDefinition.taskDefinition.networkMode",
        ),
        text(
            "task_role",
            "role of its code; NA: none",
            "DescribeTaskDefinition.taskDefinition.taskRoleArn",
        ),
        text(
            "execution_role",
            "role of the agent; NA: none",
            "DescribeTaskDefinition.taskDefinition.executionRoleArn",
        ),
        flag(
            "shares_host_pids",
            "whether it sees the host's processes",
            "DescribeTaskDefinition.taskDefinition.pidMode=='host'",
        ),
        text("container", "name of the container", "container.name"),
        text("image", "image of the container", "container.image"),
        flag("is_privileged", "whether it has root on the host", "present(container.privileged)"),
        text("user", "user it runs as; NA: the image's own", "container.user"),
        flag(
            "is_root_read_only",
            "whether its root file system is read-only",
            "present(container.readonlyRootFilesystem)",
        ),
        text("log_driver", "log driver; NA: none", "container.logConfiguration.logDriver"),
        nested(
            "environment_keys",
            "names of its environment variables",
            "all(container.environment[].name)",
        ),
        nested(
            "environment",
            "its environment variables by name, values hidden unless revealed",
            "by_name(container.environment)",
        ),
        nested(
            "secret_keys",
            "names of the variables that come from a secret store",
            "all(container.secrets[].name)",
        ),
        tags("DescribeTaskDefinition.tags"),
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
    key=("task_definition", "container?"),
)
