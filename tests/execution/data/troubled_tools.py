"""
A tool in trouble: of its accounts those with an odd number refuse, the others are throttled.

Every call tells of requests as a client would, and takes ``seconds``. Accounts whose name begins
with ``slow`` wait until the file ``release`` is in the folder ``AIBRAIN_TEST_FOLDER``.
"""

import os
import time
from pathlib import Path

import pandas as pd

from aibrain_jupyter.aws.target import AwsTarget
from aibrain_jupyter.shared.base_tool import ToolHandler, ToolResult, ToolSpec
from aibrain_jupyter.shared.error_handler import PermissionDeniedError
from aibrain_jupyter.shared.tools.params import Param
from aibrain_jupyter.shared.tools.provider import KnownLimit, Provider
from aibrain_jupyter.tool_registry import get_tool_registry

FOLDER = Path(os.environ["AIBRAIN_TEST_FOLDER"])


class Accounts:
    """Any name is an account in one of three regions."""

    notes = ()

    def profiles(self, accounts, profile):
        return list(accounts) or ["111122223300"]

    def of_profile(self, profile, regions, ctx):
        region = ("us-east-1", "eu-west-1", "eu-central-1")[_number(profile) % 3]
        return [
            (AwsTarget(account=profile, region=region, profile=profile, identity=profile), None)
        ]


def _number(account):
    return int("".join(filter(str.isdigit, account)) or 0)


def _note(operation, *, status=200, attempts=1, waited=0.0, wire=0.05):
    names = ("ec2", operation, "us-east-1", "0123abcd-id")
    return [
        time.time(),
        *names,
        status,
        attempts,
        1,
        5,
        900,
        attempts - 1,
        waited,
        wire,
        0.01,
        None,
    ]


def list_vpcs(ctx, *, seconds=0.0, requests=3):
    """Two rows an account, or a refusal."""
    account = ctx.target.account
    while account.startswith("slow") and not (FOLDER / "release").exists():
        ctx.check()
        time.sleep(0.01)
    time.sleep(seconds)
    if _number(account) % 2:
        ctx.answered.append(_note("DescribeVpcs", status=403))
        raise PermissionDeniedError(
            f"Account {account} refused ec2:DescribeVpcs.",
            why=f"UnauthorizedOperation: arn:aws:iam::{account}:role/audit is not authorized to "
            "perform: ec2:DescribeVpcs",
            facts={"action": "ec2:DescribeVpcs"},
        )
    for number in range(requests):
        waited = seconds * 0.6 / requests
        operation = "DescribeVpcs" if not number else "DescribeSubnets"
        wire = max(seconds * 0.4 / requests, 0.001)
        ctx.answered.append(_note(operation, attempts=3, waited=waited, wire=wire))
    return ToolResult(pd.DataFrame({"vpc_id": [f"vpc-{account}{n}" for n in (1, 2)]}))


class Troubled(Provider):
    """A provider that found a limit earlier, in one account."""

    name = "troubled"

    def limits(self):
        yield KnownLimit("ec2", "DescribeVpcs", "111122223300", "https://ec2", 4.0)


class ListVpcs(ToolHandler):
    """Lists VPCs in every account that is named."""

    provider = Troubled()

    def run(self, ctx, **params):
        return list_vpcs(ctx, **params)

    def targets(self, params, finding):
        return Accounts()


SPEC = ToolSpec(
    name="list_vpcs",
    summary="VPCs of accounts in trouble.",
    handler="troubled_tools:ListVpcs",
    places=("account_id", "region"),
    is_cacheable=False,
    params=(
        Param("seconds", float, "how long a call takes", default=0.0),
        Param("requests", int, "how many requests a call sends", default=3),
    ),
)


def register():
    """Put the tool into this process's registry."""
    get_tool_registry().register(SPEC, replace=True)
