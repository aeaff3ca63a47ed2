"""How frames are drawn: cells that are not known say so, everything else is pandas' own."""

from __future__ import annotations

import pandas as pd
import pytest
from IPython.utils.capture import capture_output

from aibrain_jupyter.execution.runs.combine import coverage_frame
from aibrain_jupyter.shared.frames.view import as_view
from aibrain_jupyter.widgets.views.frame_view import view_of


@pytest.fixture
def draw(shell):
    """Return the text and the HTML the shell shows for a value."""

    shell.run_cell("pass")  # frames are drawn from the first cell on

    def draw(value):
        shown, _ = shell.display_formatter.format(value)
        return shown["text/plain"], shown.get("text/html")

    return draw


def frame(*not_known, rows=2):
    return pd.DataFrame(
        {
            "name": [f"user {n}" for n in range(rows)],
            "mfa": pd.array([True] + [None] * (rows - 1), dtype="boolean"),
            "keys": pd.array([1] + [None] * (rows - 1), dtype="Int64"),
            "not_known": pd.Series([*not_known, *[None] * (rows - len(not_known))], dtype="str"),
        }
    )


def test_a_cell_that_is_not_known_says_so(draw):
    """The named cell and no other; an absent one beside it stays as pandas shows it."""
    users = frame(None, "mfa: denied")
    text, html = draw(users)

    assert "user 1  not known (denied)  <NA>" in text
    assert 1 == html.count(">not known (denied)</span>") == html.count("not known (")
    assert "<td>&lt;NA&gt;</td>" in html
    assert "color:var(--jp-content-font-color2,inherit)" in html
    assert ["boolean", "Int64"] == [str(users[name].dtype) for name in ("mfa", "keys")]


@pytest.mark.parametrize(
    "value",
    [
        frame(),
        frame(rows=100),
        frame()[["name", "mfa"]],
        pd.DataFrame(),
        frame().iloc[:0],
        frame().assign(not_known=[1, 2]),  # a coverage counts them
    ],
    ids=["known", "long", "part", "nothing", "no rows", "counts"],
)
def test_other_frames_are_drawn_by_pandas(draw, value):
    """Not a letter differs."""
    assert (repr(value), value._repr_html_()) == draw(value)


def test_frames_of_other_kinds_are_left_alone(draw):
    """A class of DataFrame draws itself; names that are there twice break nothing."""

    class Own(pd.DataFrame):
        def _repr_html_(self):
            return "<b>own</b>"

    twice = frame("mfa: denied").set_axis(["a", "mfa", "mfa", "not_known"], axis=1)
    assert "<b>own</b>" == draw(Own({"a": [1]}))[1]
    assert repr(twice) == draw(twice)[0]


def test_a_long_frame_is_marked_where_it_is_shown(draw):
    """First and last rows of many, and the count of rows is that of all."""
    text, html = draw(frame("keys: throttled", *[None] * 98, "keys, mfa: denied", rows=100))

    assert 1 == html.count("not known (throttled)")
    assert 2 == html.count("not known (denied)")
    assert "100 rows" in html
    assert "not known (denied)" in text


def test_a_narrow_cell_loses_its_end_and_no_tag(draw):
    """pandas may cut a text off; the HTML stays whole."""
    with pd.option_context("display.max_colwidth", 12):
        html = draw(frame(None, "mfa: denied"))[1]

    assert html.count("<span") == html.count("</span>") == 1
    assert not set("\ue000\ue001") & set(html)


def test_whoever_draws_frames_already_goes_on(make_shell):
    """Colab's tables stay, also after unloading."""
    shell = make_shell()
    formatter = shell.display_formatter.formatters["text/html"]
    formatter.for_type_by_name("pandas", "DataFrame", lambda frame: "<i>table</i>")
    for line in ("load_ext", "unload_ext"):
        shell.run_line_magic(line, "aibrain_jupyter")

        assert "<i>table</i>" == shell.display_formatter.format(frame())[0]["text/html"]


def test_rows_of_a_run_stay_on_one_line(draw):
    """Ids of a run's frame, and of a part of it, are not broken; others stay as they are."""
    rows = frame()
    rows.attrs["aibrain"] = {"runs": ["r1"]}
    style = ".aibrain-frame td{white-space:nowrap}"

    assert [1, 1] == [draw(shown)[1].count(style) for shown in (rows, rows.head(1))]
    assert rows._repr_html_() in draw(rows)[1]
    assert style not in draw(frame())[1]


def test_a_terminal_shows_the_columns_between(draw, monkeypatch):
    """pandas cuts the middle out in a terminal; of a run's rows that is where the answer is."""
    users = pd.DataFrame({f"a_long_name_of_column_{n}": [n] for n in range(9)})
    with pd.option_context("display.max_columns", 0, "display.width", 80):
        monkeypatch.setattr("pandas.io.formats.console.in_interactive_session", lambda: True)
        monkeypatch.setattr("shutil.get_terminal_size", lambda *_, **__: (80, 24))
        assert "_4" not in draw(users)[0]
        users.attrs["aibrain"] = {}
        text, _ = draw(users)

    assert all(f"_{n}" in text for n in range(9))
    assert 80 >= max(map(len, text.splitlines()))


def test_a_frame_made_for_reading_is_drawn_as_its_page(draw):
    """Only what is shown differs: the frame is a frame, and pandas' own text of it stays."""
    rows = [{"call": "iam users", "outcome": "ok", "account_id": "1"}]
    made = coverage_frame(rows, ("account_id",))
    before = repr(made)

    assert (view_of(as_view(made, "coverage")).text(), view_of(made).html()) == draw(made)
    assert "1 call of iam users" in draw(made)[0]
    assert (pd.DataFrame, before) == (type(made), repr(made))


NOT_KNOWN = "pd.DataFrame({'mfa': [None], 'not_known': ['mfa: denied']})"


@pytest.mark.parametrize(
    "cells",
    [
        ["%load_ext aibrain_jupyter", NOT_KNOWN],
        [f"%load_ext aibrain_jupyter\n%aibrain profile\n{NOT_KNOWN}"],
    ],
    ids=["next cell", "same cell"],
)
def test_frames_are_drawn_from_the_first_cell_on(make_shell, cells):
    """IPython's formatters are not made for loading; the first cell has them, as has ours."""
    shell = make_shell(progress="none")
    shell.user_ns["pd"] = pd
    shell.run_line_magic("unload_ext", "aibrain_jupyter")
    with capture_output() as captured:
        for cell in cells:
            assert shell.run_cell(cell).success

    assert (
        "not known (denied)" in captured.outputs[-1].data["text/html"]
        if captured.outputs
        else ("not known (denied)" in captured.stdout)
    )
