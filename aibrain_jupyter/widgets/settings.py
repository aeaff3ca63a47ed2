"""The settings in force, and where each came from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aibrain_jupyter.widgets.blocks import Block, Page, Table, code, muted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_DEFAULT = "default"


class ConfigView(Page):
    """
    A table of settings.

    `rows` are those of ``Settings.rows()``; `show_sources` adds where the values came from.
    """

    label = "Settings"

    def __init__(self, rows: Sequence[Mapping[str, str]], *, show_sources: bool) -> None:
        self._rows = rows
        self._show_sources = show_sources

    def blocks(self) -> list[Block]:
        """Return the table."""
        names = ["setting", "value", *(["source"] if self._show_sources else []), "help"]
        rows = []
        for row in self._rows:
            source = muted(_DEFAULT) if row["source"] == _DEFAULT else row["source"]
            cells = {
                **row,
                "setting": code(row["setting"]),
                # In words: the help says what an empty value means.
                "value": row["value"] or muted("(empty)"),
                "source": source,
            }
            rows.append(tuple(cells[name] for name in names))
        return [Table(tuple(names), tuple(rows), label="Settings")]
