"""``%aibrain evidence``: every verb is a tool, frames are named by their variables."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import pandas as pd
import pytest

from aibrain_jupyter.evidence.store.default import default_store
from aibrain_jupyter.evidence.store.store import Store
from aibrain_jupyter.shared.error_handler import EvidenceError, GrammarError, UnknownNameError
from aibrain_jupyter.tool_registry import get_tool_registry

SHOWN = nbformat.v4.new_output("display_data", {"text/plain": "1"})


@pytest.fixture(autouse=True)
def folder(evidence_folder):
    """The folder of the notebook."""
    return evidence_folder


@pytest.fixture
def users():
    """A frame with a key."""
    return pd.DataFrame({"arn": [f"arn:{n}" for n in range(40)], "is_admin": [False] * 40})


@pytest.fixture
def saved(run, shell, users):
    """The id of an item with these rows."""
    shell.user_ns["users"] = users
    ran = run("%aibrain evidence save users --rfi RFI-014 --control CC6.1 --key arn --title Users")
    assert ran.error is None
    return ran.value


def test_a_frame_is_saved_under_its_codes(run, saved):
    """Saving gives the item's id as value, and says what it answers."""
    ran = run("%aibrain evidence list")

    row = ran.value.iloc[0]
    assert (saved, "Users", "RFI-014, CC6.1", "collected", 40) == tuple(
        row[["item", "title", "codes", "state", "rows"]]
    )


def test_codes_may_have_commas_and_be_written_twice(run, shell, users):
    """``--rfi`` repeats, and a code with a comma stays one."""
    shell.user_ns["users"] = users
    run('%aibrain evidence save users --rfi "#164, Reference" --rfi RFI-2 --key arn')

    codes = run("%aibrain evidence list").value["codes"].item()
    assert "#164, Reference, RFI-2" == codes


def test_a_derived_frame_needs_a_key(run, shell, users):
    """Rows whose key nothing declares are refused without ``--key``, and nothing is kept."""
    shell.user_ns["users"] = users

    assert "need a key" in str(run("%aibrain evidence save users --rfi R").error)
    assert not list(Path("evidence/items").iterdir())


def test_a_frame_is_looked_at_before_it_is_saved(run, shell, users):
    """``--dry-run`` says key, rows and what looks like a secret; there is no store after it."""
    shell.user_ns["users"] = users.assign(note="password=Tr0ub4dor&3-horse")
    ran = run("%aibrain evidence save users --rfi RFI-014 --key arn --dry-run")

    assert ran.error is None
    assert "40 rows" in ran.printed + "".join(map(str, ran.shown))
    said = repr(ran.shown)
    assert "Rows told apart by: arn" in said
    assert "40 places look like secrets" in said
    assert not Path("evidence").exists()


def test_a_sample_is_enlarged(run, saved):
    """A second draw of the seed keeps the rows of the first and says which draw it is."""
    small = run(f"%aibrain evidence sample {saved} -n 5 --seed FY26").value
    large = run(f"%aibrain evidence sample {saved} -n 9 --seed FY26").value

    rows = [run(f"%aibrain evidence rows {item}").value["arn"].tolist() for item in (small, large)]
    assert rows[0] == rows[1][:5]
    assert "number 2 of this population" in repr(run(f"%aibrain evidence show {large}").value)


def test_a_test_sheet_comes_back_as_an_item(run, saved):
    """A sheet is written, filled in, read back with its result, and refused with other rows."""
    sample = run(f"%aibrain evidence sample {saved} -n 3 --seed FY26").value
    run(f"%aibrain evidence sheet {sample} sheet.csv attributes=approved")
    sheet = pd.read_csv("sheet.csv", dtype=str, keep_default_na=False, encoding="utf-8-sig")
    sheet["approved"] = ["pass", "pass", "fail"]
    sheet.to_csv("filled.csv", index=False)
    sheet.iloc[:2].to_csv("short.csv", index=False)

    ran = run(
        f"%aibrain evidence tested {sample} filled.csv objective='Access is approved' "
        "procedure='Tickets were read' conclusion='One exception'"
    )
    card = repr(run(f"%aibrain evidence show {ran.value}").value)
    assert "Result: approved: 2 pass, 1 fail" in card
    assert "Objective: Access is approved" in card
    assert "missing" in str(run(f"%aibrain evidence tested {sample} short.csv").error.why)


