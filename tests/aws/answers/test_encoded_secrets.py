"""Secrets in JSON that stands in a text encoded: for a link, in base64, several times over."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote, quote_plus

import pytest

from aibrain_jupyter.aws.answers.secrets.documents import clean_text
from aibrain_jupyter.aws.answers.secrets.revealing import Hider

SECRET = "Zk7pQ2vXw9"
HELD = {"name": "db", "settings": [{"password": SECRET}]}
LISTED = [HELD]


def in_base64(value, **how):
    return base64.b64encode(json.dumps(value, **how).encode()).decode()


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"see https://x.example/?state={quote(json.dumps(HELD))}&a=1", id="link"),
        pytest.param(f"state={quote_plus(json.dumps(HELD))} was sent", id="with plus signs"),
        pytest.param(f"state {quote(quote(json.dumps(HELD), safe=''))}.", id="encoded twice"),
        pytest.param(f"list {quote(json.dumps(LISTED)).lower()}", id="list, lower case"),
        pytest.param(f"The payload was {in_base64(HELD)}, as sent.", id="base64"),
        pytest.param(in_base64(HELD, indent=1), id="base64 of indented"),
        pytest.param(in_base64(LISTED).rstrip("="), id="base64 of a list, no padding"),
        pytest.param(f"run={in_base64(HELD)}", id="after a name"),
    ],
)
def test_what_is_encoded_is_looked_into(text):
    """Neither the secret nor what it was encoded as comes out."""
    shown = clean_text(text, Hider())

    again = SECRET, in_base64(SECRET), base64.b64encode(f'"{SECRET}"'.encode()).decode()
    assert not any(one in shown for one in again)
    assert in_base64(HELD) not in shown
    assert in_base64(HELD, indent=1) not in shown
    assert in_base64(LISTED).rstrip("=") not in shown
    assert "hidden" in shown


@pytest.mark.parametrize(
    "text",
    [
        f"https://x.example/?q={quote(json.dumps({'name': 'db', 'size': 3}))}",
        f"The filter was {in_base64({'name': 'db', 'size': 3})}.",
        "https://x.example/a%5B0%5D=b&c%7Bd%7D",
        "50%7B is no JSON",
        "arn:aws:iam::123456789012:role/ewoKeysOfW3schoolsWyJust",
    ],
)
def test_what_holds_no_secret_stays_to_the_letter(text):
    """A text whose encoded parts hold no secret is not changed."""
    assert clean_text(text, Hider()) == text
