"""CloudTrail's events of a period: from LookupEvents, from log files, and from both as one."""

from __future__ import annotations

import dataclasses
import datetime as dt
import gzip
import threading
import time
import tracemalloc
import zlib

import pytest

from aibrain_jupyter.shared.coverage import Outcome
from aibrain_jupyter.shared.error_handler import (
    CallCancelledError,
    IncompleteAnswerError,
    PermissionDeniedError,
    SensitiveReadRefusedError,
)

from .conftest import ACCOUNT, BUCKET, event, log_file

MARCH = "2026-03-10"


def days_ago(days):
    return dt.datetime.now(dt.UTC).replace(
        hour=12, minute=0, second=0, microsecond=0
    ) - dt.timedelta(days=days)


def iso(moment):
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def ids(result):
    return result.frame["event_id"].tolist()


def test_lookups_ask_for_the_period_only(account, export):
    """LookupEvents is asked for the period and one selection, and every page is read."""
    day = days_ago(3)
    account.events = [event(n, iso(day)) for n in range(120)]

    result = export(
        period=f"{day:%Y-%m-%d}", event_name="CreateUser", event_source="iam.amazonaws.com"
    )

    midnight = day.replace(hour=0).timestamp()
    assert 3 == len(account.lookups)
    assert {midnight} == {asked["StartTime"] for asked in account.lookups}
    assert {midnight + 86400} == {asked["EndTime"] for asked in account.lookups}
    assert [{"AttributeKey": "EventName", "AttributeValue": "CreateUser"}] == account.lookups[0][
        "LookupAttributes"
    ]
    assert 120 == len(result.frame)
    assert ["LookupEvents"] == result.frame["read_from"].unique().tolist()


def test_a_second_selection_is_looked_at(account, export):
    """LookupEvents takes one selection; the others are applied to what it answers."""
    day = days_ago(3)
    account.events = [
        event(1, iso(day)),
        event(2, iso(day), eventSource="ec2.amazonaws.com"),
    ]

    result = export(user_name="ana", event_source="ec2.amazonaws.com")

    assert ["event-0002"] == ids(result)
    assert ["StartTime" in asked for asked in account.lookups] == [False]


def test_old_events_come_from_the_files(account, export):
    """A period before the 90 days is read from the trail's files, with every page of names."""
    account.add_trail()
    account.page_size = 2
    for minute in range(5):
        account.put(f"2026-03-10T12:0{minute}", event(minute, f"2026-03-10T12:00:0{minute}Z"))
    account.put("2026-03-10T12:09", event(9, "2026-03-10T12:00:09Z"), region="eu-west-1")

    result = export(period=MARCH)

    assert [f"event-{n:04d}" for n in range(5)] == ids(result)
    assert [] == account.lookups
    assert () == result.gaps
    assert result.frame["read_from"].str.startswith(f"s3://{BUCKET}/AWSLogs/{ACCOUNT}/").all()
    assert 5 == result.operations["s3:GetObject"]


def test_events_of_a_day_may_be_in_the_files_of_the_next(account, export):
    """Files of the neighbouring days are read, and the time of the event decides."""
    account.add_trail()
    account.put("2026-03-09T12:00", event(1, "2026-03-09T11:59:00Z"))
    account.put(
        "2026-03-10T00:05", event(2, "2026-03-09T23:59:59Z"), event(3, "2026-03-10T00:00:00Z")
    )
    account.put(
        "2026-03-11T00:10", event(4, "2026-03-10T23:59:59Z"), event(5, "2026-03-11T00:00:00Z")
    )
    account.put("2026-03-11T20:00", event(6, "2026-03-10T20:00:00Z"))

    result = export(period=MARCH)

    assert ["event-0003", "event-0006", "event-0004"] == ids(result)
    assert not any("2026/03/09/" in key for key in account.read)


def test_an_event_delivered_twice_is_there_once(account, export):
    """The same event in two files, or two trails, is one row."""
    account.add_trail("one")
    account.add_trail("two", prefix="more")
    twice = event(1, "2026-03-10T08:00:00Z")
    account.put("2026-03-10T08:05", twice, event(2, "2026-03-10T08:01:00Z"))
    account.put("2026-03-10T08:10", twice)
    account.put("2026-03-10T08:05", twice, event(3, "2026-03-10T08:02:00Z"), root="more/AWSLogs")

    assert ["event-0001", "event-0002", "event-0003"] == ids(export(period=MARCH))


