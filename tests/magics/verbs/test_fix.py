"""``%aibrain fix`` and ``doctor``: what went wrong by cause, and what is not as it should be."""

from __future__ import annotations

import json
import os

import pytest

from aibrain_jupyter.shared.error_handler import InputError


def test_nothing_to_fix_is_said(run):
    """Without a failure it says so instead of an empty card."""
    assert isinstance(run("%aibrain fix").error, InputError)


def test_the_last_failure_is_explained_and_a_later_run_wins(run, counting):
    """A wrong name is explained; after a run with a gap it is the run that is."""
    run("%aibrain count_thing")
    assert "count_things" in run("%aibrain fix").value["next"].item()[0]

    counting.refuse("a2")
    run("%aibrain count_things --accounts a1,a2,a3")
    found = run("%aibrain fix").value
    assert [1] == found["calls"].tolist()
    assert ["a2"] == [label.partition("/")[0] for label in found["places"].item()][:1]
    assert found["cell"].item().startswith("%aibrain resume r")


def test_an_exception_of_the_user_is_taken_by_name(run, shell):
    """``fix exc`` explains what was caught, and claims nothing of what it does not know."""
    shell.user_ns["exc"] = KeyError("who")

    assert "unknown" == run("%aibrain fix exc").value["cause"].item()


def test_apply_repeats_nothing_that_is_refused(run, counting):
    """A refusal is asked once: ``--apply`` says that somebody is needed."""
    counting.refuse("a2")
    run("%aibrain count_things --accounts a1,a2")
    asked = list(counting.asked)
    ran = run("%aibrain fix --apply")

    assert asked == counting.asked
    assert "needs somebody" in ran.shown[0]


def test_doctor_says_what_is_wrong_first(run, monkeypatch, tmp_path):
    """A bundle that is not there is red and first, with the step; keys are never shown."""
    config = tmp_path / "config"
    config.write_text(
        "[profile audit]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\n"
        "aws_secret_access_key = wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY\n"
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setenv("AWS_CA_BUNDLE", str(tmp_path / "none.pem"))
    found = run("%aibrain doctor").value

    first = found.iloc[0]
    assert ("red", "AWS_CA_BUNDLE") == (first["level"], first["what"])
    assert "unset it" in first["next_step"]
    assert "profile audit" in found["what"].tolist()
    text = run("%aibrain doctor --json").value
    assert "AKIA" not in text
    assert "wJalr" not in text
    assert {"level", "what", "found", "next_step"} == set(json.loads(text)[0])


@pytest.mark.skipif(os.name != "posix", reason="modes of files")
def test_doctor_sees_a_folder_that_cannot_be_written(run, monkeypatch, tmp_path):
    """A cache that cannot be kept is red, with the folder's name."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("AIBRAIN_CACHE_DIR", str(tmp_path / "file" / "cache"))
    found = run("%aibrain doctor").value

    assert "red" == found[found["what"] == "folder of the cache"]["level"].item()


def test_doctor_advises_nobody_to_open_a_file(run, monkeypatch, tmp_path):
    """Where a file is in the way of a folder, another folder is the step, not its permissions."""
    (tmp_path / "a_file").write_text("")
    monkeypatch.setenv("AIBRAIN_DATA_DIR", str(tmp_path / "a_file"))

    found = run("%aibrain doctor").value.set_index("what").loc["folder of the history"]

    assert "red" == found["level"]
    assert "writable" not in found["next_step"]
    assert "is a file" in found["next_step"]


@pytest.mark.parametrize("name", ["profile", "accounts"])
def test_doctor_knows_a_setting_that_names_nobody(run, monkeypatch, name):
    """A setting that names what no provider has is red; globs, roles and ids are no names."""
    monkeypatch.setenv(f"AIBRAIN_{name.upper()}", "nope")
    row = run("%aibrain doctor").value.set_index("what").loc[f"setting {name}"]

    assert "red" == row["level"]
    assert f"'nope' (from environment AIBRAIN_{name.upper()})" in row["found"]
    monkeypatch.setenv(f"AIBRAIN_{name.upper()}", "prod-*, role:A@111122223333, 111122223333")
    assert f"setting {name}" not in set(run("%aibrain doctor").value["what"])


def test_doctor_claims_nothing_of_names_it_cannot_read(run, monkeypatch, tmp_path):
    """With a configuration that cannot be parsed a profile may exist: the file is red, not it."""
    config = tmp_path / "config"
    config.write_text("[profile audit]\nregion = eu-west-1\nno value\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setenv("AIBRAIN_PROFILE", "audit")
    found = run("%aibrain doctor").value

    assert "AWS configuration" in set(found["what"])
    assert "setting profile" not in set(found["what"])
