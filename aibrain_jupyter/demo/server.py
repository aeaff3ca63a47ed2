"""
The process of the embedded AWS: ``python -m aibrain_jupyter.demo.server [ms] [day] [period] …``.

It prints one line of JSON, ``{"port": …, "graph": …}``, when the data is there and both ports
answer. It lives as long as its standard input is open: the parent holds the other end, so it ends
also when the parent is killed and cannot say goodbye.
"""

import json
import os
import sys
import threading
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

from aibrain_jupyter.demo.clock import TODAY, begin
from aibrain_jupyter.demo.documents import start_documents
from aibrain_jupyter.demo.gateway import Gateway
from aibrain_jupyter.demo.later.changes import seed_later
from aibrain_jupyter.demo.seeds.order import seed

HOST = "127.0.0.1"


class _Handler(WSGIRequestHandler):
    # Headers and body are two small packets: with Nagle's algorithm the second one waits.
    disable_nagle_algorithm = True

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - werkzeug's name
        """Stay quiet."""


class _Server(ThreadedWSGIServer):
    _parent = os.getppid()

    def service_actions(self) -> None:
        # A child that the parent forked keeps our input open when the parent dies.
        if os.getppid() != self._parent:
            os._exit(0)


def main(latency_ms: int, today: str = "", period: str = "", access: str = "") -> None:
    """
    Serve until the parent is gone, data of the ISO date `today`.

    `period` may be ``later``; `access` ``granted``: no region is refused.
    """
    threading.Thread(target=_end_with_the_parent, daemon=True).start()
    begin(today or TODAY)
    seed()
    if period:
        seed_later()
    moto = DomainDispatcherApplication(create_backend_app)
    gateway = Gateway(moto, latency_s=latency_ms / 1000, refuses=not access)
    server = _Server(HOST, 0, gateway, _Handler)
    ports = {"port": server.server_port, "graph": start_documents().port}
    sys.stdout.write(json.dumps(ports) + "\n")
    sys.stdout.flush()
    # What moto prints from now on is not for the parent, which reads no more.
    sys.stdout = sys.stderr
    server.serve_forever()


def _end_with_the_parent() -> None:
    # Not through sys.stdin: its lock would be held when a failed start ends the interpreter.
    while os.read(0, 1024):
        pass
    os._exit(0)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 0, *sys.argv[2:])
