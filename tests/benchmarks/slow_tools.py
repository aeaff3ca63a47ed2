"""Tools for the benchmarks that run in a kernel: they sleep, block, or make one small SDK call."""

from __future__ import annotations

import asyncio
import threading
import time

import pandas as pd

from aibrain_jupyter.aws.provider import AWS
from aibrain_jupyter.aws.target import AwsTarget
from aibrain_jupyter.shared.base_tool import ToolHandler, ToolSpec
from aibrain_jupyter.tool_registry import get_tool_registry

_lock = threading.Lock()
_to_begin = 0


class Accounts:
    """Any account name is an account in one region."""

    notes = ()

    def profiles(self, accounts, profile):
        """Return the names that were asked for."""
        return list(accounts)

    def of_profile(self, profile, regions, ctx):
        """Return the one target of an account."""
        return [(AwsTarget(account=profile, region="us-east-1", identity=profile), None)]


def expect(calls):
    """Say so when that many calls have begun."""
    global _to_begin
    _to_begin = calls


def _begin():
    global _to_begin
    with _lock:
        _to_begin -= 1
        if _to_begin == 0:
            print("all have begun", flush=True)


def _rows(ctx):
    return pd.DataFrame({"name": [ctx.target.account]})


async def sleep_long(ctx):
    """Sleep on the event loop; the first account is quick."""
    _begin()
    await asyncio.sleep(0 if ctx.target.account == "a0" else 60)
    return _rows(ctx)


def block_long(ctx):
    """Block a thread; the first account is quick."""
    _begin()
    time.sleep(0 if ctx.target.account == "a0" else 60)
    return _rows(ctx)


def small_call(ctx):
    """Make one small SDK call."""
    ctx.clients.client("iam", region="us-east-1").list_mfa_devices()
    return _rows(ctx)


class _OverAccounts(ToolHandler):
    def targets(self, params, finding):
        return Accounts()


class SleepLong(_OverAccounts):
    """Sleeps on an event loop."""

    run = staticmethod(sleep_long)


class BlockLong(_OverAccounts):
    """Blocks a thread."""

    run = staticmethod(block_long)


class SmallCall(_OverAccounts):
    """Makes one small SDK call."""

    provider = AWS
    run = staticmethod(small_call)


def register():
    """Put the tools into this process's registry."""
    for name, tool in (
        ("sleep_long", SleepLong),
        ("block_long", BlockLong),
        ("small_call", SmallCall),
    ):
        get_tool_registry().register(
            ToolSpec(
                name=name,
                summary=tool.__doc__,
                handler=f"slow_tools:{tool.__name__}",
                places=("account_id", "region"),
                is_cacheable=False,
            ),
            replace=True,
        )
