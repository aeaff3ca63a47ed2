"""
The bytes of an entry: one file, whole and ours, or refused.

::

    magic 8 | header length 4 | code 32 | header (JSON) | padding | buffers, each aligned to 64

The code is a keyed hash of the header, made with the user's own key; the header
holds the entry's own name and the hash of everything after it. So a flipped bit,
a cut, a file from another user and a file moved to another name are all noticed,
and headers can be listed without reading what follows them. What lists need stands
before ``spec``, which describes the data and is most of the header: the rest of it
is verified and not parsed. The hash is SHA-256, which processors of today compute
twice as fast as BLAKE2.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import struct
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.cache.disk.folder import open_unnoticed
from aibrain_jupyter.cache.problems import DamagedError, OtherFormatError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aibrain_jupyter.cache.codec.cells import Buffer

FORMAT: Final = 2
_FAMILY = b"AIBRAIN"
_MAGIC = _FAMILY + bytes([FORMAT])
_START = struct.Struct("<8sI32s")
_ALIGN = 64
# Those of these names that a header comes with are written anew, or in another place.
_PLACED = ("id", "spec", "buffers", "hash")
# Quotes inside a text of JSON are written with a backslash: only a name of the header is like this.
_SPEC = b',"spec":'
# Holds most headers whole.
_PEEK_BYTES = 4096

CallId = tuple[str, str]


def pack(call_id: CallId, header: dict[str, Any], buffers: Sequence[Buffer], key: bytes) -> bytes:
    """Return the file of an entry; `header` is JSON data with a ``spec``."""
    payload, places = _lay_out(buffers)
    head = {
        "id": list(call_id),
        **{name: value for name, value in header.items() if name not in _PLACED},
        "spec": header["spec"],
        "buffers": places,
        "hash": hashlib.sha256(payload).hexdigest(),
    }
    text = json.dumps(head, separators=(",", ":")).encode()
    # Spaces are no part of the JSON but of the header: the code covers them.
    text += b" " * (-(_START.size + len(text)) % _ALIGN)
    return _START.pack(_MAGIC, len(text), _code(text, key)) + text + payload


def unpack(
    call_id: CallId, data: bytes, key: bytes
) -> tuple[dict[str, Any], tuple[memoryview, ...]]:
    """
    Return the header and the buffers of an entry after checking all of it.

    Raises:
        DamagedError: the file is not exactly what was written under that name with that key.
        OtherFormatError: the file has another version of this format.
    """
    text, end = _verified(data, key)
    header = _parsed(call_id, text)
    payload = memoryview(data)[end:]
    found = hashlib.sha256(payload).hexdigest()
    if not hmac.compare_digest(found, header["hash"]):
        raise DamagedError("The data of the entry was altered or cut.")
    return header, tuple(payload[start : start + size] for start, size in header["buffers"])


def peek(call_id: CallId, path: str, key: bytes) -> tuple[dict[str, Any], int]:
    """
    Return what stands before ``spec`` in the header of an entry, all of it checked, and its size.

    Entries of earlier releases begin with ``spec``: of those it is the whole header.

    Raises:
        DamagedError, OtherFormatError: as `unpack`.
        OSError: the file cannot be read.
    """
    descriptor = open_unnoticed(path)
    try:
        size = os.fstat(descriptor).st_size
        data = os.read(descriptor, _PEEK_BYTES)
        if len(data) >= _START.size:
            missing = _START.size + _START.unpack_from(data)[1] - len(data)
            # A length that is more than the file was altered.
            if 0 < missing <= size:
                data += os.read(descriptor, missing)
    finally:
        os.close(descriptor)
    text, _ = _verified(data, key)
    start, mark, _ = text.partition(_SPEC)
    return _parsed(call_id, start + b"}" if mark else text), size


def _verified(data: bytes, key: bytes) -> tuple[bytes, int]:
    """Return the header's text and where it ends."""
    if len(data) < _START.size or not data.startswith(_FAMILY):
        raise DamagedError("The file is no entry of this cache.")
    magic, length, code = _START.unpack_from(data)
    if magic != _MAGIC:
        raise OtherFormatError(f"The entry has format {magic[-1]}, not {FORMAT}.")
    end = _START.size + length
    text = data[_START.size : end]
    if not hmac.compare_digest(_code(text, key), code):
        raise DamagedError("The entry was altered or cut, or another user wrote it.")
    return text, end


def _parsed(call_id: CallId, text: bytes) -> dict[str, Any]:
    header: dict[str, Any] = json.loads(text)
    if header["id"] != list(call_id):
        raise DamagedError("The entry belongs to another call.")
    return header


def _lay_out(buffers: Sequence[Buffer]) -> tuple[bytes, list[tuple[int, int]]]:
    parts: list[Buffer] = []
    places = []
    position = 0
    for buffer in buffers:
        places.append((position, len(buffer)))
        gap = -len(buffer) % _ALIGN
        parts += (buffer, bytes(gap))
        position += len(buffer) + gap
    return b"".join(parts), places


def _code(header: bytes, key: bytes) -> bytes:
    return hashlib.blake2b(header, key=key, digest_size=32, person=b"aibrain-cache").digest()