def test_a_long_period_is_both_joined(account, export):
    """A period that reaches over the 90 days has its old part from files, and no event twice."""
    account.add_trail()
    old, new = days_ago(100), days_ago(2)
    account.put(f"{old:%Y-%m-%dT%H:%M}", event(1, iso(old)))
    recent = event(2, iso(new))
    account.put(f"{new:%Y-%m-%dT%H:%M}", recent)
    account.events = [recent]

    result = export(period=f"{old:%Y-%m-%d}..{new:%Y-%m-%d}")

    assert ["event-0001", "event-0002"] == ids(result)
    assert ["s3:/", "Look"] == [text[:4] for text in result.frame["read_from"]]
    kept = days_ago(89).replace(hour=0).timestamp()
    assert [kept] == [asked["StartTime"] for asked in account.lookups]
    columns = set(result.frame) - {"read_from", "resources", "event_id", "event_time"}
    rows = result.frame.to_dict("records")
    assert {n: str(rows[0][n]) for n in columns} == {n: str(rows[1][n]) for n in columns}


def test_without_a_trail_an_old_period_is_an_error(account, export):
    """A period older than 90 days is never an empty table: the error says what to do."""
    with pytest.raises(IncompleteAnswerError, match=r"No trail covers us-east-1\.") as caught:
        export(period=MARCH)

    assert "bucket=" in str(caught.value)


def test_without_a_trail_the_old_part_is_a_gap(account, export):
    """Of a longer period the last 90 days are there, and what is missing is a gap."""
    new = days_ago(2)
    account.events = [event(2, iso(new))]

    result = export(period=f"{days_ago(100):%Y-%m-%d}..{new:%Y-%m-%d}")

    [gap] = result.gaps
    assert ["event-0002"] == ids(result)
    assert Outcome.FAILED is gap.outcome
    assert f"events from {days_ago(100):%Y-%m-%d} to {days_ago(90):%Y-%m-%d}" == gap.item
    assert "bucket=" in gap.why[:120]  # as much of it as is shown under the table


def test_a_bucket_that_may_not_be_listed_is_no_empty_table(account, export):
    """A refused listing is raised where nothing else is there, and a gap with its action else."""
    account.add_trail()
    account.lists = False
    account.events = [event(2, iso(days_ago(2)))]

    with pytest.raises(PermissionDeniedError):
        export(period=MARCH)
    result = export(period=f"{days_ago(100):%Y-%m-%d}..{days_ago(1):%Y-%m-%d}")

    assert [(Outcome.DENIED, "s3:ListBucket")] == [(g.outcome, g.action) for g in result.gaps]
    assert () == result.notes  # least of all that there were no files
    assert ["event-0002"] == ids(result)


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        pytest.param(lambda body: b"no gzip at all", "gzip", id="no gzip"),
        pytest.param(lambda body: body[:-20], "end-of-stream", id="cut off"),
        pytest.param(
            lambda body: gzip.compress(gzip.decompress(body)[:-9]), "breaks off", id="half the JSON"
        ),
        pytest.param(lambda body: body[:40] + b"XXXX" + body[44:], "", id="damaged"),
        pytest.param(lambda body: log_file()[:0] + zlib.compress(b"{}"), "gzip", id="zlib"),
    ],
)
def test_a_damaged_file_is_a_gap_that_names_it(account, export, spoil, why):
    """A file that cannot be unpacked is named; the others are read all the same."""
    account.add_trail()
    account.put("2026-03-10T08:05", event(1, "2026-03-10T08:00:00Z"))
    body = spoil(log_file(event(2, "2026-03-10T08:00:00Z")))
    key = account.put("2026-03-10T08:10", body=body)

    result = export(period=MARCH)

    [gap] = result.gaps
    assert ["event-0001"] == ids(result)
    assert (f"s3://{BUCKET}/{key}", Outcome.FAILED) == (gap.item, gap.outcome)
    assert why in gap.why


def test_a_refused_file_is_a_gap_with_its_action(account, export):
    """A file that may not be read is named, with the action that is missing."""
    account.add_trail()
    account.put("2026-03-10T08:05", event(1, "2026-03-10T08:00:00Z"))
    key = account.put("2026-03-10T08:10", event(2, "2026-03-10T08:00:00Z"))
    account.denied.add(key)

    result = export(period=MARCH)

    expected = [(Outcome.DENIED, "s3:GetObject", f"s3://{BUCKET}/{key}")]
    assert expected == [(gap.outcome, gap.action, gap.item) for gap in result.gaps]
    assert ["event-0001"] == ids(result)


