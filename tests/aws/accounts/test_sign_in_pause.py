"""Sessions that end while a run goes on: it waits, and goes on with the pages it has."""

from __future__ import annotations

import collections
import os
import time
import types
from pathlib import Path

import pytest

from aibrain_jupyter.aws.accounts.signing_in import sign_in_pause
from aibrain_jupyter.execution.runs.session import get_session
from aibrain_jupyter.shared.config import get_settings
from aibrain_jupyter.shared.error_handler import CredentialsExpiredError, ParameterError
from aibrain_jupyter.shared.pauses import get_pauses

EXPIRED = "<ErrorResponse><Error><Code>ExpiredToken</Code><Message>over</Message></Error>"
EXPIRED += "</ErrorResponse>"
ACCOUNTS = {"AKIAOLD": "1" * 12, "AKIANEW": "1" * 12, "AKIAOTHER": "3" * 12, "AKIADEV": "2" * 12}
ACCOUNTS["AKIAROLE"] = "1" * 12
NAMES = {"AKIAROLE": "assumed-role/Narrow/ana"}
USERS = "%aibrain aws_export iam operation=list_users --bg"
PAGES = 4


class Provider:
    """Two profiles; the session of ``prod`` ends after its second page of users."""

    def __init__(self, server):
        self.pages = collections.Counter()
        self.refused = 0
        self.callers = 0
        self.ends_at = 2
        self._server = server
        self._over = set()
        server.on("GetCallerIdentity", self._caller)
        server.on("ListUsers", self._users)
        self.sign_in("AKIAOLD")

    def sign_in(self, key):
        """Write the keys that ``prod`` has from now on."""
        Path(os.environ["AWS_SHARED_CREDENTIALS_FILE"]).write_text(
            f"[prod]\naws_access_key_id = {key}\naws_secret_access_key = s\nregion = eu-west-1\n"
            "[dev]\naws_access_key_id = AKIADEV\naws_secret_access_key = s\nregion = eu-west-1\n"
        )

    def _caller(self, request):
        self.callers += 1
        key = request.access_key_id
        if key in self._over:
            return self._server.refusal(EXPIRED)
        return (
            "<GetCallerIdentityResponse><GetCallerIdentityResult>"
            f"<Arn>arn:aws:iam::{ACCOUNTS[key]}:{NAMES.get(key, 'user/ana')}</Arn>"
            "<UserId>U</UserId>"
            f"<Account>{ACCOUNTS[key]}</Account></GetCallerIdentityResult>"
            "</GetCallerIdentityResponse>"
        )

    def _users(self, request):
        key = request.access_key_id
        page = int(dict(pair.split("=") for pair in request.body.split("&")).get("Marker", "0"))
        if key in self._over or (key == "AKIAOLD" and page == self.ends_at):
            self._over.add("AKIAOLD")
            self.refused += 1
            return self._server.refusal(EXPIRED)
        self.pages[ACCOUNTS[key], page] += 1
        more = f"<IsTruncated>true</IsTruncated><Marker>{page + 1}</Marker>"
        return (
            "<ListUsersResponse><ListUsersResult><Users><member>"
            f"<UserName>{ACCOUNTS[key]}-{page}</UserName></member></Users>"
            f"{more if page + 1 < PAGES else ''}</ListUsersResult></ListUsersResponse>"
        )


