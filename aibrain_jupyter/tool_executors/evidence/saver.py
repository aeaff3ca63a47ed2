"""``--save``: the rows of a run become an item when it has ended; the `Saver` of its run."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from aibrain_jupyter.evidence.decisions.codes import Code, codes_of
from aibrain_jupyter.evidence.decisions.retention import is_held
from aibrain_jupyter.evidence.decisions.states import state_of
from aibrain_jupyter.evidence.saving.card import DEMO
from aibrain_jupyter.evidence.saving.saving import Saving, save_frame
from aibrain_jupyter.evidence.store.default import anchor, default_store
from aibrain_jupyter.shared.verbs.message import Message
from aibrain_jupyter.tool_executors.evidence.before_saving import refuse_secret_words, said_words
from aibrain_jupyter.tool_executors.evidence.known import Known, known_of_run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aibrain_jupyter.evidence.store.store import Item
    from aibrain_jupyter.shared.collected import Collected
    from aibrain_jupyter.tool_executors.evidence.known import Known

_RAW = "raw"


class RunSaver:
    """
    The draft of a run's item: open from before the run until it is saved or dropped.

    The store is opened, and what is said is read, before anything is asked.

    Args:
        codes: What the rows answer.

        tool: The tool's name.

        said: What ``--save-…`` says besides, see `said_words`.
    """

    def __init__(self, codes: Sequence[str], tool: str, **said: str) -> None:
        refuse_secret_words({"--save": " ".join(codes), **said})
        self._codes, self._said = [Code.parse(text) for text in codes], said_words(**said)
        self._store, self._open = default_store(), ExitStack()
        self._draft = self._open.enter_context(self._store.draft(tool))

    @property
    def raw_folder(self) -> str:
        """Where the provider's answers are written while they come."""
        return str(self._draft.folder / _RAW)

    def save(self, collected: Collected) -> Message:
        """Save what the run collected, anchor that, and say so."""
        item = self.keep(collected)
        self.anchor()
        return said_of(item)

    def keep(self, collected: Collected) -> Item:
        """Save what the run collected, and return the item."""
        with self._open:
            known = self._known(collected)
            return save_frame(
                self._store,
                self._draft,
                collected.frame,
                self._saving(known),
                known.sections,
                requests=known.requests,
            )

    def anchor(self) -> None:
        """Anchor what was kept. Raises EvidenceError: it cannot be; what was kept stays."""
        anchor(self._store)

    def drop(self) -> None:
        """Keep nothing."""
        self._open.close()

    def _known(self, collected: Collected) -> Known:
        return known_of_run(collected)

    def _saving(self, known: Known) -> Saving:
        said = {"title": known.title, **self._said}
        return Saving(codes=self._codes, times=known.times, key=known.key, **said)


def said_of(item: Item, *, was_decided: bool = False) -> Message:
    """Return what is to be said of an item as it is now; after a decision, what was decided."""
    state = state_of(item)
    if item.is_purged:
        return Message(f"{item.id} is purged", ("Its tombstone in the ledger is left.",))
    manifest = item.manifest()
    because = tuple(manifest.get("incomplete_because", ()))
    codes = ", ".join(map(str, codes_of(item)))
    lines = [
        f"Answers {codes}." if codes else "It answers no code yet: %aibrain evidence codes",
        _decision(item) if was_decided else manifest.get("completeness", {}).get("statement", ""),
        *because,
        *manifest["times"]["remarks"],
        *manifest.get("notebook", {}).get("remarks", ()),
        DEMO if manifest.get("is_demo") else "",
        "" if was_decided else f"%aibrain evidence show {item.id}: its card",
    ]
    held = ", on hold" if is_held(item) else ""
    is_odd = bool(because or manifest["times"]["remarks"])
    return Message(f"{item.id}: {state}{held}", tuple(filter(None, lines)), is_warning=is_odd)


def _decision(item: Item) -> str:
    """Return the last event in words: ``return for CC6.6 by Dana: a region is missing``."""
    event, facts = item.events[-1], item.events[-1].facts
    codes = ", ".join(str(Code(**fact)) for fact in facts.get("of_codes", ()))
    who, why = facts.get("by", ""), facts.get("reason") or facts.get("text", "")
    words = [event.type, f"for {codes}" if codes else "", f"by {who}" if who else ""]
    return " ".join(filter(None, words)) + (f": {why}" if why else "")
