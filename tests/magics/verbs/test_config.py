"""``%config AibrainMagics`` and the settings are one."""

from __future__ import annotations

import pytest

from aibrain_jupyter.shared.config import SETTINGS, get_settings


def test_every_setting_is_a_trait_with_its_help(run):
    """``%config AibrainMagics`` lists all settings, their values and what they do."""
    printed = run("%config AibrainMagics").printed

    for setting in SETTINGS:
        assert f"AibrainMagics.{setting.name}=<" in printed
        assert setting.env in " ".join(printed.split())


def test_a_value_goes_into_force_with_its_source(run):
    """What ``%config`` sets is what runs use, and its source is known."""
    run("%config AibrainMagics.max_parallel = 3")

    assert (3, "%config AibrainMagics") == get_settings().resolve("max_parallel")
    assert 3 == run("%config AibrainMagics.max_parallel").value


def test_the_environment_shows_through(run, monkeypatch):
    """A trait shows the value in force, wherever it came from."""
    monkeypatch.setenv("AIBRAIN_TIMEOUT", "42s")

    assert "42s" == run("%config AibrainMagics.timeout").value


def test_a_configuration_file_is_a_source(make_shell):
    """What stands in ``ipython_config.py`` is in force after loading."""
    shell = make_shell(ttl="2h", strict=True)
    shell.run_line_magic("load_ext", "aibrain_jupyter")

    assert ("2h", "configuration file") == get_settings().resolve("ttl")
    assert (True, "configuration file") == get_settings().resolve("strict")


@pytest.mark.parametrize(
    ("assignment", "message"),
    [
        ("max_parallel = 0", "max_parallel must be more than 0"),
        ("progress = 'loud'", "There is no value for progress named 'loud'"),
        ("ttl = 'soon'", "not a duration"),
        ("max_paralel = 3", "Did you mean max_parallel?"),
    ],
)
def test_a_value_that_does_not_fit_changes_nothing(run, caplog, assignment, message):
    """The error says why; the value in force stays."""
    before = get_settings().rows()
    run(f"%config AibrainMagics.{assignment}")

    assert message in caplog.text
    assert before == get_settings().rows()


def test_setting_one_trait_leaves_the_others(make_shell):
    """``%config`` of one trait does not bring back the file's value of another."""
    shell = make_shell(profile="from-file")
    shell.run_line_magic("load_ext", "aibrain_jupyter")
    get_settings().set("profile", "chosen", "%aibrain profile use")
    shell.run_line_magic("config", "AibrainMagics.strict = True")

    assert ("chosen", "%aibrain profile use") == get_settings().resolve("profile")


def test_a_refused_value_does_not_stop_the_next_load(shell):
    """What %config refused is gone: %reload_ext finds the magic as it was."""
    shell.run_line_magic("load_ext", "aibrain_jupyter")
    shell.run_line_magic("config", "AibrainMagics.max_parallel = 'x'")

    shell.run_line_magic("reload_ext", "aibrain_jupyter")

    assert "aibrain" in shell.magics_manager.magics["line"]
