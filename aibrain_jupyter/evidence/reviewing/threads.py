"""
Threads: what is said about an item, one event of the ledger a comment, never changed or removed.

A comment is internal unless it is said for the auditor: internal ones never leave the house, so
nothing for the auditor may answer one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aibrain_jupyter.evidence.decisions.codes import not_purged
from aibrain_jupyter.shared.error_handler import ParameterError, unknown_name
from aibrain_jupyter.shared.texts.shown import printable

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from aibrain_jupyter.evidence.store.ledger import Event
    from aibrain_jupyter.evidence.store.store import Item, Store

COMMENT: Final = "comment"
INTERNAL, AUDITOR = "internal", "auditor"
AUDIENCES: Final = (INTERNAL, AUDITOR)
_LONGEST: Final = 10_000


@dataclass(frozen=True, slots=True)
class Comment:
    """
    What somebody said: the event's `seq`, its `time` (UTC), `who` and `how_known`, for which
    `audience` (`INTERNAL`, `AUDITOR`), the `text`, and the comment it `answers` (None: none).
    """

    seq: int
    time: dt.datetime
    who: str
    how_known: str
    audience: str
    text: str
    answers: int | None = None

    @classmethod
    def of(cls, event: Event) -> Comment:
        """Return the comment that an event is."""
        actor, facts = event.actor, event.facts
        return cls(
            event.seq,
            event.time,
            actor.get("name", ""),
            actor.get("how", ""),
            facts["audience"],
            facts["text"],
            facts.get("answers"),
        )

    def as_fact(self) -> dict[str, str]:
        """Return it as a card has it: what it is, and what it says."""
        answers = f", answers {self.answers}" if self.answers else ""
        audience = "for the auditor" if self.audience == AUDITOR else "internal"
        about = f"{self.seq}, {audience}, {self.who}, {self.time:%Y-%m-%d %H:%M}Z{answers}"
        return {"about": about, "text": self.text}


def comments_of(item: Item) -> tuple[Comment, ...]:
    """Return what was said about an item, first to last."""
    return tuple(Comment.of(event) for event in item.events if event.type == COMMENT)


def comment(
    store: Store,
    item: Item,
    text: str,
    *,
    audience: str = INTERNAL,
    answers: int = 0,
    actor: Mapping[str, str] | None = None,
) -> Event:
    """
    Say something about an item, and return the event.

    Args:
        store: Where the item is.

        item: What it is about.

        text: What is said; line breaks are kept.

        audience: `INTERNAL`, or `AUDITOR`: it goes into packages.

        answers: The `seq` of a comment on the same item; 0: it answers none.

        actor: Who, and how they are known; None: the user of the operating system.

    Raises:
        EvidenceError: the text looks like it holds a secret, or the item was purged.
        ParameterError: the text is empty, too long, or has characters that steer a terminal;
            there is no such comment, or it is internal and the answer is not.
    """
    said = text.strip().replace("\r\n", "\n")
    if audience not in AUDIENCES:
        raise unknown_name("audience", audience, AUDIENCES)
    if not said or len(said) > _LONGEST or printable(said) != said:
        raise ParameterError(
            "This is no comment.",
            why=f"A comment is printable text of 1 to {_LONGEST:,} characters.",
            next_steps=[f'%aibrain evidence comment {item.id} "what is to be said"'],
        )
    facts: dict[str, str | int] = {"text": said, "audience": audience}
    with store.deciding(item) as now:
        not_purged(now)
        if answers:
            _refuse_answer(now, answers, audience)
            facts["answers"] = answers
        return store.ledger.append(COMMENT, item=item.id, facts=facts, actor=actor)


def _refuse_answer(item: Item, answers: int, audience: str) -> None:
    known = {one.seq: one for one in comments_of(item)}
    if answers not in known:
        raise ParameterError(
            f"{item.id} has no comment {answers}.",
            next_steps=[f"Its comments are: {', '.join(map(str, known)) or 'none'}."],
        )
    if audience == AUDITOR and known[answers].audience == INTERNAL:
        raise ParameterError(
            f"Comment {answers} is internal: nothing for the auditor answers it.",
            next_steps=["Say it without answers=, or leave it internal."],
        )
