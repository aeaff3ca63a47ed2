"""
Events that are withheld from a package: their hash, and the proof of when, of what type, of what.

What an event says (``actor``, ``facts``) stands first in what is hashed; ``item``, ``prev``,
``seq``, ``time`` and ``type`` stand last, with `GRAIN` bytes of chance between. SHA-256 goes over
blocks of 64 bytes: its state after the blocks that are withheld, and the rest in plain, give the
event's hash, and nothing else does. So a rejection cannot be passed off as a comment, nor as one of
another item, and what is withheld cannot be guessed.
"""

from __future__ import annotations

import re
import struct
from typing import Any

from aibrain_jupyter.evidence.verification.report import GRAIN, canonical

WITHHELD = "withheld"
_SHOWN = ("item", "prev", "seq", "time", "type")
_MEMBERS = {*_SHOWN, "hash", WITHHELD}
_BLOCK = 64
_MASK = 0xFFFFFFFF
_GRAIN = re.compile(r'(?:[0-9a-f]{0,62}"|)')


def withhold(event: dict[str, Any]) -> dict[str, Any] | None:
    """Return the line for an event that does not say what it says; None: its grain is missing."""
    text = canonical({name: value for name, value in event.items() if name != "hash"})
    shown = {name: event[name] for name in _SHOWN}
    rest = len(text) - len(_end(shown))
    if len(event.get("grain", "")) < 2 * GRAIN or text[rest - 1 : rest] != b'"':
        return None
    blocks = rest // _BLOCK * _BLOCK
    state = b"".join(_BEGIN[i].to_bytes(4, "big") for i in range(8))
    for at in range(0, blocks, _BLOCK):
        state = _after(state, text[at : at + _BLOCK])
    proof = {"bytes": len(text), "grain": text[blocks:rest].decode(), "state": state.hex()}
    return {**shown, "hash": event["hash"], WITHHELD: proof}


def fault_of_withheld(line: dict[str, Any]) -> str:
    """Return what is wrong with a withheld event; empty: its hash is of what is shown."""
    proof = line.get(WITHHELD)
    if set(line) != _MEMBERS or not isinstance(proof, dict):
        return "it is not written as withheld events are"
    if not all(isinstance(line[name], (str, int)) for name in (*_SHOWN, "hash")):
        return "it has not what an event has"
    grain, length, state = (proof.get(name) for name in ("grain", "bytes", "state"))
    if not isinstance(grain, str) or not _GRAIN.fullmatch(grain) or type(length) is not int:
        return "it is not written as withheld events are"
    rest = grain.encode() + _end({name: line[name] for name in _SHOWN})
    hidden = length - len(rest)
    if hidden < _BLOCK or hidden % _BLOCK or not re.fullmatch("[0-9a-f]{64}", str(state)):
        return "it is not written as withheld events are"
    found = bytes.fromhex(str(state))
    padded = rest + b"\x80" + bytes(-(len(rest) + 9) % _BLOCK) + struct.pack(">Q", length * 8)
    for at in range(0, len(padded), _BLOCK):
        found = _after(found, padded[at : at + _BLOCK])
    return "" if found.hex() == line["hash"] else "its hash is not that of what it shows"


def _end(shown: dict[str, Any]) -> bytes:
    """Return how the text of an event ends: the comma after its grain, and what is shown."""
    return b"," + canonical(shown)[1:]


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
