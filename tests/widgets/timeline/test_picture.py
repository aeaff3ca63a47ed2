"""The timeline as it is seen: lanes, letters, an SVG that needs nothing, sizes that stay small."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from aibrain_jupyter.execution.timeline.bars import Bar, frame_of
from aibrain_jupyter.execution.timeline.of_run import BY_PLACE, BY_WORKER, Timeline
from aibrain_jupyter.shared.coverage import Outcome
from aibrain_jupyter.shared.frames.view import as_view
from aibrain_jupyter.widgets.timeline.fills import MARKS
from aibrain_jupyter.widgets.timeline.lanes import MOST_LANES, lanes_of, load_of
from aibrain_jupyter.widgets.timeline.picture import timeline_page
from aibrain_jupyter.widgets.views.frame_view import view_of

PLACES = ["account_id", "region"]


def bar(call=0, began=0.0, seconds=1.0, *, account="111122223333", region="eu-west-1", **more):
    """A bar of a call that ended well."""
    given = {"outcome": "ok", "source": "live", "wire_s": seconds, **more}
    place = {"account_id": account, "region": region}
    return Bar(place, "", "iam users", call, None, began, seconds, **given)


def timeline(bars, **more):
    """The timeline of a run of these bars."""
    seconds = max((one.end for one in bars if one.end is not None), default=0.0)
    return Timeline("r1", "iam users", PLACES, bars, seconds, len(bars), **more)


def svg_of(page):
    """The picture of a page, read as XML."""
    html = page.html()
    return ET.fromstring(html[html.index("<svg role") : html.index("</svg>") + 6])


def many(count, accounts=20):
    """So many calls one after another, over some accounts."""
    return [bar(n, n * 0.1, 0.2, account=f"{n % accounts:012d}") for n in range(count)]


def test_bars_that_overlap_have_rows_of_their_own():
    """A lane is as high as the calls that went on in it at a time."""
    (lane,) = lanes_of([bar(0, 0, 2), bar(1, 1, 2), bar(2, 2, 1)], by=BY_PLACE)

    assert [[0, 2], [1]] == [[one.call for one in row] for row in lane.rows]


def test_every_outcome_is_told_in_text_and_by_a_pattern_of_its_own():
    """No outcome is known by its colour alone: a letter in text, a word in the legend."""
    bars = [bar(n, n, 1, outcome=str(outcome)) for n, outcome in enumerate(Outcome)]

    text, html = timeline_page(timeline(bars)).text(), timeline_page(timeline(bars)).html()

    for outcome in Outcome:
        assert f"{MARKS[outcome]} {outcome}" in text
        assert f"1 {outcome}</span>" in html
    assert len(Outcome) == len({MARKS[outcome] for outcome in Outcome})


def test_waiting_and_what_was_sent_again_are_seen():
    """The part that was held back is thin and has a letter; a triangle stands for a retry."""
    waits = bar(0, 0, 4, waited_s=2.0, wire_s=2.0, retried=3, throttled=3)

    page = timeline_page(timeline([waits]))

    assert "~~~~" in page.text()
    assert "waiting" in page.text()
    assert "waited 2.0 s for the provider's pace · 3 requests throttled" in page.text()
    assert "▼ requests were sent again" in page.html()
    assert "3" in [one.get("height") for one in svg_of(page).iter("rect")]


def test_what_never_began_is_said_and_not_drawn():
    """A call that was cancelled in the queue is counted beside its lane."""
    page = timeline_page(timeline([bar(0), bar(1, None, 0.0, outcome="cancelled")]))

    assert "1 never began" in page.text()
    assert "∅ never began" in page.html()


@pytest.mark.parametrize(("count", "most_kib"), [(100, 60), (1_000, 420), (10_000, 180)])
def test_a_picture_stays_small(count, most_kib):
    """Up to 1,000 calls each is a bar; above, lanes show how many went on at a time."""
    html = timeline_page(timeline(many(count))).html()

    assert len(html) < most_kib * 1024
    assert ("how many went on at a time" in html) == (count > 1_000)


def test_many_places_become_accounts_and_then_the_others_together():
    """However many places there are, the picture has lanes for people, and none is left out."""
    regions = [bar(n, n, 1, region=f"region-{n}") for n in range(40)]
    accounts = [bar(n, n, 1, account=f"{n:012d}") for n in range(40)]

    assert ["111122223333"] == [one.label for one in lanes_of(regions, by=BY_PLACE)]
    lanes = lanes_of(accounts, by=BY_PLACE)
    assert MOST_LANES == len(lanes)
    assert f"{41 - MOST_LANES} others" == lanes[-1].label
    assert 40 == sum(len(lane.bars) for lane in lanes)


def test_each_worker_has_a_lane():
    """By worker a lane is a process: this kernel is one, and a call that goes on has none yet."""
    made = ["tcp://10.0.0.1:1", "", "tcp://10.0.0.2:1", "tcp://10.0.0.1:1"]
    bars = [bar(number, number, 1, worker=worker) for number, worker in enumerate(made)]
    bars.append(bar(4, 4, 1, outcome="running"))
    text = timeline_page(timeline(bars, by=BY_WORKER)).text()

    labels = ["tcp://10.0.0.1:1", "this kernel", "tcp://10.0.0.2:1", "not told yet"]
    assert labels == [lane.label for lane in lanes_of(bars, by=BY_WORKER)]
    assert [2, 1, 1, 1] == [len(lane.bars) for lane in lanes_of(bars, by=BY_WORKER)]
    assert all(label in text for label in labels)
    assert made == frame_of("r1", bars, PLACES)["worker"].tolist()[:4]


def test_a_load_adds_up_to_the_time_of_its_calls():
    """What a dense lane shows is the time its calls took, no more and no less."""
    (lane,) = lanes_of([bar(0, 0.0, 7.0), bar(1, 2.5, 4.5)], by=BY_PLACE)

    load = load_of(lane, 14.0)["ok"]

    assert 11.5 == pytest.approx(sum(load) * 14.0 / len(load), rel=1e-6)
    assert 2.0 == pytest.approx(max(load))


def test_the_picture_is_well_formed_and_says_what_hurts():
    """Names of a provider are text in it, whatever they contain; it asks for no script or file."""
    html = timeline_page(timeline([bar(region="<script>&\"'")])).html()
    ET.fromstring(html[html.index("<svg role") : html.index("</svg>") + 6])

    assert "<script" not in html
    assert "http" not in html


def test_the_frame_is_drawn_as_the_picture_and_a_chosen_part_too():
    """The value is the table; shown, filtered ones too, it is the picture of its rows."""
    frame = frame_of("r1", [bar(0), bar(1, 1.0, account="444455556666")], PLACES)
    as_view(frame, "timeline")

    assert "r1 · iam users · 2 calls" in view_of(frame).text()
    assert "444455556666/eu-west-1" in view_of(frame).text()
    part = frame[frame["account_id"] == "111122223333"]
    assert "1 call " in view_of(part).text()
    assert view_of(frame[["call", "seconds"]]) is None
