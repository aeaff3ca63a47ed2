"""``%aibrain export users users.xlsx``: a frame as a file, with where its rows came from."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aibrain_jupyter.execution.runs.session import get_session
from aibrain_jupyter.magics.grammar.interpolation import interpolate
from aibrain_jupyter.magics.grammar.requests import word_of
from aibrain_jupyter.magics.verbs.last import find_run, rows_of
from aibrain_jupyter.shared.error_handler import GrammarError, ParameterError
from aibrain_jupyter.shared.verbs.message import Message
from aibrain_jupyter.shared.verbs.options import switch
from aibrain_jupyter.shared.verbs.verb import Verb, VerbCall

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd

    from aibrain_jupyter.writers.export import Exported
    from aibrain_jupyter.writers.provenance import Provenance

_FORMS = ("export FRAME FILE.xlsx", "export FRAME FILE.csv --overwrite", "export FILE.parquet")


def _export(call: VerbCall) -> Message:
    from aibrain_jupyter.writers.export import export_frame

    if not call.words:
        raise GrammarError(
            "%aibrain export needs a frame and the file it goes to.",
            next_steps=[f"Write: %aibrain {form}" for form in _FORMS],
        )
    *frames, file = call.words
    path = Path(word_of(file, call.names))
    frame = find_frame(frames[0], call.names) if frames else rows_of(find_run(""))
    found = export_frame(
        frame, path, overwrite="overwrite" in call.options, provenance=_provenance_of(frame)
    )
    return _message(found)


def find_frame(word: str, names: Mapping[str, Any]) -> pd.DataFrame:
    """Return the frame a word names: a variable (``users``, ``$users``, ``frames[a]``) or a run."""
    import pandas as pd

    if word not in names and get_session().find(word) is not None:
        return rows_of(find_run(word))
    found = interpolate(word if word.startswith("$") else f"${{{word}}}", names)
    if not issubclass(type(found), pd.DataFrame):
        raise ParameterError(
            f"{word} is {type(found).__name__}, and a frame is needed here.",
            next_steps=["Name a variable that holds a DataFrame, or a run, such as r7."],
        )
    return found  # type: ignore[no-any-return]


def _provenance_of(frame: pd.DataFrame) -> Provenance:
    """Return what the run of a frame knows, if it was of this kernel; else what the frame says."""
    from aibrain_jupyter.writers.provenance import Provenance

    own = Provenance.of(frame)
    run = get_session().find(str(own.facts.get("run")))
    if run is None or any(run.provenance.get(name) != value for name, value in own.facts.items()):
        return own
    gaps = [
        {
            **gap.target.parts,
            "item": gap.item,
            "columns": ", ".join(gap.columns),
            "outcome": str(gap.outcome),
            "why": gap.why,
            "operation": gap.operation,
            "action": gap.action,
        }
        for gap in run.summary.gaps
    ]
    return Provenance(run.provenance, gaps)


def _message(found: Exported) -> Message:
    lines = [*found.remarks, f"SHA-256: {found.sha256}"]
    if found.sidecar is not None:
        lines.append(f"Where the rows came from: {found.sidecar}")
    rows = f"{found.rows:,} row{'' if found.rows == 1 else 's'}"
    return Message(f"{found.path}: {rows}, {found.size_bytes:,} bytes", tuple(lines))


def _offers(before: Sequence[str]) -> Iterable[str]:
    from IPython.core.getipython import get_ipython

    from aibrain_jupyter.writers.export import FORMATS

    shell = get_ipython()
    if before:
        stem = before[0].lstrip("$")
        return [f"{stem}.{ending}" for ending in FORMATS] if len(before) == 1 else ()
    pandas = sys.modules.get("pandas")
    if shell is None or pandas is None:
        return ()
    names = shell.user_ns
    return sorted(
        name
        for name, value in names.items()
        if not name.startswith("_") and issubclass(type(value), pandas.DataFrame)
    )


EXPORT = Verb(
    name="export",
    summary="a frame as a file: .xlsx, .csv, .parquet, .json or .jsonl, with its provenance",
    usage=(
        "export FRAME FILE.xlsx",
        "export RUN FILE.csv --overwrite",
        "export FILE.parquet (the last run's rows)",
    ),
    run=_export,
    options=(switch("--overwrite", "overwrite", "replace a file of that name"),),
    most_words=2,
    names_variables=True,
    offers=_offers,
)
