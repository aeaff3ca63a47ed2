"""
A trace of analysts' work, for asking what a cache would have answered.

Assumed, not measured from users. Five days, nine kernel starts a day; after a start the notebook is
run again, then questions are repeated, new ones are asked, a few of the morning and a few of other
days come back, and now and then one question is asked of every region. Accounts, regions, services
and parameters follow Zipf's law, work comes in bursts with pauses. Sizes are log-normal with a
median of 19 kB, the provider takes 1.07 s on average. The shares below are set so that memory alone
answers about a third, and memory with disk about two thirds at a time to live of an hour.

``python tests/benchmarks/analyst_trace.py OUT.csv`` writes the trace.
"""

from __future__ import annotations

import csv
import dataclasses
import random
import sys
from pathlib import Path

DAYS = 5
STARTS_A_DAY = 9
CALLS_A_DAY = 1200
ACCOUNTS, REGIONS, SERVICES, VARIANTS = 8, 10, 20, 40
# What a call of a session is, after the notebook was run again.
RERUN_CALLS = 52
REPEATED, EARLIER_TODAY, OTHER_DAY, SCAN = 0.54, 0.18, 0.04, 0.008
MEDIAN_BYTES, SIGMA_BYTES = 19_000, 1.4
MEAN_COST_S = 1.07


@dataclasses.dataclass(frozen=True)
class Call:
    """One call: when (seconds), by which kernel, what for, how large and how dear."""

    at_s: float
    kernel: int
    key: str
    size_bytes: int
    cost_s: float


def make_trace(seed: int = 0) -> list[Call]:
    """Return the calls in the order of their time."""
    rng = random.Random(seed)
    facts: dict[str, tuple[int, float]] = {}
    calls: list[Call] = []
    known: list[str] = []
    for day in range(DAYS):
        now = day * 86_400.0 + 9 * 3600.0
        today: list[str] = []
        for session in range(STARTS_A_DAY):
            kernel = day * STARTS_A_DAY + session
            for question in _session(rng, today, known):
                now += _pause(rng)
                calls.append(_call(rng, facts, now, kernel, question))
                today.append(question)
        known += dict.fromkeys(today)
    return calls


def _session(rng: random.Random, today: list[str], known: list[str]) -> list[str]:
    recent = list(dict.fromkeys(reversed(today)))[:RERUN_CALLS]
    asked = recent[::-1]
    while len(asked) < CALLS_A_DAY // STARTS_A_DAY:
        what = rng.random()
        if what < REPEATED and asked:
            asked.append(rng.choice(asked))
        elif what < REPEATED + EARLIER_TODAY and today:
            asked.append(rng.choice(today))
        elif what < REPEATED + EARLIER_TODAY + OTHER_DAY and known:
            asked.append(rng.choice(known))
        elif what > 1 - SCAN:
            account, _, rest = _zipf_question(rng).split("/", 2)
            asked += [f"{account}/r{region}/{rest}" for region in range(REGIONS)]
        else:
            asked.append(_zipf_question(rng))
    return asked


def _pause(rng: random.Random) -> float:
    return rng.expovariate(1 / 5.0) if rng.random() < 0.92 else rng.uniform(30, 300)


def _call(
    rng: random.Random, facts: dict[str, tuple[int, float]], now: float, kernel: int, key: str
) -> Call:
    if key not in facts:
        size = int(rng.lognormvariate(0, SIGMA_BYTES) * MEDIAN_BYTES)
        facts[key] = size, rng.expovariate(1 / MEAN_COST_S) + 0.05
    return Call(now, kernel, key, *facts[key])


def _zipf_question(rng: random.Random) -> str:
    account = _zipf(rng, ACCOUNTS, 0.9)
    region = _zipf(rng, REGIONS, 1.2)
    service = _zipf(rng, SERVICES, 0.9)
    return f"a{account}/r{region}/s{service}/p{_zipf(rng, VARIANTS, 0.7)}"


def _zipf(rng: random.Random, count: int, exponent: float) -> int:
    weights = [1 / (rank + 1) ** exponent for rank in range(count)]
    return rng.choices(range(count), weights)[0]


def main() -> None:
    with Path(sys.argv[1]).open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(field.name for field in dataclasses.fields(Call))
        rows.writerows(dataclasses.astuple(call) for call in make_trace())


if __name__ == "__main__":
    main()
