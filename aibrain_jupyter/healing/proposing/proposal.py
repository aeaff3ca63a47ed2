"""A proposal: what would mend a tool, as a diff with a hash of its own."""

from __future__ import annotations

import hashlib
import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aibrain_jupyter.healing.behind import members
from aibrain_jupyter.healing.proposing.arguments import parameter_of_spec, renamed_parameter
from aibrain_jupyter.healing.proposing.findings import Finding, NoFinding
from aibrain_jupyter.healing.proposing.imports import missing_import
from aibrain_jupyter.healing.proposing.keys import changed_key
from aibrain_jupyter.healing.proposing.paging import unread_pages
from aibrain_jupyter.healing.proposing.place import behind, places_of
from aibrain_jupyter.healing.proposing.source import Code, edited, unified
from aibrain_jupyter.healing.proposing.time_zones import zone_in_workbook
from aibrain_jupyter.shared.texts.redaction import redact
from aibrain_jupyter.shared.texts.shown import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from aibrain_jupyter.healing.proposing.findings import Operations, Reader

_READERS: Final[tuple[Reader, ...]] = (
    changed_key,
    renamed_parameter,
    missing_import,
    zone_in_workbook,
)
_HEAD: Final = """\
Tool: {tool}
Kind: {kind}
What: {what}
Not known: {not_known}
Source before: sha256 {before}
"""


@dataclass(frozen=True)
class Proposal:
    """
    A change of a tool's source: `diff` from what its author has to `text`, which would run.

    `sha256` is that of the diff, which names the source it is for; `code` the source it was made
    of, `not_known` what a person has to judge.
    """

    tool: str
    kind: str
    what: str
    line: int
    not_known: str
    code: Code
    text: str
    diff: str

    @property
    def sha256(self) -> str:
        """The hash it is applied by."""
        return hashlib.sha256(self.diff.encode()).hexdigest()


@dataclass(frozen=True)
class NoProposal:
    """Nothing is proposed, and why."""

    why: str


def proposal(
    tool: str,
    code: Code,
    error: BaseException | None,
    operations: Operations,
    *,
    function: str = "",
    declared: Sequence[str] = (),
) -> Proposal | NoProposal:
    """
    Return what would mend a tool, or why nothing is proposed.

    Args:
        tool: Its name.

        code: Its source.

        error: What it failed with; None: its source is read for lists of which only the first page
            is asked.

        operations: What is known of the provider's operations.

        function: The name of its function, where it is one.

        declared: The parameters that its spec has.
    """
    try:
        if error is None:
            findings, reasons = _sorted(unread_pages(code, operations))
        else:
            findings, reasons = _of_members(error, code, operations, function, declared)
    except (SyntaxError, ValueError, RecursionError) as exc:  # null bytes, what is nested too deep
        return NoProposal(f"its source cannot be read as what runs: {exc}")
    if not findings:
        none = _NOTHING if error is None else _UNKNOWN
        return NoProposal("; ".join(reasons) or none)
    return _of(tool, code, findings, reasons)


def _of_members(
    error: BaseException,
    code: Code,
    operations: Operations,
    function: str,
    declared: Sequence[str],
) -> tuple[list[Finding], list[str]]:
    """Return what would mend each member of a group, and why nothing would mend some."""
    of_group = members(error)
    findings: list[Finding] = []
    reasons: list[str] = []
    for one in of_group:
        own, whys = _sorted(_found(code, one, operations, function, declared))
        if len(own) > 1:
            reasons.append(_SEVERAL)
        elif own:
            findings += own
        else:
            reasons += [*whys, *([] if whys or len(of_group) == 1 else [_UNKNOWN])]
    return list(dict.fromkeys(findings)), list(dict.fromkeys(reasons))


def _sorted(found: Iterable[Finding | NoFinding]) -> tuple[list[Finding], list[str]]:
    answers = list(dict.fromkeys(found))
    findings = [one for one in answers if isinstance(one, Finding)]
    return findings, [one.why for one in answers if isinstance(one, NoFinding)]


_SEVERAL: Final = "several things are wrong: give one of the exceptions, error=$exc"
_NOTHING: Final = (
    "no failure of it is known in this session, and no list was found of which one page is read"
)
_UNKNOWN: Final = "the error is of no kind that a change is known for"


def _found(
    code: Code,
    error: BaseException,
    operations: Operations,
    function: str,
    declared: Sequence[str],
) -> list[Finding | NoFinding]:
    found = [
        answer
        for place in places_of(error, code)
        for reader in _READERS
        if (answer := reader(place, operations)) is not None
    ]
    if not found and function:
        answers = [parameter_of_spec(one, code, function, declared) for one in behind(error)]
        found = [answer for answer in answers if answer is not None]
    return found


def _of(
    tool: str, code: Code, findings: Sequence[Finding], others: Sequence[str]
) -> Proposal | NoProposal:
    edits = sorted({edit for one in findings for edit in one.edits})
    if any(after.begin < before.end for before, after in itertools.pairwise(edits)):
        return NoProposal(_SEVERAL)
    text = edited(code.text, edits)
    try:
        compile(text.removeprefix("\ufeff"), code.name, "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return NoProposal("the change would leave no valid source")
    what = "; ".join(dict.fromkeys(one.what for one in findings))
    not_known = " ".join(dict.fromkeys([*(one.not_known for one in findings), *others]))
    kind = findings[0].kind
    # One line each: whatever a name has in it, it is no line of the diff.
    what, not_known = (printable(" ".join(text.split())) for text in (what, not_known))
    head = _HEAD.format(tool=tool, kind=kind, what=what, not_known=not_known, before=code.sha256)
    for context in (3, 0):  # what stands around may have a secret in it
        diff = f"{redact(head)}{unified(code.name, code.published, text, context=context)}"
        if redact(diff) == diff:
            return Proposal(tool, kind, what, findings[0].line, not_known, code, text, diff)
    return NoProposal("there is what looks like a secret in the lines to change")
