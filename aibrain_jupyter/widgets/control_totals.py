"""The lines of control totals under a coverage line: what was counted, by whom, what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aibrain_jupyter.shared.tools.totals import ControlTotal, Kind, Verdict
from aibrain_jupyter.widgets.blocks import dotted, line
from aibrain_jupyter.widgets.spans import code, muted, plural, shorten

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aibrain_jupyter.widgets.blocks import Block

MOST_NAMED: Final = 5
"""Totals named one by one that say no match; ``%aibrain last --totals`` has them all."""

_GOOD: Final = (Verdict.MATCH, Verdict.MATCH_AS_OF, Verdict.NOT_CONTRADICTED, Verdict.NEWER)


def total_lines(totals: Sequence[ControlTotal]) -> list[Block]:
    """
    Return a line for each thing that was counted, and one for each total that asks for a look.

    A mismatch is among the gaps as well. Invariants that hold go without saying.
    """
    named: dict[str, list[ControlTotal]] = {}
    for total in totals:
        if total.kind is not Kind.INVARIANT or total.verdict.has_failed:
            named.setdefault(total.name, []).append(total)
    found: list[Block] = [_line(name, group) for name, group in named.items()]
    odd = [total for group in named.values() for total in group if total.verdict not in _GOOD]
    for total in odd[:MOST_NAMED]:
        found.append(line(muted(f"{total.place} {total.name}: {shorten(total.words, 160)}")))
    if len(odd) > MOST_NAMED:
        found.append(line(f"and {len(odd) - MOST_NAMED:,} more: ", code("%aibrain last --totals")))
    return found


def _line(name: str, group: Sequence[ControlTotal]) -> Block:
    """Return ``iam_users · 36 listed · control total 36 (iam:GetAccountSummary) · match``."""
    numbers = [total.number for total in group if total.number is not None]
    counts = {verdict: sum(total.verdict is verdict for total in group) for verdict in Verdict}
    verdicts = {str(verdict): count for verdict, count in counts.items() if count}
    if len(group) == 1:
        words = _verdict(group[0])
    else:
        words = ", ".join(f"{verdict} {count:,}" for verdict, count in verdicts.items())
        words = f"{plural(len(group), 'place')}: {words}"
    sources = dict.fromkeys(t.source for t in group if t.number is not None and t.source)
    source = f" ({', '.join(sources)})" if sources else ""
    scope = next((total.scope for total in group if total.scope), "")
    return dotted(
        name,
        f"{sum(total.listed for total in group):,} listed{f', {scope}' if scope else ''}",
        f"control total {sum(numbers):,}{source}" if numbers else "",
        words,
    )


def _verdict(total: ControlTotal) -> str:
    # No time of day: the line is part of a notebook that is compared.
    return "match, lagging" if total.verdict is Verdict.MATCH_AS_OF else str(total.verdict)
