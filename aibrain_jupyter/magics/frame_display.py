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
_BEFORE: Final = "pre_run_cell"


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
    """
    Draw frames from the next cell on; `unload` first.

    IPython makes its formatters when they are first needed, which costs a third of all that loading
    the extension does. A frame that the cell of ``%load_ext`` itself asks us for: `load_now`.
    """
    if _has_formatters(shell):
        load_now(shell)
    else:
        shell.events.register(_BEFORE, _first_cell(shell))


def load_now(shell: InteractiveShell) -> None:
    """Draw frames in this cell already."""
    _forget_first_cell(shell)
    for kind, formatter in _formatters(shell).items():
        if _NAME not in formatter:
            formatter.for_type_by_name(_MODULE, _CLASS, _DRAWN[kind])


def unload(shell: InteractiveShell) -> None:
    """Leave frames to whoever drew them before."""
    _forget_first_cell(shell)
    if not _has_formatters(shell):
        return
    for formatter in _formatters(shell).values():
        found = formatter.pop(_NAME, None)
        # By name: after a reload the function may be another one.
        if found is not None and getattr(found, "__module__", "") != __name__:
            formatter.for_type_by_name(_MODULE, _CLASS, found)


def _first_cell(shell: InteractiveShell) -> Callable[..., None]:
    def draw_frames(info: Any = None) -> None:
        load_now(shell)

    return draw_frames


_FIRST_CELL: Final = "_first_cell.<locals>.draw_frames"


def _forget_first_cell(shell: InteractiveShell) -> None:
    for callback in list(shell.events.callbacks[_BEFORE]):
        if (getattr(callback, "__module__", ""), getattr(callback, "__name__", "")) == (
            __name__,
            "draw_frames",
        ):
            shell.events.unregister(_BEFORE, callback)


def _has_formatters(shell: InteractiveShell) -> bool:
    formatter = shell.display_formatter
    return formatter is not None and formatter.trait_has_value("formatters")


def _formatters(shell: InteractiveShell) -> dict[str, Any]:
    if shell.display_formatter is None:
        return {}
    return {kind: shell.display_formatter.formatters[kind] for kind in _DRAWN}
