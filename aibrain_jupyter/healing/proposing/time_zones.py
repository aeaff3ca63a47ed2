"""Times with a zone, which a workbook cannot hold."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Final

from aibrain_jupyter.healing.proposing.findings import Finding, NoFinding
from aibrain_jupyter.healing.proposing.source import Edit
from aibrain_jupyter.shared.texts.exceptions import words_of

if TYPE_CHECKING:
    from aibrain_jupyter.healing.proposing.findings import Operations
    from aibrain_jupyter.healing.proposing.place import Place

_SAID: Final = re.compile(
    r"excel does(?: not|n't) support (datetimes with timezones|timezones in datetimes)"
    r"|doesn't support timezones in datetimes",
    re.I,
)


def zone_in_workbook(place: Place, operations: Operations) -> Finding | NoFinding | None:
    """Read the refusal of a workbook to take times with a zone."""
    error = place.error
    if not isinstance(error, ValueError | TypeError) or not _SAID.search(words_of(error)):
        return None
    writes = [
        node.func
        for node in place.nodes(ast.Call)
        if isinstance(node.func, ast.Attribute) and node.func.attr == "to_excel"
    ]
    if len(writes) != 1 or not place.code.is_exact(writes[0].value):
        return NoFinding(f"line {place.line} does not say plainly which frame is written")
    if not isinstance(writes[0].value, ast.Name):
        return NoFinding("the frame that is written has no name of its own")
    frame = place.value(writes[0].value)
    if type(frame).__name__ != "DataFrame":
        return NoFinding("what is written is not known any more")
    zoned = list(frame.select_dtypes("datetimetz").columns)
    if getattr(frame.index, "tz", None) is not None or not frame.columns.is_unique:
        return NoFinding("it is the index that has a zone, or names of columns come twice")
    if not zoned or not all(isinstance(name, str) for name in zoned):
        return NoFinding("the times are in no column of a type with a zone: single cells have one")
    name = writes[0].value.id
    end = place.code.span(writes[0].value)[1]
    changed = (
        f'.assign(**{{c: {name}[c].dt.tz_convert("UTC").dt.tz_localize(None) '
        f'for c in {name}.select_dtypes("datetimetz")}})'
    )
    return Finding(
        kind="zone-in-workbook",
        what=f"{', '.join(zoned)}: times with a zone are written to a workbook",
        line=writes[0].lineno,
        edits=(Edit(end, end, changed),),
        not_known="Whether readers of the workbook know that its times are UTC: say so in it.",
    )
