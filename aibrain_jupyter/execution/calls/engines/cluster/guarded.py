"""
A connection to a scheduler that takes data from there and nothing else.

Dask lets a client say which results it unpickles. It asks nobody for what comes besides: the words
of workers, which a scheduler passes on as they are, its greeting, the exceptions of its own
answers, and whatever a message marks as pickled. So messages are read here. What would have to be
unpickled is `Unread`, an exception is its text, and a message beyond `MOST_BYTES` ends the
connection before it is read.

Dask chooses who reads by the protocol of the address: other clients of this process are not
concerned.
"""

from __future__ import annotations

import struct
import zlib
from typing import Any, Final

import msgpack  # type: ignore[import-untyped]
from distributed.comm.core import CommClosedError
from distributed.comm.registry import backends
from distributed.comm.tcp import (
    TCP,
    TLS,
    TCPBackend,
    TCPConnector,
    TLSBackend,
    TLSConnector,
    convert_stream_closed_error,
    read_bytes_rw,
)
from distributed.core import Status
from distributed.protocol.compression import decompress
from distributed.protocol.serialize import merge_and_deserialize
from distributed.protocol.utils import msgpack_opts, unpack_frames
from tornado.iostream import StreamClosedError

MOST_BYTES: int = 4 * 2**30
"""Of a message: many times what the answers that are fetched at once take."""
_LENGTH: Final = struct.Struct("Q")
_DATA: Final = ("msgpack",)


class Unread:
    """What would have had to be unpickled, or is no data of some size."""


class AnsweredError(ConnectionError):
    """Who is there has answered with an exception: its text."""


class NoMessageError(CommClosedError, ConnectionError):  # type: ignore[misc]
    """Who is there has sent what is no message: the connection is at its end."""


class _Guarded:
    stream: Any
    abort: Any
    _closed: bool

    async def read(self, deserializers: Any = None) -> Any:
        """Return the next message, as data."""
        stream = self.stream
        if stream is None:
            raise CommClosedError
        try:
            (size,) = _LENGTH.unpack(await stream.read_bytes(_LENGTH.size))
            left = MOST_BYTES - size
            if left < 0:
                raise NoMessageError("a message of more bytes than any of ours")
            frames, sizes = unpack_frames(await read_bytes_rw(stream, size), partial=True)
            if sum(sizes) > left:
                raise NoMessageError("a message of more bytes than any of ours")
            for size in sizes:
                frames.append(await read_bytes_rw(stream, size))
            return _read(frames)
        except StreamClosedError as exc:
            self.stream = None
            self._closed = True
            convert_stream_closed_error(self, exc)
        except OSError:
            self.abort()
            raise
        except Exception as exc:
            self.abort()
            raise NoMessageError(f"no message: {type(exc).__name__}") from exc
        except BaseException:  # nobody knows what was read of it
            self.abort()
            raise


def _read(frames: list[Any]) -> Any:
    def plain(said: dict[Any, Any]) -> Any:
        if said.get("__Pickled__"):
            return Unread()
        if at := said.get("__Serialized__"):
            try:
                header = msgpack.loads(frames[at], use_list=False, **msgpack_opts)
                parts = frames[at + 1 : at + 1 + header["num-sub-frames"]]
                return merge_and_deserialize(header, _unpacked(header, parts), deserializers=_DATA)
            except Exception:  # noqa: BLE001 - whoever wrote it: the rest of the message is data
                return Unread()
        if "__Enum__" in said:
            is_status = said.get("__name__") == Status.__name__
            return Status[said["name"]] if is_status else Unread()
        if "__Set__" in said:
            return set(said["as-list"])
        if "exception" in said:
            text = str(said.get("exception_text") or "it does not say why")[:1_000]
            return {**said, "exception": AnsweredError(text), "traceback": None}
        return said

    return msgpack.loads(frames[0], object_hook=plain, use_list=False, **msgpack_opts)


def _unpacked(header: dict[str, Any], parts: list[Any]) -> list[Any]:
    """Return the parts of an answer as they were before they were compressed."""
    found, left = [], MOST_BYTES
    for name, part in zip(header.get("compression") or (), parts, strict=False):
        if name == "zlib":
            reading = zlib.decompressobj()
            found.append(reading.decompress(part, left))
            if not reading.eof:
                raise ValueError("an answer of more bytes than any of ours")
        else:  # whose formats say how much it is
            found += decompress({"compression": (name,)}, [part])
        left -= memoryview(found[-1]).nbytes
    return found or parts


class _TCP(_Guarded, TCP):  # type: ignore[misc]
    pass


class _TLS(_Guarded, TLS):  # type: ignore[misc]
    pass


class _TCPConnector(TCPConnector):  # type: ignore[misc]
    comm_class = _TCP


class _TLSConnector(TLSConnector):  # type: ignore[misc]
    comm_class = _TLS


class _TCPBackend(TCPBackend):  # type: ignore[misc]
    _connector_class = _TCPConnector


class _TLSBackend(TLSBackend):  # type: ignore[misc]
    _connector_class = _TLSConnector


_PREFIX: Final = "aibrain-"
backends[f"{_PREFIX}tcp"] = _TCPBackend()
backends[f"{_PREFIX}tls"] = _TLSBackend()


def guarded(url: str) -> str:
    """Return an address as one whose messages are read here."""
    return f"{_PREFIX}{url}"