def test_many_refused_files_of_a_day_are_one_gap(account, export):
    """A key policy that changed is one finding for each day, not one for each file."""
    account.add_trail()
    account.put("2026-03-10T01:00", event(1, "2026-03-10T00:59:00Z"))
    for minute in range(15):
        account.denied.add(account.put(f"2026-03-10T08:{minute:02d}"))

    [gap] = export(period=MARCH).gaps

    assert gap.item.endswith("/2026/03/10/ (15 files)")


def test_where_no_file_may_be_read_it_stops_asking(account, export):
    """A role without s3:GetObject is refused for the whole, not file by file through a year."""
    account.add_trail()
    for n in range(100):
        account.denied.add(account.put(f"2026-03-10T{n // 60:02d}:{n % 60:02d}"))

    with pytest.raises(PermissionDeniedError, match="GetObject"):
        export(period=MARCH)

    asked = [r for r in account._server.requests if ".json.gz" in r.path]
    assert 32 == len(asked)


def test_a_broken_connection_is_tried_again(account, export):
    """An answer that breaks off in its middle is asked for again, and no event is there twice."""
    account.add_trail()
    key = account.put("2026-03-10T08:05", event(1, "2026-03-10T08:00:00Z"))
    whole, seen = account.files[key], []

    def first_one_breaks():
        seen.append(key)
        return account.breaks_off(whole[:100]) if len(seen) == 1 else whole

    account.files[key] = first_one_breaks

    result = export(period=MARCH)

    assert ["event-0001"] == ids(result)
    assert () == result.gaps
    assert 2 == len(seen)


def test_an_organizations_files_are_found(account, export):
    """The files of an organization's trail are below its id, and digests are no log files."""
    account.add_trail("org", prefix="audit", organization=True)
    account.put(
        "2026-03-10T08:05", event(1, "2026-03-10T08:00:00Z"), root="audit/AWSLogs/o-abcdefghij"
    )
    account.put(
        "2026-03-10T08:05",
        event(2, "2026-03-10T08:00:00Z"),
        root="audit/AWSLogs/o-abcdefghij",
        account="999999999999",
    )
    digest = (
        f"audit/AWSLogs/o-abcdefghij/{ACCOUNT}/CloudTrail-Digest/us-east-1/2026/03/10/d.json.gz"
    )
    account.files[digest] = b"never read"

    assert ["event-0001"] == ids(export(period=MARCH))


def test_a_central_bucket_can_be_told(account, export):
    """Bucket, prefix and accounts can be given; no trail is asked for then."""
    for n, owner in enumerate(("111122223333", "444455556666", "777788889999"), start=1):
        told = event(n, "2026-03-10T08:00:00Z", recipientAccountId=owner)
        account.put("2026-03-10T08:05", told, root="org/AWSLogs", account=owner)

    result = export(
        period=MARCH, bucket=BUCKET, prefix="org", log_accounts=["111122223333", "444455556666"]
    )

    assert ["111122223333", "444455556666"] == result.frame["recipient_account"].tolist()
    assert "DescribeTrails" not in account._server.actions


def test_data_events_are_left_out_and_said(account, export):
    """Management events only, unless asked otherwise; what is left out is counted in a note."""
    account.add_trail()
    account.put(
        "2026-03-10T08:05",
        event(1, "2026-03-10T08:00:00Z"),
        event(2, "2026-03-10T08:01:00Z", eventCategory="Data", managementEvent=False),
    )

    result = export(period=MARCH)

    assert ["event-0001"] == ids(result)
    [note] = [note for note in result.notes if "category=" in note]
    assert f"1 events of {ACCOUNT}/us-east-1 are no management events" in note
    assert ["event-0002"] == ids(export(period=MARCH, category="data"))
    assert ["event-0001", "event-0002"] == ids(export(period=MARCH, category="all"))


def test_days_without_a_file_are_said(account, export):
    """A trail that did not record yet is not told from a quiet day by an empty table alone."""
    account.add_trail()
    account.put("2026-03-12T08:05", event(1, "2026-03-12T08:00:00Z"))

    result = export(period="2026-03-10..2026-03-13")

    [note] = result.notes
    assert f"3 days of {ACCOUNT}/us-east-1 have no log file (2026-03-10 to 2026-03-13)" in note


