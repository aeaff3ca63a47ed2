"""The help of ``%aibrain evidence``, and what Tab offers there."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from aibrain_jupyter.magics.verbs.evidence.forms import SPECS, options_of_verb
from aibrain_jupyter.tool_executors.evidence.tools.purposes import PURPOSES


def test_every_verb_has_one_purpose():
    """Help shows each verb once, under what it is for, and no verb that is none."""
    assert Counter(list(SPECS)) == Counter(name for purpose in PURPOSES for name in purpose.verbs)


def test_an_example_is_of_a_verb_of_its_purpose():
    """The example under a purpose is written with one of its verbs and options it has."""
    for purpose in PURPOSES:
        magic, evidence, name, *words = purpose.example.split()
        assert ("%aibrain", "evidence") == (magic, evidence)
        assert name in purpose.verbs
        flags = {option.flag for option in options_of_verb(name)}
        assert {word for word in words if word.startswith("-")} <= flags


def test_help_groups_the_verbs(run):
    """``evidence`` alone, ``--help`` and ``help evidence`` are one page: purposes, no options."""
    (shown,) = run("%aibrain help evidence").shown

    assert all(purpose.title in shown and purpose.example in shown for purpose in PURPOSES)
    assert "--seed SEED" not in shown
    assert [shown] == run("%aibrain evidence --help").shown == run("%aibrain evidence").shown
    (overview,) = run("%aibrain help").shown
    assert "evidence approve" not in overview


@pytest.mark.parametrize("name", SPECS)
def test_help_of_one_verb_shows_what_it_takes(run, name):
    """A verb's own page has its words and options, and none of another verb."""
    (shown,) = run(f"%aibrain evidence {name} --help").shown

    assert SPECS[name].summary in shown
    assert [shown] == run(f"%aibrain help evidence {name}").shown
    own = {option.flag for option in options_of_verb(name)}
    said = {word.strip("[]") for word in shown.split("Usage")[1].split("\n\n")[0].split()}
    assert own == {word for word in said if word.startswith("-")}


def test_help_of_a_word_that_is_none_is_refused(run):
    """A second word after ``help`` is a verb's, and a tool has none."""
    assert "complete" in str(run("%aibrain help evidence complet").error)
    assert "takes no 'more'" in str(run("%aibrain help iam_users more").error)


def test_tab_offers_what_fits_a_verb(complete, run, shell, tmp_path, monkeypatch):
    """After a verb come its items, plans or plan files, and its own options only."""
    monkeypatch.chdir(tmp_path)
    Path("mine.yml").touch()
    shell.user_ns["users"] = pd.DataFrame({"arn": ["arn:1"]})
    item = run("%aibrain evidence save users --rfi R --key arn --title Users").value

    assert ["%aibrain evidence collect"] == complete("%aibrain evidence coll|")
    assert ["%aibrain help evidence collect"] == complete("%aibrain help evidence coll|")
    assert [f"%aibrain evidence approve {item}"] == complete("%aibrain evidence approve us|")
    assert [f"%aibrain evidence compare {item} {item}"] == complete(
        f"%aibrain evidence compare {item} us|"
    )
    assert ["%aibrain evidence due soc2-aws"] == complete("%aibrain evidence due so|")
    assert ["%aibrain evidence collect mine.yml"] == complete("%aibrain evidence collect mi|")
    assert ["%aibrain evidence due mine.yml --period"] == complete(
        "%aibrain evidence due mine.yml --p|"
    )
