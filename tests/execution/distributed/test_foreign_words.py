"""Words and answers that no worker of ours sends end nothing but the call that they are of."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pandas as pd
import pytest

from aibrain_jupyter.execution.calls.engines.cluster.carrier import DaskCarrier
from aibrain_jupyter.execution.calls.engines.elsewhere.answers import outcomes_of
from aibrain_jupyter.execution.calls.engines.elsewhere.letters import Said, written
from aibrain_jupyter.execution.calls.engines.elsewhere.parcels import Run
from aibrain_jupyter.execution.calls.engines.elsewhere.sending import Sent
from aibrain_jupyter.execution.calls.engines.elsewhere.turns import Turns
from aibrain_jupyter.execution.calls.engines.report import Report
from aibrain_jupyter.shared.coverage import Outcome
from aibrain_jupyter.shared.events import ignore

from .conftest import jobs_of

ENDLESS = float("inf")


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
        {"operations": {"a": ENDLESS}},
        {"collected_at": 1e300},
        {"started_at": ENDLESS},
    ],
    ids=repr,
)
def test_a_number_that_cannot_be_is_no_answer(facts):
    """An answer with our own seal and a number beyond all numbers is a gap of its call."""
    run, [job] = Run(), jobs_of(1, "http://127.0.0.1:9")
    whole = {"seconds": 0.1, "started_at": None, "throttled": 0, "requests": "", "gaps": []}
    whole |= {"limits": {}, "operations": {}, "notes": [], "totals": [], "raw": None}
    said = Said(job.index, {**whole, **facts}, pd.DataFrame({"a": [1]}))

    [(_, outcome)] = outcomes_of(written([said], run.id, run.key), {job.index: job}, run)

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
