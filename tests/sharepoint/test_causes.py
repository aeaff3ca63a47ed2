"""Each way in which Graph refuses has a class and a next step of its own."""

from __future__ import annotations

import pytest

from aibrain_jupyter.shared import error_handler
from aibrain_jupyter.shared.base_tool import CallContext
from aibrain_jupyter.shared.causes import Failure
from aibrain_jupyter.sharepoint import errors
from aibrain_jupyter.sharepoint.causes import CAUSES, translate
from aibrain_jupyter.sharepoint.errors import GraphRefused, Refusal
from aibrain_jupyter.sharepoint.provider import PROVIDER
from aibrain_jupyter.sharepoint.server import Fault
from aibrain_jupyter.sharepoint.sites import site_named

REFUSED = [
    (401, "", "", error_handler.CredentialsExpiredError),
    (403, "accessDenied", "", error_handler.PermissionDeniedError),
    (403, "malwareDetected", "", error_handler.PermissionDeniedError),
    (404, "itemNotFound", "", errors.NotThereError),
    (404, "itemNotFound", "uploadSessionNotFound", errors.SessionLostError),
    (409, "nameAlreadyExists", "", errors.NameTakenError),
    (410, "resyncRequired", "resyncChangesApplyDifferences", errors.DeltaExpiredError),
    (412, "resourceModified", "", errors.ChangedMeanwhileError),
    (413, "invalidRequest", "", errors.FileTooLargeError),
    (416, "invalidRange", "fragmentOverlap", errors.RangeRefusedError),
    (423, "resourceLocked", "", errors.LockedError),
    (429, "activityLimitReached", "throttledRequest", error_handler.ThrottledError),
    (503, "serviceNotAvailable", "", error_handler.ThrottledError),
    (504, "", "", error_handler.CallTimeoutError),
    (500, "generalException", "", error_handler.ServiceError),
    (507, "quotaLimitReached", "", errors.QuotaError),
    (400, "invalidRequest", "invalidPath", errors.ForbiddenNameError),
    (400, "invalidRequest", "pathIsTooLong", errors.LongPathError),
    (418, "teapot", "", error_handler.ServiceError),
]


@pytest.mark.parametrize(("status", "code", "inner", "kind"), REFUSED)
def test_a_refusal_has_its_class_and_step(status, code, inner, kind):
    """Status and code lead to one class, with what to do, the code and the request id."""
    refusal = Refusal(status, code, inner, "words", "request-1")
    error = translate(GraphRefused(refusal), call="driveitem-get", place="contoso/x", item="a.txt")

    assert type(error) is kind
    assert error.next_steps
    assert "request-1" == error.facts["request_id"]
    assert "{" not in str(error)


def test_rows_are_told_apart():
    """Names are unique, every row says what to do and where that is from, the last fits all."""
    assert len({cause.name for cause in CAUSES}) == len(CAUSES)
    assert all(cause.steps and cause.source for cause in CAUSES)
    assert CAUSES == tuple(PROVIDER.causes())
    assert CAUSES[-1].fits(Failure(ValueError("?")))


@pytest.fixture
def ask(graph):
    """Ask the local Graph for its library."""
    target = site_named("audit").target("ann")

    def ask():
        found = PROVIDER.clients().client_for(target, "graph")
        return found.json(
            CallContext(target=target), "drive-get", "GET", f"/drives/{graph.drive.id}"
        )

    return ask


def test_a_token_that_ends_in_the_middle_is_renewed(ask, graph):
    """401: another token is asked for, once, and the request is made again."""
    ask()
    graph.tokens.revoke()
    ask()

    assert [200, 401, 200] == [note.status for note in graph.log]
    assert 2 == graph.tokens.issued


def test_a_token_that_nobody_renews_is_said_to_be_over(graph, monkeypatch):
    """A token that was given as a text cannot be renewed: the error says so."""
    import dataclasses

    from aibrain_jupyter.sharepoint import sites

    fixed = dataclasses.replace(site_named("audit"), credential=graph.tokens.issue())
    monkeypatch.setitem(sites.session_sites, "fixed", fixed)
    graph.tokens.revoke()
    target = dataclasses.replace(fixed, name="fixed").target("ann")
    asked = PROVIDER.clients().client_for(target, "graph")
    with pytest.raises(error_handler.CredentialsExpiredError, match="no longer accepted"):
        asked.json(CallContext(target=target), "drive-get", "GET", "/drives/x")
    assert 1 == len(graph.log)


def test_a_claims_challenge_is_shown(ask, graph):
    """What the tenant asks for, where a new token does not bring it."""
    graph.tokens.claims = '{"access_token": {"acrs": {"value": "c1"}}}'
    with pytest.raises(errors.ClaimsChallengedError, match='"acrs"'):
        ask()


def test_a_wait_that_is_long_is_for_the_person_to_decide(ask, graph):
    """More than two minutes are not waited: the error says how long it is."""
    graph.faults.append(Fault("GET", status=429, retry_after=315))
    with pytest.raises(error_handler.ThrottledError, match="315 s"):
        ask()
    assert 1 == len(graph.log)


def test_throttling_without_end_ends(ask, graph):
    """After eight attempts it is an error, not an empty answer."""
    graph.faults.append(Fault("GET", status=503, times=None))
    with pytest.raises(error_handler.ThrottledError):
        ask()
    assert 8 == len(graph.log)


def test_nobody_there(monkeypatch):
    """A Graph that cannot be reached is a connection's fault, without the address."""
    import dataclasses

    from aibrain_jupyter.sharepoint import client, sites

    monkeypatch.setattr(client, "FIRST_PAUSE_S", 0.0)
    gone = sites.Site("gone", "h", "/sites/x", graph="http://127.0.0.1:9", credential="token")
    monkeypatch.setitem(sites.session_sites, "gone", dataclasses.replace(gone))
    target = gone.target("ann")
    asked = PROVIDER.clients().client_for(target, "graph")
    with pytest.raises(error_handler.ConnectionFailedError) as caught:
        asked.json(CallContext(target=target), "drive-get", "GET", "/drives/secret-path")
    assert "secret-path" not in str(caught.value)
