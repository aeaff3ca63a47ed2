"""
The bytes of an entry: one file, whole and ours, or refused.

::

    magic 8 | header length 4 | code 32 | header (JSON) | description (JSON) | buffers

The code is a keyed hash of the header, made with the user's own key; the header
holds the entry's own name, the sizes of what follows, and its hash. So a flipped
bit, a cut, a file from another user and a file moved to another name are all
noticed, and headers can be listed without reading what follows them. The hash is
SHA-256, which processors of today compute twice as fast as BLAKE2.
"""

import hashlib
import hmac
import json
import os
import struct
from itertools import accumulate, pairwise
from typing import Any, Final

from aibrain_jupyter.cache.codec import nested
from aibrain_jupyter.cache.codec.cells import Buffers
from aibrain_jupyter.cache.codec.sealed import Sealed, SealedFile
from aibrain_jupyter.cache.disk.folder import open_unnoticed
from aibrain_jupyter.cache.entries import About, Kept
from aibrain_jupyter.cache.problems import DamagedError, OtherFormatError

FORMAT: Final = 4
_FAMILY = b"AIBRAIN"
_MAGIC = _FAMILY + bytes([FORMAT])
_START = struct.Struct("<8sI32s")
# Holds most headers whole.
_PEEK_BYTES = 4096

CallId = tuple[str, str]


def pack(call_id: CallId, about: About, sealed: Sealed, key: bytes) -> tuple[bytes, str]:
    """
    Return the file of an entry, and the SHA-256 of the value in it.
    Raises NotStorableError: the value, or what is known of it, would not come back exactly.
    """
    payload, sizes, digest = payload_of(sealed)
    header = {
        "id": call_id,
        **about.to_header(),
        "rows": sealed.rows,
        "sizes": sizes,
        "hash": digest,
    }
    text = json.dumps(header, separators=(",", ":")).encode()
    return _START.pack(_MAGIC, len(text), _code(text, key)) + text + payload, digest


def payload_of(sealed: Sealed) -> tuple[bytes, list[int], str]:
    """
    Return a value as it stands in a file: its bytes, the sizes of their parts, their SHA-256.
    Raises NotStorableError: it would not come back exactly.
    """
    buffers = Buffers()
    spec = sealed.describe(buffers)
    parts = [nested.plain_to_json(spec), *buffers.parts]
    payload = b"".join(parts)
    return payload, [len(part) for part in parts], hashlib.sha256(payload).hexdigest()


def unpack(call_id: CallId, data: bytes, key: bytes, *, used: float) -> Kept:
    """
    Return the entry after checking all of its file, which was last used at that time.

    Raises:
        DamagedError: the file is not exactly what was written under that name with that key.
        OtherFormatError: the file has another version of this format.
    """
    header, begin = _header(call_id, data, key)
    payload = memoryview(data)[begin:]
    if not hmac.compare_digest(hashlib.sha256(payload).hexdigest(), header["hash"]):
        raise DamagedError("The data of the entry was altered or cut.")
    places = pairwise(accumulate(header["sizes"], initial=0))
    spec, *buffers = (payload[start:end] for start, end in places)
    sealed = SealedFile(nested.loads(spec, has_tags=False), buffers, len(data), header["rows"])
    return Kept(About.from_header(header, seen=used), sealed)


def peek(call_id: CallId, path: str, key: bytes) -> tuple[About, int | None, int]:
    """
    Return what the header of an entry says of it, its rows, and the size of the file.

    Raises:
        DamagedError, OtherFormatError: as `unpack`; what follows the header is not looked at.
        OSError: the file cannot be read.
    """
    descriptor = open_unnoticed(path)
    try:
        status = os.fstat(descriptor)
        data = os.read(descriptor, _PEEK_BYTES)
        if len(data) >= _START.size:
            missing = _START.size + _START.unpack_from(data)[1] - len(data)
            # A length that is more than the file was altered.
            if 0 < missing <= status.st_size:
                data += os.read(descriptor, missing)
    finally:
        os.close(descriptor)
    header, _ = _header(call_id, data, key)
    about = About.from_header(header, seen=status.st_atime)
    return about, header["rows"], status.st_size


def _header(call_id: CallId, data: bytes, key: bytes) -> tuple[dict[str, Any], int]:
    """Return the header, checked, and where it ends."""
    if len(data) < _START.size or not data.startswith(_FAMILY):
        raise DamagedError("The file is no entry of this cache.")
    magic, length, code = _START.unpack_from(data)
    if magic != _MAGIC:
        raise OtherFormatError(f"The entry has format {magic[-1]}, not {FORMAT}.")
    end = _START.size + length
    text = data[_START.size : end]
    if not hmac.compare_digest(_code(text, key), code):
        raise DamagedError("The entry was altered or cut, or another user wrote it.")
    header: dict[str, Any] = json.loads(text)
    if header["id"] != list(call_id):
        raise DamagedError("The entry belongs to another call.")
    return header, end


def _code(header: bytes, key: bytes) -> bytes:
    return hashlib.blake2b(header, key=key, digest_size=32, person=b"aibrain-cache").digest()
