"""
The few operations that moto does not answer, or not as an account would.

To add one, write a function from account and request to a `Reply` and name it in `ANSWERS`.
"""

from __future__ import annotations

import base64
import csv
import datetime as dt
import io
from typing import TYPE_CHECKING, Final

from moto.awslambda.models import lambda_backends
from moto.iam.models import iam_backends

from aibrain_jupyter.demo.accounts import PROD, REGIONS, Account
from aibrain_jupyter.demo.answers.audit import AUDIT_ANSWERS
from aibrain_jupyter.demo.clock import moment
from aibrain_jupyter.demo.protocols import AwsRequest, Reply, json_reply, xml_reply
from aibrain_jupyter.demo.seeds.compute import managed_machines
from aibrain_jupyter.demo.seeds.iam import role_user_id

if TYPE_CHECKING:
    from collections.abc import Callable

    from moto.iam.models import AccessKey, User

_REPORT_COLUMNS: Final = (
    "user",
    "arn",
    "user_creation_time",
    "password_enabled",
    "password_last_used",
    "password_last_changed",
    "password_next_rotation",
    "mfa_active",
    "access_key_1_active",
    "access_key_1_last_rotated",
    "access_key_1_last_used_date",
    "access_key_1_last_used_region",
    "access_key_1_last_used_service",
    "access_key_2_active",
    "access_key_2_last_rotated",
    "access_key_2_last_used_date",
    "access_key_2_last_used_region",
    "access_key_2_last_used_service",
    "cert_1_active",
    "cert_1_last_rotated",
    "cert_2_active",
    "cert_2_last_rotated",
)
_NO_CERTIFICATES: Final = ("false", "N/A", "false", "N/A")


def caller_identity(account: Account, request: AwsRequest) -> Reply:
    """``sts:GetCallerIdentity``: the audit role, where moto has a user of its own."""
    inner = (
        f"<Arn>{account.arn}</Arn><UserId>{role_user_id(account)}</UserId>"
        f"<Account>{account.account_id}</Account>"
    )
    return xml_reply(request, "https://sts.amazonaws.com/doc/2011-06-15/", inner)


def regions(_account: Account, request: AwsRequest) -> Reply:
    """``ec2:DescribeRegions``: the regions of the demo, where moto has all of AWS's."""
    asked = {value for name, value in request.params.items() if name.startswith("RegionName.")}
    items = "".join(
        f"<item><regionName>{name}</regionName><regionEndpoint>ec2.{name}.amazonaws.com"
        "</regionEndpoint><optInStatus>opt-in-not-required</optInStatus></item>"
        for name in REGIONS
        if not asked or name in asked
    )
    inner = f"<regionInfo>{items}</regionInfo>"
    return xml_reply(request, "http://ec2.amazonaws.com/doc/2016-11-15/", inner)


def instance_information(account: Account, request: AwsRequest) -> Reply:
    """``ssm:DescribeInstanceInformation``: moto does not know it."""
    return json_reply({"InstanceInformationList": managed_machines(account, request.region)})


def function_urls(account: Account, request: AwsRequest) -> Reply:
    """``lambda:ListFunctionUrlConfigs``: moto knows the one URL of a function, not the list."""
    name = request.path.split("/")[-2]
    functions = lambda_backends[account.account_id][request.region]
    config = functions.get_function(name).url_config
    return json_reply({"FunctionUrlConfigs": [config.to_dict()] if config else []})


def credential_report(account: Account, request: AwsRequest) -> Reply:
    """``iam:GetCredentialReport``: moto leaves out the root user, regions and services."""
    iam = iam_backends[account.account_id]["aws"]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_REPORT_COLUMNS)
    writer.writerow(_root_row(account))
    writer.writerows(_user_row(user) for user in iam.users.values())
    content = base64.b64encode(text.getvalue().encode()).decode()
    now = dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    inner = (
        f"<Content>{content}</Content><ReportFormat>text/csv</ReportFormat>"
        f"<GeneratedTime>{now}</GeneratedTime>"
    )
    return xml_reply(request, "https://iam.amazonaws.com/doc/2010-05-08/", inner)


ANSWERS: Final[dict[str, Callable[[Account, AwsRequest], Reply]]] = {
    "sts:GetCallerIdentity": caller_identity,
    "ec2:DescribeRegions": regions,
    "ssm:DescribeInstanceInformation": instance_information,
    "iam:GetCredentialReport": credential_report,
    "lambda:ListFunctionUrlConfigs": function_urls,
    **AUDIT_ANSWERS,
}
# What the policy that denies a region leaves open: without them nobody could find out.
ALWAYS_ALLOWED: Final = frozenset({"sts:GetCallerIdentity", "ec2:DescribeRegions"})


def _root_row(account: Account) -> list[str]:
    is_good = account is PROD
    created = _time(moment("2018-04-12"))
    used = _time(moment("2024-01-02" if is_good else "2026-09-30"))
    key = ["true", created, used, "us-east-1", "ec2"] if not is_good else _key_cells(None)
    return [
        "<root_account>",
        f"arn:aws:iam::{account.account_id}:root",
        created,
        "not_supported",
        used,
        "not_supported",
        "not_supported",
        _word(is_good),
        *key,
        *_key_cells(None),
        *_NO_CERTIFICATES,
    ]


def _user_row(user: User) -> list[str]:
    keys: list[AccessKey | None] = [*user.access_keys, None, None]
    created = _time(user.create_date)
    if user.password:
        used = _time(user.password_last_used) if user.password_last_used else "no_information"
        password = ["true", used, created, "N/A"]
    else:
        password = ["false", "N/A", "N/A", "N/A"]
    return [
        user.name,
        user.arn,
        created,
        *password,
        _word(bool(user.mfa_devices)),
        *_key_cells(keys[0]),
        *_key_cells(keys[1]),
        *_NO_CERTIFICATES,
    ]


def _key_cells(key: AccessKey | None) -> list[str]:
    if key is None:
        return ["false", "N/A", "N/A", "N/A", "N/A"]
    used = ["N/A", "N/A", "N/A"]
    if key.last_used:
        used = [_time(key.last_used.timestamp), key.last_used.region, key.last_used.service]
    return [_word(key.status == "Active"), _time(key.create_date), *used]


def _time(value: dt.datetime) -> str:
    return value.strftime("%Y-%m-%dT%H:%M:%S+00:00")


def _word(value: bool) -> str:
    return "true" if value else "false"