def test_regions_without_any_file_share_one_note(account, export, ctx):
    """Where nothing was recorded is said once, however many regions there are."""
    account.add_trail()
    account.put("2026-03-12T08:05", event(1, "2026-03-12T08:00:00Z"))
    notes = set()
    for region in ("eu-west-1", "eu-west-2"):
        ctx.target = dataclasses.replace(ctx.target, region=region)
        result = export(period=MARCH)
        notes |= set(result.notes)
        assert (0, ()) == (len(result.frame), result.gaps)

    assert ["no log file of the period" in note for note in notes] == [True]


def test_only_wanted_columns_are_kept(account, export, ctx):
    """Chosen columns are the same as in the whole."""
    account.add_trail()
    account.put(
        "2026-03-10T08:05", event(2, "2026-03-10T08:01:00Z"), event(1, "2026-03-10T08:00:00Z")
    )
    whole = export(period=MARCH).frame
    ctx.columns = frozenset({"event_name", "event_id"})

    frame = export(period=MARCH).frame

    assert whole[["event_id", "event_name", "not_known"]].equals(frame)


def test_objects_are_read_by_the_export_alone(account, export, ctx):
    """Reading the files allows nothing else of the call to read an object."""
    from aibrain_jupyter.aws.answers.paging import call

    account.add_trail()
    key = account.put("2026-03-10T08:05", event(1, "2026-03-10T08:00:00Z"))
    export(period=MARCH)

    with pytest.raises(SensitiveReadRefusedError):
        call(ctx, "s3", "GetObject", {"Bucket": BUCKET, "Key": key})


def test_memory_does_not_grow_with_the_files(account, export, ctx):
    """50 files of 120 MB in all, of which no event is wanted, are read in a few megabytes."""
    account.add_trail()
    text = "x" * 20_000
    big = log_file(
        *(event(n, "2026-03-10T08:00:00Z", additionalEventData={"t": text}) for n in range(120))
    )
    for n in range(50):
        account.put(f"2026-03-10T08:{n:02d}", body=big)
    account.put("2026-03-20T08:00", event(1, "2026-03-20T07:58:00Z"))
    export(period="2026-03-20")  # whatever is imported and made once

    tracemalloc.start()
    try:
        export(period=MARCH, event_name="None")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert 51 == len(account.read)
    assert peak < 15 * 1024 * 1024


def test_progress_is_told(account, export, ctx):
    """Every file that was read moves the panel: requests and rows are counted as they come."""
    account.add_trail()
    for n in range(20):
        account.put(f"2026-03-10T08:{n:02d}", event(n, "2026-03-10T08:00:00Z"))
    seen = []
    ctx.emit = lambda told: seen.append((told.pages, told.rows))

    export(period=MARCH)

    assert sorted(rows for _, rows in seen)[-1] == 20
    assert len([1 for _, rows in seen if rows]) >= 20


def test_a_cancelled_export_stops_soon(account, export, ctx):
    """After Cancel at most the files in progress are asked for."""
    account.add_trail()
    for n in range(200):
        account.put(f"2026-03-10T{n // 60:02d}:{n % 60:02d}", event(n, "2026-03-10T08:00:00Z"))
    lock = threading.Lock()

    def cancel_at_the_tenth(_key):
        time.sleep(0.01)
        with lock:
            if len(account.read) >= 10:
                ctx.cancelled.set()

    account.on_read = cancel_at_the_tenth

    with pytest.raises(CallCancelledError):
        export(period=MARCH)

    assert len(account.read) < 30


def test_files_that_may_not_be_read_are_one_gap_beside_lookups(account, export):
    """Without s3:GetObject the old part is one gap, and the last 90 days are there."""
    account.add_trail()
    old = days_ago(100)
    for n in range(40):
        account.denied.add(account.put(f"{old:%Y-%m-%d}T08:{n:02d}"))
    account.events = [event(2, iso(days_ago(2)))]

    result = export(period=f"{old:%Y-%m-%d}..{days_ago(1):%Y-%m-%d}")

    assert [(Outcome.DENIED, "s3:GetObject")] == [(g.outcome, g.action) for g in result.gaps]
    assert ["event-0002"] == ids(result)


def test_an_unknown_account_is_a_gap_that_asks_for_it(account, export, ctx):
    """Where the account did not say who it is, nobody guesses whose files to read."""
    account.add_trail()
    account.events = [event(2, iso(days_ago(2)))]
    ctx.target = dataclasses.replace(ctx.target, account="")

    [gap] = export(period=f"{days_ago(100):%Y-%m-%d}..{days_ago(1):%Y-%m-%d}").gaps

    assert "log_accounts=" in gap.why
