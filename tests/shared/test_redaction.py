"""What authenticates is in no message, whoever quotes it."""

from __future__ import annotations

import pytest

from aibrain_jupyter.shared.error_handler import AibrainError
from aibrain_jupyter.shared.texts.redaction import HIDDEN, redact

CANARY = "C4n4ryNeverToBeSeen0123456789"


@pytest.mark.parametrize(
    "name",
    [
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AZURE_CLIENT_SECRET",
        "MY_API_KEY",
        "DB_PASSWD",
    ],
)
def test_values_of_secret_variables_are_hidden(monkeypatch, name):
    """A service that quotes a key, in whatever words, does not make it known."""
    monkeypatch.setenv(name, CANARY)
    error = AibrainError("It failed.", why=f"I do not like {CANARY}!", facts={"said": CANARY})

    assert CANARY not in f"{error} {error.facts}"
    assert f"I do not like {HIDDEN}!" == error.why


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AWS_ACCESS_KEY_ID", "AKIA0000000000000001"),
        ("AWS_WEB_IDENTITY_TOKEN_FILE", "/var/run/secrets/token"),
        ("TOKEN_TYPE", "bearer-of-what"),
        ("API_KEY", "short"),
        ("EDITOR", "something-longer"),
    ],
)
def test_what_is_no_secret_stays(monkeypatch, name, value):
    """Names of keys and files help to find what is wrong; short values stand elsewhere, too."""
    monkeypatch.setenv(name, value)

    assert f"It is {value}." == redact(f"It is {value}.")
