"""The README's lines for encrypting a package work, with GnuPG and age, and only for the reader."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
BLOCKS = re.findall(r"```sh\n((?:gpg|age) .*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
CONTENT = b"PK\x03\x04" + bytes(range(256)) * 64
PACKAGE, RECEIVED = "FY2026-v1.zip", "received.zip"
PROGRAMS = {"gpg": ("gpg", "gpg-agent"), "age": ("age", "age-keygen")}


@pytest.fixture(params=PROGRAMS)
def program(request, tmp_path, monkeypatch):
    """A program with the reader's throw-away key, in a folder with a package."""
    if not all(map(shutil.which, PROGRAMS[request.param])):
        pytest.skip(f"there is no {request.param}")
    (tmp_path / PACKAGE).write_bytes(CONTENT)
    monkeypatch.chdir(tmp_path)
    # The agent's socket must not have a long path.
    with tempfile.TemporaryDirectory(prefix="gpg-", ignore_cleanup_errors=True) as home:
        monkeypatch.setenv("GNUPGHOME", home)
        make_key(request.param)
        yield request.param
        if request.param == "gpg":
            run("gpgconf", "--kill", "gpg-agent")


def run(*words):
    """What came of a program."""
    return subprocess.run(
        words, capture_output=True, timeout=120, check=False, stdin=subprocess.DEVNULL
    )


def make_key(program):
    """Make a key of the reader: the private part stays where only the reader has it."""
    if program == "age":
        Path("key.txt").unlink(missing_ok=True)
        assert 0 == run("age-keygen", "-o", "key.txt").returncode
        Path("auditor.txt").write_bytes(run("age-keygen", "-y", "key.txt").stdout)
        return
    home = Path(os.environ["GNUPGHOME"])
    home.chmod(0o700)
    made = run(
        "gpg",
        "--batch",
        "--passphrase",
        "",
        "--quick-gen-key",
        "auditor@example.com",
        "default",
        "default",
        "never",
    )
    assert 0 == made.returncode, made.stderr
    Path("auditor.asc").write_bytes(run("gpg", "--armor", "--export", "auditor@example.com").stdout)


def lines(program):
    """The README's lines for a program."""
    [block] = [block for block in BLOCKS if block.startswith(program)]
    return [shlex.split(line) for line in block.strip().splitlines()]


def test_the_reader_gets_what_was_packed(program):
    """The documented lines, as they stand, give the reader the same bytes, and hide them before."""
    for words in lines(program):
        ran = run(*words)
        assert 0 == ran.returncode, (words, ran.stderr)

    assert Path(RECEIVED).read_bytes() == CONTENT
    assert CONTENT[:64] not in Path(f"{PACKAGE}.{program}").read_bytes()


def test_nobody_else_can_read_it(program, monkeypatch):
    """Whoever has another key gets nothing."""
    *encrypt, decrypt = lines(program)
    for words in encrypt:
        assert 0 == run(*words).returncode

    with tempfile.TemporaryDirectory(prefix="gpg-", ignore_cleanup_errors=True) as home:
        monkeypatch.setenv("GNUPGHOME", home)
        make_key(program)
        assert run(*decrypt).returncode
        if program == "gpg":
            run("gpgconf", "--kill", "gpg-agent")
    assert not Path(RECEIVED).exists() or not Path(RECEIVED).read_bytes()


def test_a_changed_byte_is_refused(program):
    """A file that was changed on its way is refused."""
    *encrypt, decrypt = lines(program)
    for words in encrypt:
        assert 0 == run(*words).returncode
    sealed = Path(f"{PACKAGE}.{program}")
    content = bytearray(sealed.read_bytes())
    content[-40] ^= 1
    sealed.write_bytes(content)

    assert run(*decrypt).returncode
