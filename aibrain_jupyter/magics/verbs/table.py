"""``%aibrain table``: a frame that can be searched, sorted and paged where it is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aibrain_jupyter.execution.runs.session import get_session
from aibrain_jupyter.magics.after_cell import show
from aibrain_jupyter.magics.column_help import help_of_columns
from aibrain_jupyter.shared.error_handler import InputError, unknown_name
from aibrain_jupyter.shared.verbs.verb import Verb, VerbCall
from aibrain_jupyter.widgets.progress.display import has_front_end
from aibrain_jupyter.widgets.progress.output import CellOutput, widget_form
from aibrain_jupyter.widgets.table_view import TableView

if TYPE_CHECKING:
    import pandas as pd


def _table(call: VerbCall) -> None:
    frame = _frame_of(call)
    view = TableView(frame, help_of_columns(frame))
    watched = has_front_end()
    if watched:
        show(view.summary)
    CellOutput().put(view.static_forms())
    if watched:
        CellOutput().put(widget_form(view.widget()))


def _frame_of(call: VerbCall) -> pd.DataFrame:
    import pandas as pd

    name = call.word(0)
    if not name:
        last = get_session().last
        if last is None or last.frame is None:
            raise InputError(
                "There are no rows of a last run in this kernel.",
                next_steps=["Name a variable that holds a DataFrame: %aibrain table users"],
            )
        return last.frame
    found = call.names.get(name)
    if issubclass(type(found), pd.DataFrame):
        return found  # type: ignore[return-value]
    frames = [one for one, value in call.names.items() if issubclass(type(value), pd.DataFrame)]
    frames = [one for one in frames if not one.startswith("_")]
    raise unknown_name("DataFrame", name, frames, next_steps=["%aibrain table: the last run's"])


TABLE_VERB = Verb(
    name="table",
    summary="a DataFrame to search, sort and page, its columns explained; static when saved",
    usage=("table [VARIABLE]",),
    run=_table,
    most_words=1,
)
