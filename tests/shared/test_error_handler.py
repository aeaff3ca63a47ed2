"""The error tree: every class pickles, reads well, and hides secrets."""

from __future__ import annotations

import pickle

import pytest

from aibrain_jupyter.shared import error_handler
from aibrain_jupyter.shared.error_handler import AibrainError, PermissionDeniedError, unknown_name
from aibrain_jupyter.shared.texts.names import nearest


def _tree(cls=AibrainError):
    return [cls, *(found for sub in cls.__subclasses__() for found in _tree(sub))]


each_class = pytest.mark.parametrize("cls", _tree(), ids=lambda c: c.__name__)


@each_class
def test_every_error_pickles(cls):
    """An error keeps cause, next steps and facts on its way between processes."""
    error = cls("It broke.", why="a reason", next_steps=["do this"], facts={"region": "eu-west-1"})

    copy = pickle.loads(pickle.dumps(error))

    assert cls is type(copy)
    assert str(error) == str(copy)
    assert {"region": "eu-west-1"} == copy.facts


def test_every_error_is_drawn_in_the_tree():
    """The docstring of the module shows the whole tree."""
    ours = {cls.__name__ for cls in _tree() if cls.__module__ == error_handler.__name__}

    assert set() == {name for name in ours if name not in error_handler.__doc__}


def test_an_error_is_three_readable_lines():
    """What happened, why, and what to do next, instead of a traceback."""
    error = PermissionDeniedError(
        "Account 123456789012 refused iam:ListUsers.",
        why="not authorized",
        next_steps=["Ask for a role with iam:ListUsers."],
    )

    assert [
        "PermissionDeniedError: Account 123456789012 refused iam:ListUsers.",
        "  Why:  not authorized",
        "  Next: Ask for a role with iam:ListUsers.",
    ] == error._render_traceback_()


@pytest.mark.parametrize(
    "text",
    [
        "aws_secret_access_key=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        'got {"SecretString": "wJalrXUtnFEMI"} from the wire',
        "Authorization: Bearer wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY",
        "https://me:wJalrXUtnFEMI@example.com/x",
        "X-Amz-Security-Token: wJalrXUtnFEMI",
        "-----BEGIN RSA PRIVATE KEY-----\nwJalrXUtnFEMI\n-----END RSA PRIVATE KEY-----",
    ],
)
def test_no_secret_stays_in_a_message(text):
    """Whatever a provider quotes, a secret never reaches the notebook."""
    error = AibrainError(text, why=text, next_steps=[text], facts={"quote": text})

    assert "wJalrXUtnFEMI" not in f"{error} {error.facts} {error._render_traceback_()}"


def test_a_key_id_stays_readable():
    """An access key id names the key in question and is no secret."""
    assert "AKIAIOSFODNN7EXAMPLE" in str(AibrainError("Key AKIAIOSFODNN7EXAMPLE is inactive."))


def test_an_unknown_name_suggests_the_nearest():
    """A slip of the finger costs one glance."""
    error = unknown_name("service", "iamm", ["s3", "iam", "ec2"])

    assert ["There is no service named 'iamm'.", "  Next: Did you mean iam?"] == str(
        error
    ).splitlines()


def test_a_long_name_is_shown_shortened():
    """A value pasted by mistake does not fill the notebook."""
    assert len(str(unknown_name("service", "x" * 20_000, ["iam"]))) < 200


def test_two_letters_swapped_are_found_first():
    """The commonest slip of the finger is the first suggestion."""
    regions = ["us-west-1", "us-west-2", "us-east-1", "us-east-2"]

    assert "us-east-1" == nearest("us-esat-1", regions)[0]
