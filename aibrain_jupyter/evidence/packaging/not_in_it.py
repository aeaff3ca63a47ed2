"""What a package does not have, or not as it was: the first page of its index says it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

from aibrain_jupyter.evidence.decisions.states import APPROVED, RETURNED, code_states, state_of
from aibrain_jupyter.evidence.store.store import INCOMPLETE
from aibrain_jupyter.evidence.verification.item_check import MASKED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from aibrain_jupyter.evidence.packaging.choosing import Choice
    from aibrain_jupyter.evidence.packaging.contents import PackedItem

KINDS: Final = {
    "missing": "Asked for and missing",
    "late": "Collected late",
    "stale": "Too old",
    "not taken": "Saved, and not in this package",
    "not approved": "In this package, and approved by nobody",
    "incomplete": "Incomplete",
    "returned": "Returned by the auditor",
    "excluded": "Excluded on purpose",
    "masked": "Masked for this package",
    "hidden": "Hidden as secrets when it was collected",
    "left out": "Files that were left out",
}
"""The kinds, in the order they are told, and their headings."""
FAILING: Final = ("missing", "late", "stale", "not taken", "not approved", "incomplete", "returned")
"""Kinds that make a package incomplete; the others were decided or belong to it."""


@dataclass(frozen=True, slots=True)
class Lack:
    """
    One thing that a package does not have: its `kind` (of `KINDS`), the `code` it is about, the
    `item` (id) and its `title`, each where there is one, `what` it is, and `why`.
    """

    kind: str
    what: str
    why: str
    code: str = ""
    item: str = ""
    title: str = ""

    def as_record(self) -> dict[str, str]:
        """Return it as JSON has it."""
        return asdict(self)


def lacks_of(choice: Choice, packed: Sequence[PackedItem]) -> list[Lack]:
    """Return everything that is to be told, in the order of `KINDS`."""
    found = [Lack(o.kind, o.what, o.why, o.code, o.item) for o in choice.missing]
    for not_taken in choice.not_taken:
        title = str(not_taken.item.saved.facts.get("title", ""))
        found.append(Lack("not taken", title, not_taken.why, "", not_taken.item.id, title))
    for one in packed:
        for kind, what, why, *code in _of_item(one):
            found.append(
                Lack(kind, what, why, "".join(code), one.item.id, str(one.manifest["title"]))
            )
    order = list(KINDS)
    return sorted(found, key=lambda lack: order.index(lack.kind))


def _of_item(one: PackedItem) -> Iterator[tuple[str, ...]]:
    manifest, state = one.manifest, state_of(one.item)
    if state != APPROVED:
        yield "not approved", f"state: {state}", "it was asked for all the same"
    if one.item.saved.facts["status"] == INCOMPLETE:
        yield "incomplete", "saved incomplete", " ".join(manifest.get("incomplete_because", ()))
    for code, delivery in code_states(one.item).items():
        if delivery == RETURNED:
            yield "returned", f"returned for {code}", _reason(one, str(code.code)), str(code)
    for rule in manifest.get("exclusions", ()):
        if rule["rows"]:
            where = ", ".join(f"{name}={value}" for name, value in rule["where"].items())
            until = f", until {rule['until']}" if rule["until"] else ""
            why = f"{rule['reason']}, decided by {rule['decided_by']}{until}"
            yield "excluded", f"{counted(rule['rows'], 'row')} where {where}, marked", why
    for why, names in _by_why((made.why, made.name) for made in one.made if made.how == MASKED):
        yield "masked", names, why
    if left := manifest.get("masked", {}).get("left_as_they_are"):
        yield "masked", ", ".join(left), "not masked: it was said to name nobody"
    if hidden := manifest.get("secrets", {}).get("hidden", ()):
        yield "hidden", ", ".join(map(str, hidden)), "secrets are never collected"
    for why, names in _by_why((out.why, out.name) for out in one.left_out):
        yield "left out", names, why


def _reason(one: PackedItem, code: str) -> str:
    for event in reversed(one.item.events):
        if event.type == "return" and code in {c["code"] for c in event.facts["of_codes"]}:
            by = event.facts.get("by") or event.actor.get("name", "")
            return f"{event.facts.get('reason', '')} ({by})"
    return ""


def _by_why(pairs: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    names: dict[str, list[str]] = {}
    for why, name in pairs:
        names.setdefault(why, []).append(name)
    for why, found in names.items():
        more = f" and {len(found) - 3} more" if len(found) > 3 else ""
        yield why, ", ".join(found[:3]) + more


def counted(number: int, word: str) -> str:
    """Return a number of things in words: ``1 row``, ``2,000 rows``."""
    return f"{number:,} {word}{'' if number == 1 else 's'}"
