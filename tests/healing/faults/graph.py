"""Faults of SharePoint: Graph's codes, sign-ins that Entra refuses, connections that break."""

from __future__ import annotations

from functools import partial

from tests.healing.faults.world import CANARY, REPAIR, Fault

CELL = "%aibrain sharepoint_list --accounts audit --fresh"
_STATUSES = (
    # name, status, code, cause, gist
    ("access denied", 403, "accessDenied", "denied", "Sites.Selected"),
    ("held for malware", 403, "malwareDetected", "malware", "administers the tenant"),
    ("not there", 404, "itemNotFound", "not-there", "Check site, library and path"),
    ("invalid path", 400, "invalidPath", "forbidden-name", "Rename it"),
    ("path too long", 400, "pathIsTooLong", "long-path", "shorter folders"),
    ("name taken", 409, "nameAlreadyExists", "name-taken", "conflict=rename"),
    ("changed meanwhile", 412, "resourceModified", "changed-meanwhile", "Run the cell again"),
    ("too large", 413, "invalidRequest", "too-large", "too large"),
    ("range refused", 416, "invalidRange", "range-refused", "next expected"),
    ("locked", 423, "resourceLocked", "locked", "open to close it"),
    ("upload session gone", 404, "uploadSessionNotFound", "session-lost", "expired"),
    ("no room left", 507, "quotaLimitReached", "quota", "room"),
    ("throttled for long", 429, "activityLimitReached", "throttled", "315 s"),
    ("gateway timed out", 504, "", "gateway", "in time"),
    ("teapot", 418, "teapot", "unknown", "unknown.*request id"),
)
_ENTRA = (
    ("wrong secret", 7000215, "wrong-client-secret", "AZURE_CLIENT_SECRET"),
    ("expired secret", 7000222, "expired-client-secret", "new one, or use a certificate"),
    ("second factor", 50076, "second-factor", "second factor"),
    ("consent", 65001, "consent", "administrator to consent"),
    ("Conditional Access", 53003, "device-code-blocked", "Conditional Access"),
    ("unknown application", 700016, "unknown-application", "AZURE_CLIENT_ID"),
    ("signed out", 50173, "signed-out", "Sign in again"),
)


def _graph(world, credential=None):
    from aibrain_jupyter.sharepoint import client, sites
    from aibrain_jupyter.sharepoint.server import LocalGraph

    found = world.undo.enter_context(LocalGraph())
    found.drive.write("RFI-1/users.csv", b"user\nann\n")

    def issue():
        token = found.tokens.issue()
        world.secrets.append(token)
        return token, 3600

    _site(world, found.url, issue if credential is None else credential)
    world.undo.callback(setattr, client, "FIRST_PAUSE_S", client.FIRST_PAUSE_S)
    client.FIRST_PAUSE_S = 0.01
    world.env(AZURE_CLIENT_SECRET=CANARY)
    world.undo.callback(world.env, AZURE_CLIENT_SECRET=None)
    assert sites.session_sites
    return found


def _site(world, url, credential):
    from aibrain_jupyter.sharepoint import sites

    sites.session_sites["audit"] = sites.Site(
        "audit", "contoso.sharepoint.com", "/sites/audit", graph=url, credential=credential
    )
    world.undo.callback(sites.session_sites.pop, "audit", None)


def _refused(status, code, world, **how):
    from aibrain_jupyter.sharepoint.server import Fault as GraphFault

    how.setdefault("times", None)
    wait = 315 if status == 429 and how["times"] is None else None
    how.setdefault("retry_after", wait)
    _graph(world).faults.append(GraphFault("GET", status=status, code=code, **how))


def _entra(number, world):
    from aibrain_jupyter.sharepoint.sign_in.credentials import token_of

    said = f"AADSTS{number}: The secret {CANARY} is refused."
    found = {"error": "invalid_client", "error_codes": [number], "error_description": said}
    _graph(world, lambda: token_of(found))


def _token_ended(world):
    found = _graph(world)
    token = found.tokens.issue()
    world.secrets.append(token)
    _site(world, found.url, token)
    found.tokens.revoke()


def _claims(world):
    found = _graph(world)
    found.tokens.claims = '{"access_token": {"acrs": {"value": "c1"}}}'


def _renewed(world):
    found = _graph(world)
    found.faults.append(_once(401))


def _once(status, **how):
    from aibrain_jupyter.sharepoint.server import Fault as GraphFault

    return GraphFault("GET", status=status, **how)


def _nobody_there(world):
    from tests.healing.faults.network import _free_port

    _graph(world)
    _site(world, f"http://127.0.0.1:{_free_port()}", CANARY)


def _cut(world):
    from aibrain_jupyter.sharepoint.server import Fault as GraphFault

    _graph(world).faults.append(GraphFault("GET", drop="answer"))


def _nobody_signed_in(world):
    _graph(world)
    world.env(AZURE_CLIENT_SECRET=None)
    _site(world, "https://graph.never.invalid", None)


FAULTS = (
    *(
        Fault(f"Graph: {name}", cause, gist, partial(_refused, status, code), cell=CELL)
        for name, status, code, cause, gist in _STATUSES
    ),
    *(
        Fault(f"Entra: {name}", cause, gist, partial(_entra, number), cell=CELL)
        for name, number, cause, gist in _ENTRA
    ),
    Fault(
        "Graph: token that ended", "token-expired", "no longer accepted", _token_ended, cell=CELL
    ),
    Fault("Graph: claims challenge", "claims-challenge", "acrs", _claims, cell=CELL),
    Fault("Graph: nobody signed in", "CredentialsError", "login", _nobody_signed_in, cell=CELL),
    Fault("Graph: nobody there", "unreachable", "HTTPS_PROXY", _nobody_there, cell=CELL),
    Fault("Graph: token renewed", "", "", _renewed, REPAIR, CELL),
    Fault("Graph: answer cut once", "", "", _cut, REPAIR, CELL),
    *(
        Fault(
            f"Graph: {status} once",
            "",
            "",
            partial(_refused, status, "", times=1, retry_after=0.01),
            REPAIR,
            CELL,
        )
        for status in (429, 503, 500)
    ),
)
