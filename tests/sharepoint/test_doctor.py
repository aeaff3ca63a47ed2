"""``%aibrain doctor`` has what SharePoint needs: sites, cloud, sign-in; nothing secret."""

from __future__ import annotations

import pytest

from aibrain_jupyter.shared.config import get_settings
from aibrain_jupyter.sharepoint import sites
from aibrain_jupyter.sharepoint.provider import PROVIDER
from aibrain_jupyter.sharepoint.server import Fault

pytestmark = pytest.mark.usefixtures("nobody")


@pytest.fixture
def named(monkeypatch):
    """A site of the settings."""
    monkeypatch.setenv("AIBRAIN_SHAREPOINT_SITES", "audit=https://contoso.sharepoint.com/sites/a")


def _rows(**how):
    return {one.name: one for one in PROVIDER.examine(**how)}


def test_who_does_not_use_it_is_not_bothered():
    """No site, no credential: one green row, without a step."""
    (row,) = _rows().values()

    assert ("green", "") == (row.level, row.next_step)


def test_nobody_signed_in_is_amber(named):
    """A site is named and nobody signed in: cloud, tenant, and how to sign in."""
    rows = _rows()

    assert ("amber", "Sign in: %aibrain sharepoint_login") == (
        rows["SharePoint sign-in"].level,
        rows["SharePoint sign-in"].next_step,
    )
    assert "cloud global, tenant not named" in rows["SharePoint tenant"].found
    assert "green" == rows["SharePoint site audit"].level


@pytest.mark.parametrize(
    ("variables", "kind"),
    [
        ({"AZURE_CLIENT_SECRET": "s3cret-canary"}, "client secret"),
        ({"AZURE_FEDERATED_TOKEN_FILE": "/none"}, "federated token"),
        ({"IDENTITY_ENDPOINT": "http://127.0.0.1:9/x"}, "managed identity"),
    ],
)
def test_the_kind_of_credential_is_named(named, monkeypatch, variables, kind):
    """What would sign in, from the environment alone; no secret, nothing sent."""
    for name, text in {**variables, "AZURE_TENANT_ID": "t", "AZURE_CLIENT_ID": "app"}.items():
        monkeypatch.setenv(name, text)
    rows = _rows()

    assert ("green", kind) == (rows["SharePoint sign-in"].level, rows["SharePoint sign-in"].found)
    assert "tenant t, application app" in rows["SharePoint tenant"].found
    assert "canary" not in str(rows)


def test_half_a_credential_is_red(named, monkeypatch):
    """A secret without tenant and application cannot sign in."""
    monkeypatch.setenv("AZURE_CLIENT_SECRET", "s")

    assert "red" == _rows()["SharePoint sign-in"].level


def test_a_sign_in_of_another_cloud_is_amber(named, monkeypatch):
    """The environment names a sign-in that is not the cloud's."""
    monkeypatch.setenv("AZURE_AUTHORITY_HOST", "login.microsoftonline.us")
    row = _rows()["SharePoint tenant"]

    assert "amber" == row.level
    assert "login.microsoftonline.us" in row.found


def test_settings_that_are_none_are_red(monkeypatch):
    """A site that is no address, and a token file where files are handed on."""
    monkeypatch.setenv("AIBRAIN_SHAREPOINT_SITES", "audit=contoso")
    assert "red" == _rows()["SharePoint sites"].level
    monkeypatch.setenv("AIBRAIN_SHAREPOINT_SITES", "https://contoso.sharepoint.com/sites/a")
    folder = get_settings().get("evidence_folder")
    monkeypatch.setenv("AIBRAIN_SHAREPOINT_TOKEN_FILE", f"{folder}/tokens.json")
    assert "red" == _rows()["SharePoint token file"].level


def test_a_token_file_is_looked_at(named, monkeypatch, tmp_path):
    """Not there yet, the user's alone, or open to others; what is in it is not shown."""
    path = tmp_path / "tokens.json"
    monkeypatch.setenv("AIBRAIN_SHAREPOINT_TOKEN_FILE", str(path))
    monkeypatch.setenv("AIBRAIN_SHAREPOINT_APP", "app")
    levels = [_rows()["SharePoint token file"].level]
    path.write_text("canary")
    for mode in (0o600, 0o640):
        path.chmod(mode)
        levels.append(_rows()["SharePoint token file"].level)
        assert "canary" not in str(_rows())

    assert ["green", "green", "red"] == levels


def test_only_online_asks(graph):
    """Offline nothing is sent; online each site is asked, and who asks is named by kind."""
    offline = _rows()["SharePoint site audit"]
    assert not graph.log
    online = _rows(is_online=True)["SharePoint site audit"]

    assert "green" == offline.level == online.level
    assert "1 libraries, answered in" in online.found
    assert "asked as a function that was handed over" in online.found
    assert not [token for token in graph.tokens.valid if token in str(online)]


@pytest.mark.parametrize("status", [404, 403, 401])
def test_a_site_that_cannot_be_asked_is_red(graph, status):
    """A refusal is red, with its reason and next step."""
    graph.faults.append(Fault("GET", status=status, times=None))
    row = _rows(is_online=True)["SharePoint site audit"]

    assert "red" == row.level
    assert row.next_step


def test_a_library_that_is_not_there_is_red(graph, monkeypatch):
    """The library a site's address names must be one of its own."""
    import dataclasses

    site = dataclasses.replace(sites.session_sites["audit"], library="Nope")
    monkeypatch.setitem(sites.session_sites, "audit", site)
    row = _rows(is_online=True)["SharePoint site audit"]

    assert ("red", "Name one of: Documents") == (row.level, row.next_step)


def test_a_clock_that_is_wrong_is_red(graph, monkeypatch):
    """Graph's Date against this computer's clock."""
    monkeypatch.setattr(graph, "clock_ahead_s", 3600.0)
    row = _rows(is_online=True)["SharePoint site audit"]

    assert "red" == row.level
    assert "slow" in row.found


def test_the_verb_shows_it(graph):
    """The rows stand in the table of %aibrain doctor."""
    from aibrain_jupyter.tool_executors.self_healing_executor import examined

    assert "SharePoint site audit" in set(examined()["what"])