@pytest.fixture
def provider(aws_replies, monkeypatch, tmp_path):
    """The accounts; nothing of an earlier test is known of their sessions."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    sign_in_pause.sign_ins.cache_clear()
    yield Provider(aws_replies)
    assert not get_pauses()


def until(is_so, seconds=60.0):
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def paused():
    """Return what the user is told of ``prod``."""
    until(lambda: get_pauses().find("prod"))
    return get_pauses().find("prod")


def test_no_page_is_lost_or_asked_twice(provider, run):
    """After a new session the call goes on at the page that was refused."""
    job, _ = run(f"{USERS} --accounts prod")
    pause = paused()
    provider.sign_in("AKIANEW")
    frame = job.result(60)

    assert [f"{'1' * 12}-{page}" for page in range(PAGES)] == frame["user_name"].tolist()
    assert {("1" * 12, page): 1 for page in range(PAGES)} == provider.pages
    assert not get_session().last.summary.gaps
    assert "The session of prod has ended." in pause.why
    assert "Put new keys in place in ~/.aws/credentials." == pause.step


def test_other_accounts_go_on_meanwhile(provider, run):
    """A session that ended holds up its own calls only, even with two places for all."""
    job, _ = run(f"{USERS} --accounts prod,dev --max-parallel 2")
    paused()
    until(lambda: job.frame is not None)

    assert {"2" * 12} == set(job.frame["account_id"])
    provider.sign_in("AKIANEW")
    assert 2 * PAGES == len(job.result(60))


def test_nobody_asks_while_nothing_has_changed(provider, run):
    """Waiting sends no requests; one look-up tells that somebody has signed in."""
    job, _ = run(f"{USERS} --accounts prod")
    paused()
    asked = provider.callers
    time.sleep(1.0)

    assert (asked, 1) == (provider.callers, provider.refused)
    provider.sign_in("AKIANEW")
    job.result(60)
    assert (asked + 1, 1) == (provider.callers, provider.refused)


def test_the_session_of_another_account_is_not_taken(provider, run):
    """Rows of one account never stand under the name of another: the call ends as a gap."""
    job, _ = run(f"{USERS} --accounts prod,dev")
    paused()
    provider.sign_in("AKIAOTHER")
    frame = job.result(60)
    [gap] = get_session().last.summary.gaps

    assert {"2" * 12} == set(frame["account_id"])
    assert (
        f"It was arn:aws:iam::{'1' * 12}:user/ana, and is arn:aws:iam::{'3' * 12}:user/ana."
    ) in (gap.why)
    assert {("2" * 12, page) for page in range(PAGES)} | {("1" * 12, 0), ("1" * 12, 1)} == set(
        provider.pages
    )


def test_another_role_of_the_same_account_is_not_taken(provider, run):
    """It may see less, and nobody could tell which rows it did not see: the call ends as a gap."""
    job, _ = run(f"{USERS} --accounts prod,dev")
    paused()
    provider.sign_in("AKIAROLE")
    frame = job.result(60)
    [gap] = get_session().last.summary.gaps

    assert {"2" * 12} == set(frame["account_id"])
    assert f"and is arn:aws:iam::{'1' * 12}:assumed-role/Narrow/ana." in gap.why
    assert {("1" * 12, 0), ("1" * 12, 1)} == {page for page in provider.pages if page[0][0] == "1"}


def test_waiting_has_an_end(provider, run):
    """After the set time the call is an expired gap that names the next step."""
    get_settings().set("sign_in_wait", "0.5s", "test")
    job, _ = run(f"{USERS} --accounts prod")

    with pytest.raises(CredentialsExpiredError, match="has expired") as info:
        job.result(60)
    assert "%aibrain resume" in info.value.next_steps[0]


def test_cancel_ends_the_wait(provider, run):
    """A run that waits for a sign-in is cancelled as quickly as any other."""
    job, _ = run(f"{USERS} --accounts prod")
    paused()
    job.cancel()

    until(lambda: not job.is_running)
    assert "cancelled" == job.state


def test_the_time_out_stands_still(provider, run, monkeypatch):
    """The time somebody needs to sign in is not the call's."""
    job, _ = run(f"{USERS} --accounts prod --timeout 60s")
    paused()
    # An hour goes by on the clock of the call.
    later = types.SimpleNamespace(monotonic=lambda: time.monotonic() + 3600)
    monkeypatch.setattr("aibrain_jupyter.shared.tools.call_context.time", later)
    provider.sign_in("AKIANEW")

    assert PAGES == len(job.result(60))


def test_a_session_that_never_worked_is_not_waited_for(provider, run):
    """Nothing is lost by failing at once, and the error says what to do."""
    provider.ends_at = 0
    job, _ = run(f"{USERS} --accounts prod")

    with pytest.raises(CredentialsExpiredError):
        job.result(60)
    assert not provider.pages


def test_a_setting_that_is_no_duration_is_refused_at_once(provider, run, monkeypatch):
    """It is not found out in a run: refused where it is set, or before any request."""
    with pytest.raises(ParameterError, match="sign_in_wait is 'a while'"):
        get_settings().set("sign_in_wait", "a while", "test")

    get_settings().unset("sign_in_wait")
    monkeypatch.setenv("AIBRAIN_SIGN_IN_WAIT", "a while")
    job, _ = run(f"{USERS} --accounts prod")
    with pytest.raises(ParameterError, match="sign_in_wait is 'a while'"):
        job.result(60)
    assert not provider.pages
