"""Tools of collection plans: what there is to collect, and what is due."""

from __future__ import annotations

from functools import partial
from typing import Final

from aibrain_jupyter.shared.base_tool import REQUIRED, Param
from aibrain_jupyter.tool_executors.evidence.tools.words import text, tool

_planned = partial(tool, code="plans.planning")
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
    tool(
        "replay",
        "Makes last period's items this period's plan: old and new before anything runs.",
        text("period", "the period to collect for: FY2027, 2026-Q3", REQUIRED),
        text("of", "the period that was collected; otherwise the one just before: FY2026"),
        text("file", "where the plan is written; otherwise plan-PERIOD.yml"),
        Param("add_new", bool, "ask new accounts and regions, too", default=False),
        positional=("period", "file"),
        code="replaying",
    ),
)
