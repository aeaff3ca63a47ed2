"""What tells one row of an AWS export from another, besides account and region."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.aws.operations.row_keys import key_of_operation
from aibrain_jupyter.aws.resources.populations.declaration import FROM, POPULATION_COLUMNS
from aibrain_jupyter.aws.resources.table import find_resource
from aibrain_jupyter.shared.frames.row_key import NO_KEY, RowKey
from aibrain_jupyter.tool_executors.aws.populations import population_of

if TYPE_CHECKING:
    from collections.abc import Mapping

_WHAT: Final = ("service", "resource", "operation", "rows")
_ALWAYS: Final = tuple(column.name for column in POPULATION_COLUMNS)


def key_of(params: Mapping[str, Any]) -> RowKey:
    """
    Return the key of the rows of an export.

    In a population a name may have been another thing's before; a former one has little but it.
    Rows that were chosen without a column of their key have none.
    """
    key, chosen = _whole_key(params), params.get("columns") or ()
    missing = ", ".join(n for n in key.columns if chosen and n not in (*chosen, *_ALWAYS))
    if missing:
        return RowKey(why=f"The key is not in the data: the rows were chosen without {missing}.")
    return key


def _whole_key(params: Mapping[str, Any]) -> RowKey:
    service, resource, operation, rows = (params.get(name) or "" for name in _WHAT)
    found = find_resource(service, resource)
    if found is None:
        return key_of_operation(service, operation, rows) if service and operation else NO_KEY
    if params.get("population") and (came := population_of(params)):
        others = dict.fromkeys((*found.own_key.columns, *(() if came.is_unique else (FROM.name,))))
        return RowKey.of(came.key, *(f"{name}?" for name in others if name != came.key))
    return found.own_key
