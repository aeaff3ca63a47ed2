"""
Tables with cells that are not known: they say so in their place, muted, instead of ``<NA>``.

A frame is a plain DataFrame, and pandas draws it. Only where a row of it has something in its
column ``not_known`` the named cells are drawn as ``not known (denied)``; the frame itself, its
dtypes and its files stay as they are. Part of a frame without that column is drawn by pandas alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.shared.frames.not_known import NOT_KNOWN, read_reasons
from aibrain_jupyter.widgets.html import MUTED, style

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

PROVENANCE: Final = "aibrain"
"""The attribute of frames that a run has made, and of what is selected from them."""

# Front ends break ids, regions and ARNs at their hyphens: one row then takes the height of four.
_ON_ONE_LINE: Final = (
    '<div class="aibrain-frame"><style>.aibrain-frame td{white-space:nowrap}</style>'
)
_MOST_COLUMNS: Final = 20
# Of Unicode's private use: no text of a provider has them.
_BEGIN: Final = "\ue000"
_END: Final = "\ue001"
_MARKED: Final = re.compile(f"{_BEGIN}([^{_END}<]*){_END}?")  # pandas may have cut the end off


@dataclass(frozen=True, slots=True)
class _Cell:
    words: str

    def __str__(self) -> str:
        return self.words

    __repr__ = __str__


def frame_html(frame: pd.DataFrame) -> str | None:
    """Return the HTML of a frame as pandas makes it; None where pandas is told to make none."""
    marked = _with_marks(frame, f"{_BEGIN}not known ({{reason}}){_END}")
    html: str | None = marked._repr_html_()  # type: ignore[operator]
    if not html:
        return None
    html = _MARKED.sub(rf"<span{style(MUTED, 'font-style:italic')}>\1</span>", html)
    return f"{_ON_ONE_LINE}{html}</div>" if PROVENANCE in frame.attrs else html


def frame_text(frame: pd.DataFrame) -> str:
    """
    Return the text of a frame as pandas makes it.

    In a terminal pandas leaves out the columns between the first and the last ones that fit: of
    our frames account and gaps would be seen and not the answer. They are put below one another,
    as in a notebook.
    """
    import pandas as pd

    marked = _with_marks(frame, "not known ({reason})")
    if PROVENANCE not in frame.attrs or pd.get_option("display.max_columns") != 0:
        return repr(marked)
    with pd.option_context("display.max_columns", _MOST_COLUMNS):
        return repr(marked)


def _with_marks(frame: pd.DataFrame, words: str) -> pd.DataFrame:
    """Return the frame with something that prints as `words` in the cells that are not known."""
    import pandas as pd

    if NOT_KNOWN not in frame or not frame.columns.is_unique or frame[NOT_KNOWN].isna().all():
        return frame
    marks: dict[str, dict[int, _Cell]] = {}
    reasons: list[str | None] = frame[NOT_KNOWN].tolist()
    for place in _places_shown(len(frame)):
        for name, reason in read_reasons(reasons[place]).items():
            if name in frame:
                marks.setdefault(name, {})[place] = _Cell(words.format(reason=reason))
    shown = frame.copy(deep=False)
    for name, cells in marks.items():
        column: list[Any] = frame[name].astype(object).tolist()
        for place, cell in cells.items():
            column[place] = cell
        shown[name] = pd.Series(column, frame.index, dtype=object)
    return shown


def _places_shown(rows: int) -> Iterable[int]:
    """Return the places of the rows pandas may show: of many the first and the last."""
    import pandas as pd

    most = pd.get_option("display.max_rows")
    if not most or rows <= most:
        return range(rows)
    return (*range(most // 2 + 1), *range(rows - most // 2 - 1, rows))
