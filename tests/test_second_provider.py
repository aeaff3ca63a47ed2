"""A provider that is not AWS: one file of its own, and every part of the house works with it."""

from __future__ import annotations

import http.server
import json
import sys
import threading
from pathlib import Path

import pytest

from aibrain_jupyter.shared.base_tool import ToolSpec
from aibrain_jupyter.shared.error_handler import ParameterError, UnknownNameError
from aibrain_jupyter.tool_registry import get_tool_registry

DATA = Path(__file__).parent / "data" / "second_provider"


class Service:
    """A scripted server: two pages of lists per site, refusals where it is told to."""

    def __init__(self):
        self.asked, self.refused, self.expired = [], set(), {"expired"}
        self.hold = None
        service = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                service.asked.append(self.path)
                if service.hold:
                    service.hold.wait(30)
                status, body = service.answer(self.path.strip("/"))
                self.send_response(status)
                self.end_headers()
                self.wfile.write(json.dumps(body).encode())

            def log_message(self, *args):
                pass

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.http.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.http.server_port}"

    def answer(self, path):
        tenant, site, what = path.split("/")
        if tenant in self.expired:
            return 401, {}
        if path in self.refused:
            return 403, {}
        if what == "lists":
            return 200, {"lists": [f"{site}-a"], "next": f"{tenant}/{site}/lists2"}
        if what == "lists2":
            return 200, {"lists": [f"{site}-b"]}
        return 200, {"items": 3}


@pytest.fixture
def service(monkeypatch):
    """The service, and its tools in the registry."""
    found = Service()
    monkeypatch.setenv("SITES_URL", found.url)
    monkeypatch.syspath_prepend(str(DATA))
    sys.modules.pop("sites", None)
    import sites

    get_tool_registry().register(sites.SITE_LISTS, replace=True)
    yield found
    found.http.shutdown()
    get_tool_registry.cache_clear()
    sys.modules.pop("sites", None)


@pytest.fixture
def run(service):
    """Run a cell as a request and return the run."""
    from aibrain_jupyter.execution.loop.cancel_and_ctrl_c import CancelToken
    from aibrain_jupyter.execution.runs.run import run_request
    from aibrain_jupyter.magics.grammar.requests import request_of_text

    def run(cell, token=None, listener=lambda event: None):
        request = request_of_text(cell, {})
        return run_request(request, token=token or CancelToken(), listener=listener)

    return run


def test_it_is_one_small_file():
    """A second provider is its own code and no change in the package."""
    assert len((DATA / "sites.py").read_text().splitlines()) < 150


def test_rows_say_which_site_they_are_from(run):
    """The parts its targets declare are the first columns; every page is read."""
    frame = run("%aibrain site_lists --accounts contoso,fabrikam").frame

    assert ["tenant", "site", "list", "items"] == list(frame.columns)
    assert 6 == len(frame)
    assert {"contoso", "fabrikam"} == set(frame["tenant"])
    assert {3} == set(frame["items"])


def test_what_is_refused_is_a_gap_with_its_place(run, service):
    """A refused detail and an expired tenant are missing by name; the others are there."""
    service.refused.add("contoso/hr/hr-b")
    done = run("%aibrain site_lists")

    labels = [gap.label for gap in done.summary.gaps]
    assert ["contoso/hr GET contoso/hr/hr-b hr-b: denied"] == labels[:1]
    assert "expired/old GET expired/old/lists: failed" in labels
    assert {"tenant": 3, "site": 4} == done.summary.places
    assert ["tenant", "site"] == list(done.coverage.columns[:2])


def test_the_cache_and_resume_work(run, service):
    """Only what is missing is asked for again."""
    first = len(run("%aibrain site_lists").frame)
    service.expired.clear()
    before = len(service.asked)
    second = run("%aibrain site_lists")

    assert (6, 8) == (first, len(second.frame))
    assert {
        "/expired/old/lists",
        "/expired/old/lists2",
        "/expired/old/old-a",
        "/expired/old/old-b",
    } == set(service.asked[before:])
    assert ["memory", "memory", "memory", "live"] == sorted(second.coverage["source"], reverse=True)


def test_it_can_be_cancelled(run, service):
    """Cancel ends the run although the service does not answer."""
    from aibrain_jupyter.execution.loop.cancel_and_ctrl_c import CancelToken
    from aibrain_jupyter.shared.events import CallStarted

    token, service.hold = CancelToken(), threading.Event()

    def stop(event):
        if isinstance(event, CallStarted):
            token.cancel()

    done = run("%aibrain site_lists --accounts contoso", token, stop)
    service.hold.set()

    assert "cancelled" == done.outcome_word
    assert {"cancelled"} == set(done.coverage["outcome"])


def test_the_plan_has_its_words(run):
    """Targets, permissions and figures of a dry run are the provider's own."""
    from aibrain_jupyter.execution.runs.run import plan_request
    from aibrain_jupyter.magics.grammar.requests import request_of_text
    from aibrain_jupyter.widgets.plan import plan_page

    text = plan_page(plan_request(request_of_text("%aibrain site_lists", {}))).text()

    assert "Sites.Read.All" in text
    assert "3 tenants" in text
    assert "fabrikam" in text


def test_wrong_names_and_options_are_refused(run):
    """A tenant that does not exist; accounts for a tool that runs nowhere in particular."""
    with pytest.raises(UnknownNameError, match="contso"):
        run("%aibrain site_lists --accounts contso")
    spec = ToolSpec("plain_rows", "Rows.", "json:dumps")
    get_tool_registry().register(spec, replace=True)
    with pytest.raises(ParameterError, match="--accounts would change nothing"):
        run("%aibrain plain_rows --accounts prod")


def test_it_passes_the_check_for_authors(service):
    """The testing helper finds no fault, and finds those that are put in."""
    import dataclasses

    import sites

    from aibrain_jupyter.testing import call, check_tool

    check_tool(sites.SITE_LISTS)
    target = sites.SiteTarget(tenant="fabrikam", site="sales", profile="fabrikam")
    assert 2 == len(call(sites.SITE_LISTS, target=target).frame)
    extra = sites.Param("colour", str, "colour", default="red")
    faulty = dataclasses.replace(sites.SITE_LISTS, params=(extra,))
    with pytest.raises(AssertionError, match="the code does not take colour"):
        check_tool(faulty)


def test_completion_and_help_know_it(service):
    """Tab offers tenants after --accounts; the help has its columns and places."""
    from aibrain_jupyter.magics.completion.line import offers_on_line
    from aibrain_jupyter.magics.verbs.help import HELP_VERB
    from aibrain_jupyter.shared.verbs.verb import VerbCall

    assert "contoso" in offers_on_line("site_lists --accounts con").texts
    page = HELP_VERB.call(VerbCall(("site_lists",))).text()
    assert "First tenant and site" in page
    assert "how many items it has" in page


def test_half_a_character_in_a_tenants_name_costs_no_run(run, monkeypatch):
    """Its rows are there, asked and from the cache, under the name as JSON writes it."""
    import sites

    half = "contoso\ud83d"
    monkeypatch.setattr(sites, "TENANTS", {half: ("hr",), "fabrikam": ("sales",)})
    monkeypatch.setattr(sites.SiteLists, "run", lambda *_, **__: [{"list": "a", "items": 3}])

    asked, again = run("%aibrain site_lists"), run("%aibrain site_lists")

    for done in (asked, again):
        assert {"contoso\\ud83d", "fabrikam"} == set(done.frame["tenant"])
        assert ["ok", "ok"] == done.coverage["outcome"].tolist()
