"""Tools for the tests of the magics: they tell what they were called with."""

from __future__ import annotations

import pandas as pd

from aibrain_jupyter.shared.base_tool import ToolHandler, ToolResult
from aibrain_jupyter.shared.coverage import Gap, Outcome
from aibrain_jupyter.shared.error_handler import ParameterError, PermissionDeniedError
from aibrain_jupyter.shared.tools.handler import CallLabels
from aibrain_jupyter.shared.tools.params import Param

SPICES = ("pepper", "salt")
calls = []


DEFAULTS = {"dish": "soup", "count": 1, "guests": None, "layout": None, "hot": True, "note": None}


def echo(ctx, **params):
    """One row per parameter that does not have its default."""
    params = {k: v for k, v in params.items() if k not in DEFAULTS or v != DEFAULTS[k]}
    calls.append(params)
    rows = [{"name": name, "value": repr(value)} for name, value in params.items()]
    return pd.DataFrame(rows, columns=["name", "value"])


def patchy(ctx):
    """One row, and one detail that was refused."""
    gap = Gap(Outcome.DENIED, "not for you", operation="iam:GetUser", item="eve")
    return ToolResult(pd.DataFrame({"n": [1]}), gaps=(gap,))


def denied(ctx):
    """Refused."""
    raise PermissionDeniedError("Account 1 refused iam:ListUsers.", why="password=hunter2")


def broken(ctx):
    """A tool with a bug of its own."""
    raise ZeroDivisionError("a bug")


def dish_values(given):
    """The values of `dish`, which depend on the kitchen."""
    return [f"{given.get('kitchen', 'no')} stew", "soup"]


def check(params):
    """Refuse what no single parameter can see."""
    if params.get("dish") == "soup" and params.get("count", 1) > 3:
        raise ParameterError("No more than 3 soups.")


def more_params(params):
    """A stew has spices."""
    if "stew" not in params.get("dish", ""):
        return ()
    return (Param("Spices", str, "what to put in", many=True, default=None, choices=SPICES),)


class Cook(ToolHandler):
    """Cooks: the handler of a tool with all it can have."""

    run = staticmethod(echo)
    check = staticmethod(check)
    more_params = staticmethod(more_params)


class Stall(ToolHandler):
    """Sells by service and resource, as AWS does."""

    run = staticmethod(echo)

    def labels(self, name, params):
        resource = params.get("resource", "")
        return CallLabels(f"{params.get('service')} {resource}", params.get("service"), (resource,))
