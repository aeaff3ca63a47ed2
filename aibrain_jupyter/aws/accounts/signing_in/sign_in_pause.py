"""
A session that ends in the middle of a run: its calls wait for the next one, pages in hand.

A page token would be lost with its call, so the call waits until somebody has signed in again,
and then repeats the one request that was refused. One thread at a time looks whether that has
happened: when a file changed that a sign-in writes, and now and then anyway. Who has signed in
must be who it was, because rows of another account under this one's name would be false evidence.

Nobody waits where nobody is watching (papermill, nbclient, a refresh behind), for a session that
had not worked just before, or for keys in the environment, which only a new kernel gets.
"""

from __future__ import annotations

import os
import threading
import time
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from aibrain_jupyter.aws.accounts.assumed_roles import source_of
from aibrain_jupyter.aws.accounts.caller_identity import identity_of
from aibrain_jupyter.aws.accounts.sign_in import sign_in_command
from aibrain_jupyter.aws.clients.pool import ClientPool
from aibrain_jupyter.aws.target import principal_of
from aibrain_jupyter.shared.error_handler import (
    CredentialsError,
    CredentialsExpiredError,
    ProviderError,
)
from aibrain_jupyter.shared.pauses import Pause, get_pauses
from aibrain_jupyter.shared.texts.durations import format_duration

if TYPE_CHECKING:
    from collections.abc import Hashable

    from aibrain_jupyter.shared.base_tool import CallContext
    from aibrain_jupyter.shared.error_handler import AibrainError

_LOOK_UP_S: Final = 0.25
_ASK_ANYWAY_S: Final = 30.0
"""A credential process leaves no trace in the files we know."""

_RECENT_S: Final = 600.0
"""A session that answered so long ago was in use when it ended."""

_SETTLED_S: Final = 60.0
"""A new session that is refused within this time will not get better by waiting."""

_NEW_KEYS: Final = "Put new keys in place in ~/.aws/credentials."

_FOLDERS: Final = ("~/.aws", "~/.aws/sso/cache", "~/.aws/login/cache", "~/.aws/cli/cache")


def may_ask_again(ctx: CallContext, error: AibrainError, *, asked_at: float) -> bool:
    """
    Tell whether to repeat a request; if its session has ended, wait for a new one before.

    The call's time-out stands still meanwhile.

    Args:
        ctx: The call that asked.

        error: What it was answered. Only a session that has ended is waited for.

        asked_at: When it asked (`time.monotonic`).

    Raises:
        CallCancelledError: the call was cancelled while it waited.
        CredentialsError: somebody else has signed in.
    """
    if not isinstance(error, CredentialsExpiredError):
        return False
    if not ctx.sign_in_wait or not _can_be_renewed(ctx):
        return False
    with ctx.standing_still():
        return sign_ins(source_of(ctx.target.profile)).wait(ctx, asked_at)


