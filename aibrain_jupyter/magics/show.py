"""Display something at once, beside the cell's value."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aibrain_jupyter.widgets.blocks import Page


def show(value: Page) -> None:
    """Display a view in the output of the cell that runs now."""
    from IPython.display import display

    display(value)  # type: ignore[no-untyped-call]
