"""``%aibrain evidence collect``: from a plan to saved items in one cell, nothing asked twice."""

from __future__ import annotations

import datetime as dt
import sys
import threading
from pathlib import Path

import pytest
import yaml

from aibrain_jupyter.execution.runs.session import get_session
from aibrain_jupyter.shared.error_handler import EvidenceError, UnknownNameError
from aibrain_jupyter.tool_registry import get_tool_registry

sys.path.insert(0, str(Path(__file__).parents[2]))
from test_second_provider import DATA, Service

PLAN = """
plan: sites
title: Sites of our tenants
period: 2026
accounts: [contoso, fabrikam]
rows:
  - id: lists
    controls: [A.5.9, A.5.12]
    why: every list of every site
    tool: site_lists
    checks:
      - {name: no empty list, where: "items == 0"}
      - {name: no legal list, where: "list.str.startswith('legal')"}
    sample: {n: 2, seed: abc}
  - id: hr
    rfi: [RFI-7]
    title: Lists of HR
    tool: site_lists
    parameters: {prefix: hr}
    regions: [hr]
    accounts: [contoso]
    every: quarter
  - id: policy
    controls: [A.5.1]
    document: the signed policy
"""


@pytest.fixture
def service(monkeypatch, tmp_path, shell):
    """A provider of sites, a plan for it, and an evidence store of the test's own."""
    found = Service()
    monkeypatch.setenv("SITES_URL", found.url)
    monkeypatch.setenv("AIBRAIN_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("AIBRAIN_EVIDENCE_DIR", str(tmp_path / "evidence"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(DATA))
    sys.modules.pop("sites", None)
    import sites

    get_tool_registry().register(sites.SITE_LISTS, replace=True)
    Path("plan.yml").write_text(PLAN)
    yield found
    if found.hold:
        found.hold.set()
    found.http.shutdown()
    sys.modules.pop("sites", None)


def _statuses(frame):
    return dict(zip(frame["row"] + " " + frame["code"], frame["status"], strict=True))


def test_one_cell_from_a_plan_to_saved_items(run, service):
    """Rows are collected, judged, sampled and saved with their row, occurrence and cell."""
    ran = run("%aibrain evidence collect plan.yml")

    assert {
        "lists A.5.9": "check failed",
        "lists A.5.12": "check failed",
        "hr RFI-7": "complete",
        "policy A.5.1": "missing",
    } == _statuses(ran.value)
    assert "no legal list: failed for 2 rows" in ran.value["checks"].iloc[0]
    assert "attach it" in ran.value["remarks"].iloc[-1]
    assert 2 == ran.value.attrs["evidence"]["status"]
    listed = run("%aibrain evidence list").value
    assert {"site_lists", "Sample of site_lists", "Lists of HR"} == set(listed["title"])
    card = run(f"%aibrain evidence show {ran.value['item'].iloc[0]}").value.text
    assert "--accounts contoso,fabrikam --save A.5.9 --save A.5.12" in card
    assert "every list of every site" in card


def test_what_is_saved_and_whole_is_not_asked_again(run, service):
    """The same cell once more asks nobody and says that it was saved; ``--again`` asks."""
    run("%aibrain evidence collect plan.yml")
    asked = len(service.asked)
    ran = run("%aibrain evidence collect plan.yml")

    assert asked == len(service.asked)
    assert ran.value["remarks"].iloc[0].startswith("saved before")
    run("%aibrain evidence collect plan.yml --again --rows hr")
    assert asked < len(service.asked)


def test_a_refusal_is_a_gap_and_no_check_passes_over_it(run, service):
    """With a site refused there are gaps, checks are not known, and due says incomplete."""
    service.refused |= {"contoso/legal/lists", "contoso/hr/hr-a"}
    ran = run("%aibrain evidence collect plan.yml --rows lists,hr")

    assert {"with gaps"} == set(ran.value["status"])
    assert "no empty list: not known" in ran.value["checks"].iloc[0]
    due = run("%aibrain evidence due plan.yml").value
    assert {"incomplete"} == set(due[due["row"] == "lists"]["status"])


def test_when_the_cause_is_gone_the_incomplete_item_is_superseded(run, service):
    """Collected again without the gap there is one good item, and the old one is out of use."""
    service.refused.add("contoso/hr/lists")
    run("%aibrain evidence collect plan.yml --rows lists")
    service.refused.clear()
    run("%aibrain evidence collect plan.yml --rows lists")

    listed = run("%aibrain evidence list").value
    assert ["superseded", "collected"] == [
        state
        for title, state in zip(listed["title"], listed["state"], strict=True)
        if title == "site_lists"
    ]


def test_zero_rows_from_a_gap_pass_no_check(run, service):
    """Where every call is refused nothing is saved, and the row is missing with the reason."""
    service.refused.add("contoso/hr/lists")
    ran = run("%aibrain evidence collect plan.yml --rows hr")

    assert ["missing"] == ran.value["status"].tolist()
    assert "refused contoso/hr/lists" in ran.value["remarks"].item()
    assert run("%aibrain evidence list").value.empty


def test_cancelled_it_keeps_what_has_ended(run, service, monkeypatch):
    """Rows whose calls have ended are saved, cancelled ones are missing and asked for next time."""
    from aibrain_jupyter.execution.loop.cancel_and_ctrl_c import CancelToken

    tokens, go_on = [], threading.Event()
    made = CancelToken.__init__

    def remember(self, *args, **given):
        made(self, *args, **given)
        tokens.append(self)

    monkeypatch.setattr(CancelToken, "__init__", remember)
    answer = service.answer

    def slow(path):
        if path == "fabrikam/sales/lists":
            tokens[0].cancel()
            go_on.wait(60)
        return answer(path)

    service.answer = slow
    ran = run("%aibrain evidence collect plan.yml --rows lists,hr")
    go_on.set()

    assert "missing" == _statuses(ran.value)["lists A.5.9"]
    assert "cancelled" in ran.value["remarks"].iloc[0]
    service.answer = answer
    again = run("%aibrain evidence collect plan.yml --rows lists,hr")
    assert {"check failed", "complete"} == set(again.value["status"])


def test_in_the_background_it_is_a_job_with_the_table(run, shell, service):
    """``--bg`` gives a run at once; its result is the table, and jobs lists it under the plan."""
    job = run("%aibrain evidence collect plan.yml --bg").value
    table = job.result(60)

    assert "check failed" == _statuses(table)["lists A.5.9"]
    row = run("%aibrain jobs").value.iloc[0]
    assert ("Sites of our tenants", "gaps") == (row["what"], row["state"])


def test_a_dry_run_shows_calls_and_permissions_and_asks_nobody(run, service):
    """Before anything runs the whole plan is shown; nothing is asked, saved or made."""
    ran = run("%aibrain evidence collect plan.yml --dry-run")

    assert "4 calls" in ran.shown[0]
    assert "Sites.Read.All" in ran.shown[0]
    assert [] == service.asked
    assert not Path("evidence").exists()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("tool: site_lists", "tool: site_list", "Row lists of the plan sites: There is no tool"),
        ("prefix: hr", "prefx: hr", "Row hr of the plan sites"),
        ("items == 0", "itms == 0", "Row lists of the plan sites"),
        ("accounts: [contoso]", "accounts: [contso]", "named 'contso'"),
    ],
)
def test_a_wrong_row_is_named_before_anything_is_asked(run, service, old, new, said):
    """A tool, parameter, check or account that there is not is an error, and nobody was asked."""
    Path("plan.yml").write_text(PLAN.replace(old, new))
    ran = run("%aibrain evidence collect plan.yml")

    assert said in str(ran.error)
    assert [] == service.asked


