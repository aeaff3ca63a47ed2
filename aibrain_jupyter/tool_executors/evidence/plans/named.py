"""Plans by their file, or by the name of one that is shipped."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Final

from aibrain_jupyter.evidence.plans.plan_file import parse_plan, read_plan
from aibrain_jupyter.shared.config import get_settings
from aibrain_jupyter.shared.error_handler import unknown_name

if TYPE_CHECKING:
    import datetime as dt

    from aibrain_jupyter.evidence.plans.plan import CollectionPlan

_SHIPPED: Final = "aibrain_jupyter.evidence.plans.shipped"


def plan_of(name: str, period: str = "", now: dt.datetime | None = None) -> CollectionPlan:
    """
    Return a plan by its file, or by the name of one that is shipped.

    Raises:
        ParameterError: there is no such file, or something in it does not fit.
    """
    month = get_settings().get("fiscal_year_start")
    if not is_file(name):
        text = shipped_text(name)
        return parse_plan(text, name, period=period, fiscal_year_start=month, now=now)
    return read_plan(name, period=period, fiscal_year_start=month, now=now)


def shipped_plans() -> list[str]:
    """Return the names of the plans that are shipped."""
    files = resources.files(_SHIPPED).iterdir()
    return sorted(f.name.removesuffix(".yaml") for f in files if f.name.endswith(".yaml"))


def shipped_text(name: str) -> str:
    """Return a shipped plan as written; refuse with an UnknownNameError what is none."""
    if name not in (known := shipped_plans()):
        steps = [f"Shipped: {', '.join(known)}. A plan of your own is a file: plan.yml"]
        raise unknown_name("plan", name, known, next_steps=steps)
    return (resources.files(_SHIPPED) / f"{name}.yaml").read_text("utf-8")


def is_file(name: str) -> bool:
    """Tell whether a plan is named by its file."""
    return name.endswith((".yml", ".yaml")) or Path(name).expanduser().is_file()
