"""Whatever somebody else's code raises: a trouble in words, never an exception of ours."""

from __future__ import annotations

import errno

import pytest

from aibrain_jupyter.execution.calls.job import Job
from aibrain_jupyter.execution.calls.outcomes import outcome_of_error
from aibrain_jupyter.healing.troubles import UNKNOWN, trouble_of_error
from aibrain_jupyter.shared.texts.exceptions import words_of
from aibrain_jupyter.tool_executors.self_healing_executor import explain_error


class OddError(Exception):
    """It has no words, and an attribute that is none."""

    exceptions = property(lambda self: 1 / 0)

    def __str__(self):
        """Fail."""
        raise RuntimeError("no words")


FULL = OSError(errno.ENOSPC, "No space left on device")
ODD = [
    OddError(),
    KeyboardInterrupt(),
    ValueError("g" * 1_000_000),
    ValueError("a\x00b\ud800 \x1b[31m"),
    ExceptionGroup("two", [FULL, ValueError("x")]),
    UnicodeDecodeError("utf-8", b"\xff", 0, 1, "x"),
]


@pytest.mark.parametrize("error", ODD, ids=lambda error: type(error).__name__)
def test_nothing_is_claimed_of_what_is_odd(error):
    """It is unknown, in a few words, for ``fix`` and for a run."""
    found = trouble_of_error(error)

    assert UNKNOWN == found.cause
    assert len(found.what) < 1100
    assert 1 == len(explain_error(error))
    assert outcome_of_error(Job(0, "x", print), error).error.why.startswith(type(error).__name__)


def test_a_group_of_one_cause_has_it():
    """Members that all have one cause are that; a group in a group, too."""
    group = ExceptionGroup("all", [FULL, ExceptionGroup("in", [FULL, FULL])])

    assert "disk-full" == trouble_of_error(group).cause


def test_an_exception_without_words_is_its_class():
    """No colon leads to nothing."""
    assert "KeyboardInterrupt" == words_of(KeyboardInterrupt())
    assert "KeyError: 'a'" == words_of(KeyError("a"))
