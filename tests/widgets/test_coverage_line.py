from __future__ import annotations

import pytest

from aibrain_jupyter.aws.target import AwsTarget
from aibrain_jupyter.shared.coverage import Outcome
from aibrain_jupyter.widgets.coverage_line import CoverageLine

_RESUME = "%aibrain resume r7 asks for what is missing, once its cause is gone"


def first_line(shown):
    return shown.text().splitlines()[0]


def test_a_good_run_is_one_line(make_summary):
    """Accounts, calls, failures, rows and the part of the cache, in one line."""
    shown = CoverageLine(make_summary(from_cache=1, oldest_age_s=3 * 3600))

    assert "2 accounts, 2 calls, 0 failed · 41 rows · from cache 1 of 2 (age 3 h)" == shown.text()


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        pytest.param({Outcome.OK: 2}, "0 failed", id="none"),
        pytest.param({Outcome.OK: 1, Outcome.FAILED: 1}, "1 failed", id="one error"),
        pytest.param({Outcome.DENIED: 2}, "2 failed (denied)", id="one kind"),
        pytest.param(
            {Outcome.FAILED: 1, Outcome.DENIED: 2},
            "3 failed (2 denied, 1 with an error)",
            id="two kinds",
        ),
        pytest.param(
            {Outcome.OK: 1, Outcome.CANCELLED: 3}, "0 failed, 3 cancelled", id="cancelled"
        ),
        pytest.param(
            {Outcome.OK: 1, Outcome.NOT_OFFERED: 1},
            "0 failed, 1 not offered in region",
            id="not offered",
        ),
    ],
)
def test_every_way_to_end_is_counted_in_words(make_summary, counts, words):
    """A call that gave no rows is named by how it ended, never only by a colour."""
    assert f", {words} · " in first_line(CoverageLine(make_summary(counts=counts)))


@pytest.mark.parametrize(
    ("seconds", "age"),
    [(0.3, "under 1 min"), (59.9, "under 1 min"), (61, "1 min"), (5400, "90 min"), (9e4, "25 h")],
)
def test_an_age_never_shows_seconds(make_summary, seconds, age):
    """A stored output must not differ from the next run's by a few seconds."""
    line = first_line(CoverageLine(make_summary(from_cache=1, oldest_age_s=seconds)))

    assert line.endswith(f"(age {age})")


def test_demo_data_comes_first(make_summary):
    """Nobody can take the figures of the demo account for real ones."""
    shown = CoverageLine(make_summary(is_demo=True))

    assert shown.text().startswith("demo data · ")
    assert ">demo data</b>" in shown.html()


def test_a_gap_says_why_and_then_where(make_summary, make_gap):
    """A refusal shows outcome and reason, then account, region, IAM action, and the way on."""
    shown = CoverageLine(
        make_summary(counts={Outcome.OK: 1, Outcome.DENIED: 1}, gaps=(make_gap(),))
    )

    assert [
        "2 accounts, 2 calls, 1 failed (denied) · 41 rows",
        "! 1 gap: the rows of 1 call are missing",
        "denied: not authorized to perform: iam:ListUsers",
        "  - 444455556666 · global · iam:ListUsers",
        f"%aibrain fix r7 says what to do · {_RESUME}",
    ] == shown.text().splitlines()


@pytest.mark.parametrize("form", ["text", "html"])
def test_a_reason_is_whole_and_said_once(make_summary, make_gap, form):
    """However long it is, and for however many places."""
    why = f"User: arn:aws:sts::1:role/{'x' * 400} is not authorized"
    gaps = tuple(make_gap(why=why, target=AwsTarget(f"{n:012d}")) for n in range(3))
    shown = getattr(CoverageLine(make_summary(gaps=gaps)), form)()

    assert 1 == shown.count(why)
    assert [1, 1, 1] == [shown.count(f"{n:012d}") for n in range(3)]


def test_an_unknown_detail_names_its_item_and_columns(make_summary, make_gap):
    """A detail that was refused is told apart from rows that are missing."""
    gap = make_gap(item="ana", columns=("mfa_devices",))
    text = CoverageLine(make_summary(gaps=(gap,))).text()

    assert "! 1 gap: 1 detail is unknown" in text
    assert "ana (mfa_devices)" in text


def test_an_item_without_columns_is_missing_rows(make_summary, make_gap):
    """What could not be read of an item that has rows of its own is no mere detail."""
    gap = make_gap(item="s3://logs/a.json.gz")

    assert (
        "! 1 gap: the rows of 1 item are missing" in CoverageLine(make_summary(gaps=(gap,))).text()
    )


def test_ten_gaps_are_listed_and_the_rest_counted(make_summary, make_gap):
    """A long list is cut, and says so, and says where all of it is."""
    gaps = tuple(make_gap(target=AwsTarget(f"{n:012d}")) for n in range(37))
    text = CoverageLine(make_summary(gaps=gaps)).text()

    assert [1, 10] == [text.count("denied: not authorized"), text.count("  - 0000")]
    assert "and 27 more: %aibrain last --coverage\n" in text


def test_what_failed_is_listed_before_what_was_cancelled(make_summary, make_gap):
    """Cancelling many calls does not push the one real refusal out of sight."""
    cancelled = [make_gap(outcome=Outcome.CANCELLED, why="cancelled") for _ in range(20)]
    shown = CoverageLine(
        make_summary(
            counts={Outcome.CANCELLED: 20, Outcome.DENIED: 1},
            calls=21,
            gaps=(*cancelled, make_gap()),
            was_cancelled=True,
        )
    )

    lines = shown.text().splitlines()
    assert "! cancelled: 20 of 21 calls did not finish" == lines[1]
    assert lines[3].startswith("denied: ")


def test_notes_are_shown(make_summary):
    """A remark of the run reaches the reader."""
    shown = CoverageLine(make_summary(notes=("regions were taken from the default list",)))

    assert "note: regions were taken from the default list" == shown.text().splitlines()[-1]


def test_the_output_does_not_depend_on_the_run(make_summary):
    """Run id and duration differ from run to run, the stored output does not."""
    one = CoverageLine(make_summary(run_id="r1", seconds=0.7))
    two = CoverageLine(make_summary(run_id="r2", seconds=99.0))

    assert one._repr_mimebundle_() == two._repr_mimebundle_()