def test_strict_fails_the_cell_after_saving(run, service):
    """``--strict`` is for unattended runs: what could be saved is, and the cell fails by name."""
    ran = run("%aibrain evidence collect plan.yml --strict")

    assert isinstance(ran.error, EvidenceError)
    assert 3 == len(run("%aibrain evidence list").value)


def test_each_row_is_a_run_that_can_be_looked_at(run, service):
    """Rows are runs of the history with the cell a person would write."""
    run("%aibrain evidence collect plan.yml")
    cells = [one.request.text for one in get_session().runs]

    assert (
        '%%aibrain site_lists --accounts contoso --regions hr --save RFI-7\nprefix: "hr"' in cells
    )


def test_an_unknown_row_or_occurrence_is_told(run, service):
    """The nearest row and occurrence are named."""
    assert isinstance(run("%aibrain evidence collect plan.yml --rows list").error, UnknownNameError)
    ran = run("%aibrain evidence collect plan.yml --rows hr --occurrence 2026-Q7")
    assert "2026-Q1" in str(ran.error)


STARTS = "list.str.startswith('hr')"


def _plan_of(*rows, name="mine", period="2020..2999"):
    lines = "".join(f"  - {{controls: [A.5.9], tool: site_lists, {row}}}\n" for row in rows)
    Path("mine.yml").write_text(
        f"plan: {name}\nperiod: {period}\naccounts: [contoso]\nrows:\n{lines}"
    )


