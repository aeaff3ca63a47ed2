"""``%aibrain table``: a frame that can be searched, sorted and paged where it is shown."""

from aibrain_jupyter.magics.after_cell import show
from aibrain_jupyter.magics.column_help import help_of_columns
from aibrain_jupyter.magics.verbs.export import find_frame
from aibrain_jupyter.magics.verbs.last import find_run, rows_of
from aibrain_jupyter.shared.verbs.verb import Verb, VerbCall
from aibrain_jupyter.widgets.progress.display import has_front_end
from aibrain_jupyter.widgets.progress.output import CellOutput, widget_form
from aibrain_jupyter.widgets.table_view import TableView


def _table(call: VerbCall) -> None:
    name = call.word(0)
    frame = find_frame(name, call.names) if name else rows_of(find_run(""))
    view = TableView(frame, help_of_columns(frame))
    watched = has_front_end()
    if watched:
        show(view.summary)
    CellOutput().put(view.static_forms())
    if watched:
        CellOutput().put(widget_form(view.widget()))


TABLE_VERB = Verb(
    name="table",
    summary="a DataFrame to search, sort and page, its columns explained; static when saved",
    usage=("table [VARIABLE]",),
    run=_table,
    most_words=1,
)
