"""
What an item claims: complete or not, and what its number of rows means.

Zero rows is a claim like any other: where was looked, and what confirms it. What nobody confirms is
incomplete, since a service that is off, a refusal and an empty account look alike from outside.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

CONFIRMING: Final = ("match", "match as of")
"""Verdicts of control totals that confirm a number of rows."""
FAILING: Final = ("mismatch",)
_NOT_ENABLED: Final = "not enabled"
_ANSWERED: Final = ("ok", "empty")
_MOST: Final = 3


def reasons_against(completeness: Mapping[str, Any]) -> list[str]:
    """
    Return why a collected set is incomplete, as sentences; none where it is complete.

    Args:
        completeness: That section of a manifest: ``rows``, ``targets`` (``outcome``, ``why``),
            ``gaps``, ``totals`` (``name``, ``verdict``, ``why``). Cells that are not known for
            another reason than a gap (of what was deleted, say) are told on the card.
    """
    found = []
    gaps, totals = completeness.get("gaps", ()), completeness.get("totals", ())
    if gaps:
        shown = "; ".join(str(gap.get("label") or gap.get("why")) for gap in gaps[:_MOST])
        more = f"; and {len(gaps) - _MOST} more" if len(gaps) > _MOST else ""
        found.append(f"{len(gaps)} gap{'s' * (len(gaps) != 1)}: {shown}{more}.")
    found += [
        f"The control total {total['name']} does not agree: {total.get('why') or total['verdict']}."
        for total in totals
        if total["verdict"] in FAILING
    ]
    if completeness.get("was_cancelled"):
        found.append("The run was cancelled.")
    # A filter that leaves none of what came is a result.
    came = completeness.get("rows") or completeness.get("left_out")
    is_derived = completeness.get("is_derived")
    if not (came or gaps or is_derived or _is_confirmed(completeness)):
        found.append("No row came, and no independent total confirms that there is none.")
    return found


def what_rows_mean(completeness: Mapping[str, Any]) -> str:
    """Return what the number of rows says, one sentence."""
    rows, targets = completeness.get("rows", 0), completeness.get("targets", ())
    totals = completeness.get("totals", ())
    where = f"{len(targets)} place{'s' * (len(targets) != 1)}"
    if completeness.get("is_derived"):
        return f"{rows:,} rows, made of what {where} gave."
    if rows:
        return f"{rows:,} rows from {where}{_confirmed(totals)}."
    outcomes = {target["outcome"] for target in targets}
    if outcomes == {_NOT_ENABLED}:
        return f"No rows: the service is not switched on in {where}. That is not an empty table."
    gaps = outcomes - {"ok", "empty"}
    if gaps:
        said = ", ".join(sorted(gaps))
        return f"Nothing is known: {said} in {where}. That is no statement that there is none."
    if left_out := completeness.get("left_out"):
        return f"None of {left_out:,} rows from {where} is as asked for{_confirmed(totals)}."
    if _is_confirmed(completeness):
        return f"There are none: {where} were asked{_confirmed(totals)}."
    return f"No row came from {where}, and nothing independent confirms that there is none."


def _is_confirmed(completeness: Mapping[str, Any]) -> bool:
    """Tell whether something independent says of each place that answered that there is none."""
    places = {
        total.get("place", "")
        for total in completeness.get("totals", ())
        if total["verdict"] == CONFIRMING[0] and not total.get("listed") and _number(total) == 0
    }
    asked = [t for t in completeness.get("targets", ()) if t["outcome"] in _ANSWERED]
    return bool(places) and len(places) >= len(asked)


def _confirmed(totals: Sequence[Mapping[str, Any]]) -> str:
    """Return what independent totals confirm, over all places, as the end of a sentence."""
    sums: dict[tuple[str, str], int] = {}
    for total in totals:
        number = _number(total)
        if total["verdict"] in CONFIRMING and number is not None:
            key = str(total["name"]), str(total.get("source") or "")
            sums[key] = sums.get(key, 0) + number
    said = [f"{name} {number:,} by {source}" for (name, source), number in sums.items() if source]
    return f"; independent totals agree: {', '.join(said[:_MOST])}" if said else ""


def _number(total: Mapping[str, Any]) -> Any:
    """Return what a total gave last."""
    return total.get("before") if total.get("after") is None else total["after"]