def test_a_screenshot_is_external(run, folder):
    """A file from elsewhere is hashed, and who says what it is stands beside it; a link is one."""
    (folder / "Screen.PNG").write_bytes(b"\x89PNG")
    ran = run(
        "%aibrain evidence attach Screen.PNG --rfi RFI-014 --as-of 2026-06-30 --source Okta "
        "--said-by 'Ann, IT' --period 2026-Q2"
    )
    link = run(
        "%aibrain evidence attach https://jira.example/T-1 --rfi R --as-of 2026-07-02 "
        "--source Jira --period 2026-Q2"
    )

    manifest = json.loads(Path(f"evidence/items/{ran.value}/manifest.json").read_text())
    assert "external" == manifest["kind"]
    assert "Ann, IT" == manifest["source"]["said_by"]
    assert hashlib.sha256(b"\x89PNG").hexdigest() in [f["sha256"] for f in manifest["files"]]
    listed = run("%aibrain evidence list").value.set_index("item")
    assert "lies outside" not in listed.loc[ran.value, "remarks"]
    assert "lies outside the audit period" in listed.loc[link.value, "remarks"]
    pointer = json.loads(Path(f"evidence/items/{link.value}/manifest.json").read_text())
    assert pointer["is_pointer"]


def test_a_changed_byte_fails_the_cell(run, saved):
    """Verification says one line while all is whole, and fails the cell once a byte is changed."""
    assert any("whole" in text for text in run("%aibrain evidence verify").shown)
    data = next(Path(f"evidence/items/{saved}/data").glob("*.csv"))
    data.write_bytes(data.read_bytes().replace(b"arn:7", b"arn:8"))

    error = run("%aibrain evidence verify").error
    assert isinstance(error, EvidenceError)
    assert "data/users.csv" in error.why


def test_a_store_that_was_put_in_place_of_another_fails_the_cell(run, saved, folder):
    """Whoever replaces the whole store, ledger and id, is found by what the user remembers."""
    other = folder / "elsewhere"
    shutil.move(folder / "evidence", other)
    run("%aibrain evidence save users --rfi RFI-014 --key arn --title Users")
    assert any("whole" in text for text in run("%aibrain evidence verify").shown)
    shutil.rmtree(folder / "evidence")
    shutil.rmtree(other)
    shutil.copytree(_made_by_somebody_else(folder), folder / "evidence")

    error = run("%aibrain evidence verify").error
    assert isinstance(error, EvidenceError)
    assert "Another evidence store was signed in this folder" in error.why


def _made_by_somebody_else(folder):
    store = Store(folder / "theirs")
    with store.draft("Users") as draft:
        draft.path("data/users.csv").write_text("arn\n")
        store.commit(draft, {"title": "Users"})
    return store.folder


