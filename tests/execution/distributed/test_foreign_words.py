"""Words and answers that no worker of ours sends end nothing but the call that they are of."""

from __future__ import annotations

import asyncio
import base64
import datetime as dt
import decimal
import json
import time
import zlib
from types import SimpleNamespace

import pandas as pd
import pytest

from aibrain_jupyter.cache.disk import entry_file
from aibrain_jupyter.cache.entries import About
from aibrain_jupyter.cache.freshness import Birth
from aibrain_jupyter.execution.calls.engines.cluster.asking import _all_have
from aibrain_jupyter.execution.calls.engines.cluster.carrier import DaskCarrier
from aibrain_jupyter.execution.calls.engines.cluster.connecting import versions_in
from aibrain_jupyter.execution.calls.engines.elsewhere.answers import outcomes_of
from aibrain_jupyter.execution.calls.engines.elsewhere.letters import Letter, Said, written
from aibrain_jupyter.execution.calls.engines.elsewhere.parcels import Run
from aibrain_jupyter.execution.calls.engines.elsewhere.sending import Sent
from aibrain_jupyter.execution.calls.engines.elsewhere.turns import Turns
from aibrain_jupyter.execution.calls.engines.report import Report
from aibrain_jupyter.execution.calls.engines.shown import _identity
from aibrain_jupyter.shared import call_log
from aibrain_jupyter.shared.coverage import Outcome
from aibrain_jupyter.shared.events import ignore

from .conftest import jobs_of

ENDLESS = float("inf")
BILLION = decimal.Decimal("1e1000000000")
"""As a whole number it has a billion digits."""
LABELS = json.dumps(["a"]).encode()
PLAIN = {"kind": "plain", "dtype": "<i8", "values": 1}
TEXT = {"kind": "text", "is_na": False, "missing": None, "prefix": "", "joined": 1}
ARROW = {"kind": "arrow", "is_na": False, "missing": None, "lengths": 1, "texts": 2}


def notes(*row, packs=lambda text: base64.b85encode(zlib.compress(text.encode())).decode()):
    """Return packed notes of one request, whatever stands in them."""
    return "1:" + packs(json.dumps([[value] for value in row]))


NOTE = (1.5, "sqs", "ListQueues", "us-east-1", "x", 200, 1, 1, 1, 9, 0, 0.0, 0.1, 0.1)


def whole():
    """Return what is said of a call that is an answer."""
    found = {"seconds": 0.1, "started_at": None, "throttled": 0, "requests": "", "gaps": []}
    found |= {"limits": {}, "operations": {}, "notes": [], "totals": [], "raw": None}
    return found | {"collected_at": dt.datetime.now(dt.UTC)}


def test_an_answer_is_one():
    """What is said of a call as these tests say it is its outcome."""
    run, [job] = Run(), jobs_of(1, "http://127.0.0.1:9")
    facts = {**whole(), "requests": notes(*NOTE, None)}
    letter = written([Said(job.index, facts, pd.DataFrame({"a": [1]}))], run.id, run.key)

    [(_, outcome)] = outcomes_of(letter, {job.index: job}, run)

    assert Outcome.OK is outcome.outcome


def sent_of(jobs):
    common = {"carried": {}, "seconds": {}, "emit": ignore, "on_outcome": lambda _: None}
    return Sent(jobs, Run(), report=Report(), **common)


def carrier_of_nobody():
    return DaskCarrier(SimpleNamespace(client=None, workers={}))


@pytest.mark.parametrize(
    "facts",
    [
        {"throttled": ENDLESS},
        {"seconds": 10**400},
        {"limits": {"a b c d": [10**400, 1]}},
        {"seconds": float("nan")},
        {"seconds": -1.0},
        {"operations": {"a": ENDLESS}},
        {"operations": {"a": BILLION}},
        {"throttled": BILLION},
        {"collected_at": 1e300},
        {"started_at": ENDLESS},
        {"requests": notes(*NOTE, packs=str)},
        {"requests": "1:?"},
        {"requests": "0:"},
        {"requests": notes(1e300, *NOTE[1:], None)},
        {"requests": notes(*NOTE, 1e300)},
        {"requests": notes(*NOTE, "today")},
        {"requests": notes(1.5, ["sqs"], *NOTE[2:], None)},
        {"requests": notes(*NOTE)},
    ],
    ids=repr,
)
def test_a_number_that_cannot_be_is_no_answer(facts):
    """An answer with our own seal and a number beyond all numbers is a gap of its call."""
    run, [job] = Run(), jobs_of(1, "http://127.0.0.1:9")
    said = Said(job.index, {**whole(), **facts}, pd.DataFrame({"a": [1]}))

    [(_, outcome)] = outcomes_of(written([said], run.id, run.key), {job.index: job}, run)

    assert Outcome.FAILED is outcome.outcome
    assert "UnreadableAnswer" == outcome.error.facts["code"]


def test_notes_that_unpack_to_more_than_any_calls_are_no_answer(monkeypatch):
    """What a few bytes of notes become is not made first and looked at then."""
    run, [job] = Run(), jobs_of(1, "http://127.0.0.1:9")
    monkeypatch.setattr(call_log, "MOST_BYTES", 1_000)
    facts = {"requests": notes(*NOTE[:4], "x" * 1_000, *NOTE[5:], None)}
    letter = written(
        [Said(job.index, {**whole(), **facts}, pd.DataFrame({"a": [1]}))], run.id, run.key
    )

    [(_, outcome)] = outcomes_of(letter, {job.index: job}, run)
    assert "UnreadableAnswer" == outcome.error.facts["code"]
    monkeypatch.undo()
    [(_, outcome)] = outcomes_of(letter, {job.index: job}, run)
    assert Outcome.OK is outcome.outcome


