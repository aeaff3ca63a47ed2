"""Log files that digests name and nobody listed: a lost page, a file that was removed."""

from __future__ import annotations

import gzip
import json

import pytest

from aibrain_jupyter.aws.resources.running import export_resource
from aibrain_jupyter.aws.resources.table import find_resource
from aibrain_jupyter.aws.resources.totals.counted import counted
from aibrain_jupyter.shared.tools.totals import Verdict

from .conftest import ACCOUNT, event

EVENTS = find_resource("cloudtrail", "events")
DAY = "2025-03-10"


@pytest.fixture
def count(ctx):
    """Return the control total of the events of a day in 2025, and the result."""

    def count():
        result = counted(EVENTS, ctx, lambda: export_resource(EVENTS, ctx, period=DAY))
        return result.totals[0], result

    return count


def digest(account, hour, *keys):
    """Put a digest of an hour of the day there, which names these keys."""
    day = DAY.replace("-", "/")
    stamp = f"{DAY.replace('-', '')}T{hour:02d}0000Z"
    root = f"AWSLogs/{ACCOUNT}/CloudTrail-Digest/us-east-1"
    name = f"{ACCOUNT}_CloudTrail-Digest_us-east-1_main_us-east-1_{stamp}.json.gz"
    files = [{"s3Bucket": "trail-logs", "s3Object": key} for key in keys]
    body = gzip.compress(json.dumps({"logFiles": files}).encode())
    account.files[f"{root}/{day}/{name}"] = body


def put(account, hour):
    return account.put(f"{DAY}T{hour:02d}:05", event(hour, f"{DAY}T{hour:02d}:01:00Z"))


def test_what_the_digests_name_was_listed(account, count):
    """Every file that a digest names is there; one that is in no digest yet is no fault."""
    account.add_trail()
    keys = [put(account, hour) for hour in (1, 2, 3)]
    digest(account, 2, keys[0])
    digest(account, 3, keys[1])

    total, result = count()

    assert (Verdict.MATCH, 2, 2) == (total.verdict, total.after, total.listed), total.words
    assert 3 == len(result.frame)
    assert () == result.gaps


def test_a_file_that_is_gone_has_a_name(account, count):
    """A log file that a digest names and the bucket has not is missing, and a gap."""
    account.add_trail()
    keys = [put(account, hour) for hour in (1, 2, 3)]
    digest(account, 4, *keys)
    del account.files[keys[1]]

    total, result = count()

    assert (Verdict.MISMATCH, (keys[1],)) == (total.verdict, total.missing)
    assert "cloudtrail_events" in [gap.item for gap in result.gaps]


def test_without_digests_there_is_no_total(account, count):
    """A trail that does not validate its files leaves nothing to compare with."""
    account.add_trail()
    put(account, 1)

    total, result = count()

    assert Verdict.NO_TOTAL is total.verdict
    assert "no digest" in total.why
    assert () == result.gaps


def test_a_digest_that_cannot_be_read_is_no_total(account, count):
    """Half a digest names nothing: that is said, and no file is called missing."""
    account.add_trail()
    digest(account, 2, put(account, 1))
    [key] = [key for key in account.files if "Digest" in key]
    account.files[key] = account.files[key][:-9]

    total, _ = count()

    assert Verdict.NO_TOTAL is total.verdict
    assert "is no whole digest" in total.why
