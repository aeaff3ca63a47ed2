"""Auto Scaling groups."""

from typing import Final

from aibrain_jupyter.aws.resources.declaration import declared, joined, listing
from aibrain_jupyter.aws.resources.shapes import count, flag, nested, tags, text, time

AUTOSCALING_GROUPS: Final = declared(
    "autoscaling",
    "groups",
    "Auto Scaling groups: health checks, zones, launch template.",
    (
        text("group_name", "name of the group", "AutoScalingGroupName"),
        text("arn", "ARN of the group", "AutoScalingGroupARN"),
        time("created", "when it was made, UTC", "CreatedTime"),
        text("health_check", "EC2, ELB, …, comma-separated", "HealthCheckType"),
        nested("load_balancers", "classic load balancers", "all(LoadBalancerNames)"),
        nested("target_groups", "ARNs of target groups", "all(TargetGroupARNs)"),
        nested("availability_zones", "availability zones", "all(AvailabilityZones)"),
        count("min_size", "least instances", "MinSize"),
        count("max_size", "most instances", "MaxSize"),
        count("instances", "instances now", "count(Instances)"),
        text(
            "launch_template",
            "launch template; NA: a launch configuration",
            "not_null(LaunchTemplate.LaunchTemplateName, "
            "MixedInstancesPolicy.LaunchTemplate.LaunchTemplateSpecification.LaunchTemplateName)",
        ),
        text(
            "launch_configuration",
            "launch configuration; NA: a launch template",
            "LaunchConfigurationName",
        ),
        flag(
            "assigns_public_ip",
            "whether its launch configuration gives public addresses; NA: the subnet decides, or a "
            "launch template",
            "DescribeLaunchConfigurations[0].AssociatePublicIpAddress",
        ),
        text(
            "imds_tokens",
            "required or optional in its launch configuration; NA: a launch template, or not set",
            "DescribeLaunchConfigurations[0].MetadataOptions.HttpTokens",
            absent="a launch template, or not set",
        ),
        text(
            "user_data",
            "user data of its launch configuration, hidden unless revealed; NA: none, or a launch "
            "template",
            "none_if_empty(DescribeLaunchConfigurations[0].UserData)",
        ),
        tags("Tags"),
    ),
    (
        listing(
            "autoscaling:DescribeAutoScalingGroups", "AutoScalingGroups", fixed={"MaxRecords": 100}
        ),
        joined(
            "autoscaling:DescribeLaunchConfigurations",
            "LaunchConfigurations",
            key="LaunchConfigurationName",
            to="LaunchConfigurationName",
            fixed={"MaxRecords": 100},
        ),
    ),
)
