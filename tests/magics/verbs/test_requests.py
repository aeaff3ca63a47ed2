"""``%aibrain evidence requests`` and ``answered``: a list in, a draft plan and a copy out."""

from __future__ import annotations

import openpyxl
import pandas as pd
import pytest
import yaml

from aibrain_jupyter.evidence.plans.plan_file import read_plan
from aibrain_jupyter.shared.error_handler import InputError, ParameterError
from tests.evidence.requests.workbooks import odd_list, plain_list, rich_list

ROWS = [
    ("RFI-1", "CC6.1", "Listing of all IAM users with MFA status", "", "2027-01-15", "Ann", ""),
    ("RFI-2", "CC6.1", "Are KMS keys rotated?", "", "", "", ""),
    ("RFI-3", "CC6.3", "For a sample of 25 EC2 instances, evidence", "", "2026-12-01", "", ""),
    ("RFI-4", "CC1.1", "Board meeting minutes", "", "", "", ""),
    ("RFI-5", "CC6.1", "S3 bucket management policy", "", "", "", ""),
    ("1e5", "", "Organization chart", "", "", "", ""),
]


@pytest.fixture(autouse=True)
def folder(evidence_folder):
    """The folder of the notebook."""
    return evidence_folder


def test_a_list_becomes_a_draft(run, folder):
    """Tools are proposed by what a text says, as guesses with reasons; others are named."""
    plain_list(folder / "pbc.xlsx", ROWS)
    ran = run("%aibrain evidence requests pbc.xlsx -o plan.yml --period FY2026")

    assert ran.error is None
    said = "\n".join(ran.shown)
    for words in (
        "6 requests of pbc.xlsx: 3 with a guess",
        "id: A “Ref #” (guess)",
        "No tool: RFI-4, RFI-5, 1e5",
        "Not used: Notes",
        "plan.yml has 6 rows",
    ):
        assert words in said
    rows = ran.value.set_index("id")
    tools = ["iam_users", "kms_keys", "ec2_instances", "", "", ""]
    assert tools == rows["tool"].tolist()
    assert "Which KMS keys do not rotate?" in rows.loc["RFI-2", "guess"]
    assert pd.Timestamp("2027-01-15") == rows.loc["RFI-1", "due"]

    plan = yaml.safe_load((folder / "plan.yml").read_text())
    first, _, sample, minutes, *_, last = plan["rows"]
    assert ("pbc", "FY2026") == (plan["plan"], plan["period"])
    assert ("rfi-1", ["RFI-1"], ["CC6.1"]) == (first["id"], first["rfi"], first["controls"])
    assert ["iam_users", "kms_keys"] == [row["tool"] for row in plan["rows"][:2]]
    assert ("15d", "Ann") == (first["due"], first["owner"])
    assert first["why"].startswith("guess: it names iam users")
    assert {"n": 25} == sample["sample"]
    assert "due" not in sample  # before the period is over
    assert "asked for by 2026-12-01" in sample["why"]
    assert "Board meeting minutes" == minutes["document"]
    assert "tool" not in minutes
    assert ["1e5"] == last["rfi"]
    assert all("parameters" not in row and "checks" not in row for row in plan["rows"])
    read = read_plan("plan.yml").rows
    assert (6, "1e5") == (len(read), str(read[-1].codes[0]))


def test_a_draft_without_a_period_says_so(run, folder):
    """No period is made up."""
    plain_list(folder / "pbc.xlsx", ROWS)
    ran = run("%aibrain evidence requests pbc.xlsx -o plan.yml")

    assert "Its period has to be said" in "\n".join(ran.shown)
    with pytest.raises(ParameterError, match="needs the audit period"):
        read_plan("plan.yml")


def test_a_fiscal_year_ends_when_the_settings_say(run, folder):
    """What is due after the end of the period is counted from the end of the fiscal year."""
    plain_list(folder / "pbc.xlsx", [("1", "", "IAM users", "", "2026-07-10", "", "")])
    run("%config AibrainMagics.fiscal_year_start = 7")
    ran = run("%aibrain evidence requests pbc.xlsx -o plan.yml --period FY2026")

    assert ran.error is None
    assert "10d" == yaml.safe_load((folder / "plan.yml").read_text())["rows"][0]["due"]


def test_an_odd_list_says_what_is_odd(run, folder):
    """Each oddity is said with its cell, and the rows that are affected have it too."""
    odd_list(folder / "pbc.xlsx")
    ran = run("%aibrain evidence requests pbc.xlsx -o plan.yml --period FY2026")

    said = "\n".join(ran.shown)
    assert "PBC list!C12: a formula whose value was not saved" in said
    assert "Not in plan.yml, without id and codes: row 13" in said
    assert "what is asked for could not be read" == read_plan("plan.yml").rows[4].document
    assert "PBC list!A13" in ran.value.loc[5, "remarks"]
    ids = [row["id"] for row in yaml.safe_load((folder / "plan.yml").read_text())["rows"]]
    assert ["14", "007", "r-3", "r-4", "r-4-2", "r-5"] == ids


def test_a_mapping_is_said_once(run, folder):
    """What --map corrects is remembered beside the list."""
    plain_list(folder / "l.xlsx", [("1", "Q7", "S3 buckets")], ("No.", "Ask", "Request"))

    assert "1" == run("%aibrain evidence requests l.xlsx").value["id"].item()
    assert "Q7" == run('%aibrain evidence requests l.xlsx --map "id=Ask,text=C"').value["id"].item()
    assert "Q7" == run("%aibrain evidence requests l.xlsx").value["id"].item()


def test_a_copy_has_the_answers(run, shell, folder):
    """Status, item, hash and days stand beside each request; the list itself stays as it is."""
    path = rich_list(folder / "list.xlsx")
    before = path.read_bytes()
    shell.user_ns["users"] = pd.DataFrame({"arn": ["a", "b"]})
    item = run("%aibrain evidence save users --rfi RFI-014 --key arn --title Users").value
    ran = run("%aibrain evidence answered list.xlsx -o copy.xlsx")

    assert ran.error is None
    assert "copy.xlsx: 2 requests, 1 missing" in "\n".join(ran.shown)
    assert before == path.read_bytes()
    sheet = openpyxl.load_workbook("copy.xlsx")["Requests & more"]
    cells = [[cell.value for cell in row[3:]] for row in sheet.iter_rows(max_row=3)]
    assert "Evidence status" == cells[0][0]
    assert ["collected", item] == cells[1][:2]
    assert 64 == len(cells[1][2])
    assert "missing" == cells[2][0]
    assert "such a copy already" in str(run("%aibrain evidence answered copy.xlsx -o x.xlsx").error)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("requests lisst.xlsx", "Lists in that folder: list.xlsx"),
        ("requests list.xlsx -o plan.xlsx", "has to end in .yml"),
        ("requests list.xlsx -o there.yml", "already"),
        ("requests list.xlsx -o p.yml --period FY26", "FY26"),
        ("answered list.xlsx", "needs output"),
        ("answered list.xlsx -o list.xlsx", "is the list itself"),
        ("answered list.xlsx -o copy.csv", "has to end in .xlsx"),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_written(run, folder, line, said):
    """A wrong name or ending leaves every file as it was."""
    rich_list(folder / "list.xlsx")
    (folder / "there.yml").write_text("mine")
    before = sorted(p.name for p in folder.iterdir())
    ran = run(f"%aibrain evidence {line}")

    assert isinstance(ran.error, InputError)
    assert said in str(ran.error)
    assert "mine" == (folder / "there.yml").read_text()
    assert before == sorted(p.name for p in folder.iterdir())
