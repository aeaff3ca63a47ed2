"""
What an answer of status 200 says it does not answer: ``UnprocessedIds``, ``failures``, ``errors``.

Batch operations refuse single items inside a good answer. Those items are missing like any that
were refused alone, so each is a gap. Which members hold them is told by their names, as all
services name them alike; where such a list is all that an operation has (``ListImportFailures``),
it is what was asked for.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.aws.answers.answer_status import faults_of
from aibrain_jupyter.aws.errors.error_codes import Kind, kind_of
from aibrain_jupyter.shared.coverage import Gap, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from aibrain_jupyter.shared.coverage import Target

_FAILURES: Final = re.compile(
    r"unprocessed\w+|failed\w+|skipped\w+|missing\w+|invalidparameters|notfound\w*"
    r"|\w*(notfound|errors?|errordetails|errorentries|errormap|failures)",
    re.I,
)
_CODE: Final = re.compile(r"\w*(code|reason|status|result)|error(name|type)?", re.I)
_WORDS: Final = re.compile(r"\w*(message|detail|description)", re.I)
_OUTCOMES: Final = {
    Kind.DENIED: Outcome.DENIED,
    Kind.THROTTLED: Outcome.THROTTLED,
    Kind.TIMED_OUT: Outcome.TIMED_OUT,
}


def names_failures(member: str) -> bool:
    """Tell whether a list or map of an answer is about what was not answered, by its name."""
    return _FAILURES.fullmatch(member) is not None


def gaps_of(
    page: Mapping[str, Any], members: Iterable[str], operation: str, target: Target
) -> Iterator[Gap]:
    """
    Yield a gap for each item that a page says it does not answer, and for what it leaves out.

    Args:
        page: A page as boto3 gives it.

        members: Its members that are about those.

        operation: ``service:Operation`` as the API spells it.

        target: Where was asked.
    """
    for code, words, item in faults_of(operation, page):
        yield _gap(code, words, item, target, operation)
    for member in members:
        found = page.get(member) or ()
        entries = found.items() if isinstance(found, dict) else (("", entry) for entry in found)
        for key, entry in entries:
            code, words, names = "", "", [key] if key else []
            for name, text in _texts("", entry):
                if _WORDS.fullmatch(name):
                    words = words or text
                elif _CODE.fullmatch(name):
                    code = code or text
                else:
                    names.append(text)
            if not (code or words):
                words = f"It is in {member}."
            yield _gap(code, words, names[0] if names else "", target, operation)


def _gap(code: str, words: str, item: str, target: Target, operation: str) -> Gap:
    why = ": ".join(part for part in (code, words) if part)
    outcome = _OUTCOMES.get(kind_of(code or words), Outcome.FAILED)
    return Gap(outcome, why, target, operation, item=item)


def _texts(name: str, value: Any) -> Iterator[tuple[str, str]]:
    """Yield the texts in an entry, outermost first, with the members that hold them."""
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, dict):
        for member in sorted(value, key=lambda m: isinstance(value[m], dict)):
            yield from _texts(member, value[member])
    elif isinstance(value, list):
        for item in value:
            yield from _texts(name, item)
