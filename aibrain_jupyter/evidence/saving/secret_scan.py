"""
The scan for secrets of everything that goes into a store.

It reads text as it lies there, inside gzip, workbooks and other zip files too, and once more what
base64 in it hides. It knows what secrets look like, not every secret: what the provider's code
hides by the meaning of a member was hidden before.
"""

from __future__ import annotations

import base64
import binascii
import bz2
import contextlib
import gzip
import lzma
import re
import zipfile
import zlib
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, Final

from aibrain_jupyter.shared.error_handler import EvidenceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

_NAMED: Final = (
    rb"""(?i)(?:secret_?access_?key|(?:session|access|auth|refresh)?_?token|password|passwd|pwd"""
    rb"""|api_?key|(?<!:)secret|(?:account|shared_?access)_?key|connection_?string|private_?key)"""
    rb"""(?:\\*["']|%22|&quot;)?\s*(?:[:=]|%3[ad]|\\+u003[ad])\s*(?:\\*["']|%22|&quot;)?"""
    rb"""(?P<value>[^\s"'\\,;&}]{4,})"""
)
_PAIR: Final = (
    rb"""(?i)(?:key|name)\\*["']\s*:\s*\\*["'][\w./-]*(?:password|passwd|pwd|secret|token"""
    rb"""|(?:api|account|private|secret|access)[_-]?key)\\*["']\s*,\s*\\*["']value\\*["']\s*:\s*"""
    rb"""\\*["'](?P<value>[^\s"'\\,;&}]{4,})"""
)
_WORDS: Final = (
    "passw pwd secret sessiontoken session_token accesstoken access_token authtoken auth_token "
    "refreshtoken refresh_token security-token apikey api_key account_key accountkey "
    "connectionstring connection_string private_key privatekey sharedaccesskey shared_access_key"
)
# What a kind begins with, in lower case, and what must follow there. Looking for the beginnings
# first makes it a search for plain texts, which costs a twentieth of one for patterns.
_KINDS: Final = (
    ("a private key", "-----begin ", rb"-----BEGIN [A-Z ]{0,20}PRIVATE KEY(?: BLOCK)?-----"),
    (
        "a private key",
        "putty-user-key-file- age-secret-key-1",
        rb"(?i)putty-user-key-file-\d|age-secret-key-1\w{20,}",
    ),
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
    (
        "a link that carries access",
        "hooks.slack.com/services/",
        rb"(?i)[\w.]+/services/\w+/\w+/\w{16,}",
    ),
    (
        "a GitLab, npm or SendGrid token",
        "glpat- npm_ sg.",
        rb"glpat-[\w-]{20,}|npm_\w{36,}|SG\.[\w-]{16,}\.[\w-]{16,}",
    ),
    ("an API key", "sk-", rb"(?<![\w-])sk-(?:(?:proj|ant|svcacct)-[\w-]{20,}|[A-Za-z0-9]{40,})"),
    ("a Google key", "aiza", rb"AIza[\w-]{35}"),
    ("a Stripe key", "sk_live_ rk_live_", rb"[rs]k_live_\w{16,}"),
    (
        "a value named as a secret",
        _WORDS,
        _NAMED,
    ),
    ("a value named as a secret", r"""key" name" key' name' key\" name\" """, _PAIR),
)
_PATTERNS: Final = [
    (kind, [start.encode() for start in starts.split(" ") if start], re.compile(pattern))
    for kind, starts, pattern in _KINDS
]
_NO_VALUES: Final = re.compile(
    rb"(?i)(?:true|false|null|none|nan|not|\*+|\d+|\d{4}-.*|\[hidden.*|\[redacted.*|arn:aws.*)"
)
_PEELED: Final = 2
_IN_BASE64: Final = ", in base64"
_SHORTEST: Final = 24
_WRAPPED: Final = re.compile(
    rb"[\w+/]{60,76}(?:(?:\\r)?\\n|\r?\n)(?:[\w+/]{60,76}(?:(?:\\r)?\\n|\r?\n))*[\w+/]+={0,2}"
)
"""Base64 in lines, as mails and keys have it; in JSON the ends of lines are written out."""
_ENDS: Final = re.compile(rb"\\[rn]|[\r\n]")
_SHOWN: Final = bytes(range(32, 127)) + b"\t\r\n\0"
"""What a text is made of; zeros are of UTF-16."""
_MOST_UNPACKED: Final = 1 << 20
_MOST_SLASHES: Final = 2
_OVERLAP: Final = 1 << 13
_BASE64: Final = bytes(
    ord("x") if chr(code).isascii() and (chr(code).isalnum() or chr(code) in "+/=") else 32
    for code in range(256)
)
"""Every character that base64 has as x, every other as a blank."""
_CHUNK: Final = 1 << 22
_GZIP: Final = b"\x1f\x8b"
_BEGINNINGS: Final = 8
_OPENERS: Final[Mapping[bytes, Any]] = {
    _GZIP: gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ\0": lzma.open,
}
_CLOSED: Final = (b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"\x28\xb5\x2f\xfd", b"\x04\x22\x4d\x18")
"""What 7z, rar, zstd and lz4 begin with: Python's standard library does not open them."""
_DEEPEST: Final = 4
"""How many files are unpacked that lie in one another."""
UNREADABLE: Final = (
    *(zipfile.BadZipFile, gzip.BadGzipFile, zlib.error, EOFError),
    *(RuntimeError, NotImplementedError),  # a password, an unknown method
    *(lzma.LZMAError, UnicodeDecodeError),
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


def scan_text(text: bytes, *, peels: int = _PEELED) -> Iterator[tuple[int, str]]:
    """
    Yield where in a text something looks like a secret, and like what.

    `peels` is how many layers of base64 are taken off.
    """
    lower = text.lower()
    for kind, starts, pattern in _PATTERNS:
        for start in starts:
            place = lower.find(start)
            while place >= 0:
                if (match := pattern.match(text, place)) and not _is_no_value(match):
                    yield place, kind
                place = lower.find(start, place + 1)
    for place, inner in _peeled(text) if peels else ():
        kinds = {kind.removesuffix(_IN_BASE64) for _, kind in scan_text(inner, peels=peels - 1)}
        yield from ((place, f"{kind}{_IN_BASE64}") for kind in sorted(kinds))


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
    file: IO[bytes], depth: int = _DEEPEST
) -> Iterator[tuple[tuple[str, ...], Iterable[bytes]]]:
    """Yield the names inside and the text of a file, unpacked, in chunks of whole lines."""
    start = file.read(_BEGINNINGS)
    file.seek(0)
    opener = next((_OPENERS[first] for first in _OPENERS if start.startswith(first)), None)
    if start.startswith(_CLOSED):
        raise NotImplementedError("a kind of packed file that is not known here")
    if depth and opener and _opens(opener, file):
        with opener(file) as unpacked:
            yield from unpacked_texts(unpacked, depth - 1)
        return
    if depth and zipfile.is_zipfile(file):
        with zipfile.ZipFile(file) as archive:
            names = [info.filename.encode("utf-8", "replace") for info in archive.infolist()]
            yield (), [b"\n".join([*names, archive.comment])]
            for info in archive.infolist():
                with archive.open(info) as packed:
                    for inner, chunks in unpacked_texts(packed, depth - 1):
                        yield (info.filename, *inner), chunks
        if start.startswith(b"PK\x03\x04"):
            return
    file.seek(0)  # what stands before a zip is looked at, too
    yield (), _chunks(file)


