"""
The scan for secrets of everything that goes into a store.

It reads text as it lies there, inside gzip, workbooks and other zip files too, and once more what
base64 in it hides. It knows what secrets look like, not every secret: what the provider's code
hides by the meaning of a member was hidden before.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import gzip
import re
import zipfile
import zlib
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Final

from aibrain_jupyter.shared.error_handler import EvidenceError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

_NAMED: Final = (
    rb"""(?i)(?:secret_?access_?key|(?:session|access|auth|refresh)?_?token|password|passwd|pwd"""
    rb"""|api_?key|(?<!:)secret|account_?key|connection_?string|private_?key)"""
    rb"""\\?["']?\s*[:=]\s*\\?["']?(?P<value>[^\s"'\\,;&}]{4,})"""
)
_WORDS: Final = (
    "passw pwd secret sessiontoken session_token accesstoken access_token authtoken auth_token "
    "refreshtoken refresh_token security-token apikey api_key account_key accountkey "
    "connectionstring connection_string private_key privatekey"
)
# What a kind begins with, in lower case, and what must follow there. Looking for the beginnings
# first makes it a search for plain texts, which costs a twentieth of one for patterns.
_KINDS: Final = (
    ("a private key", "-----begin ", rb"-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----"),
    ("an AWS session token", "iqojb3jpz2lu fwogzxivyxdz fqogzxivyxdz", rb"[\w+/=]{50,}"),
    ("a bearer token", "bearer basic", rb"(?i)(?:bearer|basic)\s+[a-z0-9._~+/=-]{20,}"),
    ("a signed token (JWT)", "eyj", rb"(?<!\w)eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]+"),
    (
        "a link that carries access",
        "sig= signature= x-amz-signature= tempauth= access_token= authtoken= token= code=",
        rb"(?<=[?&])[\w-]+=[\w.~%+/-]{16,}",
    ),
    (
        "a password in an address",
        "://",
        rb"""(?<=[\w+.-])://[^/\s:@"']*:(?!\[hidden\])[^/\s@"']+@""",
    ),
    ("a GitHub token", "ghp_ gho_ ghu_ ghs_ ghr_ github_pat_", rb"\w{40,}"),
    ("a Slack token", "xox", rb"xox[abeoprs]-[\w-]{10,}"),
    ("a Google key", "aiza", rb"AIza[\w-]{35}"),
    ("a Stripe key", "sk_live_ rk_live_", rb"[rs]k_live_\w{16,}"),
    (
        "a value named as a secret",
        _WORDS,
        _NAMED,
    ),
)
_PATTERNS: Final = [
    (kind, [start.encode() for start in starts.split(" ") if start], re.compile(pattern))
    for kind, starts, pattern in _KINDS
]
_NO_VALUES: Final = re.compile(
    rb"(?i)(?:true|false|null|none|nan|not|\*+|\d+|\d{4}-.*|\[hidden.*|\[redacted.*|arn:aws.*)"
)
_SHORTEST: Final = 24
_BASE64: Final = bytes(
    ord("x") if chr(code).isascii() and (chr(code).isalnum() or chr(code) in "+/=") else 32
    for code in range(256)
)
"""Every character that base64 has as x, every other as a blank."""
_CHUNK: Final = 1 << 22
_ZIPPED: Final = (b"PK\x03\x04", b"\x1f\x8b")
_DEEPEST: Final = 4
"""How many files are unpacked that lie in one another."""
UNREADABLE: Final = (
    *(zipfile.BadZipFile, gzip.BadGzipFile, zlib.error, EOFError),
    *(RuntimeError, NotImplementedError),  # a password, an unknown method
)
"""What a packed file raises that cannot be looked into."""


@dataclass(frozen=True, slots=True)
class Found:
    """A secret: the `file`, the `line` (from 1), and what it looks like; never the secret."""

    file: str
    line: int
    kind: str

    @property
    def place(self) -> str:
        """``data/users.jsonl:12``, as it is named to accept it."""
        return f"{self.file}:{self.line}"


def scan_text(text: bytes, *, peels: bool = True) -> Iterator[tuple[int, str]]:
    """Yield where in a text something looks like a secret, and like what."""
    lower = text.lower()
    for kind, starts, pattern in _PATTERNS:
        for start in starts:
            place = lower.find(start)
            while place >= 0:
                if (match := pattern.match(text, place)) and not _is_no_value(match):
                    yield place, kind
                place = lower.find(start, place + 1)
    for place, inner in _peeled(text) if peels else ():
        yield from ((place, f"{kind}, in base64") for _, kind in scan_text(inner, peels=False))