class SignIns:
    """What is known of the sessions of one profile; times are readings of `time.monotonic`."""

    def __init__(self, source: str) -> None:
        self.answered_at = float("-inf")
        self._source = source
        self._changed = threading.Condition()
        self._paused_at: float | None = None
        self._renewed_at = self._given_up_at = float("-inf")
        self._refusal = ""
        self._waiting = 0
        self._is_looking = False
        self._looked_at = self._tried_at = 0.0
        self._stamp: Hashable = None

    def wait(self, ctx: CallContext, asked_at: float) -> bool:
        with self._changed:
            if self._renewed_at >= asked_at:
                return True
            if self._paused_at is None and not self._may_pause(ctx):
                return False
            if self._paused_at is None:
                self._begin(ctx)
            began = self._paused_at
            self._waiting += 1
        try:
            while self._goes_on(ctx, began):
                self._look(ctx, began)
            return self._came_of_it(ctx, began)
        finally:
            with self._changed:
                self._waiting -= 1
                if not self._waiting and self._paused_at is not None:
                    self._end(is_renewed=False)

    def _may_pause(self, ctx: CallContext) -> bool:
        now = time.monotonic()
        has_worked = ctx.requests > 0 or now - self.answered_at < _RECENT_S
        was_in_vain = max(self._given_up_at, self._renewed_at) > self.answered_at
        return has_worked and not was_in_vain and now - self._renewed_at > _SETTLED_S

    def _goes_on(self, ctx: CallContext, began: float | None) -> bool:
        """Return True when this thread has to look, False when the pause is over."""
        with self._changed:
            while began is not None and self._paused_at == began:
                ctx.check()
                if time.monotonic() - began > ctx.sign_in_wait:
                    self._end(is_renewed=False)
                elif not self._is_looking and self._is_worth_a_try():
                    self._is_looking, self._tried_at = True, time.monotonic()
                    return True
                else:
                    self._changed.wait(_LOOK_UP_S)
            return False

    def _look(self, ctx: CallContext, began: float | None) -> None:
        """Ask who is signed in; the others wait."""
        refusal = None
        try:
            refusal = _refusal_of(ctx)
        finally:
            with self._changed:
                self._is_looking = False
                if refusal is not None and self._paused_at == began:
                    self._refusal = refusal
                    self._end(is_renewed=not refusal)

    def _came_of_it(self, ctx: CallContext, began: float | None) -> bool:
        with self._changed:
            if self._refusal:
                raise CredentialsError(
                    f"The session of {ctx.target.account} has ended, and the new one is another's.",
                    why=self._refusal,
                    next_steps=["Sign in as before, then %aibrain resume; or run the cell again."],
                    facts={"account": ctx.target.account, "region": ctx.target.region},
                )
            return began is not None and self._renewed_at >= began

    def _is_worth_a_try(self) -> bool:
        now = time.monotonic()
        if now - self._looked_at < _LOOK_UP_S:
            return False
        self._looked_at, before, self._stamp = now, self._stamp, _traces()
        return self._stamp != before or now - self._tried_at > _ASK_ANYWAY_S

    def _begin(self, ctx: CallContext) -> None:
        self._paused_at = self._tried_at = time.monotonic()
        self._stamp, self._refusal = _traces(), ""
        command = sign_in_command(self._source)
        step = f"Run in a terminal: {command}" if command else _NEW_KEYS
        pause = Pause(
            f"The session of {self._source or ctx.target.account} has ended. Its calls wait "
            f"{format_duration(ctx.sign_in_wait)} for a new one, and then go on by themselves.",
            step,
        )
        get_pauses().begin(self._source, pause)

    def _end(self, *, is_renewed: bool) -> None:
        now = time.monotonic()
        if is_renewed:
            self._renewed_at = now
        else:
            self._given_up_at = now
        self._paused_at = None
        self._changed.notify_all()
        get_pauses().end(self._source)


@cache
def sign_ins(source: str) -> SignIns:
    """Return how the sessions of a source of credentials stand."""
    return SignIns(source)


def _can_be_renewed(ctx: CallContext) -> bool:
    source = source_of(ctx.target.profile)
    if not isinstance(ctx.clients, ClientPool) or source in ctx.clients.session_profiles:
        return False
    return bool(source) or "AWS_ACCESS_KEY_ID" not in os.environ


def _refusal_of(ctx: CallContext) -> str | None:
    """Return None while nobody has signed in, "" when the same has, else who it is instead."""
    assert isinstance(ctx.clients, ClientPool)
    try:
        found = identity_of(ctx.target.profile, clients=ctx.clients, fresh=True)
    except (CredentialsError, ProviderError):
        return None
    before = principal_of(ctx.target.identity)
    if (found.account, principal_of(found.arn)) == (ctx.target.account, before):
        ctx.clients.try_again()
        return ""
    return f"It was {before}, and is {found.arn}."


def _traces() -> Hashable:
    """Return what changes when somebody signs in or writes keys."""
    named = [os.environ.get(name) for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE")]
    found = [(path, *_written(path)) for path in named if path]
    for folder in map(os.path.expanduser, _FOLDERS):
        with suppress(OSError), os.scandir(folder) as files:
            found += [(file.path, *_written(file.path)) for file in files]
    return tuple(sorted(found))


def _written(path: str) -> tuple[int, int]:
    try:
        status = Path(path).expanduser().stat()
    except (OSError, RuntimeError):  # RuntimeError: there is no home folder
        return (0, 0)
    return (status.st_mtime_ns, status.st_size)