def _opens(opener: Callable[[Any], IO[bytes]], file: IO[bytes]) -> bool:
    """Tell whether a file is packed as its beginning says; a text may begin so, too."""
    try:
        if opener is not bz2.open:
            return True
        with opener(file) as unpacked:
            unpacked.read(1)
    except (OSError, EOFError):
        return False
    finally:
        file.seek(0)
    return True


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    """Yield whole lines; of one that is longer than a chunk, chunks that overlap."""
    before = b""
    while chunk := file.read(_CHUNK):
        text = before + chunk + file.readline(_CHUNK)
        yield text
        before = b"" if text.endswith(b"\n") else text[-_OVERLAP:].rpartition(b"\n")[2]


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
        run = text[place:end]
        if wrapped := _WRAPPED.match(text, place + run.rstrip(b"=").rfind(b"=") + 1):
            run, end = _ENDS.sub(b"", wrapped[0]), wrapped.end()
        for part in _parts_of(run):
            if inner := _text_in(part):
                yield place, inner
        place = mask.find(wanted, end)


def _parts_of(run: bytes) -> Iterator[bytes]:
    """Yield what in a run may be base64: all of it, and what follows a ``=`` or the first ``/``."""
    part = run.rstrip(b"=").rpartition(b"=")[2]
    yield part
    for _ in range(_MOST_SLASHES):
        part = part.partition(b"/")[2]
        if len(part) < _SHORTEST:
            return
        yield part


def _text_in(part: bytes) -> bytes:
    """Return the text that base64 hides, empty where it hides none; padding may be missing."""
    part = part[: len(part) - (len(part) % 4 == 1)]
    try:
        inner = base64.b64decode(part + b"=" * (-len(part) % 4))
    except (binascii.Error, ValueError):
        return b""
    if inner.startswith(_GZIP):
        with contextlib.suppress(zlib.error):
            inner = zlib.decompressobj(wbits=31).decompress(inner, _MOST_UNPACKED)
    strange = len(inner.translate(None, _SHOWN))
    return inner.replace(b"\0", b"") if strange * 8 <= len(inner) else b""
