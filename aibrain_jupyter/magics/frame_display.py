"""
How a shell draws DataFrames while the extension is loaded.

Cells that are not known say so, and frames that are made for reading are drawn as pages.

It is registered by name, so pandas is not imported for it. A front end that draws frames itself
(Colab's tables) keeps doing so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd
    from IPython.core.interactiveshell import InteractiveShell

    from aibrain_jupyter.widgets.blocks import Page

_MODULE, _CLASS = "pandas", "DataFrame"
_NAME: Final = f"{_MODULE}.{_CLASS}"


def _html(frame: pd.DataFrame) -> str | None:
    from aibrain_jupyter.widgets.not_known_cells import frame_html

    page = _page(frame)
    return page.html() if page else frame_html(frame)


def _text(frame: pd.DataFrame, printer: Any, cycle: bool) -> None:
    from aibrain_jupyter.widgets.not_known_cells import frame_text

    page = _page(frame)
    with printer.group():
        for number, row in enumerate((page.text() if page else frame_text(frame)).splitlines()):
            if number:
                printer.break_()
            printer.text(row)


def _page(frame: pd.DataFrame) -> Page | None:
    if "aibrain_view" not in frame.attrs:
        return None
    from aibrain_jupyter.widgets.views.frame_view import view_of

    return view_of(frame)


_DRAWN: Final[Mapping[str, Callable[..., Any]]] = {"text/html": _html, "text/plain": _text}


def load(shell: InteractiveShell) -> None:
    """Draw frames; `unload` first."""
    for kind, formatter in _formatters(shell).items():
        if _NAME not in formatter:
            formatter.for_type_by_name(_MODULE, _CLASS, _DRAWN[kind])


def unload(shell: InteractiveShell) -> None:
    """Leave frames to whoever drew them before."""
    for formatter in _formatters(shell).values():
        found = formatter.pop(_NAME, None)
        # By name: after a reload the function may be another one.
        if found is not None and getattr(found, "__module__", "") != __name__:
            formatter.for_type_by_name(_MODULE, _CLASS, found)


def _formatters(shell: InteractiveShell) -> dict[str, Any]:
    if shell.display_formatter is None:
        return {}
    return {kind: shell.display_formatter.formatters[kind] for kind in _DRAWN}
