"""What a word of a line names as rows, and what is known of them: a variable, a run, an item."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.execution.provenance.kept_rows import runs_of_history, runs_of_session
from aibrain_jupyter.execution.provenance.known import known_of
from aibrain_jupyter.execution.provenance.origin import origin_of
from aibrain_jupyter.execution.runs.session import get_session
from aibrain_jupyter.magics.grammar.interpolation import interpolate
from aibrain_jupyter.shared.error_handler import InputError
from aibrain_jupyter.tool_executors.evidence.comparing import KnownFrame
from aibrain_jupyter.tool_executors.evidence.known import known_of_run

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

from aibrain_jupyter.execution.provenance.kept_rows import CollectedRun

_RUN: Final = re.compile(r"r\d+")
_HEAD: Final = re.compile(r"\$?\{?\s*([^\W\d]\w*)\s*(?:[.\[}].*)?", re.DOTALL)


def side_of(word: Any, names: Mapping[str, Any]) -> Any:
    """
    Return what a word names as a side of a comparison: a `KnownFrame`, or the id of an item.

    Raises:
        InputError: it is a run whose rows are kept no longer, or a variable of another kind.
    """
    import pandas as pd

    if not isinstance(word, str):
        return word
    head = _HEAD.fullmatch(word)
    if word.startswith("$") or (head and head[1] in names):
        value = interpolate(word if word.startswith("$") else f"${{{word}}}", names)
        if issubclass(type(value), pd.DataFrame):
            return _of_frame(word, value)
        return side_of(value, {}) if isinstance(value, str) else value
    if _RUN.fullmatch(word) and (run := _kept_run(word)):
        return _of_run(run, names)
    return word


def _of_frame(word: str, frame: pd.DataFrame) -> KnownFrame:
    origin = origin_of(frame)
    whole = None
    if len(origin.sources) == 1 and not origin.is_as_collected:
        source = origin.sources[0]
        if source.rows_used < source.rows and source.kept:
            whole = source.kept.frame
    return KnownFrame(word, frame, known_of(frame, origin), whole)


def _kept_run(word: str) -> CollectedRun | None:
    session = get_session()
    runs = itertools.chain(runs_of_session(session), runs_of_history(session.history, run_id=word))
    return next((run for run in runs if run.id == word), None)


def _of_run(run: CollectedRun, names: Mapping[str, Any]) -> KnownFrame:
    """Return a run as it was collected: the frame in the notebook may have been changed since."""
    from aibrain_jupyter.execution.provenance.collected import collected_of_kept

    frame = run.frame
    if frame is None:
        # A later run took its place in the cache; the notebook may still have what it gave.
        held = list(_frames_of(run.id, names))
        frame = next((each for each in held if run.gave(each)), None)
        if frame is None and held:
            return _of_frame(run.id, held[0])
    if frame is None:
        raise InputError(
            f"The rows of {run.id} are kept no longer: a later run of the same took their place.",
            next_steps=[
                "Keep what is to be compared: before = %aibrain …, or --save CODE",
                "%aibrain evidence list: what was saved",
            ],
        )
    return KnownFrame(run.id, frame, known_of_run(collected_of_kept(run, frame)))


def _frames_of(run_id: str, names: Mapping[str, Any]) -> Iterator[pd.DataFrame]:
    """Give the frames of the notebook that say they are of a run, those of its outputs too."""
    import pandas as pd

    outputs = names.get("Out")
    for value in (*names.values(), *(outputs.values() if isinstance(outputs, dict) else ())):
        if issubclass(type(value), pd.DataFrame):
            stamp = value.attrs.get("aibrain")
            if isinstance(stamp, dict) and stamp.get("run") == run_id:
                yield value
