"""
A large bucket in a process of its own, which answers ListObjectsV2 after a latency.

Keys are named in one of `LAYOUTS`; answers have what S3's have, 1,000 keys a page. They are put
together of pieces made before the first request, so that the server costs little.
"""

from __future__ import annotations

import asyncio
import bisect
import hashlib
import re
import sys
import urllib.parse

from server_process import asked_instead_of_aws

PAGE = 1_000
LAYOUTS = {
    "days": lambda n, of: (
        f"AWSLogs/123456789012/2026/{1 + n * 12 // of:02}/{1 + n * 336 // of % 28:02}/{n:08}.gz"
    ),
    "hashes": lambda n, of: hashlib.sha256(str(n).encode()).hexdigest(),
    "numbers": lambda n, of: f"export/part-{n:09}.parquet",
    "tenants": lambda n, of: f"tenant-{n * 7919 % 997}/{('raw', 'parsed')[n % 2]}/{n}.json",
}
_QUERY = re.compile(rb"GET /[^? ]*\?([^ ]*) ")


def _bucket(layout, pages):
    count = pages * PAGE
    keys = sorted({LAYOUTS[layout](n, count) for n in range(count)})
    items = [
        f"<Contents><Key>{key}</Key><LastModified>2026-01-02T03:04:05.000Z</LastModified>"
        f"<ETag>&quot;{n:032x}&quot;</ETag><ChecksumAlgorithm>CRC64NVME</ChecksumAlgorithm>"
        f"<ChecksumType>FULL_OBJECT</ChecksumType><Size>{1000 + n}</Size>"
        "<StorageClass>STANDARD</StorageClass></Contents>".encode()
        for n, key in enumerate(keys)
    ]
    return keys, items


def _answer(keys, items, query):
    start = query.get("continuation-token") or query.get("start-after", "")
    at = bisect.bisect_right(keys, start)
    end = min(at + int(query.get("max-keys", PAGE)), len(keys))
    is_more, token = end < len(keys), keys[end - 1] if end else ""
    more = f"<NextContinuationToken>{token}</NextContinuationToken>" if is_more else ""
    return (
        b'<?xml version="1.0" encoding="UTF-8"?>\n'
        b'<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>evidence</Name>'
        b"<Prefix></Prefix><EncodingType>url</EncodingType><MaxKeys>1000</MaxKeys>"
        b"%s<IsTruncated>%s</IsTruncated>%s</ListBucketResult>"
        % (more.encode(), b"true" if is_more else b"false", b"".join(items[at:end]))
    )


class _Connection(asyncio.Protocol):
    def __init__(self, keys, items, latency_s):
        self._keys, self._items, self._latency_s = keys, items, latency_s

    def connection_made(self, transport):
        self._transport, self._got = transport, b""

    def data_received(self, data):
        self._got += data
        if b"\r\n\r\n" not in self._got:
            return
        query = dict(urllib.parse.parse_qsl(_QUERY.match(self._got)[1].decode()))
        self._got = b""
        asyncio.get_running_loop().call_later(self._latency_s, self._reply, query)

    def _reply(self, query):
        body = _answer(self._keys, self._items, query)
        self._transport.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\nx-amz-request-id: r\r\n"
            b"Content-Length: %d\r\n\r\n%s" % (len(body), body)
        )


def bucket_server(layout, pages, latency_s):
    """Serve for the block; every SDK client of this process asks it."""
    return asked_instead_of_aws(__file__, layout, pages, latency_s)


async def _serve(layout, pages, latency_s):
    keys, items = _bucket(layout, pages)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: _Connection(keys, items, latency_s), "127.0.0.1", 0, backlog=64
    )
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))