class Frames:
    """A frame as a letter may describe one whose writer knows the key."""

    rows = None
    size_bytes = 0

    def __init__(self, columns, rows, parts):
        name, major = {"name": "null"}, pd.__version__.partition(".")[0]
        labels = {"array": {"kind": "objects", "form": "json", "chunks": [0]}, "freq": None}
        found = {"kind": "frame", "pandas": major, "columns": columns, "labels": labels | name}
        found |= {"index": {"range": [0, rows, 1], **name}, "attrs": "{}", "unique_labels": False}
        self.spec, self.parts = {"kind": "frames", "frames": [found]}, parts

    def describe(self, buffers):
        buffers.parts += [LABELS, *self.parts]
        return self.spec


@pytest.mark.parametrize(
    ("columns", "rows", "parts"),
    [
        ([{**TEXT, "prefix": "x" * 100_000}], 100_000, [bytes(99_999)]),
        (
            [{**TEXT, "numbers": {"kind": "plain", "dtype": "|u1", "values": 2}}],
            10**6,
            [b"x" * 100_000, bytes(10**6)],
        ),
        (
            [{"kind": "objects", "form": "json", "chunks": [1] * 20_000}],
            20_000_000,
            [json.dumps([0] * 10_000).encode()],
        ),
        ([PLAIN] * 3_000, 100_000, [bytes(800_000)]),
        ([], 10**15, []),
        ([{**ARROW, "dtype": "<u4", "size": 10**12}], 1, [b"\1\0\0\0", b""]),
        ([{**ARROW, "dtype": "|u1", "size": 3}], 1, [b"\3", b"\x30\xff\xfe\xfd"]),
        ([PLAIN, PLAIN], 1, [bytes(8)]),
        ([PLAIN], 10**7, [bytes(8)]),
    ],
    ids=[
        *("one beginning", "one text", "one piece", "one column", "no column", "size"),
        *("no text", "two columns", "rows"),
    ],
)
def test_a_frame_that_swells_or_is_none_is_no_answer(columns, rows, parts):
    """What a small letter describes as gigabytes, or as no frame, is a gap, and was not made."""
    run, [job] = Run(), jobs_of(1, "http://127.0.0.1:9")
    form = {"calls": [0], "same": whole(), "own": {}}
    meta = {"forms": [form], "frames": [(0, 0)], "counts": [[rows]]}
    about = About(labels={}, birth=Birth(time.time()), meta=meta)
    sealed = Frames(columns, rows, parts)
    container, _ = entry_file.pack((run.id, f"{job.index}"), about, sealed, run.key)

    [(_, outcome)] = outcomes_of(Letter([job.index], container), {job.index: job}, run)

    assert Outcome.FAILED is outcome.outcome
    assert "UnreadableAnswer" == outcome.error.facts["code"]


@pytest.mark.parametrize(
    "answer",
    [
        ["tcp://x", [[0]], [ENDLESS], b"AIBRAIN"],
        ["tcp://x", [[ENDLESS]], [1], b"AIBRAIN"],
        ["tcp://x", [0], [1], b"AIBRAIN"],
        ["tcp://x", [[0, 9]], [7], b"AIBRAIN"],
        {"tcp://x": 1},
    ],
    ids=repr,
)
def test_sizes_that_cannot_be_are_no_answer(answer):
    """Each call that it should have been of is a gap."""
    jobs = jobs_of(2, "http://127.0.0.1:9")
    sent = sent_of(jobs)

    asyncio.run(carrier_of_nobody()._take(sent, jobs, answer, None))

    assert {Outcome.FAILED} == {outcome.outcome for outcome in sent.outcomes.values()}


@pytest.mark.parametrize(
    "said",
    [7, "x", [1], {"profiles": 5}, {"profiles": {"aws": 5}}, {"packages": 5}, {"identities": [1]}],
    ids=repr,
)
def test_what_a_worker_is_cannot_be_told_by_what_is_none(said):
    """It has no profile, no version and no identity; nothing is raised."""
    assert not _all_have({"tcp://x": said}, "aws", "audit")
    assert {None} == set(versions_in(said).values())
    assert "not told" == _identity(said)


def test_of_a_million_words_at_once_the_first_ones_are_heard():
    """Stop is heard in time whatever a worker says."""
    [job] = jobs = jobs_of(1, "http://127.0.0.1:9")
    sent = sent_of(jobs)
    words = [[job.index, []]] * 1_000_000

    carrier_of_nobody()._hear(sent, Turns([jobs], most=1), (0.0, ("tcp://x", words)))
    sent.unreadable(jobs, "answered", "tcp://x")

    assert 10_000 == sent.outcomes[job.index].begun


@pytest.mark.parametrize(
    "words",
    [
        [[0, [ENDLESS, 1, 1]]],
        [[0, {"pages": 1}]],
        [[[0], [1]]],
        [[ENDLESS, [1, 2, 3]]],
        "words",
        7,
    ],
    ids=repr,
)
def test_words_that_cannot_be_are_passed_over(words):
    """Whatever stands on the topic of a run, its calls go on."""
    jobs = jobs_of(2, "http://127.0.0.1:9")
    sent = sent_of(jobs)

    carrier_of_nobody()._hear(sent, Turns([jobs[:1]], most=1), (0.0, ("tcp://x", words)))

    assert jobs == sent.open_jobs()
