"""The findings of the embedded accounts are found by the filter that comes to mind first."""

from __future__ import annotations

import pytest

from aibrain_jupyter.aws.resources.running import export_resource
from aibrain_jupyter.aws.resources.table import find_resource
from aibrain_jupyter.aws.target import AwsTarget
from aibrain_jupyter.shared.base_tool import CallContext
from aibrain_jupyter.tool_executors.views import shape


@pytest.mark.parametrize(
    ("profile", "tool", "where", "expected"),
    [
        (
            "demo-dev",
            "ec2 security_groups group_name",
            "opens_to_world and from_port <= 22 and to_port >= 22",
            {"open-everything", "ssh-anywhere"},
        ),
        (
            "demo-dev",
            "ec2 security_groups group_name",
            "opens_to_world and from_port <= 3306 <= to_port",
            {"database-public", "open-everything"},
        ),
        (
            "demo-prod",
            "ec2 network_acls is_default",
            "opens_to_world and from_port <= 22 and to_port >= 22",
            {True},
        ),
        (
            "demo-prod",
            "iam users user_name",
            "console_access and days_idle > 90",
            {"break-glass", "erik.lund", "george.tan", "igor.petrov"},
        ),
        (
            "demo-prod",
            "iam roles role_name",
            "days_idle > 90 and not is_service_linked",
            {"OrganizationAccountAccessRole", "migration-2020", "vendor-billing"},
        ),
        ("demo-dev", "iam account alias", "password_reuse_prevention < 24", {"example-dev"}),
        ("demo-dev", "iam account alias", "not passwords_expire", {"example-dev"}),
        ("demo-dev", "dynamodb tables table_name", "pitr_days < 35", {"orders", "terraform-locks"}),
    ],
)
def test_the_obvious_filter_finds_it(pool, profile, tool, where, expected):
    """Open to everything, never used, never expiring, switched off: none hides in an empty cell."""
    service, name, label = tool.split()
    resource = find_resource(service, name)
    account = pool.client("sts", profile=profile, region="us-east-1").get_caller_identity()
    target = AwsTarget(account=account["Account"], region="us-east-1", profile=profile)
    result = export_resource(resource, CallContext(target=target, clients=pool))

    found = shape(result, target, {"where": where}, resource.columns).frame

    assert expected == set(found[label])
