"""A long listing read in parts is the listing from end to end: rows, order, errors, counts."""

from __future__ import annotations

import random

import pandas as pd
import pytest

from aibrain_jupyter.aws.answers.page_watch import PageWatch
from aibrain_jupyter.aws.clients.current_call import aws_call
from aibrain_jupyter.aws.operations.export import export_operation
from aibrain_jupyter.aws.operations.in_parts.part import NotInOrderError, Part
from aibrain_jupyter.aws.operations.in_parts.which import OBJECTS, listing_in_parts
from aibrain_jupyter.shared.call_log import ROWS
from aibrain_jupyter.shared.error_handler import CallCancelledError, PermissionDeniedError
from tests.aws.operations.keyed_bucket import KeyedBucket

BUCKET = {"Bucket": "evidence"}
_DENIED = "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"


def days():
    return [f"logs/{y}/{m:02}/{d:02}/f" for y in (2025, 2026) for m in range(1, 13) for d in (3, 9)]


LAYOUTS = {
    "days": days(),
    "counted": [f"part-{number:08}" for number in range(300)],
    "hashes": [f"{random.Random(n).getrandbits(64):016x}" for n in range(300)],
    "few folders, one large": [*(f"a/{n:03}" for n in range(250)), "b/1", "c/1", "z"],
    "the large one last": ["a", *(f"x/{n:03}" for n in range(250))],
    "letters of all kinds": [
        prefix + suffix
        for prefix in ("", "a", "~", "é", "\ud7ff", "\ue000", "\uffff", "😀", "\U0010ffff", "a b&+")
        for suffix in ("a", "b/c", "\x7f", "é", "一", "😀", "\U0010ffff", "z" * 40)
    ],
    "each the beginning of the next": ["k" * number for number in range(1, 120)],
    "fewer than a page": ["a", "b"],
    "none": [],
}


def is_question(query):
    """Tell whether a request asks where to cut, and for no page."""
    return query.get("max-keys") == "1"


def listed(ctx, aws_replies, bucket, params=None):
    """Export the bucket."""
    aws_replies.on("/evidence", bucket)
    return export_operation(ctx, "s3", "list_objects_v2", {**BUCKET, **(params or {})})


@pytest.mark.parametrize("keys", LAYOUTS.values(), ids=LAYOUTS)
def test_every_key_is_there_once_and_in_order(ctx, aws_replies, keys):
    """However keys are named, the frame is that of one page after the other."""
    found = listed(ctx, aws_replies, KeyedBucket(keys))

    assert sorted(keys, key=str.encode) == found.frame["key"].tolist()
    aws_replies.on("/evidence", KeyedBucket(keys, page=1000))
    whole = export_operation(ctx, "s3", "list_objects_v2", BUCKET)
    pd.testing.assert_frame_equal(whole.frame, found.frame)
    assert whole.gaps == found.gaps == ()


def test_chance_finds_no_key_twice_or_lost(ctx, aws_replies):
    """Keys of few letters, prefixes and starts by chance: always what the listing has."""
    chance = random.Random(19)
    for _ in range(12):
        letters = chance.choice(["ab", "0123456789", "a/b.é", "\u0001~😀z/"])
        keys = {
            "".join(chance.choices(letters, k=chance.randint(1, 9)))
            for _ in range(chance.randint(30, 160))
        }
        params = chance.choice(
            [{}, {"Prefix": letters[0]}, {"StartAfter": chance.choice(sorted(keys))}]
        )
        found = listed(ctx, aws_replies, KeyedBucket(keys, page=3), params)

        prefix, start = params.get("Prefix", ""), params.get("StartAfter", "")
        expected = sorted(key for key in keys if key.startswith(prefix) and key > start)
        assert expected == found.frame["key"].tolist(), (letters, params)


def test_several_parts_are_read(ctx, aws_replies):
    """A long listing goes on from another place while its first part still waits for a page."""
    bucket = KeyedBucket(
        LAYOUTS["counted"],
        held=5,
        release=lambda query: "start-after" in query and not is_question(query),
    )

    found = listed(ctx, aws_replies, bucket)

    assert LAYOUTS["counted"] == found.frame["key"].tolist()
    assert not bucket.gave_up


@pytest.mark.parametrize("layout", ["counted", "hashes"])
def test_a_long_listing_is_cut_with_few_requests(ctx, aws_replies, layout):
    """Where keys are spread evenly most cuts are guessed: pages that no row is kept of are few."""
    keys = LAYOUTS[layout]
    bucket = KeyedBucket(keys, page=2)

    listed(ctx, aws_replies, bucket)

    questions = sum(map(is_question, bucket.asked))
    assert questions <= 40
    assert len(bucket.asked) - questions < 1.6 * len(keys) / 2


def test_a_short_listing_is_asked_for_as_ever(ctx, aws_replies):
    """As long as it has few pages there is no request more than pages."""
    bucket = KeyedBucket(LAYOUTS["counted"][:18])

    listed(ctx, aws_replies, bucket)

    assert 4 == len(bucket.asked)


def test_what_is_counted_is_what_the_frame_has(ctx, aws_replies):
    """Rows of a page that belong to another part are counted there, and only there."""
    found = listed(ctx, aws_replies, KeyedBucket(LAYOUTS["hashes"]))

    assert 300 == len(found.frame) == ctx.rows == sum(note[ROWS] or 0 for note in ctx.answered)
    assert len(ctx.answered) == ctx.requests == found.operations["s3:ListObjectsV2"]


