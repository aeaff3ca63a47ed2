"""The scan finds what looks like a secret in everything that goes into a store, and says where."""

from __future__ import annotations

import base64
import bz2
import datetime as dt
import gzip
import io
import json
import lzma
import zipfile

import pandas as pd
import pytest

from aibrain_jupyter.evidence.decisions.codes import Code
from aibrain_jupyter.evidence.decisions.retention import hold
from aibrain_jupyter.evidence.saving.saving import Saving, save_frame
from aibrain_jupyter.evidence.saving.secret_scan import refuse_secrets, scan_text
from aibrain_jupyter.evidence.saving.times import Times
from aibrain_jupyter.shared.error_handler import EvidenceError
from tests.evidence.conftest import save

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
    '{"Key": "db_password", "Value": "correct-horse"}',
    '{"name": "DB_PASSWORD", "value": "correct-horse"}',
    '{\\"name\\": \\"API_KEY\\", \\"value\\": \\"correct-horse\\"}',
    "Endpoint=sb://x/;SharedAccessKeyName=Root;SharedAccessKey=abcdefgh=",
    '{\\\\\\"password\\\\\\": \\\\\\"correct-horse\\\\\\"}',
    "password%3Dcorrect-horse",
    "password\\u003dcorrect-horse",
    "password&quot;:&quot;correct-horse",
    "glpat-" + "d" * 20,
    "npm_" + "e" * 36,
    "SG." + "f" * 22 + "." + "g" * 43,
    "sk-proj-" + "h" * 40,
    "https://hooks.slack.com/services/T00000000/B00000000/" + "i" * 24,
    "-----BEGIN PGP PRIVATE KEY BLOCK-----",
    "PuTTY-User-Key-File-2: ssh-rsa",
    "AGE-SECRET-KEY-1" + "Q" * 58,
]
NONE = [
    '{"Key": "environment", "Value": "production"}',
    '{"name": "rotate_secret", "value": "true"}',
    "Endpoint=sb://x/;SharedAccessKeyName=RootManageSharedAccessKey",
    "disk-encryption-of-every-volume-is-on-by-default-here",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
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


KEY = b"-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA0Z3VS5JJcds3xfn/ygWyF8PbnGy0\n"
SCRIPT = "# geändert\nexport DB_PASSWORD=correct-horse\n"
LONG_SCRIPT = b"# a comment, and more of it " * 8 + b"\nexport DB_PASSWORD=correct-horse\n"


@pytest.mark.parametrize(
    "text",
    [
        b"KEY=" + base64.b64encode(KEY),
        b"pki/" + base64.b64encode(KEY),
        base64.b64encode(KEY).rstrip(b"="),
        base64.b64encode(SCRIPT.encode()),
        base64.b64encode(SCRIPT.encode("latin-1")),
        base64.b64encode(SCRIPT.encode("utf-16-le")),
        base64.b64encode(gzip.compress(SCRIPT.encode(), mtime=0)),
        base64.b64encode(base64.b64encode(KEY)),
        base64.encodebytes(LONG_SCRIPT),
        json.dumps(base64.encodebytes(LONG_SCRIPT).decode()).encode(),
    ],
)
def test_base64_hides_no_secret(text):
    """However it is written: behind a name, without padding, in lines, packed, or twice."""
    assert list(scan_text(b'{"user_data": "' + text + b'"}'))


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


def _packed(path, text):
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("a.txt", text)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("in.zip", inner.getvalue())


@pytest.mark.parametrize("kind", ["zip in zip", "gzip in gzip", "utf-16", "broken gzip"])
def test_a_secret_is_found_where_it_is_packed_twice_or_wide(tmp_path, kind):
    """Nor does a packed file pass that nobody can look into."""
    path, text = tmp_path / "x.bin", b"x\npassword=correct-horse\n"
    if kind == "zip in zip":
        _packed(path, text)
    else:
        twice = gzip.compress(gzip.compress(text))
        wide = text.decode().encode("utf-16")
        path.write_bytes({"gzip in gzip": twice, "utf-16": wide}.get(kind, twice[:20]))
    with pytest.raises(EvidenceError, match="look like secrets"):
        refuse_secrets(tmp_path, [path])


TOKENS = "ghp_" + "a" * 36


@pytest.mark.parametrize("member", ["title", "codes", "work", "cell"])
def test_a_secret_in_what_is_said_of_an_item_stops_the_save(store, member):
    """Title, codes, conclusions and the cell's text are looked at like the rows."""
    now = dt.datetime(2026, 7, 8, tzinfo=dt.UTC)
    said = {"title": "users", "codes": [], member: TOKENS}
    if member == "codes":
        said["codes"] = [Code.parse(TOKENS)]
    cell, work = said.pop("cell", ""), {"Result": said.pop("work", "")}
    saving = Saving(**said, times=Times("moment", now, now, now, now), work=work)
    with pytest.raises(EvidenceError, match="look like secrets"), store.draft("x") as draft:
        save_frame(store, draft, pd.DataFrame({"a": [1]}), saving, {"source": {"cell": cell}})
    assert not [path for path in store.folder.rglob("*") if path.is_file() and _has_token(path)]


def test_a_secret_never_enters_the_ledger(store):
    """A reason that has one is refused: nothing leaves a ledger again."""
    item = save(store, "one")
    with pytest.raises(EvidenceError, match="holds a secret"):
        hold(store, item, f"see {TOKENS}")
    assert not _has_token(store.folder / "ledger.jsonl")


def _has_token(path):
    return TOKENS.encode() in path.read_bytes()


def _refused(tmp_path, content):
    path = tmp_path / "file.bin"
    path.write_bytes(content)
    with pytest.raises(EvidenceError, match="look like secrets") as refused:
        refuse_secrets(tmp_path, [path])
    return refused.value.why


@pytest.mark.parametrize("pack", [bz2.compress, lzma.compress])
def test_other_packers_hide_no_secret(tmp_path, pack):
    """What Python unpacks is looked into."""
    assert "a private key" in _refused(tmp_path, pack(KEY))


@pytest.mark.parametrize("start", [b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07\0", b"\x28\xb5\x2f\xfd"])
def test_what_nobody_here_can_unpack_is_said(tmp_path, start):
    """A file of 7z, rar or zstd is kept only if somebody names it."""
    assert "cannot be looked into" in _refused(tmp_path, start + bytes(40))
    assert refuse_secrets(tmp_path, [tmp_path / "file.bin"], ["file.bin"])


def test_names_in_an_archive_are_looked_at(tmp_path):
    """A secret in the name of a packed file, or in the archive's comment, is one."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("x.txt", "x")
        archive.comment = b"password=correct-horse"
    assert "named as a secret" in _refused(tmp_path, packed.getvalue())
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("secret.txt", KEY * 9)
    assert "a private key" in _refused(tmp_path, b"MZ before it" + packed.getvalue())


def test_a_text_that_begins_like_a_packed_file_is_one(tmp_path):
    """``BZh`` begins bzip2 and words alike."""
    path = tmp_path / "file.txt"
    path.write_bytes(b"BZh is what it begins with")
    assert [] == refuse_secrets(tmp_path, [path])


def test_a_line_longer_than_what_is_read_at_once_hides_none(tmp_path):
    """JSON of many megabytes in one line is looked at across the pieces it is read in."""
    content = b"y" * ((1 << 23) - 5) + b" password=correct-horse " + b"z" * 99
    assert "named as a secret" in _refused(tmp_path, content)
