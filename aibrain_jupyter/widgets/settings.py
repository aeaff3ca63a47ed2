"""The settings in force, and where each came from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aibrain_jupyter.widgets.blocks import Page, Table
from aibrain_jupyter.widgets.spans import code, muted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_DEFAULT = "default"


def settings_page(rows: Sequence[Mapping[str, str]], *, show_sources: bool) -> Page:
    """Return a table of ``Settings.rows()``; `show_sources`: and where the values came from."""
    names = ["setting", "value", *(["source"] if show_sources else []), "help"]
    shown = []
    for row in rows:
        cells = {
            **row,
            "setting": code(row["setting"]),
            # In words: the help says what an empty value means.
            "value": row["value"] or muted("(empty)"),
            "source": muted(_DEFAULT) if row["source"] == _DEFAULT else row["source"],
        }
        shown.append([cells[name] for name in names])
    return Page("Settings", [Table(names, shown, label="Settings")])