def test_an_exclusion_of_a_row_is_for_that_row_alone(run, service):
    """What one row leaves out is judged in every other, of this plan and the next."""
    check = f'checks: [{{name: no hr, where: "{STARTS}"}}]'
    exclude = "exclude: {where: {site: hr}, reason: r, decided_by: d}"
    _plan_of(f"id: a, {exclude}, {check}", f"id: b, {check}")
    first = run("%aibrain evidence collect mine.yml").value
    _plan_of(f"id: a, {check}", name="next")
    second = run("%aibrain evidence collect mine.yml").value

    assert ["complete", "check failed"] == first["status"].tolist()
    assert ["check failed"] == second["status"].tolist()
    assert ["mine a"] == [*run("%aibrain evidence exclusions").value["row"]]


def test_a_check_that_judged_no_row_because_all_are_excluded_is_no_pass(run, service):
    """Where every row is excluded on purpose nothing was checked."""
    exclude = "exclude: {where: {tenant: contoso}, reason: r, decided_by: d}"
    _plan_of(f'id: a, {exclude}, checks: [{{name: c, where: "items == 0"}}]')

    assert ["check not known"] == run("%aibrain evidence collect mine.yml").value["status"].tolist()


def test_a_plan_decides_nothing(run, service):
    """A row whose tool approves, excludes or purges is refused before anything is asked."""
    run("%aibrain site_lists --accounts contoso --save A.5.9")
    item = run("%aibrain evidence list").value["item"].item()
    rows = f"{{id: a, controls: [A.5.9], tool: evidence_approve, parameters: {{item: {item}}}}}"
    Path("mine.yml").write_text(f"plan: mine\nperiod: 2020..2999\nrows: [{rows}]\n")

    assert "only collects" in str(run("%aibrain evidence collect mine.yml").error)
    assert ["collected"] == run("%aibrain evidence list").value["state"].tolist()


def test_a_row_that_was_edited_is_asked_or_judged_again(run, service):
    """A check that an item was never held to is not known; other accounts are asked for."""
    _plan_of("id: a")
    assert ["complete"] == run("%aibrain evidence collect mine.yml").value["status"].tolist()
    check = 'checks: [{name: c, where: "items == 3"}]'
    _plan_of(f"id: a, {check}")
    edited = run("%aibrain evidence collect mine.yml").value
    _plan_of(f"id: a, accounts: [contoso, fabrikam], {check}")
    wider = run("%aibrain evidence collect mine.yml").value

    assert ("check not known", 4) == (edited["status"].item(), edited["rows"].item())
    assert ("check failed", 6) == (wider["status"].item(), wider["rows"].item())


def test_what_has_not_begun_is_not_collected(run, service):
    """A list of today is none of next year, however its occurrence is named."""
    _plan_of("id: a, every: quarter")
    ran = run("%aibrain evidence collect mine.yml --period 2999")

    assert ["missing"] == ran.value["status"].tolist()
    assert "2999-Q1 begins" in ran.value["remarks"].item()
    assert [] == service.asked


def test_what_happens_in_an_occurrence_is_not_over_before_its_end(run, service):
    """A row about all of an occurrence is not complete while that goes on."""
    Path("mine.yml").write_text(
        "plan: mine\nperiod: 2020..2999\naccounts: [contoso]\nrows:\n"
        "  - {id: a, controls: [A.5.9], tool: site_lists, parameters: {prefix: '@period'}}\n"
    )
    answer = service.answer
    service.answer = lambda path: (
        (200, {"lists": ["2020-01-01..2999-12-31"]}) if path.endswith("/lists") else answer(path)
    )
    ran = run("%aibrain evidence collect mine.yml")

    assert ["not over"] == ran.value["status"].tolist()
    assert ["due"] == run("%aibrain evidence due mine.yml").value["status"].tolist()


