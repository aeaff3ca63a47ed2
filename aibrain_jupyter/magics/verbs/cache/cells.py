"""The cells that ``cache why`` and ``cache warm`` are about, as requests."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.execution.runs.session import get_session
from aibrain_jupyter.magics.grammar.requests import request_of_text
from aibrain_jupyter.shared.error_handler import (
    GrammarError,
    InputError,
    ParameterError,
    unknown_name,
)
from aibrain_jupyter.shared.texts.redaction import HIDDEN
from aibrain_jupyter.shared.texts.strict_yaml import load_yaml

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from aibrain_jupyter.execution.runs.request import Request
    from aibrain_jupyter.shared.verbs.verb import VerbCall

PERIODS: Final = {"last-period": "Q", "last-month": "M", "last-week": "W", "yesterday": "D"}
"""What ``--from`` takes, as pandas calls it; last-period is the last calendar quarter."""

_RUN: Final = re.compile(r"r\d+")
_EXAMPLE: Final = "- aws_export iam users --accounts prod"


def cell_of(call: VerbCall) -> Request:
    """
    Return the request that the words after ``why`` mean.

    They are a run (``r7``), the number of a cell (``12``), or a cell as it is written, in quotes
    where it has options.

    Raises:
        InputError: there is no such run or cell, or it cannot be read.
    """
    first = call.word(1)
    if not first:
        raise GrammarError(
            "%aibrain cache why needs a run, the number of a cell, or a cell.",
            next_steps=["Write: %aibrain cache why r7", '%aibrain cache why "iam_users --ttl 1h"'],
        )
    if first.isdigit() and not call.word(2):
        return request_of_text(_input(int(first), call.names), call.names)
    run = get_session().find(first)
    if run is not None:
        return run.request
    kept = get_session().history.find(first) if _RUN.fullmatch(first) else None
    if kept is not None:
        return request_of_text(kept.cell, call.names)
    pairs = [f"{name}={value}" for name, value in call.pairs.items()]
    return request_of_text(_as_cell(" ".join([*call.words[1:], *pairs])), call.names)


def cells_of_file(path: Path, names: Mapping[str, Any]) -> list[Request]:
    """
    Return the requests of a YAML file: a list of cells, each a text or tool, options, parameters.
    Raises InputError: the file is not there or not such a list, or one of the cells is wrong.
    """
    import yaml

    steps = [f"Give the path of a YAML file, a list of cells: {_EXAMPLE}"]
    try:
        found = load_yaml(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as exc:
        why = str(exc).splitlines()[0]
        raise ParameterError(f"{path} is not YAML.", why=why, next_steps=steps) from exc
    except (OSError, ValueError) as exc:  # ValueError: what no file can be named
        why = getattr(exc, "strerror", None) or str(exc)
        raise ParameterError(f"{path} cannot be read: {why}.", next_steps=steps) from exc
    if not isinstance(found, list) or not found:
        raise ParameterError(f"{path} holds no list of cells.", next_steps=steps)
    return [_entry(path, number, entry, names) for number, entry in enumerate(found, 1)]


def cells_of_period(period: str, names: Mapping[str, Any]) -> list[Request]:
    """
    Return the requests of the runs of a period, each cell once, in the order they were made.

    Left out are demo runs, warmed ones, runs that gave nothing, and cells that held a secret or a
    variable that is not set today.

    Raises:
        InputError: no such period, or nothing to warm was run in it.
    """
    if period not in PERIODS:
        raise unknown_name(
            "period", period, PERIODS, next_steps=[f"Write one of: {', '.join(PERIODS)}."]
        )
    begin, end = _bounds(period, dt.datetime.now(dt.UTC))
    history = get_session().history.frame()
    runs = history[
        (history["started"] >= begin)
        & (history["started"] < end)
        & history["outcome"].isin(["complete", "gaps"])
        & ~history["is_demo"]
        & ~history["is_warming"]
    ]
    requests = []
    for cell in dict.fromkeys(reversed(runs["cell"].tolist())):
        if HIDDEN in cell:
            continue
        try:
            requests.append(request_of_text(cell, names))
        except InputError:
            continue  # a tool or a variable of that time is not here any more
    if not requests:
        raise InputError(
            f"Nothing that can be run again was run from {begin:%Y-%m-%d} to {end:%Y-%m-%d}.",
            next_steps=["%aibrain history lists the runs.", f"Periods: {', '.join(PERIODS)}."],
        )
    return requests


def _bounds(period: str, now: dt.datetime) -> tuple[dt.datetime, dt.datetime]:
    """Return begin and end of a period that is over, in UTC."""
    import pandas as pd

    current = pd.Period(now.replace(tzinfo=None), PERIODS[period])
    begin, end = ((current - k).start_time.tz_localize(dt.UTC) for k in (1, 0))
    return begin, end


def _entry(path: Path, number: int, entry: Any, names: Mapping[str, Any]) -> Request:
    try:
        if isinstance(entry, str):
            return request_of_text(_as_cell(entry), names)
        if isinstance(entry, dict) and isinstance(entry.get("tool"), str):
            return request_of_text(_with_body(dict(entry)), names)
    except InputError as exc:
        exc.what = f"Cell {number} of {path.name}: {exc.what}"
        raise
    raise ParameterError(
        f"Cell {number} of {path.name} is neither a text nor a mapping with tool:.",
        next_steps=[f"Write for example: {_EXAMPLE}"],
    )


def _with_body(entry: dict[str, Any]) -> str:
    import yaml

    line = f"%%aibrain {entry.pop('tool')} {entry.pop('options', '')}".strip()
    return f"{line}\n{yaml.safe_dump(entry)}" if entry else f"{line}\n"


def _as_cell(text: str) -> str:
    return text if text.startswith("%") else f"%aibrain {text}"


def _input(number: int, names: Mapping[str, Any]) -> str:
    cells = names.get("In", [])
    text = cells[number].strip() if 0 < number < len(cells) else ""
    # IPython keeps what it made of a magic; the text of the call is its argument.
    if "run_line_magic('aibrain'" in text or "run_cell_magic('aibrain'" in text:
        text = _from_transformed(text)
    if not text.startswith(("%aibrain", "%%aibrain")):
        raise InputError(f"Cell {number} is no %aibrain cell.")
    return text


def _from_transformed(text: str) -> str:
    import ast

    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return text  # a cell that never ran
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and len(node.args) > 1:
            values = [str(arg.value) for arg in node.args if isinstance(arg, ast.Constant)]
            if values[:1] == ["aibrain"]:
                magic = "%%aibrain" if len(values) > 2 else "%aibrain"
                return "\n".join([f"{magic} {values[1]}", *values[2:]])
    return text
