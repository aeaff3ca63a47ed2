"""What Shift+Tab says about a result: its columns, from the tool that made it."""

from __future__ import annotations

import pandas as pd
import pytest


@pytest.fixture
def inspect(shell):
    """Return what a front end shows for an inspection request."""
    shell.user_ns["users"] = made = pd.DataFrame({"user_name": ["ana"], "arn": ["a"], "mine": [1]})
    made.attrs["aibrain"] = {
        "tool": "iam_users",
        "params": {"service": "iam", "resource": "users"},
        "run": "r7",
    }
    shell.user_ns["plain"] = pd.DataFrame({"user_name": ["ana"]})
    return lambda name: shell.object_inspect_mime(name, 0)


@pytest.mark.parametrize("form", ["text/plain", "text/html"])
def test_a_result_explains_its_columns(inspect, form):
    """Those it has and those only; one column alone is explained alone."""
    whole, column = inspect("users")[form], inspect("users.arn")[form]

    assert "iam_users" in whole
    assert "user_name" in whole
    assert "password_last_used" not in whole
    assert "arn" in column
    assert "user_name" not in column


def test_a_part_of_a_result_is_explained_alike(inspect, shell):
    """A selection knows where it is from."""
    shell.user_ns["few"] = shell.user_ns["users"][["user_name"]].head(0)

    assert "name of the user" in inspect("few")["text/plain"]


@pytest.mark.parametrize("name", ["plain", "plain.user_name", "len"])
def test_everything_else_is_inspected_as_ever(inspect, shell, name):
    """Other frames and other objects are left to IPython."""
    shown = inspect(name)["text/plain"]
    shell.run_line_magic("unload_ext", "aibrain_jupyter")

    assert shown == inspect(name)["text/plain"]
    assert not shell.inspector.mime_hooks


def test_a_tool_that_has_gone_explains_nothing(inspect, shell):
    """A frame of a plug-in that is not there any more is inspected as any other."""
    shell.user_ns["users"].attrs["aibrain"]["tool"] = "gone"

    assert "Two-dimensional" in inspect("users")["text/plain"]
