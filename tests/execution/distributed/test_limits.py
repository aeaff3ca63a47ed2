"""A provider's limits hold for a whole run, however many workers make its calls."""

from __future__ import annotations

import dataclasses

import pytest

from aibrain_jupyter.aws.clients.remembered_limits import RememberedLimits, remembered_limits
from aibrain_jupyter.aws.clients.token_bucket import Limit
from aibrain_jupyter.execution.calls.engines.cluster.seats import Seats
from aibrain_jupyter.execution.calls.engines.elsewhere.parcels import Run as ParcelRun
from aibrain_jupyter.execution.calls.engines.elsewhere.parcels import packed, place_of, unpacked
from aibrain_jupyter.execution.calls.engines.elsewhere.turns import Turns
from aibrain_jupyter.shared.coverage import Outcome

from .conftest import REGIONS, EverySixth, execute, jobs_of

ACCOUNTS = ("000000000001", "000000000002", "000000000003", "000000000004")


def of_accounts(count, url):
    """Return so many calls for each account, whose limit is its own; each has a region."""
    found = []
    for place, account in enumerate(ACCOUNTS):
        for job in jobs_of(count, url, prefix=f"{account}-"):
            target = dataclasses.replace(job.target, account=account, region=REGIONS[place])
            key = (account, target.region, "sqs")
            job = dataclasses.replace(job, index=len(found), target=target, limit_key=key)
            found.append(job)
    return found


def parcels_of(*counts):
    """Return so many parcels of a call each, for one place after the other."""
    found = of_accounts(max(counts), "http://there")
    by_place = [found[n * max(counts) :][:count] for n, count in enumerate(counts)]
    return [[job] for jobs in by_place for job in jobs]


@pytest.mark.slow
def test_limits_are_kept_and_come_back(queues, cluster):
    """Calls refused for their rate are lost nowhere; what workers measured is known here then."""
    queues.buckets = {account: EverySixth() for account in ACCOUNTS[:2]}
    jobs = of_accounts(60, queues.url)[:120]
    found, _ = execute(jobs, "dask")

    assert {Outcome.OK} == {outcome.outcome for outcome in found}
    assert 120 == sum(queues.asked.values())
    refused = sum(bucket.refused for bucket in queues.buckets.values())
    assert refused == sum(outcome.throttled for outcome in found) > 0
    for account in ACCOUNTS[:2]:
        [(key, limit)] = remembered_limits().of_account(account).items()
        assert key.endswith(" ListQueues")
        assert limit.rate > 0


def test_one_parcel_of_a_place_at_a_time():
    """Every place has one parcel under way at first, and those with the most begin."""
    turns = Turns(parcels_of(1, 3, 2), most=4)
    first = turns.take(9)

    assert [ACCOUNTS[1], ACCOUNTS[2], ACCOUNTS[0]] == [jobs[0].target.account for jobs in first]
    assert turns
    assert [] == turns.take(9)


def test_a_place_that_refuses_nothing_has_more_workers():
    """After a parcel that was refused nothing two are under way, then four, and then no more."""
    turns = Turns(parcels_of(30), most=4)
    out, counts = turns.take(9), []
    while turns:
        counts.append(len(out))
        for jobs in out:
            turns.ended(jobs, was_throttled=False)
        out = turns.take(9)

    assert [1, 2, 4, 4] == counts[:4]


def test_a_place_that_refuses_has_one_worker():
    """Once its rate was exceeded one parcel is under way, and the rest of the run knows it."""
    turns = Turns(parcels_of(30), most=4)
    [first] = turns.take(9)
    turns.ended(first, was_throttled=False)
    one, other = turns.take(9)
    turns.ended(one, was_throttled=True)

    assert [] == turns.take(9)
    turns.ended(other, was_throttled=False)
    for _ in range(3):
        [jobs] = turns.take(9)
        assert turns.is_slow(jobs[0])
        turns.ended(jobs, was_throttled=False)


def test_every_parcel_has_its_turn():
    """Whatever ends when, each parcel goes out once."""
    parcels = parcels_of(7, 1, 12, 3)
    turns, out, seen = Turns(parcels, most=3), [], []
    while turns or out:
        out += turns.take(2)
        jobs = out.pop(len(seen) % len(out))
        seen.append(jobs[0].index)
        turns.ended(jobs, was_throttled=len(seen) % 3 == 0)

    assert sorted(jobs[0].index for jobs in parcels) == sorted(seen)


def test_a_place_stays_with_its_worker():
    """Later parcels of a place are meant for who began it, until nothing of it is left."""
    seats = Seats({"a": 1, "b": 1})
    assert "" == seats.of("place")
    seats.sit("place", "b")
    assert "b" == seats.of("place")
    seats.leave("place")
    assert "" == seats.of("place")


def test_places_that_share_a_worker_part_when_another_is_free():
    """Where two are on a worker of one thread, the next parcel goes to one that has none."""
    seats = Seats({"a": 1, "b": 1})
    seats.sit("one", "a")
    seats.sit("other", "a")

    assert "b" == seats.of("one")
    assert "a" == seats.of("other")
    seats.sit("third", "a")
    assert "a" == seats.of("third")  # nobody is free


def test_a_lost_worker_has_no_place():
    """What it had may go anywhere; one that came later is the scheduler's to use."""
    seats = Seats({"a": 1, "b": 1})
    seats.sit("one", "a")
    seats.lose("a")
    seats.sit("other", "c")

    assert ["", ""] == [seats.of("one"), seats.of("other")]
    seats.sit("one", "b")
    assert "b" == seats.of("one")


def test_limits_travel_with_a_parcel(queues):
    """A parcel has what is known of its account, and of no other; and whether it is spent."""
    job = of_accounts(1, queues.url)[0]
    job = dataclasses.replace(job, target=dataclasses.replace(job.target, account="000000000006"))
    for account in ("000000000005", "000000000006", "000000000007"):
        remembered_limits().keep(f"{account} sqs https://sqs ListQueues", Limit(4.0, 10.0))
    found = unpacked(packed([job], ParcelRun(), {}, is_spent=True))

    expected = {"000000000006 sqs https://sqs ListQueues": [4.0, 10.0]}
    assert {"aws_export": expected} == found["limits"]
    assert found["is_spent"]
    assert "000000000006" == place_of(job)[0]


def test_a_spent_limit_has_no_burst_left(tmp_path):
    """Who goes on where others have asked begins at their rate, and writes nothing of it."""
    limits = RememberedLimits(tmp_path / "limits.json")
    limits.take_over("a", Limit(0.001, 50.0), is_spent=True)
    limits.take_over("b", Limit(0.001, 50.0), is_spent=False)

    assert limits.find("a").burst < 1
    assert Limit(0.001, 50.0) == limits.find("b")
    assert not (tmp_path / "limits.json").exists()
