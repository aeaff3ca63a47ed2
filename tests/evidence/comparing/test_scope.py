"""What was not asked alike is named first, and what was not asked is never removed or added."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from aibrain_jupyter.evidence.comparing.compare import compare
from aibrain_jupyter.evidence.comparing.summary import status_of, verdict_of
from tests.evidence.comparing.conftest import ACCOUNTS, about, counts, instances, rows_of, side

PROD, DEV = ACCOUNTS
WEST, EAST = "eu-west-1", "us-east-1"


def asked(old, new, old_known, new_known, **more):
    """Return the comparison of two collected sets."""
    return compare(side(old, "old", old_known), side(new, "new", new_known, **more))


def test_a_region_that_was_not_asked_now_is_not_removed():
    """Rows of a region that the new side leaves out are not asked, and the region is named."""
    found = asked(instances(), instances(regions=[EAST]), about(), about(regions=[EAST]))

    assert {"scope": 1, "not asked": 4} == counts(found)
    assert ("scope", "region", "2", "1", "smaller: not asked now: eu-west-1") == rows_of(
        found, "change", "column", "old", "new", "why"
    )[0]
    assert {f"{PROD}/{WEST} was not asked", f"{DEV}/{WEST} was not asked"} == {
        row[0] for row in rows_of(found, "why")[1:]
    }
    assert verdict_of(found).startswith("What was asked is smaller: region.")
    assert 2 == status_of(found)


def test_a_region_that_was_not_asked_before_is_not_added():
    """Rows that are new only because more was asked are not added."""
    found = asked(instances(regions=[EAST]), instances(), about(regions=[EAST]), about())

    assert {"scope": 1, "not asked before": 4} == counts(found)


def test_places_of_different_kinds_are_neither_smaller_nor_larger():
    """A site beside an account: that is said once, and no part of one is missing in the other."""
    site = [{"tenant": "contoso", "site": "sites/audit", "outcome": "ok"}]
    old = about(completeness={"targets": site})
    found = asked(instances(), instances(), old, about())
    change = next(change for change in found.scope if change.what == "places")

    assert ("contoso/sites/audit", "not comparable") == (change.old, change.size)
    assert not [c for c in found.scope if c.what in ("account_id", "region", "tenant", "site")]


def test_what_is_gone_from_where_was_asked_is_removed():
    """A smaller scope hides no true removal: each row is told by its own place."""
    new = instances(accounts=[PROD]).iloc[1:]

    found = asked(instances(), new, about(), about(accounts=[PROD]))

    assert {"scope": 1, "removed": 1, "not asked": 4} == counts(found)


@pytest.mark.parametrize("outcome", ["denied", "throttled", "timed out", "failed", "cancelled"])
def test_zero_rows_because_of_a_gap_are_no_removal(outcome):
    """A place that refused says nothing: its rows are not asked, whichever side it is."""
    lost = {(a, r): outcome for a in ACCOUNTS for r in (WEST, EAST)}
    known = about(lost=lost)

    found = asked(instances(), instances().iloc[:0], about(), known)
    other = asked(instances().iloc[:0], instances(), known, about())

    assert 0 == found.counts["removed"] == other.counts["added"]
    assert 8 == found.counts["not asked"] == other.counts["not asked before"]
    assert f"{outcome} in {PROD}/{WEST}" in found.frame["why"].tolist()
    assert "incomplete: 4 gaps" in found.frame.query("column == 'completeness'")["new"].item()


def test_a_place_that_does_not_offer_the_service_was_asked():
    """Where the service does not exist rows cannot hide, so they are removed."""
    known = about(lost={(PROD, WEST): "not offered in region"})
    known["completeness"]["gaps"] = []

    found = asked(instances(), instances().iloc[2:], about(), known)

    assert 2 == found.counts["removed"]


def test_a_gap_within_a_place_may_hide_rows():
    """A listing that was refused for one parent hides rows of its place; a detail hides none."""
    lost = {
        "account_id": PROD,
        "region": WEST,
        "outcome": "denied",
        "item": "vpc-1",
        "action": "ec2:X",
    }
    new = instances().iloc[1:]

    rows = asked(instances(), new, about(), about(gaps=[{**lost, "columns": []}]))
    cells = asked(instances(), new, about(), about(gaps=[{**lost, "columns": ["policy"]}]))

    assert {"not asked": 1} == {k: v for k, v in counts(rows).items() if k != "scope"}
    assert f"ec2:X vpc-1: denied in {PROD}/{WEST}" == rows.frame["why"].iloc[-1]
    assert {"removed": 1} == {k: v for k, v in counts(cells).items() if k != "scope"}


def test_a_gap_that_is_known_by_its_label_only_is_still_a_gap():
    """Of an earlier run gaps are words; what they begin with is the place."""
    known = about(gaps=[{"why": f"{PROD}/{WEST} ec2:X vpc-1: denied"}])

    found = asked(instances(), instances().iloc[[0, 2, 3, 4, 5, 6]], about(), known)

    assert {"removed": 1, "not asked": 1} == {
        k: v for k, v in counts(found).items() if k != "scope"
    }


def test_rows_with_a_place_of_their_own_belong_to_their_account():
    """Buckets are listed once: a row's region was never asked, its account decides."""
    buckets = instances(regions=["us-east-1", "eu-north-1"])
    known = about(regions=["global"])

    gone = asked(buckets, buckets.iloc[1:], known, known)
    dropped = asked(buckets, buckets.iloc[:4], known, about(accounts=[PROD], regions=["global"]))
    lost = about(regions=["global"], lost={(DEV, "global"): "denied"})
    denied = asked(buckets, buckets.iloc[:4], known, lost)

    assert {"removed": 1} == counts(gone)
    assert (0, 4) == (dropped.counts["removed"], dropped.counts["not asked"])
    assert (0, 4) == (denied.counts["removed"], denied.counts["not asked"])


