"""
IAM of the demo accounts: people and machines with the habits auditors look for.

Who they are is in `iam_people`; here are the policies and groups, and how all of it is made.
"""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.models import AccessKeyLastUsed, AWSManagedPolicy, iam_backends
from moto.moto_api._internal import mock_random

from aibrain_jupyter.demo.accounts import PROD, ROLE, SESSION, Account
from aibrain_jupyter.demo.clock import at, moment, seed_ids
from aibrain_jupyter.demo.seeds import iam_people as people
from aibrain_jupyter.demo.seeds.statements import allow, document

if TYPE_CHECKING:
    from moto.iam.models import IAMBackend

_AWS_POLICIES: Final = """
    AdministratorAccess AmazonS3FullAccess AmazonEC2ReadOnlyAccess AmazonSSMManagedInstanceCore
    IAMFullAccess PowerUserAccess ReadOnlyAccess SecurityAudit ViewOnlyAccess
    AWSLambdaBasicExecutionRole AmazonRDSServiceRolePolicy
"""
_LOCAL: Final = {
    "deploy-pipeline": allow(["lambda:UpdateFunctionCode", "s3:PutObject", "iam:PassRole"]),
    "break-glass": allow("*"),
    "read-billing": allow(["ce:Get*", "cur:Describe*"]),
}
_GROUPS: Final = {
    "administrators": ("AdministratorAccess",),
    "auditors": ("SecurityAudit", "ViewOnlyAccess"),
    "developers": ("PowerUserAccess",),
    "finance": ("read-billing",),
    "operations": ("ReadOnlyAccess", "AmazonSSMManagedInstanceCore"),
}
_INLINE: Final = {
    "write-backups": allow("s3:PutObject", "arn:aws:s3:::example-prod-backups/*"),
    "drop-box": allow("s3:*", "arn:aws:s3:::example-prod-partner-dropbox*"),
    "anything": allow("*"),
}


def seed_iam(account: Account) -> None:
    """Fill IAM of one account."""
    seed_ids(account.account_id, "iam")
    iam = iam_backends[account.account_id]["aws"]
    _add_policies(iam)
    for name, policies in _GROUPS.items():
        with at("2020-01-15"):
            iam.create_group(name)
        for policy in policies:
            iam.attach_group_policy(policy_arn(iam, policy), name)
    for user in people.USERS[account.profile]:
        add_user(iam, account, user)
    for role in people.ROLES[account.profile]:
        _add_role(iam, role)
    with at("2020-03-03"):
        iam.create_instance_profile("web-server", "/", [])
        iam.add_role_to_instance_profile("web-server", "web-server")
    with at("2020-03-11"):
        linked = iam.create_service_linked_role("rds.amazonaws.com", "", "")
    _use(iam, linked, "2026-10-31", "us-east-1", ("AmazonRDSServiceRolePolicy",))
    with at("2018-04-12"):
        iam.create_account_alias(account.alias)
    # The report is there already, as in an account somebody audits: nobody waits for it.
    iam.generate_report()
    if account is PROD:
        iam.update_account_password_policy(True, False, 0, 14, 24, True, True, True, True)
    iam.account_summary._account_mfa_enabled = int(account is PROD)
    iam.account_summary._account_access_keys_present = int(account is not PROD)


def role_user_id(account: Account) -> str:
    """Return the ``UserId`` of the identity the demo signs in as."""
    return f"{iam_backends[account.account_id]['aws'].get_role(ROLE).id}:{SESSION}"


def policy_arn(iam: IAMBackend, policy: str) -> str:
    """Return the ARN of a policy by its name."""
    return next(known.arn for known in iam.managed_policies.values() if known.name == policy)


@cache
def _policies_of_aws() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(aws_managed_policies_data)
    return found


def _add_policies(iam: IAMBackend) -> None:
    # moto can load all 1,400 policies of AWS; an account is told of those it uses.
    data = _policies_of_aws()
    iam.aws_managed_policies = [
        AWSManagedPolicy.from_data(name, iam.account_id, iam.region_name, data[name])
        for name in _AWS_POLICIES.split()
    ]
    iam.managed_policies = {policy.arn: policy for policy in iam.aws_managed_policies}
    for name, statement in _LOCAL.items():
        with at("2020-02-03"):
            iam.create_policy("", "/", document(statement), name, [])


def add_user(iam: IAMBackend, account: Account, user: people.User) -> None:
    """Add a user of the tables, with password, factor, keys, groups and policies."""
    with at(user.created):
        made = iam.create_user(iam.region_name, user.name, user.path)
        made.id = f"AIDA{mock_random.get_random_string(17).upper()}"
        if user.password_used:
            iam.create_login_profile(user.name, mock_random.get_random_string(24))
        if user.has_mfa:
            device = iam.create_virtual_mfa_device(user.name, "/")
            iam.enable_mfa_device(user.name, device.serial_number, "123456", "654321")
            # AWS shows the seed once, when the device is made; moto lists it for ever.
            device.base32_string_seed = device.qr_code_png = None  # type: ignore[assignment]
    if user.password_used not in (people.NO_CONSOLE, people.NEVER):
        made.password_last_used = moment(user.password_used)  # type: ignore[assignment]
    for key in people.KEYS[account.profile].get(user.name, ()):
        with at(key.created):
            added = iam.create_access_key(user.name, status=key.status)
        if key.used:
            added.last_used = AccessKeyLastUsed(moment(key.used), key.service, "us-east-1")
    for group in user.groups:
        iam.add_user_to_group(group, user.name)
    for policy in user.policies:
        iam.attach_user_policy(policy_arn(iam, policy), user.name)
    if user.inline:
        iam.put_user_policy(user.name, user.inline, document(_INLINE[user.inline]))


def _add_role(iam: IAMBackend, role: people.Role) -> None:
    action = "sts:AssumeRoleWithWebIdentity" if "Federated" in role.principal else "sts:AssumeRole"
    trust = allow(action, "", to=role.principal)
    if role.condition:
        trust["Condition"] = role.condition
    with at(role.created):
        made = iam.create_role(
            role.name, document(trust), "/", None, role.description, [], role.session
        )
    _use(iam, made, role.used, role.region, role.policies)


def _use(iam: IAMBackend, role: Any, day: str, region: str, policies: tuple[str, ...]) -> None:
    if day:
        role.last_used = moment(day)
        role.last_used_region = region
    for policy in policies:
        iam.attach_role_policy(policy_arn(iam, policy), role.name)
