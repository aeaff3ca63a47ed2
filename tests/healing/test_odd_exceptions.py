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


def _raised(function):
    with pytest.raises(Exception) as info:  # noqa: PT011 - whatever it is
        function()
    return info.value


def _after_optional_import():
    try:
        import no_such_package_of_anybody  # noqa: F401
    except ImportError:
        {}["fallback"]


def _after_refused_folder():
    try:
        raise PermissionError(errno.EACCES, "Permission denied", "/a")
    except OSError:
        return 1 / 0


def _while_the_disk_was_full():
    try:
        raise FULL
    except OSError:
        raise ValueError("seek of closed file")  # noqa: B904 - as cleaning up does


@pytest.mark.parametrize("function", [_after_optional_import, _after_refused_folder])
def test_what_was_handled_is_not_the_cause(function):
    """A fallback that fails has a fault of its own: nothing is to install, no folder to change."""
    assert UNKNOWN == trouble_of_error(_raised(function)).cause


def test_a_full_disk_is_the_cause_of_what_fails_as_it_is_cleaned_up():
    """Whoever closes a file on a full disk fails with other words."""
    assert "disk-full" == trouble_of_error(_raised(_while_the_disk_was_full)).cause


@pytest.mark.parametrize(
    "error",
    [
        ImportError(
            "cannot import name 'x' from partially initialized module 'y' (most likely due to a "
            "circular import)"
        ),
        ImportError("attempted relative import with no known parent package"),
        ImportError("libGL.so.1: cannot open shared object file: No such file or directory"),
        PermissionError(errno.EACCES, "Permission denied"),
        OSError("ssh: permission denied (publickey)"),
    ],
    ids=str,
)
def test_words_that_only_look_like_a_cause(error):
    """No version is to blame for a circular import, no folder for a socket."""
    assert UNKNOWN == trouble_of_error(error).cause


def test_a_group_whose_members_differ_is_explained_by_none_of_them():
    """One that is handled and one that is not: nothing is claimed."""
    group = ExceptionGroup("g", [ImportError("cannot import name 'a' from 'b' (b.py)"), FULL])

    assert UNKNOWN == trouble_of_error(group).cause


class _Odd(ExceptionGroup):
    """Its attributes are not what Python's are."""

    exceptions = property(lambda self: 1 / 0)
    args = None


@pytest.mark.parametrize("kind", [ExceptionGroup, _Odd])
def test_each_member_of_a_group_has_its_row(kind):
    """Groups in groups are opened; members of one cause are one row, those without are told."""
    full = [OSError(errno.ENOSPC, "No space left on device") for _ in range(3)]
    inner = ExceptionGroup("in", [full[0], ValueError("x"), ExceptionGroup("deep", full[1:2])])
    found = explain_error(kind("all", [inner, KeyError("y"), full[2]]))

    assert ["disk-full", "unknown", "unknown"] == found["cause"].tolist()
    assert [3, 1, 1] == found["calls"].tolist()
    assert ["ValueError: x", "KeyError: 'y'"] == found["title"].tolist()[1:]


def test_a_group_that_something_was_raised_from_is_opened():
    """``raise … from group`` hides none of its members."""
    error = RuntimeError("it failed")
    error.__cause__ = ExceptionGroup("g", [FULL, KeyError("y")])

    assert ["disk-full", "unknown"] == explain_error(error)["cause"].tolist()


def test_what_leads_to_itself_ends():
    """Exceptions that were raised from each other are looked at once."""
    first, second = ValueError("a"), ValueError("b")
    first.__cause__, second.__cause__ = second, first
    third = ValueError(first)
    first.args = (third,)

    assert ["unknown"] == explain_error(first)["cause"].tolist()
