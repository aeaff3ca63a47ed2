"""
Pseudonyms: the same person is the same word everywhere, and only who has the key can tell whose.

A person is what a cell of a masked column says: of an ARN its last part (the user, the session), of
a role's session its name, otherwise the whole cell; upper and lower case are one. Wherever the name
stands as a word of its own, in any text, the pseudonym takes its place.
"""

from __future__ import annotations

import hashlib
import hmac
import html
import json
import os
import re
import secrets
from functools import lru_cache
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from aibrain_jupyter.evidence.store.ledger import opened_private
from aibrain_jupyter.shared.config import user_dir
from aibrain_jupyter.shared.error_handler import EvidenceError, ParameterError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

METHOD: Final = "HMAC-SHA-256 of the name in lower case, its first 16 hexadecimal digits"
_REMEMBERED: Final = 1 << 14
_DIGITS: Final = 16
_LEAST_KEY: Final = 16
_WORD: Final = re.compile(r"\w+")
_ESCAPING: Final = frozenset("%\\")
_ESCAPE: Final = re.compile(r"%[0-9a-f]{2}|\\(?:u[0-9a-f]{4}|[nrtbf])")
"""What JSON and addresses write before a word without a gap."""
_ARN: Final = re.compile(r"arn:[\w-]+:(?:iam|sts)::\d*:[\w-]+/(?:.*/)?(?P<name>[^/]+)")
_SESSION: Final = re.compile(r"A[A-Z0-9]{15,}:(?P<name>.+)")


class Pseudonyms:
    """
    The pseudonyms of some people, by a `key`; `masked(text)` puts them in a text.

    `key_id` tells packages apart whose pseudonyms are not the same, and nothing of the key.
    """

    def __init__(self, key: bytes, cells: Iterable[str]) -> None:
        self._key = key
        self.key_id = self._digest("the key's id\0")[:8]
        self.people = {person for cell in cells if (person := _low(person_of(cell)))}
        self._pseudonyms: dict[str, str] = {}
        # Of each first word: how long names are that begin so, the longest first, and what stands
        # before the word. Thousands may share a first word; few lengths do.
        sizes: dict[str, set[tuple[int, int]]] = {}
        for person in self.people:
            for form in _forms(person):
                if word := _WORD.search(form):
                    self._pseudonyms[form] = self.of(person)
                    sizes.setdefault(word[0], set()).add((len(form), word.start()))
        self._sizes = {word: sorted(found, reverse=True) for word, found in sizes.items()}
        self.masked = lru_cache(_REMEMBERED)(self._masked)  # cells say the same again and again

    def of(self, cell: str) -> str:
        """Return the pseudonym of the person that a cell of a masked column names."""
        return f"person-{self._digest(_low(person_of(cell)))[:_DIGITS]}"

    def _masked(self, text: str) -> str:
        """Return a text with the pseudonym wherever a name stands."""
        parts, at = [], 0
        for start, end, pseudonym in self.found(text):
            parts += [text[at:start], pseudonym]
            at = end
        return "".join([*parts, text[at:]]) if parts else text

    def found(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Yield where names stand in a text: start, end, pseudonym."""
        low, at = _low(text), 0
        for begin, word in _words(low):
            for length, before in self._sizes.get(word, ()):
                start = begin - before
                pseudonym = self._pseudonyms.get(low[start : start + length])
                if pseudonym and start >= at and not _goes_on(low, start + length):
                    at = start + length
                    yield start, at, pseudonym
                    break

    def _digest(self, text: str) -> str:
        return hmac.new(self._key, text.encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def person_of(cell: str) -> str:
    """Return the person a cell of a masked column names."""
    plain = cell.strip()
    found = _ARN.fullmatch(plain) or _SESSION.fullmatch(plain)
    return found["name"] if found else plain


def key_of_store(store: str) -> bytes:
    """
    Return the key of a store (its id), made on first use: a file of the user, 0600, never packed.

    Raises:
        EvidenceError: it cannot be read or written.
    """
    path = user_dir("data") / "evidence" / f"{store}.masking.key"
    try:
        if not path.exists():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with opened_private(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL) as file:
                file.write(secrets.token_hex(32).encode() + b"\n")
        return key_in(path)
    except (OSError, ParameterError) as exc:
        raise EvidenceError(f"The masking key {path} cannot be used.", why=str(exc)) from exc


def key_in(path: Path) -> bytes:
    """
    Return the key in a file that somebody gives.

    Raises:
        ParameterError: it cannot be read, or is too short to keep names from being guessed.
    """
    try:
        key = path.expanduser().read_bytes().strip()
    except OSError as exc:
        raise ParameterError(f"The masking key {path} cannot be read.", why=str(exc)) from exc
    if len(key) < _LEAST_KEY:
        raise ParameterError(
            f"The masking key {path} has {len(key)} bytes; {_LEAST_KEY} are the least.",
            next_steps=["Make one: python -c 'import secrets; print(secrets.token_hex(32))'"],
        )
    return key


def _forms(person: str) -> set[str]:
    """Return the ways a name is written: plain, in JSON, in HTML, in an address."""
    written = (person, json.dumps(person)[1:-1], json.dumps(person, ensure_ascii=False)[1:-1])
    return {*written, html.escape(person), html.escape(person, quote=False), _low(quote(person))}


def _low(text: str) -> str:
    """Return a text in lower case, as long as it was."""
    low = text.lower()
    if len(low) == len(text):
        return low
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def _words(text: str) -> Iterator[tuple[int, str]]:
    """Yield the words of a text with their places; what an escape is followed by is one too."""
    for found in _WORD.finditer(text):
        start = found.start()
        yield start, found[0]
        is_escaped = text[start - 1 : start] in _ESCAPING
        escape = _ESCAPE.match(text, start - 1) if is_escaped else None
        if escape and (word := _WORD.match(text, escape.end())):
            yield escape.end(), word[0]


def _goes_on(text: str, end: int) -> bool:
    """Tell whether a word that ends there is part of a longer one."""
    return bool(_WORD.match(text[end - 1 : end]) and _WORD.match(text[end : end + 1]))
