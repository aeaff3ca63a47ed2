"""
The inputs of an operation as parameters, and what the user gave as a request.

Names are the API's (``Filters``); any case, ``filters`` and ``instance_ids`` are
understood. Everything botocore would refuse is refused here, before anything
runs. Page tokens are no inputs: paging is done for the user.
"""

from __future__ import annotations

import copy
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Final

from botocore.validate import ParamValidator

from aibrain_jupyter.aws.answers.page_tokens import paging_of
from aibrain_jupyter.aws.operations.models import find_operation, plain_name
from aibrain_jupyter.shared.error_handler import ParameterError, unknown_name
from aibrain_jupyter.shared.tools.params import REQUIRED, Param

if TYPE_CHECKING:
    from collections.abc import Mapping

    from botocore.model import OperationModel, Shape

_TYPES: Final[Mapping[str, type]] = {
    "string": str,
    "character": str,
    "blob": str,
    "timestamp": str,
    "boolean": bool,
    "integer": int,
    "long": int,
    "float": float,
    "double": float,
    "map": dict,
    "list": list,
}


@cache
def input_params(service: str, operation: str) -> tuple[Param, ...]:
    """
    Return the inputs of an operation, required ones first, else in the model's order.

    Raises:
        UnknownNameError: no such service or operation (see `find_operation`).
    """
    model = find_operation(service, operation)
    if model.input_shape is None:
        return ()
    not_given = paging_of(service, model.name).inputs
    required = model.input_shape.required_members
    params = [
        _param(name, shape, is_required=name in required)
        for name, shape in model.input_shape.members.items()
        if name not in not_given
    ]
    return tuple(sorted(params, key=lambda param: not param.is_required))


def request_of(service: str, operation: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """
    Return the request for what the user gave, names as the API spells them.

    `given` are values by name; None stands for "not given".

    Raises:
        UnknownNameError: the operation has no such input.
        ParameterError: an input is missing, given twice, or does not fit.
    """
    # A cell asks for the same when it is read, when it is checked and when it is called.
    if all(type(value) in _KEPT for value in given.values()):
        typed = tuple((name, type(value), value) for name, value in given.items())
        name = find_operation(service, operation).name
        found = _request_of_words(service, name, typed)
        is_flat = all(type(value) in _KEPT for value in found.values())
        return dict(found) if is_flat else copy.deepcopy(found)
    return _request_of(service, operation, given)


_KEPT: Final = frozenset({str, int, bool, type(None)})


@lru_cache(256)
def _request_of_words(
    service: str, operation: str, given: tuple[tuple[str, type, Any], ...]
) -> dict[str, Any]:
    # Types are told apart: to Python True is 1, to the model it is not.
    return _request_of(service, operation, {name: value for name, _, value in given})


def _request_of(service: str, operation: str, given: Mapping[str, Any]) -> dict[str, Any]:
    model = find_operation(service, operation)
    of = f"{service} {model.name}"
    params = {plain_name(param.name): param for param in input_params(service, operation)}
    request: dict[str, Any] = {}
    for name, value in given.items():
        if value is None:
            continue
        param = params.get(plain_name(name))
        if param is None:
            raise _unknown(model, name, [p.name for p in params.values()], of=of)
        if param.name in request:
            raise ParameterError(
                f"{param.name} is given twice.", next_steps=[f"Write it once, as {param.name}."]
            )
        request[param.name] = param.parse(value)
    missing = [p.name for p in params.values() if p.is_required and p.name not in request]
    if missing:
        raise ParameterError(
            f"{of} needs {' and '.join(missing)}.",
            next_steps=[f"Write {missing[0]}=… on the line or {missing[0]}: … in the body."],
            facts={"missing": ",".join(missing)},
        )
    if model.input_shape is not None:
        whole = {**paging_of(service, model.name).fixed, **request}
        report = ParamValidator().validate(whole, model.input_shape)
        if report.has_errors():
            raise ParameterError(f"{of} cannot be asked like that.", why=report.generate_report())
    return request


def _param(name: str, shape: Shape, *, is_required: bool) -> Param:
    item: Any = getattr(shape, "member", None)
    is_many = item is not None and item.type_name not in ("structure", "list", "map")
    kind = item if is_many else shape
    return Param(
        name,
        _TYPES.get(kind.type_name, dict),
        _help(shape),
        default=REQUIRED if is_required else None,
        choices=tuple(getattr(kind, "enum", ())),
        many=is_many,
    )


def _help(shape: Any) -> str:
    """Return what a value looks like: the model's shapes without its prose."""
    if shape.type_name == "list":
        return f"list of {_help(shape.member)}"
    if shape.type_name == "map":
        return f"mapping of {_help(shape.key)} to {_help(shape.value)}"
    if shape.type_name == "structure":
        return "{" + ", ".join(shape.members) + "}"
    return str(shape.type_name)


def _unknown(model: OperationModel, name: str, known: list[str], *, of: str) -> Exception:
    inputs = {} if model.input_shape is None else model.input_shape.members
    if plain_name(name) in map(plain_name, inputs):
        return ParameterError(
            f"{name} is for paging; {of} is read page by page without it.",
            next_steps=[f"Leave {name} out: every page is read."],
        )
    return unknown_name(
        "input",
        name,
        known,
        of=of,
        next_steps=[f"It takes {', '.join(known)}." if known else "It takes none."],
    )
