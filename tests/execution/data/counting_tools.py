"""
A tool over accounts that writes down each call, for counting across processes.

The folder ``AIBRAIN_TEST_FOLDER`` steers it: a file ``refuse`` names accounts that refuse,
``hold`` makes every call of an account it names wait until the file is gone.
"""

import dataclasses
import os
import time
from pathlib import Path

import pandas as pd

from aibrain_jupyter.aws.target import AwsTarget
from aibrain_jupyter.shared.base_tool import ToolHandler, ToolResult, ToolSpec
from aibrain_jupyter.shared.error_handler import PermissionDeniedError
from aibrain_jupyter.shared.tools.params import Param
from aibrain_jupyter.tool_registry import get_tool_registry

FOLDER = Path(os.environ["AIBRAIN_TEST_FOLDER"])


class Accounts:
    """Any account name is an account in one region; its identity does not change."""

    notes = ()

    def profiles(self, accounts, profile):
        return list(accounts) or ["a1"]

    def of_profile(self, profile, regions, ctx):
        return [
            (AwsTarget(account=profile, region="here", profile=profile, identity=profile), None)
        ]


def count_things(ctx, *, note="", seconds=0.0):
    """Two rows per account, after what the folder says."""
    account = ctx.target.account
    with (FOLDER / "asked").open("a") as file:
        file.write(f"{account}\n")
    while account in _words("hold"):
        ctx.check()
        time.sleep(0.01)
    time.sleep(seconds)
    if account in _words("refuse"):
        raise PermissionDeniedError(
            f"Account {account} refused things:List.", facts={"action": "things:List"}
        )
    return ToolResult(pd.DataFrame({"name": [f"{account}-{note}{n}" for n in (1, 2)]}))


def _words(name):
    try:
        return (FOLDER / name).read_text().split()
    except FileNotFoundError:
        return []


class CountThings(ToolHandler):
    """Counts things in every account that is named."""

    def run(self, ctx, **params):
        return count_things(ctx, **params)

    def targets(self, params, finding):
        return Accounts()


SPEC = ToolSpec(
    name="count_things",
    summary="Things that are counted.",
    handler="counting_tools:CountThings",
    places=("account_id", "region"),
    params=(
        Param("note", str, "a part of the names", default=""),
        Param("seconds", float, "how long a call takes", default=0.0),
    ),
)


def register(**changes):
    """Put the tool into this process's registry."""
    get_tool_registry().register(dataclasses.replace(SPEC, **changes), replace=True)
