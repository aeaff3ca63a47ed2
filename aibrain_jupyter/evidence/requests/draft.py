"""
A draft of a collection plan for a request list. What is guessed is marked as a guess, with why.

Nothing is invented: no filter, no sample size that nobody wrote, no period. A request for which no
tool is proposed becomes something that a person attaches.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import yaml

from aibrain_jupyter.evidence.requests.request_list import DOCUMENT, POPULATION, SAMPLE
from aibrain_jupyter.evidence.store.names import slug

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aibrain_jupyter.evidence.requests.request_list import AuditRequest, RequestList
    from aibrain_jupyter.shared.texts.periods import Period

_TITLE: Final = 80
_SIZE: Final = re.compile(r"\bsamples? of (\d{1,4})\b|\b(\d{1,4}) samples?\b", re.IGNORECASE)
_GUESSED_TYPES: Final = {
    SAMPLE: r"samples?|sampled|selected",
    POPULATION: r"populations?|listings?|(?:full |complete )?lists? of|inventory",
    DOCUMENT: r"polic(?:y|ies)|procedures?|minutes|diagrams?|contracts?|agreements?|handbooks?"
    r"|charts?|charters?|screenshots?",
}
_NUMBER_LIKE: Final = re.compile(r"[-+.]?\d.*")


@dataclass(frozen=True, slots=True)
class Guess:
    """
    What may answer a request: the `tool` (empty: none is proposed), why it is thought so, and the
    `nearest` tools where it is none.
    """

    tool: str = ""
    why: str = ""
    nearest: tuple[str, ...] = ()


def guessed_type(text: str) -> tuple[str, str]:
    """Return the type that the words of a request speak of, and the word; empty: none does."""
    for kind, words in _GUESSED_TYPES.items():
        if found := re.search(rf"\b(?:{words})\b", text, re.IGNORECASE):
            return kind, found[0].strip()
    return "", ""


def draft_plan(
    listed: RequestList, guesses: Sequence[Guess], words: str = "", period: Period | None = None
) -> dict[str, Any]:
    """
    Return the draft: what the YAML of a plan has.

    Args:
        listed: The request list.

        guesses: One for each request, in their order.

        words: The audit period as it was written; empty: whoever uses the draft has to say it.

        period: What they mean.
    """
    taken: set[str] = set()
    rows = [
        _row(request, guess, period.end if period else None, taken)
        for request, guess in zip(listed.requests, guesses, strict=True)
        if has_code(request)
    ]
    title = f"Draft for {listed.path.name}"
    return {"plan": slug(listed.path.stem), "title": title, "period": words, "rows": rows}


def has_code(request: AuditRequest) -> bool:
    """Tell whether a plan can have a row for a request: a row answers a code."""
    return bool(request.id or request.codes)


def plan_yaml(plan: dict[str, Any], notes: Sequence[str]) -> str:
    """Return a draft as YAML, with notes above it."""
    head = "".join(f"# {line}\n" for note in notes for line in note.splitlines())
    return head + yaml.dump(plan, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=98)


class _Dumper(yaml.SafeDumper):
    """Texts that begin like a number are quoted: ``1e5`` is a code, and no number."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _quoted(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "'" if _NUMBER_LIKE.fullmatch(text) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _quoted)


def _row(
    request: AuditRequest, guess: Guess, end: dt.datetime | None, taken: set[str]
) -> dict[str, Any]:
    title = " ".join(request.text.split()) or "what is asked for could not be read"
    found: dict[str, Any] = {
        "id": _free(slug(request.id or title), taken),
        "title": title if len(title) <= _TITLE else f"{title[: _TITLE - 1]}…",
        "controls": list(request.codes),
        "rfi": [request.id] if request.id else [],
        "why": _why(request, guess),
        "tool": guess.tool,
        "document": "" if guess.tool else title,
        "due": _due(request.due, end),
        "owner": request.owner,
    }
    kind = request.type or guessed_type(request.text)[0]
    if guess.tool and kind == SAMPLE and (size := _SIZE.search(request.text)):
        found["sample"] = {"n": int(size[1] or size[2])}
    return {name: value for name, value in found.items() if value}


def _why(request: AuditRequest, guess: Guess) -> str:
    kind, word = ("", "") if request.type else guessed_type(request.text)
    parts = [f"guess: {guess.why}"] if guess.tool else ["no tool is proposed: attach it"]
    parts += [f"guess: a {kind}, it says “{word}”"] if kind else []
    parts += [f"asked for by {request.due}"] if request.due else []
    parts += [f"to be of {request.capture_date}"] if request.capture_date else []
    return "; ".join((*parts, *request.remarks))


def _due(day: dt.date | None, end: dt.datetime | None) -> str:
    """Return how long after the end of the period something is due; empty: not after it."""
    if day is None or end is None:
        return ""
    days = (day + dt.timedelta(days=1) - end.date()).days
    return f"{days}d" if days >= 0 else ""


def _free(name: str, taken: set[str]) -> str:
    found, number = name, 1
    while found in taken:
        number += 1
        found = f"{name}-{number}"
    taken.add(found)
    return found
