"""What is saved after its run says no more of it than it has: answers, gaps, invented rows."""

from __future__ import annotations

import pandas as pd
import pytest
from IPython.core.getipython import get_ipython

from aibrain_jupyter.evidence.store.default import default_store
from aibrain_jupyter.tool_executors.evidence.known import known_of_frame

pytestmark = pytest.mark.usefixtures("two_tables")

TABLES = "%aibrain aws_export dynamodb operation=list_tables --regions us-east-1"


def test_answers_are_said_where_they_are(run):
    """Only the item of the run itself has the answers; one saved afterwards says so."""
    frame, _ = run(f"{TABLES} --save RFI-014")
    get_ipython().user_ns.update(whole=frame, part=frame.head(1))
    for name in ("whole", "part"):
        run(f"%aibrain evidence save {name} --rfi RFI-015")

    for item, is_kept in zip(default_store().items(), (True, False, False), strict=True):
        manifest = item.manifest()
        assert is_kept == manifest["raw"]["is_kept"] == (item.folder / "raw").exists()
        assert is_kept != ("saved after its run" in manifest["raw"]["note"])
        assert is_kept == any("raw_file" in t for t in manifest["completeness"]["targets"])


def test_sums_of_a_partial_run_are_not_whole(run, aws_replies):
    """Groups lose what says where they are from; a run of their columns had a gap."""
    denied = aws_replies.refusal({"__type": "AccessDeniedException", "message": "no"}, status=400)
    there = {"TableNames": ["a", "b"]}
    aws_replies.on("ListTables", lambda call: there if "us-east-1" == call.region else denied)
    frame, _ = run(f"{TABLES},us-west-2")
    sums = pd.DataFrame({"region": ["us-east-1"], "tables": [len(frame)]})
    get_ipython().user_ns.update(sums=sums, other=pd.DataFrame({"ticket": ["T-1"]}))
    run("%aibrain evidence save sums --rfi RFI-015 --key region")
    run("%aibrain evidence save other --rfi RFI-016 --key ticket")

    of_sums, of_other = default_store().items()
    assert "incomplete" == of_sums.saved.facts["status"]
    assert "r1 had gaps" in of_sums.manifest()["incomplete_because"][0]
    assert "collected" == of_other.saved.facts["status"]


def test_rows_of_no_run_are_as_invented_as_the_runs_beside_them(run):
    """Where all was demo data so are its sums; where some was, it is not known, and said."""
    now = pd.Timestamp("2026-07-08", tz="UTC")
    sums = pd.DataFrame({"region": ["us-east-1"], "tables": [2]})
    said = {"columns": ["region"], "gaps": 0}
    demo, real = {**said, "is_demo": True}, {**said, "is_demo": False}

    invented = known_of_frame(sums, now, beside={"r1": demo}).sections
    mixed = known_of_frame(sums, now, beside={"r1": demo, "r2": real}).sections
    none = known_of_frame(sums, now).sections
    empty = known_of_frame(sums.iloc[:0], now).sections

    assert (True, []) == (invented["is_demo"], invented["against"])
    assert not mixed["is_demo"]
    assert "r1 collected demo data" in mixed["against"][0]
    assert (False, []) == (none["is_demo"], none["against"])
    assert "not known where was looked" in empty["against"][0]


@pytest.mark.parametrize(
    "said",
    [
        '--save "password=correct-horse"',
        '--save RFI-1 --save-title "API_KEY=correct-horse"',
        '--save RFI-1 --save-until 2033-12-31 --save-basis "passwd=correct-horse"',
    ],
)
def test_a_secret_in_what_is_said_of_a_save_stops_it_before_anything_is_asked(
    run, aws_replies, said
):
    """The rows are not lost to a code that the store would not take."""
    run(f"{TABLES} {said}")

    assert not {"ListTables"} & {request.action for request in aws_replies.requests}
    assert not default_store().folder.exists()
