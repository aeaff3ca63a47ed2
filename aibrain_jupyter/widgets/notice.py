"""A short notice: what a session verb did, or what the user should know."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from aibrain_jupyter.shared.verbs.message import Message
from aibrain_jupyter.widgets.blocks import Block, Callout, Page, line, mark_command, strong

if TYPE_CHECKING:
    from collections.abc import Sequence


class Notice(Page):
    """A title and lines below it (read by `mark_command`). A warning carries a ``!``."""

    def __init__(
        self, title: str, lines: Sequence[str] = (), kind: Literal["info", "warning"] = "info"
    ) -> None:
        self._title = f"! {title}" if kind == "warning" else title
        self._lines = tuple(lines)
        self._is_warning = kind == "warning"
        self.label = "Warning" if self._is_warning else "Notice"

    def blocks(self) -> list[Block]:
        """Return the title and the lines, with a bar at their side."""
        inner = (line(strong(self._title)), *(line(mark_command(text)) for text in self._lines))
        return [Callout(inner, label=self._title, is_warning=self._is_warning)]


def drawn(value: Any) -> Any:
    """Return the value of a verb as it is shown: a `Message` as a notice, all else as it is."""
    if not isinstance(value, Message):
        return value
    return Notice(value.title, value.lines, "warning" if value.is_warning else "info")
