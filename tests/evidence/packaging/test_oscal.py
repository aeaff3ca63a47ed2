"""OSCAL says what is known, in a form that others accept, and nothing that nobody said."""

from __future__ import annotations

import json
import os
import subprocess
import uuid

import pytest

from aibrain_jupyter.evidence.packaging.forms.oscal import (
    Observed,
    Setting,
    assessment_results,
    oscal_bytes,
)
from aibrain_jupyter.shared.error_handler import ParameterError

SETTING = Setting("FY2026", "7:" + "ab" * 32, "2026-07-08T10:00:00.000Z", missing=["RFI-020: logs"])
COLLECTED = {"from": "2026-07-08T09:00:00Z", "to": "2026-07-08T09:00:05Z"}
CODES = [
    {"kind": "control", "code": "CC6.1", "framework": "soc2", "version": "2017"},
    {"kind": "rfi", "code": "#164 - Reference", "framework": "", "version": ""},
]
# Where compliance-trestle (90 MB) is installed: `.ci/run` gives it a folder of its own.
TRESTLE = os.environ.get("AIBRAIN_TEST_TRESTLE_PYTHON", "")
READ = """
import sys
from pathlib import Path
from trestle.oscal.assessment_results import AssessmentResults
read = AssessmentResults.oscal_read(Path(sys.argv[1]))
print(len(read.results[0].observations or ()))
"""


def check(verdict, name="users have MFA"):
    """A check of a plan as an item's manifest has it."""
    return {"name": name, "where": "not has_mfa", "verdict": verdict, "rows": 2, "not_known": 0}


def item(name="users-1", *, checks=(), codes=CODES, **more):
    """An item as it leaves, with two files."""
    manifest = {
        "id": name,
        "title": "IAM users\n of prod ",
        "kind": "collected",
        "codes": codes,
        "status": "collected",
        "rows": 2,
        "times": {"as_of": {"words": "on 2026-07-08"}, "collected": COLLECTED, "remarks": []},
        "source": {"system": "aws", "identities": ["arn:aws:iam::1:user/me"], "tool": ""},
        "completeness": {"statement": "2 rows from 1 place.", "gaps": [], "totals": []},
    }
    if checks:
        manifest["collection"] = {"plan": "soc2-aws", "checks": list(checks)}
    files = [
        {"path": f"items/{name}/data/users.csv", "sha256": "0" * 64, "media_type": "text/csv"},
        {"path": f"items/{name}/card.html", "sha256": "1" * 64},
    ]
    return Observed({**manifest, **more}, "2" * 64, "approved", "ana on host", files)


def result(*items, **more):
    """The one result of the document of these items."""
    setting = Setting(SETTING.title, SETTING.head, SETTING.time, **more)
    return assessment_results(items, setting)["assessment-results"]["results"][0]


def test_two_runs_give_the_same_bytes():
    """The same items at the same head give the same file; another head gives other UUIDs."""
    other = Setting(SETTING.title, "8:" + "cd" * 32, SETTING.time)

    assert oscal_bytes([item()], SETTING) == oscal_bytes([item()], SETTING)
    found, elsewhere = (assessment_results([item()], s) for s in (SETTING, other))
    ids = [each["assessment-results"]["uuid"] for each in (found, elsewhere)]
    assert ids[0] != ids[1]
    assert 5 == uuid.UUID(ids[0]).version


def test_there_is_no_assessment_plan_and_it_says_so():
    """``import-ap`` leads to a resource that says it is a collection plan."""
    found = assessment_results([item()], SETTING)["assessment-results"]

    resources = {f"#{each['uuid']}": each for each in found["back-matter"]["resources"]}
    assert (
        "Collection plan, not an assessment plan" == resources[found["import-ap"]["href"]]["title"]
    )


def test_every_file_is_a_resource_with_its_sha256():
    """Each file of an observation leads to a resource with path and SHA-256."""
    found = assessment_results([item()], SETTING)["assessment-results"]

    resources = {f"#{each['uuid']}": each for each in found["back-matter"]["resources"]}
    [observation] = found["results"][0]["observations"]
    links = [resources[e["href"]]["rlinks"][0] for e in observation["relevant-evidence"]]
    assert [(f["path"], f["sha256"]) for f in item().files] == [
        (link["href"], link["hashes"][0]["value"]) for link in links
    ]


