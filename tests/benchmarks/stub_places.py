"""A provider whose calls do nothing, for `bench_distributed.py`: many accounts, no network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from aibrain_jupyter.shared.base_tool import Param, ToolHandler, ToolResult, ToolSpec
from aibrain_jupyter.shared.coverage import Target
from aibrain_jupyter.shared.tools.handler import CallLabels
from aibrain_jupyter.shared.tools.provider import Provider

ACCOUNTS, REGIONS = 1_000, 17


@dataclass(frozen=True, slots=True)
class StubTarget(Target):
    """A place of the provider."""

    PARTS: ClassVar = {"account_id": "account", "region": "region"}

    account: str = ""
    region: str = ""


class Stub(Provider):
    """The provider."""

    name = "stub"


class Resolver:
    """So many accounts as ``--accounts`` says, `REGIONS` regions each."""

    notes = ()

    def profiles(self, accounts, profile):
        return list(accounts)

    def of_profile(self, profile, regions, ctx):
        count = int(profile)
        return [
            (
                StubTarget(account=f"{number:012}", region=f"r-{region}", identity=f"arn:{number}"),
                None,
            )
            for number in range(count)
            for region in range(REGIONS)
        ]


class Nothing(ToolHandler):
    """Returns a row at once."""

    provider = Stub()
    where_it_may_run = ("local", "processes", "dask")

    def targets(self, params, finding):
        return Resolver()

    def labels(self, name, params):
        return CallLabels(f"stub {params['resource']}", "stub")

    def run(self, ctx, *, resource):
        return ToolResult(pd.DataFrame({"resource": [resource]}))


STUB = ToolSpec(
    name="stub_things",
    summary="Nothing.",
    handler="stub_places:Nothing",
    params=(Param("resource", str, "which"),),
    group="stub",
    places=("account_id", "region"),
)
