"""The scan finds what looks like a secret in everything that goes into a store, and says where."""

from __future__ import annotations

import base64
import gzip
import zipfile

import pytest

from aibrain_jupyter.evidence.saving.secret_scan import refuse_secrets, scan_text
from aibrain_jupyter.shared.error_handler import EvidenceError

TOKEN = "IQoJb3JpZ2lu" + "X2VjEJr" * 10
SECRETS = [
    "-----BEGIN RSA PRIVATE KEY-----",
    '{"aws_secret_access_key": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}',
    f"token {TOKEN}",
    "Authorization: Bearer abcdefghijklmnopqrstuvwx",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
    "https://x.blob.core.windows.net/a?sv=1&sig=abcdefghijklmnop%2Bqrs",
    "https://contoso.sharepoint.com/x?tempauth=v1.eyJabcdefghijklm",
    "postgres://admin:hunter22@db.example.com/x",
    "ghp_" + "a" * 36,
    "xoxb-1234567890-abcdef",
    "AIza" + "b" * 35,
    "sk_live_" + "c" * 24,
    'DB_PASSWORD="correct-horse"',
    '{\\"password\\": \\"correct-horse\\"}',
    "Server=x;AccountKey=abcdefgh==;",
    base64.b64encode(b"#!/bin/sh\nexport API_KEY=abcdefgh1234\n").decode(),
]
NONE = [
    '{"has_password": true, "password_last_changed": "2026-01-01T00:00:00Z"}',
    '{"password": "[hidden]"}',
    '{"password_enabled": "not known"}',
    "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db-AbCdEf",
    "https://eu-west-1.console.aws.amazon.com/iam?region=eu-west-1#/users",
    "da39a3ee5e6b4b0d3255bfef95601890afd80709",
    "AKIAIOSFODNN7EXAMPLE",
    '{"next_token": "", "access_key_age_days": 91}',
    "https://sqs.eu-west-1.amazonaws.com/111122223333/queue",
    base64.b64encode(b"nothing to see here, move along please").decode(),
]


@pytest.mark.parametrize("text", SECRETS)
def test_a_secret_is_found(text):
    """Each kind of secret is found in the middle of a line."""
    assert list(scan_text(f"a,b,{text},c".encode()))


@pytest.mark.parametrize("text", NONE)
def test_what_is_no_secret_is_left_alone(text):
    """Flags, names, times, ids and hashes are no secrets."""
    assert [] == list(scan_text(f"a,b,{text},c".encode()))


@pytest.mark.parametrize("kind", ["plain", "gzip", "workbook"])
def test_a_save_with_a_secret_is_refused_and_says_where(tmp_path, kind):
    """A secret stops the save, with file and line and never itself, packed or not."""
    path, lines = tmp_path / "data" / "rows.jsonl", b"x\npassword=correct-horse\n"
    path.parent.mkdir()
    if kind == "workbook":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("xl/sharedStrings.xml", lines)
    else:
        path.write_bytes(gzip.compress(lines) if kind == "gzip" else lines)

    with pytest.raises(EvidenceError, match="1 places look like secrets") as caught:
        refuse_secrets(tmp_path, [path])
    place = "data/rows.jsonl!xl/sharedStrings.xml:2" if kind == "workbook" else "data/rows.jsonl:2"
    assert place in caught.value.why
    assert "correct-horse" not in f"{caught.value.why}{caught.value.next_steps}"
    assert [{"place": place, "kind": "a value named as a secret"}] == refuse_secrets(
        tmp_path, [path], accepted=[place]
    )
