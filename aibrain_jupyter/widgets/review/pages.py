"""A board as pages: the list of its entries, and what there is to see of one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aibrain_jupyter.shared.error_handler import AibrainError
from aibrain_jupyter.shared.texts.shown import printable
from aibrain_jupyter.widgets.blocks import Block, Bullets, Callout, Heading, Page, Table, line
from aibrain_jupyter.widgets.html import MUTED, escape, style
from aibrain_jupyter.widgets.not_known_cells import frame_html, frame_text
from aibrain_jupyter.widgets.spans import code, mark_command, muted, strong

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aibrain_jupyter.shared.verbs.board import Board, Entry


@dataclass(frozen=True, slots=True)
class Rows:
    """Some rows of a frame, as any frame is drawn; a wide one scrolls by itself."""

    frame: Any

    def text(self) -> str:
        return frame_text(self.frame)

    def html(self) -> str:
        inner = frame_html(self.frame) or f"<pre>{escape(frame_text(self.frame))}</pre>"
        return f'<div class="aibrain-rows"{style("overflow-x:auto")}>{inner}</div>'


@dataclass(frozen=True, slots=True)
class Labelled:
    """Texts by label, a row each; one of several lines keeps them."""

    rows: Sequence[tuple[str, str]]
    label: str

    def text(self) -> str:
        return "\n".join(f"  {label}: {said}".replace("\n", "\n    ") for label, said in self.rows)

    def html(self) -> str:
        cell = "text-align:left;vertical-align:top;border:none;padding:1px 16px 1px 0"
        name = style(cell, "font-weight:normal;white-space:nowrap", MUTED)
        said = style(cell, "white-space:pre-wrap;overflow-wrap:anywhere")
        rows = "".join(
            f'<tr{style("background:none")}><th scope="row"{name}>{escape(label)}</th>'
            f"<td{said}>{escape(text)}</td></tr>"
            for label, text in self.rows
        )
        table = style("border-collapse:collapse;border:none;font-size:inherit")
        return f'<table aria-label="{escape(self.label)}"{table}>{rows}</table>'


def board_page(board: Board, entries: Sequence[Entry], chosen: int = 0) -> Page:
    """Return a board as it is now: its entries, the sheet of the chosen one, what can be done."""
    if not entries:
        return Page(board.title, [line(strong(board.title), ": there are none"), *_hints(board)])
    rows = [(code(one.id), one.title, one.state, one.about) for one in entries]
    table = Table(("item", "title", "state", "what it is"), rows, label=board.title)
    return Page(
        board.title,
        [line(strong(board.title)), table, *sheet_blocks(board, entries[chosen]), *_hints(board)],
    )


def sheet_blocks(board: Board, entry: Entry) -> list[Block]:
    """Return what there is to see of an entry; what cannot be shown says why."""
    head = line(strong(entry.title), muted(f" {entry.id} · {entry.state} · {entry.about}"))
    try:
        sheet = board.sheet(entry.id)
    except AibrainError as exc:
        return [head, error_block(exc)]
    found: list[Block] = [head]
    if sheet.notices:
        notices = [line(f"! {printable(text)}") for text in sheet.notices]
        found.append(Callout(notices, label="Look at this first"))
    found.append(Heading(sheet.rows_are))
    if sheet.frame is not None:
        found.append(Rows(sheet.frame))
    for title, rows in sheet.sections:
        said = [(label, printable(text)) for label, text in rows]
        found += [Heading(title), Labelled(said, title)]
    return found


def error_block(error: AibrainError) -> Callout:
    """Return what was refused, why, and what to do."""
    lines = [line(strong(f"! {error.what}"))]
    lines += [line(error.why)] if error.why else []
    lines += [line(mark_command(f"Next: {step}")) for step in error.next_steps]
    return Callout(lines, label="Refused")


def _hints(board: Board) -> list[Block]:
    if not board.hints:
        return []
    return [Heading("In words"), Bullets([mark_command(hint) for hint in board.hints])]
