"""Where Python's SQLite has no full-text search, ``aws_find`` says so."""

from __future__ import annotations

import sqlite3

import pytest

from aibrain_jupyter.aws.operations.search import index
from aibrain_jupyter.shared.error_handler import ToolLoadError


class _Plain:
    """A database without FTS5, as SQLite answers then."""

    def execute(self, statement):
        raise sqlite3.OperationalError("no such module: fts5")


def test_a_missing_full_text_search_is_named(monkeypatch):
    """The error tells what is missing and what can be done instead."""
    monkeypatch.setattr(index.sqlite3, "connect", lambda *args, **more: _Plain())

    with pytest.raises(ToolLoadError, match="no full-text search") as caught:
        index.Index()

    assert "fts5" in caught.value.why
    assert any("%aibrain tools" in step for step in caught.value.next_steps)
