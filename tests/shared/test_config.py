"""Settings: one value in force, and where it came from."""

from __future__ import annotations

import pytest

from aibrain_jupyter.shared.config import SETTINGS, Settings
from aibrain_jupyter.shared.error_handler import ParameterError, UnknownNameError
from aibrain_jupyter.shared.texts.durations import format_duration, parse_duration


def test_the_environment_beats_the_default_and_is_named(monkeypatch):
    """A value from the environment says which variable it came from."""
    assert (16, "default") == Settings().resolve("max_parallel")

    monkeypatch.setenv("AIBRAIN_MAX_PARALLEL", "4")

    assert (4, "environment AIBRAIN_MAX_PARALLEL") == Settings().resolve("max_parallel")


def test_a_set_value_beats_the_environment(monkeypatch):
    """What the user sets in the session wins until it is unset."""
    monkeypatch.setenv("AIBRAIN_STRICT", "yes")
    settings = Settings()
    settings.set("strict", False, "%config AibrainMagics")

    assert (False, "%config AibrainMagics") == settings.resolve("strict")
    settings.unset("strict")
    assert (True, "environment AIBRAIN_STRICT") == settings.resolve("strict")


def test_a_wrong_variable_does_not_keep_the_user_from_setting_it_right(monkeypatch):
    """What is set in the session stands in for a variable that cannot be read."""
    monkeypatch.setenv("AIBRAIN_MAX_PARALLEL", "many")
    settings = Settings()
    settings.set("max_parallel", 8, "%config AibrainMagics")

    assert 8 == settings.get("max_parallel")


@pytest.mark.parametrize(
    ("name", "value"),
    [("max_parallel", "many"), ("max_parallel", 0), ("timeout", "soon"), ("progress", "loud")],
)
def test_a_value_that_does_not_fit_changes_nothing(name, value):
    """A refused value leaves the old one in force."""
    settings = Settings()

    with pytest.raises((ParameterError, UnknownNameError)):
        settings.set(name, value, "test")
    assert "default" == settings.resolve(name)[1]


def test_every_setting_has_a_row_and_help():
    """Nothing can be set that is not listed."""
    rows = Settings().rows()

    assert [s.name for s in SETTINGS] == [row["setting"] for row in rows]
    assert all(row["help"] for row in rows)


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("15m", 900), ("1h30m", 5400), ("7d", 604800), (45, 45)]
)
def test_durations_are_read_as_people_write_them(text, seconds):
    """Units are letters; a plain number is seconds."""
    assert seconds == parse_duration(text)


@pytest.mark.parametrize("text", ["", "soon", "1x", "-5m", "1 2"])
def test_what_is_no_duration_is_refused(text):
    """Nothing is guessed."""
    with pytest.raises(ParameterError, match="not a duration"):
        parse_duration(text)


def test_a_duration_is_shown_in_one_unit():
    """Short enough for a line."""
    assert ["0.4 s", "45 s", "3 min", "3 h", "2 d"] == [
        format_duration(s) for s in (0.4, 45, 180, 3 * 3600, 2 * 86400)
    ]


def test_a_bad_variable_is_named_and_does_not_lock_the_settings(monkeypatch):
    """What the environment got wrong is found in the list, named, and can be overridden."""
    monkeypatch.setenv("AIBRAIN_TTL", "banana")
    settings = Settings()

    (row,) = [row for row in settings.rows() if row["setting"] == "ttl"]
    assert ("banana", True) == (row["value"], "AIBRAIN_TTL" in row["source"])
    with pytest.raises(ParameterError, match="environment variable AIBRAIN_TTL"):
        settings.get("ttl")
    settings.set("ttl", "1h", "test")
    assert "1h" == settings.get("ttl")
