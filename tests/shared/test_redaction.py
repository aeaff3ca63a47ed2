"""What authenticates is in no message, whoever quotes it."""

from __future__ import annotations

import os

import pytest

from aibrain_jupyter.shared.error_handler import AibrainError
from aibrain_jupyter.shared.texts import redaction
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


def test_a_secret_variable_that_changes_is_hidden_from_then_on(monkeypatch):
    """What is set or changed after something was hidden is hidden, too; what is gone is a word."""
    other = CANARY[::-1]
    monkeypatch.setenv("MY_API_KEY", CANARY)
    assert HIDDEN == redact(CANARY)
    monkeypatch.setenv("MY_API_KEY", other)
    assert [CANARY, HIDDEN] == [redact(CANARY), redact(other)]
    monkeypatch.setenv("MY_PASSWORD", CANARY)
    assert [HIDDEN, HIDDEN] == [redact(CANARY), redact(other)]
    monkeypatch.delenv("MY_API_KEY")
    assert [HIDDEN, other] == [redact(CANARY), redact(other)]


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


@pytest.mark.parametrize(
    "text",
    [
        'password: str = "{}"',
        'def f(ctx, api_key: str | None = "{}"):',
        'password = f"{}"',
        "password = b'{}'",
        'password = """{}"""',
        'password = "{} and, more; of & it}}"',
        'password = "one {}"',
        r'password = "a\"{}"',
        'os.environ["DB_PASSWORD"] = "{}"',
        "secrets['client_secret']='{}'",
        r'{{"body": "{{\"password\": \"{}\"}}"}}',
        "Command '['mysql', '--password', '{}']' returned 1",
        "mysql --password {} db",
    ],
)
def test_a_secret_is_hidden_however_it_is_written(text):
    """As source has it, as JSON in JSON, as the arguments of a program: all of it, not its half."""
    said = redact(text.format(CANARY))

    assert CANARY not in said
    assert HIDDEN in said
    assert "more" not in said


@pytest.mark.parametrize(
    "token",
    [
        "ghp_" + "a1" * 18,
        "github_pat_" + "a1" * 20,
        "xoxb-1234567890-abcdef",
        "sk-ant-" + "a1" * 12,
    ],
)
def test_tokens_are_known_by_their_form(token):
    """What services mark as a token is one without a name beside it."""
    assert f"It is {HIDDEN}." == redact(f"It is {token}.")


@pytest.mark.parametrize(
    "text",
    [
        "def f(ctx, password: str, name: str = 'a') -> None:",
        "The password is asked for; the token of a page is not kept.",
        "the task-force asks for a risk-assessment-of-the-whole-organisation",
        "%aibrain iam_users --profile prod",
    ],
)
def test_words_about_secrets_stay(text):
    """Source and sentences stay readable."""
    said = redact(text)

    assert text == said or said.endswith("name: str = 'a') -> None:")


def test_a_secret_variable_that_was_just_set_is_hidden(monkeypatch):
    """A message is cleaned of the value that a variable has now, whatever it had before."""
    value = "correct-horse-battery"
    assert value in redact(f"it was {value}")
    monkeypatch.setenv("MY_PASSWORD", value)
    assert value not in redact(f"it was {value}")
    monkeypatch.setenv("MY_PASSWORD", value[::-1])
    assert value in redact(f"it was {value}")
    assert value[::-1] not in redact(f"it was {value[::-1]}")


def test_without_what_cpython_keeps_it_in_the_environment_is_read(monkeypatch):
    """Where the variables cannot be compared as a whole, each message reads them."""
    monkeypatch.setattr(os, "environ", dict(os.environ))
    assert "correct-horse-battery" in redact("correct-horse-battery")
    os.environ["MY_PASSWORD"] = "correct-horse-battery"
    assert "correct-horse-battery" not in redact("correct-horse-battery")


_WORDS = (
    *("secret", "Secret_Access_Key", "SESSIONTOKEN", "session_token", "x-amz-security-token"),
    *("X-Amz-Signature", "securityToken", "passwd", "PassWord", "api_key", "apikey", "api-key"),
    *("client_secret", "accesstoken", "id_token", "private_key", "PRIVATEKEY", "\u017fecret"),
    *(
        "ap\u0131_key",
        "private_\u212aey",
        "token",
        "sig",
        "code",
        "signature",
        "list_keys",
        "KeyId",
    ),
)
_AROUND = (
    *("{}={}", "{}: {}", '"{}": "{}"', "--{} {}", "--my-{}='{}'", "http://x/y?{}={}", "a&{}={}"),
    *("{} {}", "{}|{}", "x {}={} y", "--{}", "aws.{}={}"),
)


@pytest.mark.parametrize("word", _WORDS)
def test_no_expression_is_left_out_that_would_match(word, monkeypatch):
    """Which expressions are tried decides how long it takes, and never what is hidden."""
    value = "abcdefgh0123456789"
    texts = [form.format(word, value) for form in _AROUND]
    found = [redact(text) for text in texts]

    monkeypatch.setattr(redaction, "_NAMES_HAVE", ("",))  # all of them are tried

    assert found == [redact(text) for text in texts]
