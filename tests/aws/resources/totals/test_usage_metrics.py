"""Metrics of usage: the newest point, and no point is not zero."""

from __future__ import annotations

import datetime as dt

import pytest

from aibrain_jupyter.aws.resources.table import find_resource
from aibrain_jupyter.aws.resources.totals.asking import ask
from aibrain_jupyter.aws.resources.totals.table import totals_of

NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
KEYS = totals_of(find_resource("kms", "keys")).totals[0]
BALANCERS = totals_of(find_resource("elbv2", "load_balancers")).totals[0]


@pytest.fixture
def metrics(pool):
    """``metrics([[5.0], …])``: the values of each query, newest first; what was asked is kept."""
    asked = []

    def metrics(values):
        results = [
            {"Id": f"m{n}", "Values": found, "Timestamps": [NOON] * len(found)}
            for n, found in enumerate(values)
        ]

        def answer(params, model, **_):
            from botocore.awsrequest import AWSResponse

            asked.append(params)
            return AWSResponse("", 200, {}, None), {"MetricDataResults": results}

        pool.prepare.append(lambda client: client.meta.events.register_first("before-call", answer))
        return asked

    return metrics


def test_the_newest_point_counts(ctx, metrics):
    """The number is that of the newest point, and true as of its time."""
    metrics([[5.0, 4.0]])

    count = ask(ctx, KEYS)

    assert (5, NOON) == (count.number, count.as_of)


def test_no_point_is_not_zero(ctx, metrics):
    """A metric that CloudWatch does not have in a day is no number."""
    metrics([[]])

    count = ask(ctx, KEYS)

    assert None is count.number
    assert "no point of AWS/Usage KMS KeysPerAccount" in count.why


def test_half_a_total_is_none(ctx, metrics):
    """Of two kinds that are added up, one without a point leaves the whole unknown."""
    metrics([[2.0], []])

    assert None is ask(ctx, BALANCERS).number


def test_two_kinds_are_added_up(ctx, metrics):
    """Application and network load balancers have a metric each."""
    metrics([[2.0], [3.0]])

    assert 5 == ask(ctx, BALANCERS).number