def test_two_kernels_that_collect_at_once_save_everything_once(run, service):
    """What another is collecting is left to it, and what it saved meanwhile is not asked again."""
    from aibrain_jupyter.evidence.store.default import default_store
    from aibrain_jupyter.evidence.store.draft import claim

    _plan_of("id: a")
    default_store().make()
    release = claim(default_store().folder, "mine\na\n2020-01-01T00:00:00Z")
    left = run("%aibrain evidence collect mine.yml").value
    release()

    assert (["missing"], []) == (left["status"].tolist(), service.asked)
    assert "another kernel" in left["remarks"].item()
    assert ["complete"] == run("%aibrain evidence collect mine.yml").value["status"].tolist()


def test_what_another_kernel_saved_meanwhile_is_taken(run, service):
    """Between the look at the store and the start somebody else may have saved the row."""
    from aibrain_jupyter.tool_executors.evidence.plans import wanted
    from aibrain_jupyter.tool_executors.evidence.plans.planning import plan_of

    _plan_of("id: a")
    plan, now = plan_of("mine.yml"), dt.datetime.now(dt.UTC)
    (looked,) = wanted.wanted_of(plan, now)
    run("%aibrain evidence collect mine.yml")

    assert "saved before" in wanted.saver_of(plan, looked, now).remarks


def test_what_is_saved_and_cannot_be_anchored_is_said_to_be_saved(run, service):
    """A memory of heads that is damaged is a remark: the item is there, and is not asked again."""
    _plan_of("id: a")
    run("%aibrain evidence collect mine.yml")
    (memory,) = Path("data/evidence").glob("*.json")
    memory.write_text("")
    ran = run("%aibrain evidence collect mine.yml --again").value

    assert ["complete"] == ran["status"].tolist()
    assert ran["item"].item() in run("%aibrain evidence list").value["item"].tolist()
    assert "not anchored" in ran["remarks"].item()


def test_due_of_a_day_knows_what_was_saved_and_decided_by_then(run, service):
    """As of the day before nothing was there; as of today there is what is saved."""
    _plan_of("id: a")
    before = dt.datetime.now(dt.UTC).date() - dt.timedelta(days=1)  # midnight may come meanwhile
    item = run("%aibrain evidence collect mine.yml").value["item"].item()
    run(f"%aibrain evidence reject {item} --reason 'of another team'")
    due = [
        run(f"%aibrain evidence due mine.yml --at {day}").value["status"].item()
        for day in (before, "today")
    ]

    assert ["due", "rejected"] == due


def test_a_replayed_row_is_judged_as_it_was(run, service):
    """Checks, needed ones too, and exclusions of a row are in the next plan, row by row."""
    checks = 'checks: [{name: has, needs: "items == 3"}]'
    exclude = "exclude: [{where: {site: hr}, reason: r, decided_by: d}]"
    _plan_of("id: a", f"id: b, {checks}, {exclude}", period="2026")
    run("%aibrain evidence collect mine.yml")
    run("%aibrain evidence replay 2027")
    rows = yaml.safe_load(Path("plan-2027.yml").read_text("utf-8"))["rows"]
    # In the order in which they were saved, which is that in which their calls ended.
    plain, judged = sorted(rows, key=lambda row: "checks" in row)

    assert [{"name": "has", "needs": "items == 3"}] == judged["checks"]
    assert [{"where": {"site": "hr"}, "reason": "r", "decided_by": "d"}] == judged["exclude"]
    assert not {"checks", "exclude"} & set(plain)


def test_an_item_and_what_is_asked_now_have_the_same_places(run, service):
    """A provider whose places are not in the order of letters gives no change of scope."""
    _plan_of("id: a")
    item = run("%aibrain evidence collect mine.yml").value["item"].item()

    assert [] == run(f"%aibrain evidence reperform {item}").value.to_dict("records")
