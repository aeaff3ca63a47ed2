"""
A frame as a table that can be searched, sorted and paged in the front end: DataTables by itables.

The widget holds the rows, so nothing is fetched and nothing leaves the machine. It is shown beside
the static table, which is all that a saved notebook has and what opens where no kernel runs.

Of what is kept, itables is MIT, needs anywidget alone and brings its 0.7 MB of scripts along;
ipyaggrid is 9 MB and was last released in 2024. The HTML form of itables would put script and data
into the notebook, for whoever opens it to trust; the widget leaves neither there.

A cell goes to the browser as what it is sorted by, if that is another thing, and what it shows,
escaped: an absent one is empty, one that is not known says so and has its reason on hover. No row
is left out in silence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.shared.frames.not_known import NOT_KNOWN, read_reasons
from aibrain_jupyter.shared.imports import import_target
from aibrain_jupyter.shared.texts.utf8 import without_halves
from aibrain_jupyter.widgets.blocks import Page, dotted
from aibrain_jupyter.widgets.html import MUTED, escape, stand_in, style
from aibrain_jupyter.widgets.not_known_cells import frame_html, frame_text
from aibrain_jupyter.widgets.spans import Inline, plural, strong
from aibrain_jupyter.writers.cells import json_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

MOST_BYTES: Final = 1_500_000
"""Of a table's cells. A notebook server drops messages of more than 3 MB in three seconds, and the
widget's own code is 0.7 MB of it."""
_BETWEEN: Final = "\ue000"  # of Unicode's private use: no text of a provider has it
_SHOWN: Final = f"""function (data, type) {{
    const at = data.indexOf("{_BETWEEN}"), shown = data.slice(at + 1);
    const key = data.slice(0, at) || shown;
    if (type === "sort" || type === "type") return KEY;
    return type === "filter" ? shown.replace(/<[^>]*>/g, "") : shown;
}}"""
_AS_NUMBER: Final = _SHOWN.replace("KEY", 'key === "" ? -Infinity : Number(key)')
_AS_TEXT: Final = _SHOWN.replace("KEY", "key")
_NARROW: Final = ".dt-container td {white-space: nowrap} .dt-container {max-width: 100%}"


class TableView:
    """A frame as such a table, `help_of` its columns on hover. Shown by displaying it."""

    def __init__(self, frame: pd.DataFrame, help_of: Mapping[str, str]) -> None:
        self._frame = frame
        self._cells = _cells(frame)
        self.rows_shown = _rows_that_fit(self._cells)
        self._help_of = help_of

    @property
    def summary(self) -> Page:
        """How many rows there are, and in bold how many of them the table does not have."""
        total, shown = len(self._frame), self.rows_shown
        figures = f"{plural(total, 'row')} × {plural(len(self._frame.columns), 'column')}"
        if shown == total:
            return Page("Table", [dotted(figures, "search, sort, page; hover a column's name")])
        missing: Inline = strong(f"only the first {shown:,} are in this table")
        return Page("Table", [dotted(missing, figures, "choose rows or columns to see the others")])

    def widget(self) -> Any:
        """
        Return the widget.

        Raises:
            ToolLoadError: itables is not installed.
        """
        table = import_target("itables.widget:ITable", what="The table view", extra="table")
        script = import_target("itables:JavascriptFunction", what="The table view", extra="table")
        cells = self._cells.head(self.rows_shown)
        numbers = [n for n, dtype in enumerate(self._frame.dtypes) if _is_number(dtype)]
        others = [n for n in range(len(cells.columns)) if n not in numbers]
        renders = ((numbers, _AS_NUMBER, "num"), (others, _AS_TEXT, "string"))
        columns = [
            {"targets": targets, "render": script(code), "type": kind}
            for targets, code, kind in renders
            if targets
        ]
        cells.columns = [self._header(str(name)) for name in cells]
        return table(
            cells.reset_index(drop=True),
            showIndex=False,
            allow_html=True,  # every cell and header is escaped here
            columnDefs=columns,
            css=_NARROW,
            maxBytes=0,
            maxRows=0,
            maxColumns=0,
            scrollX=True,
            text_in_header_can_be_selected=False,  # or a click on a name does not sort
            layout={"topStart": "pageLength", "topEnd": "search"},
        )

    def static_forms(self) -> dict[str, str]:
        """Return the forms that are saved: the table as any frame is drawn."""
        text = frame_text(self._frame)
        html = frame_html(self._frame) or f"<pre>{escape(text)}</pre>"
        return {"text/plain": text, "text/html": stand_in(html)}

    def _header(self, name: str) -> str:
        help_text = self._help_of.get(name, "")
        return f'<span title="{escape(help_text)}">{escape(name)}</span>'


def _cells(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the cells as texts: what to sort by if it is another, `_BETWEEN`, what to show."""
    import pandas as pd

    reasons = frame[NOT_KNOWN].tolist() if NOT_KNOWN in frame else [None] * len(frame)
    unknown = [read_reasons(words) for words in reasons]
    columns = {}
    for number, name in enumerate(frame):
        values = frame.iloc[:, number]
        is_there = values.notna().tolist()
        columns[number] = [
            _not_known(unknown[row][str(name)])
            if str(name) in unknown[row]
            else _cell(value)
            if is_there[row]
            else _BETWEEN
            for row, value in enumerate(values.tolist())
        ]
    found = pd.DataFrame(columns, dtype="str")
    found.columns = frame.columns
    return found


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return f"{int(value)}{_BETWEEN}{str(value).lower()}"
    if isinstance(value, dict | list | int):
        value = json_of(value)
    shown = escape(_moment(value))
    if not shown.isascii():
        shown = without_halves(shown)
    return f"{_BETWEEN}{shown}"


def _moment(value: Any) -> str:
    """Return a time to the second, and everything else as it is."""
    if hasattr(value, "tzinfo") and hasattr(value, "isoformat"):
        return str(value.isoformat(sep=" ", timespec="seconds")).replace("+00:00", "")
    return str(value)


def _not_known(reason: str) -> str:
    css = style(MUTED, "font-style:italic")
    return f'-Infinity{_BETWEEN}<span title="{escape(reason)}"{css}>not known</span>'


def _is_number(dtype: Any) -> bool:
    import pandas as pd

    return pd.api.types.is_numeric_dtype(dtype)


def _rows_that_fit(cells: pd.DataFrame) -> int:
    sizes = sum((cells.iloc[:, n].str.len() + 6 for n in range(cells.shape[1])), start=0)
    return len(cells) if isinstance(sizes, int) else int((sizes.cumsum() <= MOST_BYTES).sum())
