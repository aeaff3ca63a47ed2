"""
The board as a widget: entries at the left, the chosen one at the right, below it what can be done.

Every part is one that browsers know (a list, text fields, buttons), so Tab, Enter and Space work,
and each has its label. JupyterLab keeps the arrows and letters that are pressed in a list for its
own cells: so there are buttons for the item before and after. Nothing is switched off: what is not
allowed is refused in words, and the field keeps its text. Before the widget there is an output with
the state of the moment, for notebooks that are saved.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.shared.error_handler import AibrainError
from aibrain_jupyter.widgets.blocks import Page, line
from aibrain_jupyter.widgets.html import RULE, escape, stand_in, style
from aibrain_jupyter.widgets.notice import drawn
from aibrain_jupyter.widgets.progress.display import has_front_end
from aibrain_jupyter.widgets.progress.output import CellOutput, widget_form
from aibrain_jupyter.widgets.review.pages import board_page, error_block, sheet_blocks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aibrain_jupyter.shared.verbs.board import Board, Entry, Form, Step

_MOST_LINES: Final = 12
# The front ends' own ring is faint, and their labels stand beside a field and are cut.
_STYLE: Final = """<style>
.aibrain-board :focus-visible{outline:2px solid currentColor!important;outline-offset:1px}
.aibrain-board .widget-label{width:auto!important;text-align:left;flex:none}
.aibrain-board .widget-select select,.aibrain-board textarea{width:100%;box-sizing:border-box}
.aibrain-board .widget-select select{height:auto!important;min-height:0;flex:none}
.aibrain-board .widget-html,.aibrain-board .widget-html-content{min-width:0;width:100%}
.aibrain-board .aibrain-rows td,.aibrain-board .aibrain-rows th{padding:1px 10px 1px 0;
text-align:left;white-space:nowrap;font-weight:normal;border:none}
.aibrain-board .aibrain-rows table{border-collapse:collapse;border:none}
</style>"""


def show_board(board: Board) -> Page | None:
    """Show a board where somebody can use it; elsewhere, or with nothing on it, return its page."""
    entries = board.entries()
    if not entries or not has_front_end():
        return board_page(board, entries)
    BoardPanel(board, entries).show()
    return None


class BoardPanel:
    """The widget of one board."""

    def __init__(self, board: Board, entries: Sequence[Entry]) -> None:
        # Imported when one is shown: no other cell pays for it.
        from ipywidgets import HTML, Button, HBox, Layout, Select, VBox

        self._board, self._entries, self._chosen = board, entries, 0
        self._saved = CellOutput()
        self._list = Select(
            options=self._labels(),
            index=0,
            description=board.title,
            rows=min(_MOST_LINES, max(3, len(entries))),
            layout=Layout(flex_flow="column", height="auto", width="100%", margin="0"),
        )
        self._list.observe(self._choose, "index")
        steps = []
        for caption, by in (("Previous item", -1), ("Next item", 1)):
            steps.append(
                Button(description=caption, layout=Layout(width="auto", margin="6px 8px 0 0"))
            )
            steps[-1].on_click(partial(self._go, by))
        left = VBox([self._list, HBox(steps, layout=Layout(flex_flow="row wrap"))])
        left.layout = Layout(flex="1 1 240px", min_width="220px", overflow="visible")
        whole = Layout(width="100%", margin="0")
        self._detail, self._said = HTML(layout=whole), HTML(layout=whole)
        forms = [part for form in board.forms for part in self._form(form)]
        right = VBox([self._detail, *forms, self._said])
        right.layout = Layout(flex="3 1 480px", min_width="0", overflow="visible")
        self.box = HBox(
            [left, right, HTML(_STYLE, layout=Layout(display="none"))],
            layout=Layout(flex_flow="row wrap", align_items="flex-start", overflow="visible"),
        )
        self.box.layout.grid_gap = "4px 12px"
        self.box.add_class("aibrain-board")

    def show(self) -> None:
        """Show the widget in the cell that runs, and before it what is saved of it."""
        self._draw()
        CellOutput().put(widget_form(self.box))

    def _form(self, form: Form) -> list[Any]:
        from ipywidgets import Button, Checkbox, HBox, Layout, Textarea

        field = Textarea(
            description=form.label,
            rows=2,
            layout=Layout(width="100%", flex_flow="column", height="auto", margin="8px 0 0"),
        )
        switch = Checkbox(description=form.switch, indent=False, layout=Layout(width="auto"))
        buttons = []
        for caption, step in form.steps.items():
            button = Button(
                description=caption, layout=Layout(width="auto", margin="2px 8px 2px 0")
            )
            button.on_click(partial(self._take, step, field, switch))
            buttons.append(button)
        row = [*buttons, *([switch] if form.switch else [])]
        below = Layout(flex_flow="row wrap", align_items="center", overflow="visible")
        return [field, HBox(row, layout=below)]

    def _take(self, step: Step, field: Any, switch: Any, _: Any) -> None:
        """Take a step with the text of its field; what is refused leaves the field as it is."""
        try:
            said = step(self._entries[self._chosen].id, field.value, bool(switch.value))
        except AibrainError as exc:
            self._say(Page("Refused", [error_block(exc)]), "alert")
            return
        field.value, switch.value = "", False
        self._entries = self._board.entries()
        self._relabel()
        self._draw()
        self._say(drawn(said), "status")

    def _go(self, by: int, _: Any) -> None:
        """Choose the entry before or after; at the end of the list it stays."""
        self._list.index = min(max(self._chosen + by, 0), len(self._entries) - 1)

    def _choose(self, change: Any) -> None:
        if change["new"] is None or change["new"] == self._chosen:
            return
        self._chosen = change["new"]
        self._draw()
        entry = self._entries[self._chosen]
        place = f"{self._chosen + 1} of {len(self._entries)}: {entry.title}, {entry.state}"
        self._say(Page("Chosen", [line(place)]), "status")

    def _labels(self) -> list[str]:
        return [f"{one.title} · {one.state} · {one.about}" for one in self._entries]

    def _relabel(self) -> None:
        """Put the states of now into the list; what is chosen stays chosen."""
        self._list.unobserve(self._choose, "index")
        with self._list.hold_sync():
            self._list.options = self._labels()
            self._list.index = self._chosen
        self._list.observe(self._choose, "index")

    def _draw(self) -> None:
        entry = self._entries[self._chosen]
        inner = Page(entry.title, sheet_blocks(self._board, entry)).html()
        box = style(
            f"max-height:30rem;overflow:auto;padding:4px 10px;border:1px solid {RULE}",
            "border-radius:3px;box-sizing:border-box",
        )
        label = f"Item {entry.title}, {entry.state}"
        self._detail.value = (
            f'<div tabindex="0" role="region" aria-label="{escape(label)}"{box}>{inner}</div>'
        )
        page = board_page(self._board, self._entries, self._chosen)
        self._saved.put({"text/plain": page.text(), "text/html": stand_in(page.html())})

    def _say(self, page: Page, role: str) -> None:
        self._said.value = f'<div role="{role}">{page.html()}</div>'
