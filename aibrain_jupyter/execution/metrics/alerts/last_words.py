"""
What a kernel has left to tell when it ends, told by a process of its own.

A kernel has about two seconds to end before it is killed; a receiver may need more, and so may a
last look at the figures. The process gets on its input, as JSON, what was not sent, and looks once
more: states are in the history, so it tells what fires or is resolved now, and nothing twice.
"""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.execution.metrics.alerts.kept import note_told
from aibrain_jupyter.execution.metrics.alerts.telling import get_notifier, receivers, sent
from aibrain_jupyter.execution.metrics.alerts.watching import AlertWatch, get_watch
from aibrain_jupyter.execution.runs.history.history import History
from aibrain_jupyter.shared.config import evidence_folder, get_settings
from aibrain_jupyter.tool_registry import get_tool_registry

if TYPE_CHECKING:
    from collections.abc import Mapping

_SETTINGS: Final = (
    *("alerts", "alerts_file", "alerts_plans", "notify_file"),
    *("fiscal_year_start", "period_zone"),
)
"""What a kernel may have set that says what is watched, and who is told."""
_PATIENCE_S: Final = 120.0
_GRACE_S: Final = 0.5
"""For what is under way as the kernel ends: it has about two seconds for everything."""


def hand_over(history: History) -> bool:
    """Leave the last words to another process; tell whether there is anybody to be told."""
    if not receivers():
        return False
    # What the recorder's thread has entered in the history nobody else tells: it has to be sent.
    get_watch().wait(_GRACE_S)
    used = get_tool_registry().used_modules()
    said = {
        "history": str(history.path),
        "messages": get_notifier().take_back(_GRACE_S),
        "modules": used,
        "path": sys.path,  # a tool may be a module beside the notebook
        "settings": {
            **{name: get_settings().get(name) for name in _SETTINGS},
            "evidence_folder": str(evidence_folder()),  # the other process begins elsewhere
        },
    }
    child = subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-m", __name__],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    assert child.stdin is not None
    # Not as arguments, which other users see: addresses may hold a secret.
    child.stdin.write(json.dumps(said).encode())
    child.stdin.close()
    return True


def tell(said: Mapping[str, Any]) -> None:
    """Send what was left, look once more, and wait until whoever is to be told is."""
    history = History(Path(said["history"]))
    for name, value in said["settings"].items():
        get_settings().set(name, value, "the kernel that has ended")
    for message in said["messages"]:
        words = sent(message["address"], message["title"], message["body"])
        if "key" in message:
            note_told(history, message["key"], f"receiver {message['number']}: {words}")
    sys.path.extend(one for one in said["path"] if one not in sys.path)
    for name in said["modules"]:
        # What only the kernel had tells nothing more; the figures are in the history.
        with suppress(ImportError):
            import_module(name)
    AlertWatch().tick(history)
    get_notifier().wait(_PATIENCE_S)


if __name__ == "__main__":
    tell(json.load(sys.stdin))
