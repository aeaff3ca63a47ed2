"""A short notice: what a session verb did, or what the user should know."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from aibrain_jupyter.shared.verbs.message import Message
from aibrain_jupyter.widgets.blocks import Callout, Page, line
from aibrain_jupyter.widgets.spans import mark_command, strong

if TYPE_CHECKING:
    from collections.abc import Sequence


class Notice(Page):
    """A title and lines below it (read by `mark_command`). A warning carries a ``!``."""

    def __init__(
        self, title: str, lines: Sequence[str] = (), kind: Literal["info", "warning"] = "info"
    ) -> None:
        is_warning = kind == "warning"
        title = f"! {title}" if is_warning else title
        inner = [line(strong(title)), *(line(mark_command(text)) for text in lines)]
        label = "Warning" if is_warning else "Notice"
        super().__init__(label, [Callout(inner, label=title, is_warning=is_warning)])


def drawn(value: Any) -> Any:
    """Return the value of a verb as it is shown: a `Message` as a notice, all else as it is."""
    if not isinstance(value, Message):
        return value
    return Notice(value.title, value.lines, "warning" if value.is_warning else "info")
