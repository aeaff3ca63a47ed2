"""``--save``: who keeps the rows of a run is told all of it, once, and nothing runs without it."""

from __future__ import annotations

import dataclasses
import gzip
import json
import sys
import threading
import types
from pathlib import Path

import pytest
from IPython.core.getipython import get_ipython

from aibrain_jupyter.execution.runs.session import get_session
from aibrain_jupyter.magics.saving import end_save
from aibrain_jupyter.shared.error_handler import AibrainError
from aibrain_jupyter.shared.verbs.message import Message

from .conftest import CALLER

CELL = "%aibrain aws_export ssm operation=describe_parameters --regions us-east-1"


class Store:
    """Stands in for the evidence: notes what it is given."""

    def __init__(self, folder):
        self._folder = folder
        self.codes, self.saved, self.dropped = [], [], 0
        self.error = None
        self.is_done = threading.Event()

    @property
    def raw_folder(self):
        return str(self._folder / f"draft-{len(self.codes)}")

    def begin_save(self, codes, tool):
        self.codes.append(codes)
        return self

    def save(self, collected):
        if self.error:
            raise self.error
        self.saved.append(collected)
        self.is_done.set()
        return Message("saved as item-1")

    def drop(self):
        self.dropped += 1
        self.is_done.set()


@pytest.fixture
def store(monkeypatch, tmp_path):
    # Whether every region was asked is a promise of test_run_with_totals.py.
    async def nobody_calls(*_):
        return ()

    monkeypatch.setattr("aibrain_jupyter.execution.runs.run.call_the_roll", nobody_calls)
    found = Store(tmp_path)
    module = types.ModuleType("evidence_executor")
    module.begin_save = found.begin_save
    name = "aibrain_jupyter.tool_executors.evidence_executor"
    monkeypatch.setitem(sys.modules, name, module)
    return found


def test_all_that_was_collected_is_handed_over(run, two_pages, store):
    """Rows, targets, identity, requests, answers, times, tool and its source: nobody asks again."""
    frame, shown = run(f'{CELL} --save RFI-014 --save "TD&R ISMAP, Audit Docs"')

    [collected] = store.saved
    assert [("RFI-014", "TD&R ISMAP, Audit Docs")] == store.codes
    assert "saved as item-1" in shown
    assert frame.equals(collected.frame)
    [target] = collected.targets
    assert {"account_id": "123456789012", "region": "us-east-1"} == target.place
    assert ("arn:aws:iam::123456789012:user/me", "ok", 3, "live", None) == (
        target.identity,
        target.outcome,
        target.rows,
        target.source,
        target.age_s,
    )
    assert ["id-2", "id-3"] == collected.requests["request_id"].tolist()
    low, high = collected.clock
    assert low <= 0.5
    assert high >= -0.5
    assert collected.started_at <= collected.collected_from <= collected.ended_at
    assert ("aws_export", "complete", False) == (
        collected.tool,
        collected.outcome,
        collected.is_demo,
    )
    assert "describe_parameters" == collected.parameters["operation"]
    assert {"boto3", "botocore", "aibrain_jupyter", "python"} <= collected.versions.keys()
    assert 64 == len(collected.source_sha256)
    assert not collected.is_standard  # this is a checkout
    assert CELL in collected.cell
    assert ("us-east-1",) == collected.asked["regions"]
    assert "" == collected.raw_note
    path = Path(collected.raw_folder) / target.raw_file
    lines = [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]
    assert ["id-2", "id-3"] == [line["request"]["request_id"] for line in lines]
    assert ["a", "b"] == [p["Name"] for p in lines[0]["answer"]["Parameters"]]


def test_what_is_saved_is_asked_for(run, two_pages, store):
    """A warm cache does not answer, unless ``--cached`` says so; then there are no answers."""
    run(CELL)
    run(f"{CELL} --save RFI-014")
    run(f"{CELL} --save RFI-014 --cached")

    fresh, kept = store.saved
    assert ["live", "memory"] == [one.targets[0].source for one in (fresh, kept)]
    assert "" == kept.raw_folder == kept.targets[0].raw_file
    assert "1 of 1 targets came from the cache" in kept.raw_note
    assert kept.targets[0].age_s >= 0
    assert fresh.requests["request_id"].tolist() == kept.requests["request_id"].tolist()


def test_a_run_with_gaps_is_handed_over_with_them(run, aws_replies, store):
    """Incomplete stays incomplete, under whatever code."""
    aws_replies.on("GetCallerIdentity", CALLER)
    denied = aws_replies.refusal({"__type": "AccessDeniedException", "message": "no"}, status=400)

    def answer(request):
        return {"Parameters": [{"Name": "a"}]} if request.region == "us-east-1" else denied

    aws_replies.on("DescribeParameters", answer)
    run(f"{CELL},us-west-2 --save RFI-014")

    [collected] = store.saved
    assert "gaps" == collected.outcome
    assert ["ok", "denied"] == [target.outcome for target in collected.targets]
    [gap] = collected.gaps
    assert ("us-west-2", "denied") == (gap["region"], gap["outcome"])
    assert [200, 400] == collected.requests["status"].tolist()
    assert collected.targets[1].raw_file  # a refusal is an answer


