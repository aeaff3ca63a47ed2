"""How calls are divided: what one place is asked goes together, small accounts go whole."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from aibrain_jupyter.aws.target import AwsTarget
from aibrain_jupyter.execution.calls.engines.cluster.windows import Window
from aibrain_jupyter.execution.calls.engines.elsewhere.parcels import groups


def jobs(*places):
    """A job for each account, region and profile."""
    return [
        SimpleNamespace(index=n, target=AwsTarget(account=a, region=r, profile=p))
        for n, (a, r, p) in enumerate(places)
    ]


def indexes(found):
    return [[job.index for job in parcel] for parcel in found]


def test_a_place_goes_together_and_large_ones_are_split():
    """Calls of one account and region are one parcel, of another profile another, fifty at most."""
    places = [("1", "a", "p")] * 60 + [("1", "b", "p"), ("1", "a", "q"), ("1", "a", "p")]
    found = indexes(groups(jobs(*places), {}))

    assert [[*range(50)], [*range(50, 60), 62], [60], [61]] == found


def test_places_of_few_calls_go_together_where_there_are_many():
    """So many places are one parcel that enough parcels are left; large ones stay alone."""
    places = [(str(n // 3), "abc"[n % 3], "p") for n in range(60)]
    large = [("x", region, "p") for region in "ab" for _ in range(30)]
    alone = [[*range(60, 90)], [*range(90, 120)]]

    found = indexes(groups(jobs(*places, *large), {}, fewest=12))
    assert [*([*range(n, n + 10)] for n in range(0, 60, 10)), *alone] == found
    found = indexes(groups(jobs(*places, *large), {}, fewest=60))
    assert [*([n, n + 1] for n in range(0, 60, 2)), *alone] == found
    each = [[n] for n in range(60)]
    for fewest in (61, 1_000, float("inf")):
        assert [*each, *alone] == indexes(groups(jobs(*places, *large), {}, fewest))
    found = indexes(groups(jobs(*places), {}, fewest=1))
    assert [[*range(50)], [*range(50, 60)]] == found


def test_a_place_that_takes_long_goes_alone():
    """Where the history knows that calls are slow, nobody waits for others of their parcel."""
    places = [(str(n), "a", "p") for n in range(8)]
    seconds = {(str(n), "a"): 1.0 for n in range(8)} | {("3", "a"): 30.0}

    found = indexes(groups(jobs(*places), seconds, fewest=2))
    assert [[3], [0, 1, 2, 4], [5, 6, 7]] == found


def test_the_longest_begin():
    """What took longest before comes first; who is not known is between."""
    places = [("1", "a", "p"), ("2", "a", "p"), ("3", "a", "p"), ("3", "b", "p")]
    seconds = {("1", "a"): 1.0, ("2", "a"): 9.0, ("4", "a"): 5.0}

    assert [[1], [2], [3], [0]] == indexes(groups(jobs(*places), seconds))


@pytest.mark.parametrize(
    ("every_s", "sizes"),
    [(0.1, [8, 8, 16, 32, 64, 128, 128]), (0.5, [8, 8, 8]), (2.0, [8, 8])],
    ids=["quick", "steady", "slow"],
)
def test_more_is_sent_at_a_time_where_it_is_over_at_once(every_s, sizes):
    """A window grows while it is asked for often, up to a bound, and stays small else."""
    now = [0.0]
    window = Window(2, clock=lambda: now[0])
    found = []
    for _ in sizes:
        found.append(window.room(0))
        window.sent()
        now[0] += every_s
    assert sizes == found
    now[0] += 10
    for _ in range(5):
        window.sent()
        now[0] += 2
    assert 8 == window.room(0)
    assert 0 == window.room(7)
    assert 2 == window.room(6)