def test_the_verifier_is_written_and_runs_alone(run, saved):
    """The one file for auditors comes from a verb and needs nothing installed."""
    run("%aibrain evidence verifier")
    done = subprocess.run(
        [sys.executable, "-I", "-S", "verify.pyz", "evidence"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (0, True) == (done.returncode, done.stdout.startswith("whole: 1 items"))


def test_a_decision_with_its_reason(run, saved):
    """Approve, reject, hold, release and purge are verbs; what is refused says why."""
    run(f"%aibrain evidence approve {saved}")
    assert "approved" == run("%aibrain evidence list").value["state"].item()
    run(f"%aibrain evidence hold {saved} --reason litigation")
    assert "on hold" in str(run(f"%aibrain evidence purge {saved} --reason old").error)
    assert "needs a reason" in str(run(f"%aibrain evidence reject {saved}").error)


def test_excluded_rows_are_marked(run, shell, users):
    """What was excluded on purpose is in the item, marked and counted."""
    shell.user_ns["users"] = users
    run('%aibrain evidence exclude arn=arn:3 reason="break glass" decided_by=CISO until=2099-01-01')
    item = run("%aibrain evidence save users --rfi R --key arn").value

    rows = run(f"%aibrain evidence rows {item}").value
    assert ["break glass"] == rows["excluded"].dropna().tolist()
    assert "arn=arn:3: 1 rows, break glass, decided by CISO" in repr(
        run(f"%aibrain evidence show {item}").value
    )


@pytest.mark.parametrize(
    "cell",
    [
        "exclude arn=arn:3 --reason glass --decided-by CISO",
        "lift arn-3 --reason over",
        "hold ITEM --reason litigation",
    ],
)
def test_every_decision_is_anchored(run, saved, cell):
    """Also what is about no item: a tail that is cut off after it shows."""
    run("%aibrain evidence exclude arn=arn:3 --reason glass --decided-by CISO")
    before = len(run("%aibrain evidence ledger").value)
    ran = run(f"%aibrain evidence {cell.replace('ITEM', saved)}")

    assert ran.error is None
    events = run("%aibrain evidence ledger").value["event"].tolist()[before:]
    assert [cell.split()[0], "anchor"] == events


@pytest.mark.parametrize("verb", ["save users --key arn", "codes ITEM", "sample ITEM -n 3"])
@pytest.mark.parametrize("option", ["--rfi", "--control"])
def test_an_empty_list_of_codes_is_refused(run, shell, users, saved, verb, option):
    """A variable without codes means neither all nor none; nothing is written."""
    shell.user_ns |= {"codes": [], "users": users}
    before = len(run("%aibrain evidence ledger").value)
    error = run(f"%aibrain evidence {verb.replace('ITEM', saved)} {option} $codes").error

    assert "names nothing" in str(error)
    assert before == len(run("%aibrain evidence ledger").value)


def test_a_reason_that_is_no_secret_is_accepted_by_name(run, saved):
    """What looks like one is refused, taken where it is named, and the ledger says both."""
    hold = f"%aibrain evidence hold {saved} --reason 'password=Tr0ub4dor&3-horse'"

    assert "--accept reason" in str(run(hold).error)
    assert run(f"{hold} --accept reason").error is None
    held = run("%aibrain evidence ledger").value.query("event == 'hold'")["facts"].item()
    assert ["reason"] == [*json.loads(held)["accepted"]]


@pytest.mark.parametrize(
    ("cell", "error", "words"),
    [
        ("evidence lst", UnknownNameError, "list"),
        ("evidence xyzzy", UnknownNameError, "%aibrain help evidence"),
        ("evidence approve", Exception, "item"),
        ("evidence save nothing --rfi R", Exception, "nothing"),
        ("evidence list RFI-1 more", GrammarError, "takes no 'more'"),
        ("evidence approve no-such", UnknownNameError, "no evidence item"),
        ("evidence exclude reason=x decided_by=y", Exception, "neither all nor none"),
        ("evidence list --seed 4", UnknownNameError, "seed"),
    ],
)
def test_slips_are_told(run, cell, error, words):
    """What cannot be meant is refused with what can."""
    found = run(f"%aibrain {cell}").error

    assert isinstance(found, error)
    assert words in f"{found} {getattr(found, 'next_steps', '')}"


def test_an_exclusion_that_is_over_is_refused(run, saved):
    """A last day that has passed would exclude nothing: it is a slip."""
    ran = run("%aibrain evidence exclude region=a --reason x --decided-by y --until 2020-01-01")
    assert "is over" in ran.error.what


def test_from_python_it_is_a_tool(users):
    """The registry gives the same tools to scripts."""
    registry = get_tool_registry()
    row = registry.get_tool("evidence_save")(frame=users, rfi=["RFI-1"], key=["arn"], title="Users")

    assert ["Users"] == row["title"].tolist()
    assert 1 == len(registry.get_tool("evidence_list")())
    assert registry.get_tool("evidence_verify")().empty


@pytest.mark.parametrize("is_part", [False, True], ids=["as collected", "derived"])
def test_from_python_a_frame_is_looked_up_as_from_a_cell(run, shell, inventory, is_part):
    """Its cells tell which run it is from, with what that run misses, whoever saves it."""
    inventory.refused.add("attic")
    frame = run("%aibrain inventory").value
    inventory.refused.clear()
    shell.user_ns["part"] = part = frame.iloc[: 2 if is_part else None].copy()
    part.attrs.clear()
    save = get_tool_registry().get_tool("evidence_save")
    by_cell = run("%aibrain evidence save part --rfi R --title things").value
    by_python = save(frame=part, rfi=["R"], title="things")["item"].item()

    here, there = (default_store().item(item).manifest() for item in (by_cell, by_python))
    assert ("derived" if is_part else "collected") == there["kind"]
    assert "incomplete" == there["status"]
    for what in ("source", "completeness", "derived", "key", "incomplete_because"):
        assert here.get(what) == there.get(what), what


def test_the_notebook_is_saved_and_compared_with_what_ran(run, shell, folder, monkeypatch):
    """The path is VS Code's, the server's or given; a cell that was changed since is named."""
    run("a = 1")
    count = shell.execution_count
    shell.run_cell("a", store_history=True)
    shell.run_cell("b = 2", store_history=True)
    cells = [
        nbformat.v4.new_code_cell("a", execution_count=count, outputs=[SHOWN]),
        nbformat.v4.new_code_cell("b = 3", execution_count=count + 1),
    ]
    for name in ("given", "server", "vscode"):
        nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / f"{name}.ipynb")

    line = "%aibrain evidence notebook {} --rfi RFI-014"
    found = [shell.run_cell(line.format("given.ipynb"), store_history=True).result]
    monkeypatch.setenv("JPY_SESSION_NAME", "sub/server.ipynb")
    found.append(shell.run_cell(line.format(""), store_history=True).result)
    shell.user_ns["__vsc_ipynb_file__"] = str(folder / "vscode.ipynb")
    found.append(shell.run_cell(line.format(""), store_history=True).result)

    assert ["given", "server", "vscode"] == [item.partition("-")[0] for item in found]
    card = repr(run(f"%aibrain evidence show {found[0]}").value)
    assert f"stale: cell 2 is not what the kernel ran as [{count + 1}]" in card
    assert "stale: cell 1" not in card


def test_a_package_masks_people_and_has_oscal(run, shell, folder):
    """``--mask`` and ``--oscal`` reach the package; unmasked columns of people are told."""
    shell.user_ns["people"] = pd.DataFrame({"user_name": ["ana.lopez"], "note": ["by ana.lopez"]})
    run("%aibrain evidence save people --rfi RFI-1 --key user_name --title Users")
    plain = run("%aibrain evidence package plain.zip --unapproved")
    masked = run("%aibrain evidence package masked.zip --unapproved --mask user_name --oscal")

    assert "People as they are in: user_name" in str(plain)
    found = {}
    for name in ("plain", "masked"):
        with zipfile.ZipFile(folder / f"{name}.zip") as archive:
            found[name] = {path: archive.read(path) for path in archive.namelist()}
    assert [p for p, text in found["plain"].items() if b"ana.lopez" in text]
    assert [] == [p for p, text in found["masked"].items() if b"ana.lopez" in text]
    assert "masked/data/oscal.json" in found["masked"]
    assert masked.error is None
