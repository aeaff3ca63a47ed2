"""
Anchors: the head of the ledger, signed (Ed25519) or time-stamped (RFC 3161).

A chain alone shows neither a tail that was cut nor a ledger that was rebuilt. The private key lies
in the user's data folder, never in the store; so does the last head that was signed here
(``store/remembered.py``), which ``evidence verify`` compares with. The extra ``sign`` brings the
library.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.evidence.store.ledger import Event, opened_private, replace_file
from aibrain_jupyter.evidence.store.remembered import remember, unusable
from aibrain_jupyter.evidence.verification.anchor_check import (
    ANCHOR_FILES,
    anchor_name,
    signed_text,
    staged,
    stamped_text,
)
from aibrain_jupyter.evidence.verification.report import ANCHORS, canonical
from aibrain_jupyter.shared.config import user_dir
from aibrain_jupyter.shared.error_handler import EvidenceError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from aibrain_jupyter.evidence.store.store import Store

_EXTRA: Final = "python -m pip install 'aibrain_jupyter[sign]'"


def can_sign() -> bool:
    """Tell whether the library that signs is installed; imports nothing."""
    return find_spec("cryptography") is not None


def sign_head(store: Store) -> Event:
    """
    Sign the head of the ledger and return the event that says so.

    Raises:
        EvidenceError: the extra is not installed, or the store cannot be written to.
    """
    key = _private_key()
    facts = {"store": store.id, "key": own_key()}

    def seal(body: dict[str, Any]) -> None:
        body["facts"]["signature"] = key.sign(signed_text(body)).hex()
        name = anchor_name("anchor", body["seq"])
        replace_file(store.folder, staged(store.folder, name), canonical(body) + b"\n")

    with store.ledger.locked():
        event = store.ledger.append("anchor", facts=facts, seal=seal)
        place_staged(store.folder, store.ledger.events())
        remember(store, event)
    return event


def own_key() -> str:
    """Return the public key (hex) that signs here; made on first use (extra ``sign``)."""
    return str(_private_key().public_key().public_bytes_raw().hex())


def sign_text(text: bytes) -> bytes:
    """Return the Ed25519 signature of a text; the same each time."""
    signature: bytes = _private_key().sign(text)
    return signature


def stamp_head(store: Store, url: str) -> Event:
    """
    Ask an RFC 3161 authority for a time stamp of the head, and keep its answer.

    Raises:
        EvidenceError: it cannot be reached, or its answer is no time stamp of this head.
    """
    import urllib3

    last = store.ledger.last()
    if last is None:
        raise EvidenceError("There is nothing to stamp: the store is new.")
    body = timestamp_request(store, last.seq)
    kind = {"Content-Type": "application/timestamp-query"}
    try:
        answer = urllib3.request("POST", url, body=body, headers=kind, timeout=30.0, retries=2)
    except urllib3.exceptions.HTTPError as exc:
        raise _no_stamp(url, str(exc)) from exc
    if answer.status != 200:
        raise _no_stamp(url, f"It answered {answer.status}.")
    return add_timestamp(store, last.seq, answer.data)


def _no_stamp(url: str, why: str) -> EvidenceError:
    return EvidenceError(
        "The head was not stamped.", why=why, next_steps=[f"Is {url} a time-stamp authority?"]
    )


def add_timestamp(store: Store, seq: int, token: bytes) -> Event:
    """
    Keep the answer of a time-stamp authority for the head at `seq` and return its event.

    Raises:
        EvidenceError: the token is of something else.
    """
    with store.ledger.locked():
        at = next((event for event in store.ledger.events() if event.seq == seq), None)
        text = stamped_text(store.id, seq, at.hash if at else "")
        if at is None or hashlib.sha256(text).digest() not in token:
            raise EvidenceError(
                f"The time stamp is not of event {seq} of this store.",
                next_steps=["Send the request again: %aibrain evidence timestamp URL"],
            )
        facts = {"seq": seq, "head": at.hash, "tsr_sha256": hashlib.sha256(token).hexdigest()}
        replace_file(store.folder, staged(store.folder, anchor_name("timestamp", seq)), token)
        event = store.ledger.append("timestamp", facts=facts)
        place_staged(store.folder, store.ledger.events())
    return event


def timestamp_request(store: Store, seq: int) -> bytes:
    """Return the RFC 3161 request (DER) for the head at `seq`: SHA-256, certificate wanted."""
    at = next(event for event in store.ledger.events() if event.seq == seq)
    imprint = hashlib.sha256(stamped_text(store.id, seq, at.hash)).digest()
    algorithm = _der(0x30, _der(0x06, bytes.fromhex("608648016503040201")) + _der(0x05, b""))
    nonce = _der(0x02, b"\x01" + os.urandom(8))  # no leading zero: DER takes the shortest form
    body = _der(0x02, b"\x01") + _der(0x30, algorithm + _der(0x04, imprint)) + nonce
    return _der(0x30, body + _der(0x01, b"\xff"))


def _der(tag: int, body: bytes) -> bytes:
    """Return a DER value; all of a request are shorter than 128 bytes."""
    return bytes([tag, len(body)]) + body


def place_staged(store_folder: Path, events: Iterable[Event]) -> None:
    """
    Move the anchors' files that the ledger has to their place.

    They are written beside it first: the event comes between, so that a kill loses neither.
    """
    for event in events:
        if event.type in ANCHOR_FILES:
            name = anchor_name(event.type, event.facts.get("seq", event.seq))
            with contextlib.suppress(OSError):  # it counts where it is, and the next writer tries
                if (waiting := staged(store_folder, name)).exists():
                    (store_folder / ANCHORS).mkdir(mode=0o700, exist_ok=True)
                    waiting.replace(store_folder / ANCHORS / name)


def _private_key() -> Any:
    """Return the user's signing key, made on first use, 0600."""
    if not can_sign():
        raise EvidenceError("Signing needs the extra sign.", next_steps=[f"Run: {_EXTRA}"])
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    path = user_dir("data") / "evidence" / "signing.key"
    try:
        if path.exists():
            return Ed25519PrivateKey.from_private_bytes(path.read_bytes())
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        key = Ed25519PrivateKey.generate()
        try:
            with opened_private(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL) as file:
                file.write(key.private_bytes_raw())
        except FileExistsError:  # another kernel was first
            return Ed25519PrivateKey.from_private_bytes(path.read_bytes())
    except (OSError, ValueError) as exc:
        raise unusable(path, exc) from exc
    return key
