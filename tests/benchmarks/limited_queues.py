"""
SQS in a process of its own, with a limit for each account: ``python limited_queues.py RATE BURST``.

``ListQueues`` gives the queue of the prefix asked for, ``ACCOUNT-…``; each account has a bucket of
`BURST` requests that refills by `RATE` a second. ``GET /`` tells for each account what was accepted
and refused, and the seconds between first and last request; ``DELETE /`` fills the buckets. Its
port is the first line that it prints.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Bucket:
    """A limit as AWS keeps it."""

    def __init__(self, rate, burst):
        self.rate, self.burst = rate, burst
        self.tokens, self.at = burst, time.monotonic()
        self.accepted = self.refused = 0
        self.began = self.at

    def accepts(self):
        """Count a request; return whether it is in time."""
        now = time.monotonic()
        self.tokens = min(self.burst, self.tokens + (now - self.at) * self.rate)
        self.at = now
        if self.tokens < 1:
            self.refused += 1
            return False
        self.tokens -= 1
        self.accepted += 1
        return True


def main():
    """Serve until the process is ended."""
    rate, burst = map(float, sys.argv[1:])
    buckets, lock = {}, threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            prefix = body["QueueNamePrefix"]
            with lock:
                account = prefix.partition("-")[0]
                bucket = buckets.setdefault(account, Bucket(rate, burst))
                is_accepted = bucket.accepts()
            if is_accepted:
                self.answer(200, {"QueueUrls": [f"https://sqs/{prefix}"]})
            else:
                self.answer(400, {"__type": "RequestThrottled", "message": "Rate exceeded"})

        def do_GET(self):
            with lock:
                told = {
                    name: [one.accepted, one.refused, one.at - one.began]
                    for name, one in buckets.items()
                }
            self.answer(200, told)

        def do_DELETE(self):
            with lock:
                buckets.clear()
            self.answer(200, {})

        def answer(self, status, data):
            text = json.dumps(data).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.0")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_port, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
