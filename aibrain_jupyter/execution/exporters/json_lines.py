"""Runs as lines of JSON, appended to a file: one for the run, one a call, one a request."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from aibrain_jupyter.execution.exporters.records import as_json, records_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from aibrain_jupyter.execution.runs.run import Run


def append(path: Path, runs: Sequence[Run]) -> int:
    """
    Append the records of runs to a file that the user alone may read; return how many lines.

    The lines of a run are written at once, so that other kernels may append to the same file.
    Raises OSError.
    """
    lines = 0
    file = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
    try:
        for run in runs:
            found = [json.dumps(as_json(record), ensure_ascii=False) for record in records_of(run)]
            os.write(file, ("\n".join(found) + "\n").encode("utf-8", "replace"))
            lines += len(found)
    finally:
        os.close(file)
    return lines
