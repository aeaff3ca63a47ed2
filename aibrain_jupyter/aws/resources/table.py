"""
The curated resources as data: reading it imports no SDK and no code of theirs.

`RESOURCES` is one table, sorted by service and name. To add one, write its columns and calls in
``services/<area>/<service>.py``, or ``<service>_<name>.py`` where a service needs several; name a
new file here. One that needs code of its own has it beside, in ``<service>_<name>_export.py``. The
tool ``<service>_<name>``, its help and its completion follow.
"""

from importlib import import_module
from typing import Final

from aibrain_jupyter.aws.resources.declaration import Resource
from aibrain_jupyter.shared.frames.columns import Column

__all__ = ["RESOURCES", "Column", "Resource", "find_resource", "resource_names"]

_FILES: Final = {
    "compute": (
        "autoscaling",
        "ec2_images",
        "ec2_instances",
        "ec2_volumes",
        "lambda_functions",
        "ssm",
    ),
    "containers": ("ecr", "ecs", "eks"),
    "databases": (
        "dynamodb",
        "elasticache",
        "glue",
        "opensearch",
        "rds_clusters",
        "rds_instances",
        "rds_snapshots",
        "redshift",
    ),
    "delivery": ("cloudformation", "codebuild", "codepipeline"),
    "detection": ("accessanalyzer", "config", "guardduty", "inspector2", "securityhub"),
    "encryption": ("acm_certificates", "kms", "secretsmanager"),
    "identity": (
        "iam_account",
        "iam_administrators",
        "iam_groups",
        "iam_policies",
        "iam_roles",
        "iam_users",
        "sso_admin",
    ),
    "logging": ("cloudtrail_events", "cloudtrail_trails", "cloudwatch", "logs"),
    "messaging": ("sns", "sqs"),
    "network": (
        "apigateway",
        "apigatewayv2",
        "cloudfront",
        "ec2_flow_logs",
        "ec2_network_acls",
        "ec2_route_tables",
        "ec2_security_groups",
        "ec2_vpcs",
        "elb",
        "elbv2",
        "route53",
        "wafv2",
    ),
    "organization": ("account", "organizations", "resourcegroupstaggingapi"),
    "storage": ("backup", "efs", "s3_buckets", "transfer"),
}
"""The files of ``services/`` that declare resources, by area."""

RESOURCES: Final[tuple[Resource, ...]] = tuple(
    sorted(
        (
            found
            for area, names in _FILES.items()
            for name in names
            for found in vars(import_module(f"{__package__}.services.{area}.{name}")).values()
            if isinstance(found, Resource)
        ),
        key=lambda resource: (resource.service, resource.name),
    )
)
_BY_NAME: Final = {(resource.service, resource.name): resource for resource in RESOURCES}


def find_resource(service: str, name: str) -> Resource | None:
    """Return the curated resource, or None."""
    return _BY_NAME.get((service, name))


def declared_in(resource: Resource) -> str:
    """Return the name of the module that declares a resource."""
    names = (f"{__package__}.services.{area}.{name}" for area in _FILES for name in _FILES[area])
    return next(n for n in names if any(r is resource for r in vars(import_module(n)).values()))


def resource_names(service: str) -> list[str]:
    """Return the names of the curated resources of a service, sorted."""
    return [resource.name for resource in RESOURCES if resource.service == service]
