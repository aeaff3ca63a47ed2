"""
The same accounts one audit period later: what was done to them, one function a change.

What each of them changes in which export is in `differences.py`, by the function's name. They are
made after everything else, so nothing that stays as it was is made in another way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from moto.awslambda.models import lambda_backends
from moto.cloudtrail.models import cloudtrail_backends
from moto.ec2.models import ec2_backends
from moto.iam.models import iam_backends
from moto.kms.models import kms_backends
from moto.s3.models import get_canned_acl, s3_backends

from aibrain_jupyter.demo.accounts import DEV, PROD
from aibrain_jupyter.demo.clock import TODAY, at, moment, seed_ids
from aibrain_jupyter.demo.seeds.compute import WORLD, Machine, add_machine
from aibrain_jupyter.demo.seeds.iam import add_user, policy_arn
from aibrain_jupyter.demo.seeds.iam_people import User
from aibrain_jupyter.demo.seeds.secrets import Secret, add_secret
from aibrain_jupyter.demo.seeds.shared import name_of
from aibrain_jupyter.demo.seeds.statements import allow, document

if TYPE_CHECKING:
    from collections.abc import Callable

HOME: Final = "us-east-1"
_iam: Any = iam_backends[PROD.account_id]["aws"]


def seed_later() -> None:
    """Change what `seed` made."""
    for change in CHANGES:
        seed_ids("later", change.__name__)
        with at(TODAY):
            change()


def a_user_left() -> None:
    _iam.remove_user_from_group("operations", "erik.lund")
    _iam.delete_login_profile("erik.lund")
    _iam.delete_user("erik.lund")


def a_user_joined() -> None:
    add_user(_iam, PROD, User("ivy.chan", TODAY, "", True, ("developers",)))


def mfa_was_switched_on() -> None:
    device = _iam.create_virtual_mfa_device("chen.wei", "/")
    _iam.enable_mfa_device("chen.wei", device.serial_number, "123456", "654321")
    device.base32_string_seed = device.qr_code_png = None


def a_key_was_rotated() -> None:
    user = _iam.get_user("ci-deployer")
    _iam.delete_access_key(user.access_keys[0].access_key_id, user.name)
    _iam.create_access_key(user.name)


def somebody_signed_in() -> None:
    _iam.get_user("ana.lopes").password_last_used = moment(TODAY)


def a_role_may_do_more() -> None:
    _iam.attach_role_policy(policy_arn(_iam, "AmazonS3FullAccess"), "orders-function")


def a_role_trusts_another_account() -> None:
    trust = allow("sts:AssumeRole", "", to={"AWS": "arn:aws:iam::999900001111:root"})
    _iam.update_assume_role_policy("migration-2020", document(trust))


def a_password_policy_was_set() -> None:
    iam: Any = iam_backends[DEV.account_id]["aws"]
    iam.update_account_password_policy(True, False, 0, 14, 24, True, True, True, True)


def a_bucket_was_made_public() -> None:
    bucket = s3_backends[PROD.account_id]["aws"].buckets[f"{PROD.alias}-legacy-exports"]
    bucket.acl = get_canned_acl("public-read")


def a_bucket_got_another_owner() -> None:
    s3 = s3_backends[PROD.account_id]["aws"]
    s3.put_bucket_tagging(f"{PROD.alias}-website", {"owner": "platform", "data": "public"})


def a_security_group_was_opened() -> None:
    ec2 = ec2_backends[PROD.account_id][HOME]
    group = next(g for g in ec2.describe_security_groups() if g.name == "database")
    ec2.authorize_security_group_ingress(group.id, "tcp", "5432", "5432", [{"CidrIp": WORLD}])


def an_instance_was_replaced() -> None:
    ec2 = ec2_backends[PROD.account_id]["eu-central-1"]
    old: Any = next(iter(ec2.all_instances()))
    (group,) = old.security_groups
    ec2.terminate_instances([old.id])
    # An hour later AWS has forgotten it, and its interface is gone with it at once.
    for reservation in [r for r in ec2.reservations.values() if old in r.instances]:
        del ec2.reservations[reservation.id]
    for nic in [n for n in ec2.enis.values() if n.instance is old]:
        del ec2.enis[nic.id]
    machine = Machine("reports-fra", TODAY, "app", disk="alias/aws/ebs", owner="")
    add_machine(ec2, PROD, machine, str(old.subnet_id), group.id)


def an_instance_was_tagged() -> None:
    ec2 = ec2_backends[DEV.account_id][HOME]
    machine = next(i for i in ec2.all_instances() if name_of(i) == "george-test")
    ec2.create_tags([machine.id], {"owner": "training"})


def a_trail_stopped() -> None:
    trail: Any = cloudtrail_backends[PROD.account_id][HOME].get_trail("organization-trail")
    trail.stop_logging()


def a_key_is_rotated_now() -> None:
    kms = kms_backends[PROD.account_id][HOME]
    kms.enable_key_rotation(kms.describe_key("alias/partner").id)


def a_function_was_deleted() -> None:
    functions = lambda_backends[PROD.account_id]["us-east-1"]
    functions.delete_function("image-resizer")


def a_region_is_used_for_secrets() -> None:
    add_secret(PROD, "eu-central-1", Secret("prod/reports/database", TODAY))


CHANGES: Final[tuple[Callable[[], None], ...]] = (
    a_user_left,
    a_user_joined,
    mfa_was_switched_on,
    a_key_was_rotated,
    somebody_signed_in,
    a_role_may_do_more,
    a_role_trusts_another_account,
    a_password_policy_was_set,
    a_bucket_was_made_public,
    a_bucket_got_another_owner,
    a_security_group_was_opened,
    an_instance_was_replaced,
    an_instance_was_tagged,
    a_trail_stopped,
    a_key_is_rotated_now,
    a_function_was_deleted,
    a_region_is_used_for_secrets,
)
"""In this order, after `seed`."""