def test_keys_made_or_removed_meanwhile_are_no_doubles(ctx, aws_replies):
    """A bucket that changes while it is read: each key once, in order, and all that stayed."""
    stay = LAYOUTS["counted"]
    chance = random.Random(7)

    def change(_query):
        number = chance.randrange(300)
        name = f"part-{number:08}-new"
        if name in bucket.keys:
            bucket.keys.remove(name)
        else:
            bucket.keys.append(name)
            bucket.keys.sort()

    bucket = KeyedBucket(stay, before=change)
    found = listed(ctx, aws_replies, bucket).frame["key"].tolist()

    assert found == sorted(set(found))
    assert set(stay) <= set(found)


def test_a_part_that_is_refused_fails_the_call(ctx, aws_replies):
    """Rows of other parts never pass for the whole list, and no page is asked for after it."""

    def refuse(query):
        start = query.get("continuation-token", "")
        return aws_replies.refusal(_DENIED) if start > "part-00000250" else None

    with pytest.raises(PermissionDeniedError) as caught:
        listed(ctx, aws_replies, KeyedBucket(LAYOUTS["counted"], before=refuse))

    assert "s3:ListObjectsV2" == caught.value.facts["operation"]


def test_a_question_that_is_refused_costs_no_key(ctx, aws_replies):
    """Where only the listing itself is allowed, it is read from end to end."""

    def refuse(query):
        return aws_replies.refusal(_DENIED) if is_question(query) else None

    bucket = KeyedBucket(LAYOUTS["counted"], before=refuse, held=5, release=is_question)
    found = listed(ctx, aws_replies, bucket)

    assert LAYOUTS["counted"] == found.frame["key"].tolist()
    assert () == found.gaps
    assert not bucket.gave_up


def test_cancel_ends_all_parts(ctx, aws_replies):
    """No part goes on asking once the call is cancelled."""

    def cancel(_query):
        if len(bucket.asked) == 60:
            ctx.cancelled.set()

    bucket = KeyedBucket(LAYOUTS["counted"], page=2, before=cancel)
    with pytest.raises(CallCancelledError):
        listed(ctx, aws_replies, bucket)

    assert len(bucket.asked) < 60 + 8 * 2


@pytest.mark.parametrize(
    "page",
    [[{"Key": "b"}, {"Key": "a"}], [{"Key": "b"}, {"Key": "b"}], [{"Key": "B"}], [{"Size": 1}]],
    ids=["falls", "stands", "before the part", "no key"],
)
def test_a_page_out_of_order_is_seen(page):
    """Cuts are worth nothing where keys do not rise, within a page and from part to part."""
    with pytest.raises(NotInOrderError):
        Part(OBJECTS, None, after="a").of_page({"Contents": page})


@pytest.mark.parametrize("turned", [7, 260], ids=["at once", "late"])
def test_keys_in_another_order_are_read_from_end_to_end(ctx, aws_replies, turned):
    """A store that only speaks S3's language may list as it likes; what it cost is said."""
    keys = LAYOUTS["counted"][:turned] + LAYOUTS["counted"][turned:][::-1]
    bucket = KeyedBucket(keys, is_in_order=False)

    found = listed(ctx, aws_replies, bucket)

    assert keys == found.frame["key"].tolist()
    assert 300 == ctx.rows == sum(note[ROWS] or 0 for note in ctx.answered)
    asked = [tuple(sorted(query.items())) for query in bucket.asked]
    was_read_again = len({*asked}) < len(asked)
    assert (260 == turned) == was_read_again == ("order" in " ".join(ctx.remarks))


@pytest.mark.parametrize(
    "params",
    [
        {"Delimiter": "/"},
        {"EncodingType": "url"},
        {"Bucket": "evidence--use1-az4--x-s3"},
        {"Bucket": "arn:aws:s3:us-east-1:123456789012:accesspoint/ap"},
        {"Bucket": "ap-e5f-s3alias"},
    ],
    ids=lambda params: next(iter(params.values()))[:20],
)
def test_other_listings_are_not_divided(ctx, params):
    """Folders, quoted names, directory buckets and access points: from end to end."""
    asked = (ctx, "s3", "ListObjectsV2")
    assert listing_in_parts(*asked, BUCKET, "Contents") is not None
    assert listing_in_parts(*asked, {**BUCKET, **params}, "Contents") is None
    assert listing_in_parts(*asked, BUCKET, "CommonPrefixes") is None


def test_answers_that_are_kept_or_counted_are_not_divided(ctx):
    """Evidence with its raw answers, control totals and polite runs: each page follows the last."""
    asked = ("s3", "ListObjectsV2", BUCKET, "Contents")
    for spoil in (
        lambda: setattr(ctx, "raw", object()),
        lambda: setattr(ctx, "share", 0.5),
        lambda: setattr(aws_call(ctx), "watch", PageWatch()),
    ):
        ctx.raw, ctx.share, ctx.own = None, 1.0, None
        assert listing_in_parts(ctx, *asked) is not None
        spoil()
        assert listing_in_parts(ctx, *asked) is None
