"""Many tool calls from one line of Python."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time

import pytest

from aibrain_jupyter.async_tool_executor import execute_tools_parallel
from aibrain_jupyter.shared.config import get_settings
from aibrain_jupyter.shared.error_handler import AibrainError, CallTimeoutError, ParameterError


def double(n):
    return 2 * n


async def double_later(n):
    await asyncio.sleep(0.01)
    return 2 * n


def test_results_come_in_the_order_of_the_tasks():
    """Plain and async functions, and one that returns a coroutine, side by side."""
    functions = [double, double_later, lambda n: double_later(n)] * 4
    tasks = [{"tool_func": f, "kwargs": {"n": i}} for i, f in enumerate(functions)]

    assert [2 * i for i in range(12)] == execute_tools_parallel(tasks)


def test_a_failed_call_has_its_error_in_its_place():
    """Nothing is raised, nothing is None, and the outcomes say how each ended."""
    results = execute_tools_parallel(
        [{"tool_func": double, "kwargs": {"n": 1}}, {"tool_func": double, "name": "broken"}]
    )

    assert 2 == results[0]
    assert isinstance(results[1], AibrainError)
    assert "broken" in results[1].what
    assert ["ok", "failed"] == [str(outcome.outcome) for outcome in results.outcomes]


def test_it_may_be_awaited():
    """Inside a coroutine the results are the same with and without ``await``."""
    tasks = [{"tool_func": double_later, "kwargs": {"n": 1}}]

    async def main():
        return await execute_tools_parallel(tasks), execute_tools_parallel(tasks)

    assert ([2], [2]) == asyncio.run(main())


def test_calls_may_make_calls():
    """A tool that runs tools works from a thread and from the loop."""

    def inner():
        return execute_tools_parallel([{"tool_func": double, "kwargs": {"n": 1}}])

    async def inner_on_loop():
        return inner()

    assert [[2], [2], [2]] == execute_tools_parallel(
        [{"tool_func": inner}, {"tool_func": inner_on_loop}, {"tool_func": inner_on_loop}]
    )


def test_a_time_out_is_seconds_or_text():
    """Both ways of writing it end the call; the setting is used when it is left out."""
    tasks = [{"tool_func": lambda: time.sleep(60), "name": "slow"}]
    for given in (0.05, "0.05s"):
        assert isinstance(execute_tools_parallel(tasks, timeout=given)[0], CallTimeoutError)
    get_settings().set("timeout", "0.05s", "test")
    try:
        assert isinstance(execute_tools_parallel(tasks)[0], CallTimeoutError)
    finally:
        get_settings().unset("timeout")


BAD = {
    "no mapping": 5,
    "no function": {"kwargs": {}},
    "not callable": {"tool_func": "iam_users"},
    "kwargs no mapping": {"tool_func": double, "kwargs": [1]},
    "unknown key": {"tool_func": double, "args": {}},
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_a_wrong_task_is_refused_before_anything_runs(bad):
    """The error names the task and the keys; the good tasks have not run."""
    ran = []
    with pytest.raises(ParameterError, match=r"Task 1 .*\n.*tool_func, kwargs, name"):
        execute_tools_parallel([{"tool_func": lambda: ran.append(1)}, bad])

    assert [] == ran


@pytest.mark.parametrize("bad", [0, -1, 1.5, True], ids=repr)
def test_a_wrong_limit_is_refused(bad):
    """At least one call must be able to run."""
    with pytest.raises(ParameterError, match="max_parallel"):
        execute_tools_parallel([{"tool_func": double, "kwargs": {"n": 1}}], max_parallel=bad)


def test_no_tasks_give_no_results():
    """An empty list is answered with an empty list."""
    assert [] == execute_tools_parallel([])


def test_importing_it_imports_nothing_heavy():
    """Neither pandas nor an SDK is loaded before a tool needs it."""
    code = (
        "import sys, aibrain_jupyter.async_tool_executor\n"
        "print({'pandas', 'numpy', 'boto3', 'joblib', 'ipywidgets', 'yaml'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "set()\n" == done.stdout
