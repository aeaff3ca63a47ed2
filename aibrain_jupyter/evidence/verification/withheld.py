"""
Events that are withheld from a package: their hash, and the proof of when and of what type.

What an event says (``actor``, ``facts``) and its item stand first in what is hashed; ``prev``,
``seq``, ``time`` and ``type`` stand last. SHA-256 goes over blocks of 64 bytes: its state after the
blocks that are withheld, and the rest in plain, give the event's hash, and nothing else does. Each
event has a *grain*, chance of such a length that a block ends just before the last letters of its
item's id, which tell items from one another and say nothing of them. So a rejection cannot be
passed off as a comment, nor as one of another item, and what is withheld cannot be guessed.
"""

from __future__ import annotations

import re
import secrets
import struct
from typing import Any

from aibrain_jupyter.evidence.verification.report import canonical

WITHHELD = "withheld"
_LAST = ("prev", "seq", "time", "type")
_MEMBERS = {*_LAST, "item", "hash", WITHHELD}
_BLOCK = 64
_SHORTEST = 32
"""Hexadecimal digits of a grain at the least: 128 bits."""
_END = 6
"""Letters of an item's id that are shown: those that chance chose."""
_MASK = 0xFFFFFFFF


def grain_for(body: dict[str, Any]) -> str:
    """Return a new grain for an event that has none yet."""
    before = _place({**body, "grain": ""})
    length = _SHORTEST + -(before + _SHORTEST) % _BLOCK
    return secrets.token_hex(_BLOCK)[:length]


def withhold(event: dict[str, Any]) -> dict[str, Any] | None:
    """Return the line for an event that does not say what it says; None: its grain is missing."""
    place = _place(event)
    if len(event.get("grain", "")) < _SHORTEST or place % _BLOCK:
        return None
    text = _text(event)
    state = struct.pack(">8I", *_BEGIN)
    for at in range(0, place, _BLOCK):
        state = _after(state, text[at : at + _BLOCK])
    proof = {"bytes": len(text), "state": state.hex()}
    shown = {name: event[name] for name in _LAST}
    return {**shown, "item": event["item"][-_END:], "hash": event["hash"], WITHHELD: proof}


def fault_of_withheld(line: dict[str, Any]) -> str:
    """Return what is wrong with a withheld event; empty: its hash is of what is shown."""
    proof = line.get(WITHHELD)
    if set(line) != _MEMBERS or not isinstance(proof, dict):
        return "it is not written as withheld events are"
    length, state = proof.get("bytes"), str(proof.get("state"))
    is_text = all(isinstance(line[name], str) for name in ("item", "prev", "time", "type", "hash"))
    if not is_text or type(line["seq"]) is not int or not re.fullmatch(r"[\w-]{0,6}", line["item"]):
        return "it has not what a withheld event has"
    rest = _rest(line)
    if type(length) is not int or not re.fullmatch("[0-9a-f]{64}", state):
        return "it has not what a withheld event has"
    if length - len(rest) < _BLOCK or (length - len(rest)) % _BLOCK:
        return "its hash is not that of what it shows"
    found = bytes.fromhex(state)
    padded = rest + b"\x80" + bytes(-(len(rest) + 9) % _BLOCK) + struct.pack(">Q", length * 8)
    for at in range(0, len(padded), _BLOCK):
        found = _after(found, padded[at : at + _BLOCK])
    return "" if found.hex() == line["hash"] else "its hash is not that of what it shows"


def is_about(event: dict[str, Any], item: str) -> bool:
    """Tell whether a withheld event is about an item."""
    return bool(event["item"]) and item[-_END:] == event["item"]


def _text(event: dict[str, Any]) -> bytes:
    return canonical({name: value for name, value in event.items() if name != "hash"})


def _rest(event: dict[str, Any]) -> bytes:
    """Return how the text of an event ends, from the last letters of its item's id."""
    last = canonical({name: event[name] for name in _LAST})[1:]
    return canonical(event["item"][-_END:])[1:] + b"," + last


def _place(event: dict[str, Any]) -> int:
    """Return where in the text of an event the last letters of its item's id begin."""
    return len(_text(event)) - len(_rest(event))


def _root(number: int, degree: int) -> int:
    """Return the first 32 bits after the point of a root of a small number."""
    goal, low, high = number << (32 * degree), 0, number << 32
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if middle**degree <= goal else (low, middle - 1)
    return low & _MASK


_PRIMES = [n for n in range(2, 312) if all(n % d for d in range(2, n))]
_BEGIN = [_root(prime, 2) for prime in _PRIMES[:8]]
_ROUNDS = [_root(prime, 3) for prime in _PRIMES]


def _turned(word: int, by: int) -> int:
    return (word >> by | word << 32 - by) & _MASK


def _after(state: bytes, block: bytes) -> bytes:
    """Return the state of SHA-256 (FIPS 180-4) after a block."""
    words = list(struct.unpack(">16I", block))
    for i in range(16, 64):
        a, b = words[i - 15], words[i - 2]
        a = _turned(a, 7) ^ _turned(a, 18) ^ a >> 3
        b = _turned(b, 17) ^ _turned(b, 19) ^ b >> 10
        words.append((words[i - 16] + a + words[i - 7] + b) & _MASK)
    start = struct.unpack(">8I", state)
    a, b, c, d, e, f, g, h = start
    for i in range(64):
        one = _turned(e, 6) ^ _turned(e, 11) ^ _turned(e, 25)
        one = h + one + (e & f ^ ~e & g) + _ROUNDS[i] + words[i]
        two = _turned(a, 2) ^ _turned(a, 13) ^ _turned(a, 22)
        two += a & b ^ a & c ^ b & c
        a, b, c, d, e, f, g, h = (one + two) & _MASK, a, b, c, (d + one) & _MASK, e, f, g
    ended = zip(start, (a, b, c, d, e, f, g, h), strict=True)
    return struct.pack(">8I", *((x + y) & _MASK for x, y in ended))
