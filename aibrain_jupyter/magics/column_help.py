"""What the columns of a result mean: for Shift+Tab on it, and for the table view."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from aibrain_jupyter.widgets.blocks import Page

_STAMP: Final = "aibrain"


def help_of_columns(frame: Any) -> dict[str, str]:
    """Return the help of the columns of a run's frame by name; nothing for other frames."""
    from aibrain_jupyter.shared.error_handler import AibrainError
    from aibrain_jupyter.tool_registry import get_tool_registry

    stamp = frame.attrs.get(_STAMP)
    registry = get_tool_registry()
    if not isinstance(stamp, dict) or str(stamp.get("tool")) not in registry:
        return {}
    try:
        given = stamp.get("params")
        asked = {**registry.spec(stamp["tool"]).preset, **(given if type(given) is dict else {})}
        columns = registry.load(stamp["tool"]).reference(asked).columns
    except AibrainError:
        return {}  # a plug-in that has gone since: the frame is shown without
    places = dict.fromkeys(registry.spec(stamp["tool"]).places, "where the row is from")
    return {**places, **{column.name: column.help_with_absent for column in columns}}


def as_text(data: Any) -> list[tuple[str, str]] | None:
    """Return what an inspection of a result says of its columns; None: it is no result."""
    page = _page(data)
    return [(page.label, page.text())] if page else None  # as IPython puts inspections together


def as_html(data: Any) -> list[tuple[str, str]] | None:
    """Return the same as `as_text` as HTML."""
    page = _page(data)
    return [(page.label, page.html())] if page else None


def _page(data: Any) -> Page | None:
    # Since IPython 8.22 the object comes with what else is known of it.
    found, pandas = getattr(data, "obj", data), sys.modules.get("pandas")
    if pandas is None or not isinstance(found, pandas.DataFrame | pandas.Series):
        return None
    if not isinstance(found.attrs.get(_STAMP), dict):
        return None
    helped = help_of_columns(found)
    names = list(found) if isinstance(found, pandas.DataFrame) else [found.name]
    rows = [(str(name), helped[name]) for name in names if name in helped]
    if not rows:
        return None
    from aibrain_jupyter.widgets.blocks import Page, Table, dotted
    from aibrain_jupyter.widgets.spans import code, plural, strong

    stamp = found.attrs[_STAMP]
    size = f"{plural(len(found), 'row')} × {plural(len(names), 'column')}"
    demo = "demo data" if stamp.get("is_demo") else ""
    cells = [(code(name), text) for name, text in rows]
    table = Table(("column", "what it says"), cells, label="Columns")
    first = dotted(strong(type(found).__name__), size, str(stamp.get("run", "")), demo)
    return Page(str(stamp["tool"]), [first, table])