def scan(folder: Path, files: Iterable[Path]) -> list[Found]:
    """Return the secrets in the files of an item, at most one of a kind a line."""
    found: dict[Found, None] = {}
    for path in files:
        name = path.relative_to(folder).as_posix()
        try:
            with path.open("rb") as file:
                for inner, chunks in unpacked_texts(file):
                    found |= dict.fromkeys(_in_chunks("!".join([name, *inner]), chunks))
        except UNREADABLE:
            found[Found(name, 1, "a packed file that cannot be looked into")] = None
    return list(found)


def _in_chunks(where: str, chunks: Iterable[bytes]) -> Iterator[Found]:
    lines = 1
    for chunk in chunks:
        # UTF-16, as spreadsheets and shells export it, is ASCII with zeros between.
        for text in {chunk, chunk.replace(b"\0", b"")}:
            for place, kind in scan_text(text):
                yield Found(where, lines + text.count(b"\n", 0, place), kind)
        lines += chunk.count(b"\n")


def refuse_secrets(
    folder: Path,
    files: Iterable[Path],
    accepted: Iterable[str] = (),
    texts: Mapping[str, bytes] | None = None,
) -> list[dict[str, str]]:
    """
    Refuse a save that has secrets, but for those somebody named.

    Args:
        folder: The item's folder.

        files: What is scanned.

        accepted: ``FILE:LINE`` of each that was looked at, or ``FILE`` for all of a file.

        texts: What will be written, by the name of its file.

    Returns:
        Those that were accepted, for the manifest: ``place`` and ``kind``.

    Raises:
        EvidenceError: there are others; it names their places, never what they are.
    """
    names, found = set(accepted), scan(folder, files)
    for name, text in (texts or {}).items():
        found += dict.fromkeys(_in_chunks(name, [text]))
    others = [one for one in found if not names & {one.place, one.file}]
    if others:
        places = [f"{one.place} ({one.kind})" for one in others[:5]]
        more = f" and {len(others) - 5} more" if len(others) > 5 else ""
        raise EvidenceError(
            f"Nothing was saved: {len(others)} places look like secrets.",
            why="; ".join(places) + more,
            next_steps=[
                "Leave the column out with columns=, or hide the values.",
                f"If it is none, accept it by name: --accept {others[0].place}",
            ],
        )
    return [{"place": one.place, "kind": one.kind} for one in found]


def unpacked_texts(
    file: IO[bytes] | gzip.GzipFile, depth: int = _DEEPEST
) -> Iterator[tuple[tuple[str, ...], Iterable[bytes]]]:
    """Yield the names inside and the text of a file, unpacked, in chunks of whole lines."""
    start = file.read(4)
    file.seek(0)
    if depth and start.startswith(_ZIPPED[1]):
        with gzip.open(file) as unpacked:
            yield from unpacked_texts(unpacked, depth - 1)
    elif depth and start == _ZIPPED[0] and zipfile.is_zipfile(file):
        with zipfile.ZipFile(file) as archive:
            for info in archive.infolist():
                with archive.open(info) as packed:
                    for inner, chunks in unpacked_texts(packed, depth - 1):
                        yield (info.filename, *inner), chunks
    else:
        file.seek(0)
        yield (), _chunks(file)


def _chunks(file: IO[bytes] | gzip.GzipFile) -> Iterator[bytes]:
    while chunk := file.read(_CHUNK):
        yield chunk + file.readline(_CHUNK)


def _is_no_value(match: re.Match[bytes]) -> bool:
    """Tell whether what a name is followed by is a flag, a number, a time or hidden already."""
    value = match.groupdict().get("value")
    return value is not None and _NO_VALUES.fullmatch(value) is not None


def _peeled(text: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield what base64 in a text hides, where that is text, and its place."""
    mask, wanted = text.translate(_BASE64), b"x" * _SHORTEST
    place = mask.find(wanted)
    while place >= 0:
        end = mask.find(b" ", place)
        end = len(text) if end < 0 else end
        with contextlib.suppress(binascii.Error, ValueError):
            inner = base64.b64decode(text[place:end], validate=True)
            if inner.isascii():
                yield place, inner
        place = mask.find(wanted, end)
