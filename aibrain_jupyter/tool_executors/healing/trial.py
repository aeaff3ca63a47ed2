"""
One trial, in a process of its own: reads a task from standard input, runs a tool, writes what came.

Started by its path with ``python -I``: nothing of the user's environment leads to code, and nothing
of the parent's memory is here.
"""

from __future__ import annotations

import hashlib
import json
import os
import runpy
import sys
import threading
import time
import warnings
from pathlib import Path
from typing import Any


def _run(task: dict[str, Any]) -> dict[str, Any]:
    from aibrain_jupyter.shared.error_handler import AibrainError
    from aibrain_jupyter.shared.texts.exceptions import words_of
    from aibrain_jupyter.shared.texts.redaction import redact
    from aibrain_jupyter.tool_executors.base_executor import BaseExecutor
    from aibrain_jupyter.tool_executors.healing.trial_code import spec_of_task

    began = time.perf_counter()
    try:
        spec = spec_of_task(task)
        handler = spec.load()
        began = time.perf_counter()
        with warnings.catch_warnings(record=True):
            frame = BaseExecutor().execute(spec, handler, task["params"])
    except MemoryError:
        return {"outcome": "out of memory", "seconds": time.perf_counter() - began}
    except (Exception, SystemExit) as exc:  # noqa: BLE001 - what the tool raises is the outcome
        cause = exc.__cause__ if isinstance(exc, AibrainError) and exc.__cause__ else exc
        what = exc.what if isinstance(exc, AibrainError) else words_of(exc)
        return {
            "outcome": f"failed: {type(cause).__name__}",
            "error": redact(what)[:500],
            "seconds": time.perf_counter() - began,
        }
    seconds = time.perf_counter() - began
    gaps = frame.attrs.get("aibrain", {}).get("gaps", 0)
    return {
        "outcome": f"{gaps} gaps" if gaps else "complete",
        "rows": len(frame),
        "columns": {
            str(name): hashlib.sha256(
                "\n".join(map(repr, frame.iloc[:, number].tolist())).encode("utf-8", "replace")
            ).hexdigest()
            for number, name in enumerate(frame.columns)
        },
        "seconds": seconds,
    }


def _end_with_parent() -> None:
    # The parent holds the other end as long as it lives; what it says no more is no word.
    while os.read(0, 1):
        pass
    os._exit(3)


def main() -> None:
    """Do the task that standard input has, a line."""
    task = json.loads(sys.stdin.buffer.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    # By its path: before the guard is there nothing is imported from outside of Python itself.
    own = runpy.run_path(str(Path(__file__).with_name("guarded.py")))
    sys.path[:0] = [path for path in task["path"] if path not in sys.path]
    own["limit"](task["seconds"], task["mebibytes"])
    address = tuple(task["address"]) if task["address"] else None
    own["guard"](task["folder"], task["home"], sys.path, address)
    found = _run(task)
    Path(task["folder"], "found.json").write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main()
