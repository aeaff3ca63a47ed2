"""The ways in from Python with odd values."""

from __future__ import annotations

import warnings

import pytest
from IPython.utils.capture import capture_output

from aibrain_jupyter.advanced_cache import AdvancedCacheManager, get_cache_manager
from aibrain_jupyter.async_tool_executor import execute_tools_parallel
from aibrain_jupyter.aws.clients import client
from aibrain_jupyter.shared.config import SETTINGS, Settings
from aibrain_jupyter.tool_registry import get_tool_registry

from .judge import complaint
from .odd_values import variables

_ENDLESS = {("tasks", "range"), ("tasks", "lazy")}
_WORDS = {
    "spaces": " \t",
    "minus": -1,
    "zero": 0,
    "digits": "9" * 400,
    "up": "../x",
    "age": "9" * 14 + "d",
}
"""What only ends when memory does, whoever reads it: no test of ours."""


def _nothing(**kwargs):
    return 1


def _task(**task):
    return execute_tools_parallel([{"tool_func": _nothing, **task}])


def _kept(*args, **options):
    cache = AdvancedCacheManager(*args, **{"enable_disk_cache": False, **options})
    cache.set("k", 1)
    return cache.get("k")


def _environment(value):
    with pytest.MonkeyPatch.context() as patch:
        for setting in SETTINGS:
            if type(value) is str and value.isascii() and "\0" not in value:
                patch.setenv(setting.env, value)
        for row in Settings().rows():
            assert row["setting"]


ENTRANCES = {
    "cache.get": lambda value: get_cache_manager().get(value),
    "cache.set": lambda value: get_cache_manager().set("k", value),
    "cache.key": lambda value: get_cache_manager().set(value, 1),
    "cache.ttl": lambda value: get_cache_manager().set("k", 1, value),
    "cache.tags": lambda value: get_cache_manager().set("k", 1, tags=value),
    "cache.tool": lambda value: get_cache_manager().invalidate(tool=value),
    "cache.older_than": lambda value: get_cache_manager().invalidate(older_than=value),
    "default_ttl": lambda value: _kept(value),
    "directory": lambda value: _kept(directory=value),
    "memory_limit_bytes": lambda value: _kept(memory_limit_bytes=value),
    "disk_limit_bytes": lambda value: _kept(disk_limit_bytes=value),
    "client.service": lambda value: client(value),
    "client.profile": lambda value: client("iam", profile=value),
    "client.region": lambda value: client("iam", region=value),
    "environment": _environment,
    **{
        f"setting {one.name}": lambda value, name=one.name: Settings().set(name, value, "a test")
        for one in SETTINGS
    },
    "get_tool": lambda value: get_tool_registry().get_tool(value),
    "text": lambda value: get_tool_registry().get_tool("weigh_kept")(text=value),
    "texts": lambda value: get_tool_registry().get_tool("weigh_kept")(texts=value),
    "number": lambda value: get_tool_registry().get_tool("weigh_kept")(number=value),
    "map": lambda value: get_tool_registry().get_tool("weigh_kept")(map=value),
    "any": lambda value: get_tool_registry().get_tool("weigh_kept")(any=value),
    "columns": lambda value: get_tool_registry().get_tool("iam_users")(columns=value),
    "where": lambda value: get_tool_registry().get_tool("iam_users")(where=value),
    "service": lambda value: get_tool_registry().get_tool("aws_export")(service=value),
    "operation": lambda value: get_tool_registry().get_tool("aws_export")(
        service="iam", operation=value
    ),
    "params": lambda value: get_tool_registry().get_tool("aws_export")(
        service="iam", operation="list_users", params=value
    ),
    "executor": lambda value: get_tool_registry().get_tool("weigh", value),
    "tasks": lambda value: execute_tools_parallel(value),
    "task": lambda value: execute_tools_parallel([value]),
    "tool_func": lambda value: _task(tool_func=value)[0:0],
    "kwargs": lambda value: _task(kwargs=value)[0:0],
    "name": lambda value: _task(name=value),
    "max_parallel": lambda value: execute_tools_parallel([], max_parallel=value),
    "timeout": lambda value: execute_tools_parallel([], timeout=value),
}


@pytest.mark.parametrize("entrance", ENTRANCES)
def test_odd_values_from_python_are_used_or_refused(shell, entrance):
    """Each way in takes a value or raises an error of ours."""
    found = []
    for name, value in (variables() | _WORDS).items():
        if (entrance, name) in _ENDLESS:
            continue
        with warnings.catch_warnings(), capture_output():
            warnings.simplefilter("ignore")
            try:
                ENTRANCES[entrance](value)
            except Exception as exc:  # noqa: BLE001 - it is judged
                if said := complaint(exc):
                    found.append(f"{name}: {said}: {ascii(str(exc))[:150]}")

    assert [] == found
