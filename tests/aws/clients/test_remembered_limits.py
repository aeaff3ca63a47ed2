"""The file of limits that were measured earlier."""

from __future__ import annotations

import json
import stat
import time

import pytest

from aibrain_jupyter.aws.clients.remembered_limits import RememberedLimits
from aibrain_jupyter.aws.clients.token_bucket import Limit


@pytest.fixture
def path(tmp_path):
    return tmp_path / "data" / "limits.json"


def test_a_limit_is_found_by_another_process(path):
    """What one writes the next reads, and the file is the user's own."""
    RememberedLimits(path).keep("a kms ListKeys", Limit(9.5, 20.0))

    assert Limit(9.5, 20.0) == RememberedLimits(path).find("a kms ListKeys")
    assert 0o600 == stat.S_IMODE(path.stat().st_mode)


def test_two_processes_lose_nothing_of_each_other(path):
    """A file that changed meanwhile is added to, not replaced."""
    one, other = RememberedLimits(path), RememberedLimits(path)
    assert one.find("x") is other.find("x") is None
    one.keep("a", Limit(1.0, 0.0))
    other.keep("b", Limit(2.0, 0.0))

    assert Limit(1.0, 0.0) == RememberedLimits(path).find("a")
    assert Limit(2.0, 0.0) == RememberedLimits(path).find("b")


def test_small_changes_are_not_written(path):
    """A rate that wavers by less than a fifth costs no write."""
    limits = RememberedLimits(path)
    limits.keep("a", Limit(10.0, 0.0))
    before = path.stat().st_mtime_ns

    limits.keep("a", Limit(11.0, 0.0))

    assert before == path.stat().st_mtime_ns


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{", '{"a": 1}', '{"a": ["x", 1, 2]}', '{"a": [1, 2]}', "\x00\xff"],
)
def test_a_damaged_file_is_no_file(path, text):
    """Nothing is known then, nothing raises, and the next write repairs it."""
    path.parent.mkdir()
    path.write_text(text)
    limits = RememberedLimits(path)

    assert limits.find("a") is None
    limits.keep("a", Limit(3.0, 1.0))
    assert Limit(3.0, 1.0) == RememberedLimits(path).find("a")


def test_old_and_future_entries_are_forgotten(path):
    """A limit of two months ago, or of a clock that was wrong, says nothing."""
    path.parent.mkdir()
    now = time.time()
    path.write_text(json.dumps({"old": [1, 1, now - 60 * 86_400], "new": [1, 1, now + 86_400]}))

    limits = RememberedLimits(path)

    assert limits.find("old") is limits.find("new") is None


def test_a_folder_that_cannot_be_written_is_no_fault(tmp_path):
    """The limit holds for this process; the next measures again."""
    (tmp_path / "file").write_text("")
    limits = RememberedLimits(tmp_path / "file" / "limits.json")

    limits.keep("a", Limit(3.0, 1.0))

    assert Limit(3.0, 1.0) == limits.find("a")
