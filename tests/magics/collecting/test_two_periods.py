"""The demo's two periods, collected by a plan in a cell each, and compared item by item."""

from __future__ import annotations

from pathlib import Path

import pytest

import aibrain_jupyter
from aibrain_jupyter.demo.accounts import ACCOUNTS
from aibrain_jupyter.demo.later.changes import CHANGES
from aibrain_jupyter.demo.later.differences import DIFFERENCES, NAMES
from aibrain_jupyter.evidence.saving.reading import rows_of
from aibrain_jupyter.evidence.store.default import default_store
from aibrain_jupyter.tool_executors.evidence.plans.planning import plan_of

TOOLS = {row.id: row.tool for row in plan_of("soc2-aws").rows}
NO_CHANGE = ("volatile", "not known")
PLAN = Path(aibrain_jupyter.__file__).parent / "evidence/plans/shipped/soc2-aws.yaml"
_AGES = "period: FY2026\nzone: UTC\nregions: all\nevery: quarter\n"
_PROFILES = ",".join(account.profile for account in ACCOUNTS)


@pytest.fixture
def demo(run, tmp_path, monkeypatch):
    """A store of its own, and both accounts configured; the demo is stopped afterwards."""
    monkeypatch.setenv("AIBRAIN_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    yield run
    run("%aibrain demo stop")


def test_every_change_says_what_it_differs():
    """Each change that is made has its differences as data, and no other is said."""
    assert {change.__name__ for change in CHANGES} == {one.change for one in DIFFERENCES}


@pytest.mark.slow
def test_what_the_demo_was_given_is_found_and_nothing_else(demo):
    """SOC 2 on both periods: every difference of every item is one the demo was given."""
    first, second = (_collected(demo, words) for words in ("", "--later"))

    asked = {row for row in first if row in second}
    assert {row for row, tool in TOOLS.items() if tool} == asked
    found = {
        one
        for row in sorted(asked)
        for one in _differences(demo, TOOLS[row], first[row], second[row])
    }
    given = {said for one in DIFFERENCES if one.tool in TOOLS.values() for said in _said(one)}
    assert [] == sorted(given - found)
    assert [] == sorted(one for one in found - given if one[1] not in NO_CHANGE)


def _collected(run, words):
    """Start the demo and collect; return the items by row."""
    for cell in (
        f"%aibrain demo start {words}",
        f'%config AibrainMagics.accounts = "{_PROFILES}"',
    ):
        assert run(cell).error is None
    plan = PLAN.read_text(encoding="utf-8")
    assert _AGES in plan
    # At any time of the year: what is older than 90 days is a gap of the events.
    Path("soc2-aws.yml").write_text(
        plan.replace(_AGES, "period: last-80d\nzone: UTC\nregions: all\n")
    )
    table = run("%aibrain evidence collect soc2-aws.yml --again").value
    return {row.row: row.item for row in table.itertuples() if row.item}


def _differences(run, tool, old, new):
    """Yield what a comparison of two items says, by the names of the demo's own list."""
    said = run(f"%aibrain evidence compare {old} {new}")
    assert said.error is None, said.error
    cells = said.value
    other = cells["change"].isin(["scope", "schema"])
    # Gaps, which both periods have, make what is behind them not comparable; nothing else differs.
    assert cells.loc[other, "why"].str.startswith("not comparable: ").all(), (tool, cells[other])
    cells = cells[~other]
    frames = {name: rows_of(default_store().item(name)) for name in (old, new)}
    for row in cells.to_dict("records"):
        frame = frames[old if "removed" == row["change"] else new]
        keys = [name for name in cells.columns if name in frame and row[name] == row[name]]
        keys = [name for name in keys if name not in ("old", "new", "column", "change")]
        mine = frame[(frame[keys].astype(str) == [str(row[key]) for key in keys]).all(axis=1)]
        name = str(mine[NAMES.get(tool, keys[-1])].iloc[0])
        yield tool, row["change"], row["account_id"], name, str(row["column"] or "")


def _said(one):
    """Yield a difference of the demo as a comparison says it, one for each column."""
    for column in one.columns or ("",):
        yield one.tool, one.kind, one.account, one.name, column
