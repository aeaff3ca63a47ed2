"""Columns that change by themselves are known by their names, or are declared."""

from __future__ import annotations

import pytest

from aibrain_jupyter.shared.frames.columns import COUNT, Column
from aibrain_jupyter.shared.frames.volatile import is_volatile_name
from aibrain_jupyter.tool_registry import get_tool_registry


@pytest.mark.parametrize(
    "name",
    [
        "age_days",
        "access_key_1_age_days",
        "days_since_rotation",
        "days_to_expiry",
        "days_idle",
        "last_used",
        "last_used_region",
        "PasswordLastUsed",
        "RoleLastUsed.LastUsedDate",
        "lastSeen",
        "last-login",
        "LastAccessedTime",
        "ssm_last_ping",
        "credentials_as_of",
        "latest_restorable_time",
        "uptime",
    ],
)
def test_ages_and_last_uses_change_by_themselves(name):
    """Nobody does anything for them to differ tomorrow, however a provider spells them."""
    assert is_volatile_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "password_max_age_days",
        "last_modified",
        "last_rotated",
        "last_changed",
        "last_status",
        "retention_days",
        "created",
        "expires",
        "next_rotation",
        "usage",
        "storage",
        "image_tags",
        "stage",
        "language",
        "used_mfa",
        "days",
    ],
)
def test_what_somebody_does_is_a_change(name):
    """A setting that is called an age, a rotation and a change are what an auditor looks for."""
    assert not is_volatile_name(name)


def test_a_column_may_say_otherwise_than_its_name():
    """What is declared goes before the name."""
    declared = Column("count", COUNT, "times it was seen", changes_by_itself=True)
    kept = Column("age_days", COUNT, "a setting", changes_by_itself=False)

    assert (True, False) == (declared.is_volatile, kept.is_volatile)


@pytest.mark.parametrize(
    ("tool", "names"),
    [
        ("logs_groups", {"stored_bytes"}),
        ("dynamodb_tables", {"item_count"}),
        ("guardduty_findings", {"count", "updated"}),
        ("config_compliance", {"evaluated", "rule_ran"}),
        ("iam_access_keys", {"age_days", "last_used", "days_since_used"}),
    ],
)
def test_tools_declare_theirs(tool, names):
    """What grows without anybody doing something is declared by the tool."""
    registry = get_tool_registry()
    columns = registry.load(tool).reference(dict(registry.spec(tool).preset)).columns

    assert names <= {column.name for column in columns if column.is_volatile}
