"""
Codes: what an item answers, by RFI, by control, or in free words.

They are a list in the ledger, not folders and not copies: one item answers many, and withdrawing
one touches neither the item nor what was said of the others.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.shared.error_handler import EvidenceError, ParameterError
from aibrain_jupyter.shared.texts.shown import printable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aibrain_jupyter.evidence.store.ledger import Event
    from aibrain_jupyter.evidence.store.store import Item, Store

RFI: Final = "rfi"
CONTROL: Final = "control"
_FRAMEWORK: Final = re.compile(r"(?P<framework>[A-Za-z][\w.]*)-(?P<version>\d[\w.]*):(?P<code>.+)")
_LONGEST: Final = 500


@dataclass(frozen=True, slots=True)
class Code:
    """
    A code: `kind` (``rfi``, ``control``), the `code` as it was written, and of which `framework`
    and `version` it is, where that was said.
    """

    kind: str
    code: str
    framework: str = ""
    version: str = ""

    def __str__(self) -> str:
        """As it was written: ``soc2-2017:CC6.1``."""
        return f"{self.framework}-{self.version}:{self.code}" if self.framework else self.code

    @classmethod
    def parse(cls, text: str, kind: str = RFI) -> Code:
        """
        Return the code that a text names.

        Args:
            text: ``RFI-014``, ``CC6.1``, ``soc2-2017:CC6.1``, or free words.

            kind: `RFI` or `CONTROL`; a framework makes it a control.

        Raises:
            ParameterError: it is empty, has what cannot be printed, or more than 500 characters.
        """
        plain = text.strip()
        if not plain or len(plain) > _LONGEST or not _is_line(plain):
            raise ParameterError(
                f"{text[:40]!r} is no code.",
                why=f"A code is one line of 1 to {_LONGEST} printable characters.",
                next_steps=["Write it as the auditor does: RFI-014, CC6.1, '#164 - Reference'."],
            )
        if found := _FRAMEWORK.fullmatch(plain):
            return cls(CONTROL, found["code"].strip(), found["framework"], found["version"])
        return cls(kind, plain)

    def as_fact(self) -> dict[str, str]:
        """Return it as the ledger keeps it."""
        return asdict(self)


def _is_line(text: str) -> bool:
    return printable(text) == text and "\t" not in text and len(text.splitlines()) == 1


def codes_of(item: Item) -> tuple[Code, ...]:
    """Return the codes an item answers now, in the order they were given."""
    found: dict[Code, None] = {}
    for event in item.events:
        for fact in event.facts.get("codes", ()):
            found[Code(**fact)] = None
        for fact in event.facts.get("withdrawn", ()):
            found.pop(Code(**fact), None)
    return tuple(found)


def change_codes(
    store: Store, item: Item, *, add: Iterable[Code] = (), withdraw: Iterable[Code] = ()
) -> Event:
    """
    Give an item further codes, or withdraw some; the item itself stays as it is.

    Raises:
        ParameterError: a code to withdraw is not one of the item's.
    """
    gone, new = tuple(withdraw), tuple(add)
    if not (new or gone):
        raise ParameterError(
            "It is not said which code is added or withdrawn.",
            next_steps=[f"%aibrain evidence codes {item.id} --rfi RFI-014"],
        )
    facts: dict[str, Any] = {
        "codes": [code.as_fact() for code in new],
        "withdrawn": [code.as_fact() for code in gone],
    }
    with store.deciding(item) as current:
        not_purged(current)
        now = codes_of(current)
        for code in gone:
            if code not in now:
                raise ParameterError(
                    f"{item.id} does not answer {code}.",
                    next_steps=[f"Its codes are: {', '.join(map(str, now)) or 'none'}."],
                )
        return store.ledger.append("codes", item=item.id, facts=facts)


def not_purged(item: Item) -> None:
    """Raise an `EvidenceError` where the item was purged: nothing is left to decide about."""
    if item.is_purged:
        raise EvidenceError(f"{item.id} was purged: its tombstone in the ledger is left.")


def named(codes: Iterable[Code], text: str) -> list[Code]:
    """
    Return the codes among `codes` that a text means: one, or a request and a control of one name.

    Raises:
        ParameterError: there is none, or it is a code of several frameworks.
    """
    known = list(codes)
    found = [code for code in known if str(code) == text]
    found = found or [code for code in known if code.code == text]
    if len(names := list(dict.fromkeys(map(str, found)))) > 1:
        raise ParameterError(
            f"{text!r} names {len(names)} of its codes.",
            next_steps=[f"Name one: {', '.join(names)}."],
        )
    if not found:
        raise ParameterError(
            f"{text!r} is not among its codes.",
            next_steps=[f"They are: {', '.join(dict.fromkeys(map(str, known))) or 'none'}."],
        )
    return found
