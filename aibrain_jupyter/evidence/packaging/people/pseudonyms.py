"""
Pseudonyms: the same person is the same word everywhere, and only who has the key can tell whose.

A person is what a cell of a masked column says: of an ARN its last part (the user, the session), of
a role's session its name, otherwise the whole cell; upper and lower case are one. Wherever the name
stands as a word of its own, in any text, the pseudonym takes its place; so does that of an account
where its address or ``DOMAIN\\account`` was the cell.
"""

from __future__ import annotations

import hashlib
import hmac
import html
import json
import os
import re
import secrets
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, quote_plus

from aibrain_jupyter.evidence.store.ledger import opened_private
from aibrain_jupyter.evidence.store.names import slug
from aibrain_jupyter.shared.config import user_dir
from aibrain_jupyter.shared.error_handler import EvidenceError, ParameterError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

METHOD: Final = "HMAC-SHA-256 of the name in lower case, its first 16 hexadecimal digits"
_REMEMBERED: Final = 1 << 14
_DIGITS: Final = 16
_LEAST_KEY: Final = 16
# Scripts without blanks between words: each of their letters is a word.
_ALONE: Final = "\u0e00-\u0e7f\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff"
_WORD: Final = re.compile(f"[{_ALONE}]|[^\\W_{_ALONE}]+")
_JOINED: Final = re.compile(f"[^\\W_{_ALONE}]{{2}}")
_ESCAPING: Final = frozenset("%\\")
_ESCAPE: Final = re.compile(r"%[0-9a-f]{2}|\\(?:u[0-9a-f]{4}|[nrtbf])")
"""What JSON and addresses write before a word without a gap."""
_ARN: Final = re.compile(r"arn:[\w-]+:(?:iam|sts)::\d*:[\w-]+/(?:.*/)?(?P<name>[^/]+)")
_ACCOUNT: Final = re.compile(r"(?P<mail>[^@\s]+)@[^@\s]+|[\w.-]+\\(?P<domain>[^\\]+)")
_OFFICES: Final = frozenset(
    (
        *("abuse", "admin", "administrator", "billing", "contact", "help", "hostmaster", "info"),
        *("mail", "marketing", "noc", "office", "postmaster", "root", "sales", "security"),
        *("service", "support", "team", "user", "webmaster"),
    )
)
"""Accounts of an address that name an office (RFC 2142 and the usual ones), not somebody."""
_SESSION: Final = re.compile(r"A[A-Z0-9]{15,}:(?P<name>.+)")


class Pseudonyms:
    """
    The pseudonyms of some people, by a `key`; `masked(text)` puts them in a text.

    `key_id` tells packages apart whose pseudonyms are not the same, and nothing of the key.
    """

    def __init__(self, key: bytes, cells: Iterable[str]) -> None:
        self._key = key
        self.key_id = self._digest("the key's id\0")[:8]
        self.people = {person for cell in cells if (person := _person(cell))}
        self._pseudonyms: dict[str, str] = {}
        # Of each first word: how long names are that begin so, the longest first, and what stands
        # before the word. Thousands may share a first word; few lengths do.
        sizes: dict[str, set[tuple[int, int]]] = {}
        for name in {*self.people, *filter(None, map(_account_of, self.people))}:
            for form in _forms(name):
                if word := _WORD.search(form):
                    self._pseudonyms[form] = self.of(name)
                    sizes.setdefault(word[0], set()).add((len(form), word.start()))
        self._sizes = {word: sorted(found, reverse=True) for word, found in sizes.items()}
        self.masked = lru_cache(_REMEMBERED)(self._masked)  # cells say the same again and again

    def of(self, cell: str) -> str:
        """Return the pseudonym of the person that a cell of a masked column names."""
        return f"person-{self._digest(_person(cell))[:_DIGITS]}"

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


def _person(cell: str) -> str:
    """Return who a cell names, however it is written: in lower case, accents with their letters."""
    return _low(unicodedata.normalize("NFC", person_of(cell)))


def _account_of(person: str) -> str:
    """Return the account in an address or in ``DOMAIN\\account``; empty: there is none."""
    found = _ACCOUNT.fullmatch(person)
    account = found["mail"] or found["domain"] if found else ""
    return "" if account in _OFFICES else account


def _forms(person: str) -> set[str]:
    """Return the ways a name is written: plain, in JSON, HTML, an address and a file's name."""
    found = {_low(slugged)} if (slugged := _slug_of(person)) else set()
    for plain in (person, unicodedata.normalize("NFD", person)):
        json_text = json.dumps(plain)[1:-1]
        found |= {plain, json_text, json.dumps(json_text)[1:-1]}
        found |= {json.dumps(plain, ensure_ascii=False)[1:-1], html.escape(plain)}
        found |= {html.escape(plain, quote=False), _low(quote(plain)), _low(quote_plus(plain))}
    return found


def _slug_of(person: str) -> str:
    """Return a name as names of files and items have it; empty: too little is left of it."""
    letters = [c for c in unicodedata.normalize("NFKD", person) if c.isalnum()]
    found = slug(person, longest=len(person) + 1)
    return found if found.replace("-", "") == "".join(letters) else ""


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
    return bool(_JOINED.fullmatch(text[end - 1 : end + 1]))
