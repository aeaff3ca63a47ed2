"""What a fault is arranged in: a scripted AWS, a home, an environment, and canaries in all keys."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import re
import tempfile
import threading
import time
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.aws.conftest import CALLER, ScriptedServer

if TYPE_CHECKING:
    from collections.abc import Callable

CANARY = "C4n4ryNeverToBeSeen0123456789"
"""In every credential of a world: what shows it is a leak."""

CELL = "%aibrain aws_export service=kms operation=list_keys --regions eu-west-1 --fresh"
ADVICE, REPAIR = "advice", "repair"
UNSURE = frozenset({"unknown", "", "AibrainError"})
"""What claims nothing."""


@dataclass(frozen=True)
class Fault:
    """
    One fault: `arrange` makes it, `cell` meets it.

    `cause` is what it has to be called, `gist` a pattern that must be found in title, reason or
    next steps. A `REPAIR` has to end in a complete run, whose remark has the gist.
    `requests` is how often the faulty operation may be asked at most; 0: it does not matter.
    """

    name: str
    cause: str
    gist: str
    arrange: Callable[[World], None]
    kind: str = ADVICE
    cell: str = CELL
    requests: int = 0
    ask: str = "%aibrain fix"


@dataclass
class Seen:
    """What a user saw of a fault, and what was asked."""

    cause: str = ""
    said: str = ""
    is_complete: bool = False
    rows: int = -1
    everything: str = ""
    seconds: float = 0.0
    requests: int = 0
    secrets: tuple[str, ...] = (CANARY,)


class World:
    """The surroundings of one fault."""

    def __init__(self, folder: Path, server: ScriptedServer) -> None:
        self.folder, self.server = folder, server
        self.names: dict[str, object] = {}
        self.secrets = [CANARY]
        self.undo = contextlib.ExitStack()
        server.on("GetCallerIdentity", CALLER)
        server.on("ListKeys", {"Keys": [{"KeyId": "k-1", "KeyArn": "arn:1"}], "Truncated": False})

    def env(self, **values: str | None) -> None:
        """Set variables; None takes one away."""
        for name, value in values.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value

    def without_keys(self) -> None:
        """Take the keys of the environment away."""
        self.env(AWS_ACCESS_KEY_ID=None, AWS_SECRET_ACCESS_KEY=None, AWS_SESSION_TOKEN=None)

    def config(self, text: str, *, profile: str = "p") -> None:
        """Write the config file, use a profile of it, take the keys of the environment away."""
        (self.folder / "config").write_text(text)
        self.without_keys()
        if profile:
            self.env(AWS_PROFILE=profile)

    def refuse(self, code: str, message: str = "", status: int = 400, **headers: str) -> None:
        """Have the listing answer with an error code."""
        body = {"__type": code, "message": message}
        reply = self.server.refusal(body, status=status)
        self.server.on(
            "ListKeys",
            lambda request: dataclasses.replace(reply, headers={**reply.headers, **headers}),
        )

    def in_turn(self, *replies: object) -> None:
        """Have the listing answer one after the other; the last stays."""
        left = list(replies)

        def answer(_request: object) -> object:
            return left.pop(0) if len(left) > 1 else left[0]

        self.server.on("ListKeys", answer)


@contextlib.contextmanager
def world():
    """Yield a world; the environment is as it was afterwards."""
    before = dict(os.environ)
    # The history is written a moment later, maybe while the folder is removed.
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name,
        ScriptedServer() as server,
    ):
        folder = Path(name)
        thread = threading.Thread(target=server.serve, daemon=True)
        thread.start()
        for variable in [n for n in os.environ if n.startswith(("AWS_", "AIBRAIN_"))]:
            del os.environ[variable]
        os.environ.update(
            HOME=str(folder),
            AWS_ACCESS_KEY_ID="AKIA0000000000000001",
            AWS_SECRET_ACCESS_KEY=CANARY,
            AWS_SESSION_TOKEN=f"token{CANARY}",
            AWS_REGION="eu-west-1",
            AWS_ENDPOINT_URL=server.url,
            AWS_CONFIG_FILE=str(folder / "config"),
            AWS_SHARED_CREDENTIALS_FILE=str(folder / "credentials"),
            AWS_EC2_METADATA_DISABLED="true",
            AIBRAIN_CACHE_DIR=str(folder / "cache"),
            AIBRAIN_DATA_DIR=str(folder / "data"),
            AIBRAIN_EVIDENCE_DIR=str(folder / "evidence"),
        )
        found = World(folder, server)
        try:
            with found.undo:
                yield found
        finally:
            server.stop()
            thread.join()
            os.environ.clear()
            os.environ.update(before)


def meet(fault: Fault, shell: Shell) -> Seen:
    """Arrange a fault, run its cell, ask ``%aibrain fix``, and look for canaries."""
    if getattr(fault, "without", ()):
        from tests.healing.faults.fresh import meet_there

        return meet_there(fault)
    with world() as found:
        shell.begin()
        fault.arrange(found)
        shell.names.update(found.names)
        began = time.perf_counter()
        value = shell.run(fault.cell)
        seen = Seen(seconds=time.perf_counter() - began)
        seen.requests = sum(a in ("ListKeys", "DescribeParameters") for a in found.server.actions)
        run = shell.last_run()
        seen.is_complete = run is not None and run.outcome_word == "complete"
        seen.rows = len(value) if hasattr(value, "columns") else -1
        if not seen.is_complete:
            card = shell.run(fault.ask)
            if hasattr(card, "columns") and len(card):
                row = card.iloc[0]
                seen.cause = row["cause"]
                seen.said = "\n".join([row["title"], row["why"], *row["next"]])
            seen.said += shell.rendered(card)
        shell.run("%aibrain doctor")
        shell.run("%aibrain last --coverage")
        seen.everything = "\n".join(shell.heard)
        seen.said = seen.said or seen.everything
        seen.secrets = tuple(found.secrets)
        for path in found.folder.rglob("*"):
            is_ours = path.relative_to(found.folder).parts[0] in ("cache", "data", "evidence")
            if is_ours and path.is_file():
                seen.everything += path.read_bytes().decode("latin-1")
    return seen


def verdict(fault: Fault, seen: Seen) -> str:
    """Return ``right``, ``wrong`` (claimed with confidence), ``unsure``, or ``leaked``."""
    if any(secret in seen.everything for secret in seen.secrets):
        return "leaked"
    if fault.requests and seen.requests > fault.requests:
        return f"asked {seen.requests} times"
    has_gist = re.search(fault.gist, seen.said, re.I | re.S) is not None
    if fault.kind == REPAIR:
        return "right" if seen.is_complete and has_gist else "not repaired"
    if seen.cause == fault.cause and has_gist:
        return "right"
    if seen.cause in UNSURE - {fault.cause}:
        return "unsure"
    return "wrong" if seen.cause != fault.cause else "other advice"


class Shell:
    """An IPython shell with the extension, begun anew for each fault; keeps all it showed."""

    def __init__(self) -> None:
        from IPython.core.interactiveshell import InteractiveShell
        from traitlets.config import Config

        InteractiveShell.clear_instance()
        config = Config({"HistoryManager": {"enabled": False}})
        self._shell = InteractiveShell.instance(config=config)
        self._shell.run_line_magic("load_ext", "aibrain_jupyter")
        self.names = self._shell.user_ns
        self.heard: list[str] = []

    def begin(self) -> None:
        """Forget runs, clients and what was shown."""
        from aibrain_jupyter.aws.clients.pool import get_client_pool
        from aibrain_jupyter.execution.runs.session import get_session
        from aibrain_jupyter.shared.config import get_settings

        get_session.cache_clear()
        get_client_pool().clear()
        get_settings().set("progress", "none", "bench")
        self.heard = []

    def run(self, cell: str):
        """Run a cell and return its value; what it shows, prints and raises is kept."""
        from IPython.utils.capture import capture_output

        with capture_output() as captured, warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            found = self._shell.run_cell(cell)
        self.heard += [captured.stdout, captured.stderr, *(str(one.message) for one in told)]
        for output in captured.outputs:
            self.heard += [str(text) for text in (output.data or {}).values()]
        error = found.error_in_exec or found.error_before_exec
        if error is not None:
            self.heard.append(f"{error}\n{error!r}")
        return found.result

    def rendered(self, value: object) -> str:
        """Return how a value is shown as text."""
        from IPython.core.formatters import format_display_data

        shown, _ = format_display_data(value) if value is not None else ({}, {})
        self.heard += [str(text) for text in shown.values()]
        return str(shown.get("text/plain", ""))

    def last_run(self):
        """Return the run of the last cell, None where there was none."""
        from aibrain_jupyter.execution.runs.session import get_session

        return get_session().last

    def end(self) -> None:
        """Let the shell go."""
        from IPython.core.interactiveshell import InteractiveShell

        self.begin()
        InteractiveShell.clear_instance()
