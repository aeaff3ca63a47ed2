"""The ways in from Python, the settings and the environment, with odd values."""

from __future__ import annotations

import contextlib
import warnings

import pytest
from IPython.utils.capture import capture_output

from aibrain_jupyter.advanced_cache import AdvancedCacheManager
from aibrain_jupyter.async_tool_executor import execute_tools_parallel
from aibrain_jupyter.aws.clients import client
from aibrain_jupyter.shared.config import SETTINGS, get_settings
from aibrain_jupyter.tool_registry import get_tool_registry

from .judge import complaint
from .odd_values import WORDS, variables

_ENDLESS = {("cache value", "shared"), ("tasks", "range"), ("tasks", "lazy")}
"""What only ends when memory does, whoever reads it: no test of ours."""


def _nothing(**kwargs):
    return 1


def _task(**task):
    return execute_tools_parallel([{"tool_func": _nothing, **task}])


ENTRANCES = {
    "get_tool": lambda value, cache: get_tool_registry().get_tool(value),
    "text": lambda value, cache: get_tool_registry().get_tool("weigh_kept")(text=value),
    "texts": lambda value, cache: get_tool_registry().get_tool("weigh_kept")(texts=value),
    "number": lambda value, cache: get_tool_registry().get_tool("weigh_kept")(number=value),
    "map": lambda value, cache: get_tool_registry().get_tool("weigh_kept")(map=value),
    "any": lambda value, cache: get_tool_registry().get_tool("weigh_kept")(any=value),
    "columns": lambda value, cache: get_tool_registry().get_tool("iam_users")(columns=value),
    "where": lambda value, cache: get_tool_registry().get_tool("iam_users")(where=value),
    "service": lambda value, cache: get_tool_registry().get_tool("aws_export")(service=value),
    "operation": lambda value, cache: get_tool_registry().get_tool("aws_export")(
        service="iam", operation=value
    ),
    "params": lambda value, cache: get_tool_registry().get_tool("aws_export")(
        service="iam", operation="list_users", params=value
    ),
    "executor": lambda value, cache: get_tool_registry().get_tool("weigh", value),
    "tasks": lambda value, cache: execute_tools_parallel(value),
    "task": lambda value, cache: execute_tools_parallel([value]),
    "tool_func": lambda value, cache: _task(tool_func=value)[0:0],
    "kwargs": lambda value, cache: _task(kwargs=value)[0:0],
    "name": lambda value, cache: _task(name=value),
    "max_parallel": lambda value, cache: execute_tools_parallel([], max_parallel=value),
    "timeout": lambda value, cache: execute_tools_parallel([], timeout=value),
    "cache key": lambda value, cache: cache.get(value),
    "cache value": lambda value, cache: cache.set("k", value),
    "cached value": lambda value, cache: (cache.set(value, 1), cache.get(value)),
    "cache ttl": lambda value, cache: (cache.set("k", 1, ttl=value), cache.get("k")),
    "cache tags": lambda value, cache: cache.set("k", 1, tags=value),
    "cache delete": lambda value, cache: cache.delete(value),
    "default_ttl": lambda value, cache: AdvancedCacheManager(value, False).set("k", 1),
    "client": lambda value, cache: client(value),
    "client profile": lambda value, cache: client("iam", value),
    "client region": lambda value, cache: client("iam", region=value),
}


@pytest.fixture
def cache(tmp_path):
    """A cache of its own."""
    return AdvancedCacheManager(directory=tmp_path / "cache")


@pytest.mark.parametrize("entrance", ENTRANCES)
def test_odd_values_from_python_are_used_or_refused(shell, cache, entrance):
    """Each way in takes a value or raises an error of ours."""
    found = []
    for name, value in variables().items():
        if (entrance, name) in _ENDLESS:
            continue
        with warnings.catch_warnings(), capture_output():
            warnings.simplefilter("ignore")
            try:
                ENTRANCES[entrance](value, cache)
            except Exception as exc:  # noqa: BLE001 - it is judged
                if said := complaint(exc):
                    found.append(f"{name}: {said}: {ascii(str(exc))[:150]}")

    assert [] == found


@pytest.mark.parametrize("setting", [setting.name for setting in SETTINGS])
def test_odd_settings_are_used_or_refused(shell, setting):
    """A setting takes a value or says why not; what was in force stays then."""
    found = []
    for name, value in variables().items():
        before = get_settings().get(setting)
        try:
            get_settings().set(setting, value, "a test")
        except Exception as exc:  # noqa: BLE001 - it is judged
            if said := complaint(exc):
                found.append(f"{name}: {said}: {ascii(str(exc))[:150]}")
            if get_settings().get(setting) is not before:
                found.append(f"{name}: changed")
        get_settings().unset(setting)

    assert [] == found


@pytest.mark.slow
@pytest.mark.parametrize("name", [setting.env for setting in SETTINGS])
def test_odd_environments_are_used_or_refused(shell, monkeypatch, name):
    """Every variable of the environment: a cell runs with it, or says that it does not fit."""
    magic = shell.magics_manager.registry["AibrainMagics"]
    found = []
    for word in WORDS:
        with contextlib.suppress(ValueError, UnicodeError):
            monkeypatch.setenv(name, word)
        for cell in ("weigh_kept 1", "config", "cache stats"):
            with warnings.catch_warnings(), capture_output():
                warnings.simplefilter("ignore")
                try:
                    magic.aibrain(cell)
                except Exception as exc:  # noqa: BLE001 - it is judged
                    if said := complaint(exc):
                        found.append(f"{word[:30]!r}: {cell}: {said}: {ascii(str(exc))[:150]}")

    assert [] == found