def test_nothing_is_kept_of_a_run_that_failed(run, aws_replies, store):
    """No rows, no item; the draft is let go of."""
    aws_replies.on("GetCallerIdentity", CALLER)
    aws_replies.on("DescribeParameters", {"__type": "AccessDeniedException"}, status=400)
    run(f"{CELL} --save RFI-014")

    assert ([], 1) == (store.saved, store.dropped)


def test_a_save_that_fails_fails_the_cell_and_loses_no_rows(run, two_pages, store):
    """The variable has its rows, and the cell says that they were not saved."""
    store.error = AibrainError("A secret was found in data.csv.")
    run(f"{CELL} -o parameters --save RFI-014")

    assert "A secret was found in data.csv." == get_session().last_error.what
    assert 3 == len(get_ipython().user_ns["parameters"])
    assert 1 == store.dropped


def test_a_background_run_is_saved_at_its_end(run, two_pages, store):
    """In its own thread, without a cell."""
    run(f"job = {CELL} --save RFI-014 --bg")
    job = get_session().jobs[-1]
    assert job.wait(30)
    assert store.is_done.wait(30)
    [collected] = store.saved
    assert 3 == len(collected.frame)
    assert collected.targets[0].raw_file


def test_a_resumed_run_is_saved_whole(run, aws_replies, store):
    """What the first run had comes from the cache, without answers; what it lacked has them."""
    aws_replies.on("GetCallerIdentity", CALLER)
    denied = aws_replies.refusal({"__type": "AccessDeniedException", "message": "no"}, status=400)
    is_open = {"us-east-1"}

    def answer(request):
        return {"Parameters": [{"Name": request.region}]} if request.region in is_open else denied

    aws_replies.on("DescribeParameters", answer)
    run(f"{CELL},us-west-2 --save RFI-014")
    is_open.add("us-west-2")
    run("%aibrain resume")

    first, second = store.saved
    assert ["gaps", "complete"] == [first.outcome, second.outcome]
    assert ["memory", "live"] == [target.source for target in second.targets]
    assert [False, True] == [bool(target.raw_file) for target in second.targets]
    assert "1 of 2 targets came from the cache" in second.raw_note
    assert [("RFI-014",)] * 2 == store.codes


def test_a_background_run_that_was_not_to_have_gaps_is_not_saved(run, aws_replies, store):
    """Strict: its rows are there to look at, and no item is made of them."""
    aws_replies.on("GetCallerIdentity", CALLER)
    denied = aws_replies.refusal({"__type": "AccessDeniedException", "message": "no"}, status=400)

    def answer(request):
        return {"Parameters": [{"Name": "a"}]} if request.region == "us-east-1" else denied

    aws_replies.on("DescribeParameters", answer)
    run(f"job = {CELL},us-west-2 --save RFI-014 --strict --bg")
    assert store.is_done.wait(30)

    assert ([], 1) == (store.saved, store.dropped)


def test_what_was_cancelled_is_not_saved_and_can_be_resumed(run, two_pages, store):
    """Whoever pressed Stop did not ask for an item; resume asks for what is missing and saves."""
    frame, _ = run(CELL)
    ended = get_session().last
    ended.summary = dataclasses.replace(ended.summary, was_cancelled=True)

    said = end_save(store, ended, frame, {})

    assert ([], 1) == (store.saved, store.dropped)
    assert "was cancelled" in said.title
    assert "resume" in said.lines[0]


def test_without_anybody_to_keep_them_nothing_runs(run, two_pages, monkeypatch):
    """A code is never taken in silence: the cell ends before a request is sent."""
    name = "aibrain_jupyter.tool_executors.evidence_executor"
    monkeypatch.setitem(sys.modules, name, None)
    run(f"{CELL} --save RFI-014")

    assert "it has no evidence yet" in get_session().last_error.what
    assert [] == two_pages.requests


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("--save $nothing", "--save names nothing"),
        ('--save ""', "--save names nothing"),
        ("--cached", "there is no --save"),
        ("--save A --cached --fresh", "contradict each other"),
    ],
)
def test_what_contradicts_itself_is_refused_before_any_call(run, two_pages, store, options, words):
    """An empty list of codes means neither all nor none."""
    run("nothing = []")
    run(f"{CELL} {options}")

    assert words in get_session().last_error.what
    assert [] == two_pages.requests
    assert [] == store.codes
