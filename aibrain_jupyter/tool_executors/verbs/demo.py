"""
``%aibrain demo start|stop|status``: the embedded AWS account.

Starting it puts its first profile in use, so that every cell works without
credentials; stopping gives back the profile that was in use before. A demo
account that runs beside real credentials and is not in use would be the greater
surprise: whoever asked for it wants to see it.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from aibrain_jupyter.aws.clients.pool import get_client_pool
from aibrain_jupyter.demo.accounts import ACCOUNTS
from aibrain_jupyter.shared.config import get_settings, reset_profile, use_profile
from aibrain_jupyter.shared.verbs.message import Message
from aibrain_jupyter.shared.verbs.verb import VerbCall, choose

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from aibrain_jupyter.demo.account import DemoAccount

_SUBVERBS = ("start", "stop", "status")


def demo(call: VerbCall) -> Message:
    """Start or stop the demo account, or say whether it runs."""
    from aibrain_jupyter.demo.account import demo_status, start_demo, stop_demo

    subverb = choose("demo", call.word(0), _SUBVERBS)
    if subverb == "start":
        # Yesterday, in UTC: what happens on the data's last day is over, wherever the reader is.
        yesterday = dt.datetime.now(dt.UTC).date() - dt.timedelta(days=1)
        started = start_demo(
            get_client_pool(),
            today=yesterday.isoformat(),
            is_later=bool(call.options.get("later")),
            is_granted=bool(call.options.get("granted")),
        )
        _use(started)
        return _running(started)
    if subverb == "stop":
        was_running = stop_demo(get_client_pool())
        _give_back()
        profile = get_settings().get("profile") or "AWS's default chain"
        if was_running:
            return Message("The demo account is stopped", (f"Runs use {profile} again.",))
        return Message(_NOT_RUNNING)
    found = demo_status()
    return _running(found) if found else Message(_NOT_RUNNING, ("%aibrain demo start begins it.",))


_NOT_RUNNING = "The demo account is not running"


def _use(demo: DemoAccount) -> None:
    global _before
    settings = get_settings()
    if settings.get("profile") not in demo.profiles:
        _before = {name: settings.resolve(name) for name in _PLACES}
        use_profile(demo.profiles[0], _SOURCE)


def _give_back() -> None:
    global _before
    settings = get_settings()
    # A profile that the user chose while the demo ran stays, unless it went with the demo.
    if settings.resolve("profile")[1] == _SOURCE or settings.get("profile") in _DEMO_PROFILES:
        reset_profile()
        for name, before in (_before or {}).items():
            if settings.resolve(name) != before:
                settings.set(name, *before)
    _before = None


_SOURCE = "%aibrain demo start"
_PLACES = ("profile", "accounts")
_DEMO_PROFILES = tuple(account.profile for account in ACCOUNTS)
_before: dict[str, tuple[str, str]] | None = None


def _running(demo: DemoAccount) -> Message:
    profile = get_settings().get("profile")
    when = ", one audit period later" * demo.is_later + ", no region refused" * demo.is_granted
    return Message(
        f"The demo account is running{when}: invented data, for this session only",
        (
            f"profiles {', '.join(demo.profiles)} · regions {', '.join(demo.regions)}",
            f"Try: %aibrain iam_users --accounts {','.join(demo.profiles)}",
            f"Until %aibrain demo stop, runs that name no profile use {profile}.",
        ),
    )


def offers(before: Sequence[str]) -> Iterable[str]:
    """Return what may follow."""
    return _SUBVERBS
