"""A provider whose calls note that they were asked; from the seventh on they wait at a gate."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pandas as pd

from aibrain_jupyter.shared.base_tool import ToolHandler, ToolResult, ToolSpec
from aibrain_jupyter.shared.coverage import Target
from aibrain_jupyter.shared.tools.provider import Provider

OPEN = 6
"""So many are answered at once."""


@dataclass(frozen=True, slots=True)
class GatedTarget(Target):
    """A place of the provider."""

    PARTS: ClassVar = {"account_id": "account"}

    account: str = ""


class Gated(Provider):
    """The provider."""

    name = "gated"


class Resolver:
    """So many accounts as ``--accounts`` says."""

    notes = ()

    def profiles(self, accounts, profile):
        return list(accounts)

    def of_profile(self, profile, regions, ctx):
        numbers = range(int(profile))
        return [(GatedTarget(account=f"{n:04}", identity=f"arn:{n}"), None) for n in numbers]


class Places(ToolHandler):
    """One row a place."""

    provider = Gated()
    where_it_may_run = ("local", "processes", "dask")

    def targets(self, params, finding):
        return Resolver()

    def run(self, ctx):
        folder = Path(os.environ["GATED_FOLDER"])
        with (folder / "asked").open("a") as file:
            file.write(f"{ctx.target.account}\n")
        while int(ctx.target.account) >= OPEN and not (folder / "open").exists():
            ctx.check()
            time.sleep(0.02)
        return ToolResult(pd.DataFrame({"place": [ctx.target.account]}))


GATED = ToolSpec(
    name="gated_places",
    summary="Places, one row each.",
    handler="gated_places:Places",
    group="gated",
    places=("account_id",),
)
