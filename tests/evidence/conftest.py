"""Stores for tests: each of its own, with the user's data folder beside it."""

from __future__ import annotations

import datetime as dt

import pytest

from aibrain_jupyter.evidence.decisions.codes import Code
from aibrain_jupyter.evidence.store.store import Store


@pytest.fixture(autouse=True)
def data_dir(tmp_path, monkeypatch):
    """The user's data folder, with keys and heads, in the test's own folder."""
    monkeypatch.setenv("AIBRAIN_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture
def store(tmp_path):
    """A new store."""
    return Store(tmp_path / "evidence")


def save(store, title="IAM users", *, rows=3, codes=("RFI-014",), **more):
    """Save an item with two files and return it."""
    with store.draft(title, day=dt.date(2026, 7, 8)) as draft:
        data = draft.path("data/rows.csv", rows=rows)
        data.write_text("user\n" + "".join(f"user-{number}\n" for number in range(rows)), "utf-8")
        draft.path("card.html").write_text(f"<h1>{title}</h1>", "utf-8")
        facts = {"title": title, "codes": [Code.parse(code).as_fact() for code in codes]}
        facts |= more.pop("facts", {})
        return store.commit(draft, {"title": title}, facts=facts, **more)
