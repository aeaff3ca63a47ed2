"""Tools of collection plans: what there is to collect, and what is due."""

from __future__ import annotations

from functools import partial
from typing import Final

from aibrain_jupyter.shared.base_tool import REQUIRED, Param
from aibrain_jupyter.tool_executors.evidence.tools.words import text, tool

_planned = partial(tool, code="planning")
PLAN: Final = text("plan", "the plan: a YAML file, or the name of one that is shipped", REQUIRED)
PLAN_PERIOD: Final = text("period", "the audit period, in place of the plan's: FY2026, 2026-Q2")

PLANNING: Final = (
    _planned(
        "due",
        "Whether each code of a plan has its item, a row for each occurrence.",
        PLAN,
        PLAN_PERIOD,
        text("at", "as of which day; now otherwise: 2026-07-01"),
        Param("strict", bool, "fail the cell if anything is needed", default=False),
        positional=("plan",),
    ),
    _planned(
        "plans",
        "The plans that are shipped; with a name, its rows and why each answers its codes.",
        text("name", "a shipped plan, or a YAML file"),
        text("file", "write the plan there, to change it"),
        positional=("name", "file"),
    ),
)
