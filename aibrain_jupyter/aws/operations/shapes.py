"""An operation as somebody needs it who reads the source of a tool that asks for it."""

from __future__ import annotations

from typing import Any

from aibrain_jupyter.aws.operations.models import (
    find_operation,
    has_operation,
    iam_action,
    paginator,
)
from aibrain_jupyter.shared.tools.provider import OperationShape


def shape_of(service: str, method: str) -> OperationShape | None:
    """Return what the models know of an operation; None: there is none of that name."""
    if not has_operation(service, method):
        return None
    model = find_operation(service, method)
    output = model.output_shape
    entry = paginator(service, model.name)
    rows = _words(entry.get("result_key"))
    return OperationShape(
        name=f"{iam_action(service, model.name).partition(':')[0]}:{model.name}",
        members=tuple(output.members) if output is not None else (),
        # An expression into the answer is no member: what the paginator makes of it is not plain.
        rows=rows if all(map(str.isidentifier, rows)) else (),
        others=_words(entry.get("non_aggregate_keys")),
        tokens=_words(entry.get("input_token")),
        limit=str(entry.get("limit_key") or ""),
        more=(*_words(entry.get("output_token")), *_words(entry.get("more_results"))),
    )


def _words(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value or ())
