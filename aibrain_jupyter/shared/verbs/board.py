"""
A board, as data: things to decide about, what there is to see of each, and what can be done.

A tool makes it; a front end shows it, and knows nothing of what the things are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from aibrain_jupyter.shared.verbs.message import Message

    Step = Callable[[str, str, bool], Message]


@dataclass(frozen=True, slots=True)
class Entry:
    """A thing to decide about: its `id`, what it is called, how far it is, and a few words."""

    id: str
    title: str
    state: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """
    What there is to see of an entry: `notices` that nobody may overlook, the first rows (`frame`)
    with what they are (`rows_are`), and sections, each a title and what it says by label.
    """

    notices: tuple[str, ...] = ()
    frame: Any = None
    rows_are: str = ""
    sections: Sequence[tuple[str, Sequence[tuple[str, str]]]] = ()


@dataclass(frozen=True, slots=True)
class Form:
    """
    A field for a text and the steps that take it, by their captions.

    A step gets an entry's id, the text and whether the `switch` is on (empty: there is none), and
    gives what is to be said. It raises an `AibrainError` where it is refused.
    """

    label: str
    steps: Mapping[str, Step]
    switch: str = ""


@dataclass(frozen=True, slots=True)
class Board:
    """
    A board.

    Args:
        title: What is decided about.

        entries: Gives the entries as they are now, always the same ones in the same order.

        sheet: Gives what there is to see of the entry of an id.

        forms: What can be done.

        hints: How the same is done without a widget; lines as in a `Message`.
    """

    title: str
    entries: Callable[[], Sequence[Entry]]
    sheet: Callable[[str], Sheet]
    forms: Sequence[Form] = ()
    hints: tuple[str, ...] = ()