def test_a_filter_is_looked_at_row_by_row():
    """A row that a new filter would not show is not asked; one that it would show is removed."""
    old = instances(type=["t3", "m5"] * 4)
    new = old[old["type"] == "m5"].iloc[1:]
    known = about(source={"parameters": {"where": "type == 'm5'"}}, completeness={"left_out": 4})

    found = asked(
        old, new, about(), known, shows=lambda frame: (frame["type"] == "m5").to_numpy(bool)
    )

    assert {"scope": 2, "removed": 1, "not asked": 4} == counts(found)
    assert "outside of where=type == 'm5'" == found.frame["why"].iloc[-1]
    assert "where=" == found.scope[0].what


def test_what_cannot_be_told_is_not_asked():
    """Another filter or parameter whose rows cannot be told makes no row a removed one."""
    old, new = instances(), instances().iloc[1:]
    for parameters, known in (
        ({"where": "x"}, {"shows": lambda frame: None}),
        ({"where": "x"}, {}),
        ({"path_prefix": "/admin"}, {}),
    ):
        found = asked(old, new, about(), about(source={"parameters": parameters}), **known)
        assert (0, 1) == (found.counts["removed"], found.counts["not asked"])


def test_a_default_that_is_written_out_is_the_same():
    """A parameter that says what held anyway asks for the same."""
    written = about(source={"parameters": {"path_prefix": "/"}})
    left_out = about(source={"defaults_applied": {"path_prefix": "/"}})

    found = asked(instances(), instances().iloc[1:], left_out, written)

    assert {"removed": 1} == counts(found)


def test_columns_that_were_not_asked_for_are_not_gone():
    """Chosen columns are a difference of what was asked, not of what there is."""
    known = about(source={"parameters": {"columns": ["id"]}})

    found = asked(instances(), instances().drop(columns="type"), about(), known)

    assert {"scope": 1, "schema": 1} == counts(found)
    assert "not asked for" == found.frame["why"].iloc[-1]


@pytest.mark.parametrize(
    ("what", "source"),
    [
        ("tool version", {"version": "2"}),
        ("kind of tool", {"is_standard": False, "why_custom": "its source was changed"}),
        ("code of the tool", {"sha256": "b" * 64}),
        ("identities", {"identities": ["arn:aws:sts::111122223333:role/Other"]}),
        ("endpoints", {"endpoints": ["https://vpce.example"]}),
    ],
)
def test_how_it_was_asked_is_compared(what, source):
    """Another tool, version, code or identity is named, and takes no row away."""
    found = asked(instances(), instances(), about(), about(source=source))

    assert [what] == [change.what for change in found.scope]
    assert 0 == status_of(found)


def test_exclusions_are_part_of_the_scope():
    """An exclusion that only one side has is named with its reason."""
    known = about(
        exclusions=[{"name": "eu", "where": {"region": WEST}, "reason": "closed", "rows": 4}]
    )

    found = asked(instances(), instances(), about(), known)

    assert ("exclusion", "smaller") == (found.scope[0].what, found.scope[0].size)
    assert "closed" in found.scope[0].new


def test_rows_left_out_by_hand_are_not_removed():
    """Rows that the run had and the frame has not were left out; those it had not are gone."""
    whole = instances().iloc[1:]
    known = about(derived={"kind": "derived", "changes": ["3 of the 7 rows of r7 are left out"]})

    found = asked(instances(), whole.iloc[3:], about(), known, whole=whole)

    assert {"removed": 1, "not asked": 3} == {
        k: v for k, v in counts(found).items() if k != "scope"
    }
    assert "made by hand" == found.scope[0].what


def test_a_derived_item_that_leaves_out_rows_removes_none():
    """Of a saved derived set it is only known how many rows were left out."""
    known = about(derived={"kind": "derived", "rows_before": 8, "rows_after": 4})

    found = asked(instances(), instances().iloc[4:], about(), known)

    assert (0, 4) == (found.counts["removed"], found.counts["not asked"])


def test_of_plain_frames_nothing_is_known():
    """Two frames of no source differ by rows alone."""
    found = compare(side(instances()), side(instances().iloc[1:]))

    assert ({"removed": 1}, 1) == (counts(found), status_of(found))
    assert not found.scope


def test_one_side_of_no_source_is_said_first():
    """Beside a collected set a frame of unknown source is not comparable in full."""
    found = asked(instances(), instances(), about(), {})

    assert ["source"] == [change.what for change in found.scope]
    assert 2 == status_of(found)


def test_the_status_says_what_was_found():
    """0: no difference; 1: some; 2: something could not be compared, whatever else."""
    frame = pd.DataFrame({"id": ["a", "b"], "n": [1, 2], "age_days": [1, 2]})
    unknown = frame.assign(n=[1, np.nan], not_known=[None, "n: denied"])

    statuses = [
        status_of(compare(side(frame), side(other)))
        for other in (
            frame,
            frame.assign(age_days=9),
            frame.assign(n=9),
            frame.assign(m=1),
            unknown,
        )
    ]

    assert [0, 0, 1, 1, 2] == statuses
