"""
The process that sends what a kernel had left to tell when it ended: messages as JSON on its input.

A kernel has about two seconds to end before it is killed; a receiver may need more.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from aibrain_jupyter.execution.metrics.alerts.kept import note_told
from aibrain_jupyter.execution.metrics.alerts.telling import sent
from aibrain_jupyter.execution.runs.history import History

if __name__ == "__main__":
    for message in json.load(sys.stdin):
        words = sent(message["address"], message["title"], message["body"])
        if "key" in message:
            history = History(Path(message["history"]))
            note_told(history, message["key"], f"receiver {message['number']}: {words}")
