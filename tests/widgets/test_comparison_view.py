"""A comparison as it is read: what was not asked alike before any figure, and the parts of it."""

from __future__ import annotations

import pandas as pd

from aibrain_jupyter.evidence.comparing.compare import compare
from aibrain_jupyter.evidence.comparing.sides import Side
from aibrain_jupyter.evidence.comparing.summary import about
from aibrain_jupyter.shared.frames.row_key import RowKey
from aibrain_jupyter.shared.frames.view import as_view
from aibrain_jupyter.widgets.views.frame_view import view_of

KEY = RowKey.of("id")


def drawn(old, new, *known):
    """Return the frame of a comparison as it is shown."""
    sides = [Side(n, f, k, KEY) for n, f, k in zip(("<o>", "n"), (old, new), known, strict=True)]
    found = compare(*sides)
    found.frame.attrs["comparison"] = about(found)
    return as_view(found.frame, "comparison")


def source(**more):
    """Return what is known of a set of one account."""
    places = more.pop("places", ("eu",))
    return {
        "source": {"tool": "t", "version": "1", **more},
        "completeness": {"rows": 1, "targets": [{"region": p, "outcome": "ok"} for p in places]},
    }


OLD = pd.DataFrame({"id": [f"i{n}" for n in range(40)], "n": range(40), "region": "eu"})


def test_the_scope_is_said_before_any_figure():
    """Nobody reads a number before it is known that less was asked."""
    text = view_of(drawn(OLD, OLD, source(places=("eu", "us")), source())).text()

    assert text.index("not asked now: us") < text.index("Figures") < text.index("40")


def test_nothing_that_differs_is_drawn_too():
    """A comparison without a difference says so, instead of an empty table."""
    text = view_of(drawn(OLD, OLD, source(), source())).text()

    assert "rows on both sides" in text


def test_of_many_differences_the_first_are_shown():
    """The page says how many there are and that the value has all."""
    frame = drawn(OLD, OLD.assign(n=OLD["n"] + 1), source(), source())

    text = view_of(frame).text()

    assert "Changed: 40 cells" in text
    assert "the first 15 are shown, the value has all" in text
    assert 40 == len(frame)


def test_a_part_of_a_comparison_keeps_its_scope():
    """Rows that were chosen of it are drawn as rows, still under what was not asked alike."""
    frame = drawn(OLD, OLD.assign(n=-1), source(places=("eu", "us")), source())

    text = view_of(frame[frame["id"] == "i3"]).text()

    assert "not asked now: us" in text
    assert "1 of the 41 rows of the comparison" in text
    assert "Figures" not in text


def test_values_are_escaped():
    """What a provider or a user wrote is text on the page."""
    page = view_of(drawn(OLD, OLD.assign(n="<b>&</b>"), source(), source()))

    assert "<b>&</b>" in page.text()
    assert "&lt;b&gt;&amp;&lt;/b&gt;" in page.html()
    assert "&lt;o&gt;" in page.html()
