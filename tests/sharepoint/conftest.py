"""A local Graph for each test, its site for the session, and cells that ask it."""

from __future__ import annotations

import pytest

from aibrain_jupyter.sharepoint import client, sites
from aibrain_jupyter.sharepoint.server import LocalGraph
from aibrain_jupyter.sharepoint.sign_in import use_credential
from aibrain_jupyter.sharepoint.sign_in.tenant import VARIABLES


@pytest.fixture
def graph(monkeypatch):
    """A running server with an empty library, and its site named ``audit``."""
    monkeypatch.setattr(client, "FIRST_PAUSE_S", 0.01)
    with LocalGraph() as found:
        site = sites.Site(
            "audit",
            "contoso.sharepoint.com",
            "/sites/audit",
            graph=found.url,
            credential=lambda: (found.tokens.issue(), 3600),
        )
        monkeypatch.setitem(sites.session_sites, "audit", site)
        yield found


@pytest.fixture
def run(graph):
    """Run a cell as a request and return the run."""
    from aibrain_jupyter.execution.loop.cancel_and_ctrl_c import CancelToken
    from aibrain_jupyter.execution.runs.run import run_request
    from aibrain_jupyter.magics.grammar.requests import request_of_text

    def run(cell, token=None, listener=lambda event: None):
        request = request_of_text(cell, {})
        return run_request(request, token=token or CancelToken(), listener=listener)

    return run


@pytest.fixture
def answers(graph, monkeypatch):
    """Change an answer of the server on its way."""

    def answers(fits, change):
        real = graph._answer

        def answer(asked):
            found = real(asked)
            return change(found) if fits in f"{asked.method} {asked.path}" else found

        monkeypatch.setattr(graph, "_answer", answer)

    return answers


@pytest.fixture
def nobody(monkeypatch):
    """Nothing of the environment, and nobody signed in before or after."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    use_credential(None)
    yield
    use_credential(None)