@pytest.mark.parametrize(
    ("given", "recorded", "expected"),
    [
        ((), None, ["UNKNOWN"]),
        (["EXAMINE"], None, ["EXAMINE"]),
        (["EXAMINE"], ["TEST"], ["TEST"]),
    ],
    ids=["nobody says", "whoever packs says", "the item's record says"],
)
def test_a_method_is_said_and_never_inferred(given, recorded, expected):
    """The method is whoever packs it said, or the item's record; otherwise UNKNOWN."""
    [observation] = result(item(methods=recorded), methods=given)["observations"]

    assert expected == observation["methods"]
    assert (expected == ["UNKNOWN"]) == (
        "Nobody said by which method" in observation.get("remarks", "")
    )


def test_a_method_oscal_does_not_know_is_refused():
    """A word that is no method is an error that names the methods."""
    with pytest.raises(ParameterError, match="LOOK"):
        result(item(), methods=["LOOK"])


def test_collector_and_collected_time_stand_with_each_observation():
    """An observation names who collected it and when."""
    found = assessment_results([item()], SETTING)["assessment-results"]

    [observation] = found["results"][0]["observations"]
    [party] = found["metadata"]["parties"]
    assert "ana on host" == party["name"]
    assert party["uuid"] == observation["origins"][0]["actors"][0]["actor-uuid"]
    assert COLLECTED["to"] == observation["collected"]


@pytest.mark.parametrize(
    ("verdict", "status", "expected"),
    [
        ("passed", "collected", ["satisfied"]),
        ("failed", "collected", ["not-satisfied"]),
        ("not known", "collected", []),
        ("failed", "incomplete", ["not-satisfied"]),
        ("passed", "incomplete", []),
    ],
)
def test_only_a_verdict_is_a_finding(verdict, status, expected):
    """A check that is not known, or passed on what is incomplete, is no finding and no pass."""
    found = result(item(checks=[check(verdict)], status=status))

    states = [f["target"]["status"]["state"] for f in found.get("findings", ())]
    assert expected == states
    assert (not expected) == ("Check not known" in found["observations"][0].get("remarks", ""))


def test_a_check_that_is_needed_says_which_accounts_have_none():
    """What each account must have is written as that, not as what no row may meet."""
    needed = {"rule": "in each account a row where is_logging", "counts": "account"}
    found = result(item(checks=[{**check("failed"), **needed}]))

    said = found["findings"][0]["description"]
    assert "In each account a row where is_logging. 2 accounts have none: failed." == said


def test_without_a_check_there_is_no_finding():
    """Evidence alone is no finding, and what is missing is said."""
    found = result(item(), missing=["RFI-020: logs"])

    assert "findings" not in found
    assert "Asked for and missing: RFI-020: logs" == found["remarks"]


@pytest.mark.skipif(not TRESTLE, reason="AIBRAIN_TEST_TRESTLE_PYTHON names no Python")
@pytest.mark.parametrize(
    "items",
    [
        [],
        [item()],
        [item(codes=[]), item("logs-2", is_demo=True)],
        [item(checks=[check("passed"), check("failed"), check("not known")])],
        [item(codes=CODES[1:], checks=[check("failed")])],
    ],
    ids=["none", "one", "no code", "checks", "no control"],
)
def test_compliance_trestle_reads_it(tmp_path, items):
    """compliance-trestle accepts the document, and names what is wrong with a changed one."""
    path = tmp_path / "assessment-results.json"
    path.write_bytes(oscal_bytes(items, SETTING))
    ran = subprocess.run([TRESTLE, "-c", READ, path], capture_output=True, text=True, check=False)
    assert (0, f"{len(items)}\n") == (ran.returncode, ran.stdout), ran.stderr[-2000:]

    document = json.loads(path.read_bytes())
    del document["assessment-results"]["import-ap"]
    path.write_text(json.dumps(document))
    ran = subprocess.run([TRESTLE, "-c", READ, path], capture_output=True, text=True, check=False)
    assert ran.returncode
    assert "import-ap" in ran.stderr
