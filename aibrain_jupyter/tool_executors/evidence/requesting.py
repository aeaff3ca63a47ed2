"""The tools between an auditor's request list and the items that answer it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from aibrain_jupyter.evidence.requests.answers import HEADERS, MISSING, answers_of
from aibrain_jupyter.evidence.requests.columns import FIELDS, memory_of, pairs_of, remember
from aibrain_jupyter.evidence.requests.draft import (
    Guess,
    draft_plan,
    guessed_type,
    has_code,
    plan_yaml,
)
from aibrain_jupyter.evidence.requests.grid import WORKBOOKS
from aibrain_jupyter.evidence.requests.request_list import read_requests
from aibrain_jupyter.evidence.requests.sheet_copy import copy_with_columns
from aibrain_jupyter.evidence.requests.text_copy import copy_with_fields
from aibrain_jupyter.evidence.store.default import default_store
from aibrain_jupyter.shared.error_handler import ParameterError, UnknownNameError
from aibrain_jupyter.shared.verbs.message import Message
from aibrain_jupyter.shared.verbs.verb import VerbCall
from aibrain_jupyter.tool_executors.evidence.common import Reads
from aibrain_jupyter.tool_executors.views import period_of
from aibrain_jupyter.tool_registry import get_tool_registry
from aibrain_jupyter.writers.files import placed, refuse_taken

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aibrain_jupyter.evidence.requests.request_list import AuditRequest, RequestList
    from aibrain_jupyter.shared.base_tool import CallContext

_FINDS: Final = "aws_find"
_MOST_WORDS: Final = 60
_MOST_NEAR: Final = 3
_MOST_NAMED: Final = 20
_NO_REASON: Final = 4
_NO_EXPORT: Final = re.compile(
    r"\b(?:polic(?:y|ies)|procedures?|minutes|diagrams?|contracts?|agreements?|handbooks?|charters?"
    r"|charts?)\b",
    re.IGNORECASE,
)
"""What people write: no export is it, whatever service its title names."""
_COMMON: Final = (
    *("account", "apps", "backup", "batch", "budgets", "config", "connect", "events", "health"),
    *("logs", "organizations", "shield", "signer", "states", "support", "transfer"),
)
"""Services whose name is a word of any request."""


def _requests(
    ctx: CallContext,
    file: str,
    map: Sequence[str],  # noqa: A002 - the user's word
    sheet: str,
    output: str,
    period: str,
    overwrite: bool,
) -> pd.DataFrame:
    """Return the requests, a row each, with the tool that is proposed; write the draft plan."""
    span = period_of(period) if period else None
    listed = read_requests(_path(file), pairs_of(map), sheet)
    if output:
        target = _target(output, listed, (".yml", ".yaml"))
        refuse_taken(target, overwrite=overwrite)
    guesses = [_guess(request) for request in listed.requests]
    notes = [f"Columns: {listed.columns.words}.", *listed.remarks]
    notes += filter(None, [remember(listed.path, listed.grid.name, listed.columns, listed.given)])
    lines = [*notes, *_said(listed, guesses)]
    if output:
        plan = draft_plan(listed, guesses, period, span)
        with placed(target, overwrite=overwrite) as out:
            out.write(plan_yaml(plan, [f"A draft. Guesses are marked. {notes[0]}"]).encode())
        missing = "" if period else " Its period has to be said before it can be collected."
        lines.append(f"{target.name} has {len(plan['rows'])} rows: look at each.{missing}")
        lines += _named(
            f"Not in {target.name}, without id and codes",
            [f"row {request.row}" for request in listed.requests if not has_code(request)],
        )
    frame = pd.DataFrame(
        [_row(request, guess) for request, guess in zip(listed.requests, guesses, strict=True)]
    )
    odd = any(request.remarks for request in listed.requests)
    title = f"{len(frame)} requests of {listed.path.name}: {sum(frame['tool'] != '')} with a guess"
    frame.attrs["evidence"] = {"said": Message(title, tuple(lines), is_warning=odd)}
    return frame


def _answered(
    ctx: CallContext,
    file: str,
    map: Sequence[str],  # noqa: A002 - the user's word
    sheet: str,
    output: str,
    overwrite: bool,
) -> pd.DataFrame:
    """Write a copy of a list with what was collected, and return that as rows."""
    listed = read_requests(_path(file), pairs_of(map), sheet)
    target = _target(output, listed, (listed.path.suffix.lower(),))
    headers = {cell.text for cell in listed.grid.rows[listed.columns.row].values()}
    if set(HEADERS) & headers:
        raise ParameterError(
            f"{listed.path.name} is such a copy already.",
            next_steps=["Name the list as the auditor sent it."],
        )
    answers = answers_of(listed, default_store().items())
    cells = {listed.columns.row: HEADERS, **answers}
    with placed(target, overwrite=overwrite) as out:
        if listed.path.suffix.lower() in WORKBOOKS:
            like = dict.fromkeys(cells, listed.columns.number["text"])
            copy_with_columns(listed.path, out, listed.grid.name, cells, like)
        else:
            copy_with_fields(listed.path, out, cells)
    remember(listed.path, listed.grid.name, listed.columns, listed.given)
    frame = pd.DataFrame(
        [
            (request.row, request.id, *answers[request.row], "; ".join(request.remarks))
            for request in listed.requests
        ],
        columns=["row", "id", "status", "items", "manifest_sha256", "as_of", "saved", "remarks"],
    )
    open_ones = frame.loc[frame["status"] == MISSING, "id"].tolist()
    lines = [f"Columns: {listed.columns.words}.", *_named("No item", open_ones)]
    lines += _named("No id", [f"row {row}" for row in frame.loc[frame["id"] == "", "row"]])
    title = f"{target.name}: {len(frame)} requests, {len(open_ones)} missing"
    frame.attrs["evidence"] = {"said": Message(title, tuple(lines), is_warning=bool(open_ones))}
    return frame


def _path(file: str) -> Path:
    path = Path(file).expanduser()
    if not path.is_file():
        near = ", ".join(sorted(p.name for p in path.parent.glob("*") if _is_list(p))[:5])
        raise ParameterError(
            f"There is no file {file}.",
            next_steps=[f"Lists in that folder: {near}." if near else "Name the auditor's list."],
        )
    return path


def _is_list(path: Path) -> bool:
    return path.suffix.lower() in (*WORKBOOKS, ".csv") and not path.name.startswith((".", "~"))


def _target(output: str, listed: RequestList, endings: Sequence[str]) -> Path:
    target = Path(output).expanduser()
    if target.suffix.lower() not in endings:
        raise ParameterError(
            f"{output} has to end in {' or '.join(endings)}.",
            next_steps=[f"Write -o {target.with_suffix(endings[0])}"],
        )
    if target.resolve() in (listed.path.resolve(), memory_of(listed.path).resolve()):
        raise ParameterError(
            f"{output} is the list itself, which stays as it is.",
            next_steps=[f"Write -o {target.stem}-answered{target.suffix}"],
        )
    return target


def _row(request: AuditRequest, guess: Guess) -> dict[str, Any]:
    kind, word = (request.type, "") if request.type else guessed_type(request.text)
    why = [guess.why] if guess.tool else []
    why += [f"a {kind}: it says “{word}”"] if word else []
    return {
        **{name: getattr(request, name) for name in ("row", *FIELDS)},
        "type": kind,
        "codes": ", ".join(request.codes),
        "due": pd.Timestamp(request.due) if request.due else pd.NaT,
        "capture_date": pd.Timestamp(request.capture_date) if request.capture_date else pd.NaT,
        "tool": guess.tool,
        "guess": "; ".join(why),
        "near": ", ".join(guess.nearest),
        "remarks": "; ".join(request.remarks),
    }


def _said(listed: RequestList, guesses: Sequence[Guess]) -> list[str]:
    pairs = list(zip(listed.requests, guesses, strict=True))
    names = [request.id or f"row {request.row}" for request, guess in pairs if not guess.tool]
    remarks = [remark for request, _ in pairs for remark in request.remarks]
    shown = remarks[:_MOST_NAMED]
    more = [f"and {len(remarks) - len(shown)} more remarks"] if len(remarks) > len(shown) else []
    unused = listed.columns.unused
    columns = [f"Not used: {', '.join(unused)}. Correct it with --map."] if unused else []
    return [*columns, *_named("No tool", names), *shown, *more]


def _named(what: str, names: Sequence[str]) -> list[str]:
    if not names:
        return []
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return [f"{what}: {', '.join(names[:_MOST_NAMED])}{more}"]


def _guess(request: AuditRequest) -> Guess:
    """Return the tool whose question a text asks, or which it names; else those that are near."""
    verb = get_tool_registry().verb(_FINDS)
    if verb is None or not request.text:
        return Guess()
    try:
        found = verb.call(VerbCall(words=tuple(request.text.split()[:_MOST_WORDS])))
    except UnknownNameError:  # nothing is near
        return Guess()
    rows = getattr(found, "value", found)
    rows = rows[rows["tool"].isin(get_tool_registry().names()) & rows["matched"].notna()]
    near = tuple(rows["tool"].head(_MOST_NEAR))
    if _NO_EXPORT.search(request.text):
        return Guess()
    words = set(re.findall(r"[a-z0-9]+", request.text.lower()))
    reasons = [(*_reason(row, words), str(row.tool)) for row in rows.itertuples()]
    # The sort is stable: of equal reasons the tool that was found first.
    order, why, tool = min(reasons, key=lambda reason: reason[0], default=(_NO_REASON, "", ""))
    if order == _NO_REASON:
        return Guess(nearest=near)
    others = tuple(name for name in near if name != tool) if order == _NO_REASON - 1 else ()
    return Guess(tool, why, others)


def _reason(row: Any, words: set[str]) -> tuple[int, str]:
    """Return why a tool may be what is asked for, the best reason 0; being near is none."""
    if isinstance(row.answers, str):
        return 0, f"it asks “{row.answers}”: {row.cell}"
    bare = {word.removesuffix("s") for word in words}
    service, *thing = row.tool.split("_")
    has_thing = all(word.removesuffix("s") in bare for word in thing)
    if service in words and has_thing:
        return 1, f"it names {service} {' '.join(thing)}"
    if len(thing) > 1 and has_thing:
        return 2, f"it names {' '.join(thing)}"
    if service in words and service not in _COMMON:
        return 3, f"it names {service}"
    return _NO_REASON, ""


REQUESTS, ANSWERED = Reads(_requests), Reads(_answered)
