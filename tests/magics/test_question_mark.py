"""A ``?`` at the end of a line reaches us and not IPython's own help."""

from __future__ import annotations

import pytest

from aibrain_jupyter.magics.magic import asked_of_aibrain


def test_a_tool_with_a_question_mark_is_its_help(run):
    """``%aibrain iam_users?`` shows what ``%aibrain help iam_users`` shows."""
    assert run("%aibrain help iam_users").shown == run("%aibrain iam_users?").shown
    assert run("%aibrain help iam_users").shown == run("%aibrain iam users?").shown
    assert run("%aibrain help cache").shown == run("%aibrain cache?").shown


def test_an_answer_can_be_assigned(run, shell):
    """A question's answer is a value like any other."""
    run("found = %aibrain aws_find Who has no MFA?")

    assert "iam_users" in shell.user_ns["found"]["tool"].head(5).tolist()


@pytest.mark.parametrize(
    "cell",
    [
        "print?",
        "x = 1\n",
        "%aibrain?",
        "%%writefile notes.txt\n%aibrain iam_users?",
        'text = """\n%aibrain iam_users?\n"""',
    ],
)
def test_what_is_not_ours_stays(cell):
    """IPython's own questions, other cells' bodies and texts are as they were."""
    lines = cell.splitlines(keepends=True)

    assert lines == asked_of_aibrain(lines)


def test_it_goes_with_the_extension(shell):
    """Loading twice leaves one, unloading none."""
    shell.run_line_magic("load_ext", "aibrain_jupyter")
    shell.run_line_magic("reload_ext", "aibrain_jupyter")
    assert 1 == shell.input_transformers_cleanup.count(asked_of_aibrain)
    shell.run_line_magic("unload_ext", "aibrain_jupyter")
    assert asked_of_aibrain not in shell.input_transformers_cleanup


@pytest.mark.parametrize("cell", ["which users have no MFA?", "who's without MFA, of the users?"])
def test_a_question_needs_no_verb(run, shell, cell):
    """A sentence with a question mark is asked: no name of a tool or verb has to be known."""
    run(f"found = %aibrain {cell}")

    assert "iam_users" in shell.user_ns["found"]["tool"].head(5).tolist()


@pytest.mark.parametrize(
    "cell",
    ["ask which users have no MFA", "which users have no MFA", "find which users have no MFA"],
)
def test_a_sentence_without_a_question_mark_says_how_to_ask(run, cell):
    """The next step has the words that were written."""
    error = run(f"%aibrain {cell}").error

    assert "%aibrain aws_find which users have no MFA" in str(error)


def test_the_first_screen_says_how_to_ask(run):
    """Who knows no name yet is told of the verb that takes a question."""
    assert "%aibrain aws_find which users" in "".join(run("%aibrain").shown)
