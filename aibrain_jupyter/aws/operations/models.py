"""
What AWS offers, read from the models botocore ships: services, operations, shapes.

No client is made and nothing is sent, so names can be checked and completed
before a run. The models are as new as the installed botocore: a service that
AWS launched later is unknown here until botocore is upgraded.

A service added by botocore needs nothing here.
"""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from botocore import xform_name
from botocore.exceptions import DataNotFoundError, UnknownServiceError
from botocore.model import ServiceModel

from aibrain_jupyter.aws.clients.reads import is_read, reviewed
from aibrain_jupyter.aws.clients.service_data import service_data
from aibrain_jupyter.shared.error_handler import unknown_name
from aibrain_jupyter.shared.texts.names import nearest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from botocore.model import OperationModel

HELP_STEP: Final = "%aibrain help aws_export lists what can be given."


@cache
def _services() -> tuple[str, ...]:
    return tuple(service_data().list_available_services("service-2"))


def services() -> list[str]:
    """Return the names of all services, sorted, as boto3 and the AWS CLI spell them."""
    return list(_services())


@cache
def service_model(service: str) -> ServiceModel:
    """
    Return botocore's model of a service.

    Raises:
        UnknownNameError: no such service, with the nearest that exist.
    """
    found: Any = None
    with suppress(UnknownServiceError):
        found = service_data().load_service_model(service, "service-2")
    if found is None:
        raise unknown_name("service", service, _services(), of="AWS", next_steps=[HELP_STEP])
    return ServiceModel(found, service)


@cache
def _operations(service: str) -> dict[str, str]:
    return {plain_name(name): name for name in service_model(service).operation_names}


def has_operation(service: str, name: str) -> bool:
    """Tell whether the installed botocore has an operation."""
    return service in _services() and plain_name(name) in _operations(service)


def operation_names(service: str) -> list[str]:
    """Return every operation of a service, reads and writes, in snake case, sorted."""
    return sorted(xform_name(name) for name in service_model(service).operation_names)


@cache
def find_operation(service: str, name: str) -> OperationModel:
    """
    Return the model of an operation; its ``name`` is the API's spelling (``ListUsers``).

    Args:
        service: The service's name.

        name: ``list_users``, ``ListUsers`` or ``list-users``.

    Raises:
        UnknownNameError: no such service or operation, with the nearest that exist.
    """
    found = _operations(service).get(plain_name(name))
    if found is None:
        raise unknown_name(
            "operation", name, _offered_names(service), of=service, next_steps=[HELP_STEP]
        )
    return service_model(service).operation_model(found)


@cache
def paginator(service: str, operation: str) -> Mapping[str, Any]:
    """
    Return botocore's paginator entry of an operation (``ListUsers``); empty when it has none.

    The keys used here: ``input_token``, ``output_token``, ``more_results``, ``result_key``.
    """
    try:
        model = service_data().load_service_model(service, "paginators-1")
    except (DataNotFoundError, UnknownServiceError):
        return {}
    found: Mapping[str, Any] = model["pagination"].get(operation, {})
    return found


def iam_action(service: str, operation: str) -> str:
    """
    Return the IAM action an operation needs: ``s3:ListAllMyBuckets`` for s3 ``list_buckets``.

    Source:
        Service Authorization Reference, through the table of ``aws/clients/reads.py``. Of 248
        reads of auditors' interest 15 have no action of their own name.
    """
    model = find_operation(service, operation)
    if found := reviewed(service, model.name):
        return found.action
    return f"{service_model(service).signing_name}:{model.name}"


def suggest_operation(service: str, name: str) -> str:
    """Return the read that is probably meant where `name` is none; empty when unlikely."""
    known = _operations(service)
    for verb in ("", "list", "describe", "get"):
        found = known.get(verb + plain_name(name))
        if found and is_read(service, found):
            return xform_name(found)
    reads = [name for name in operation_names(service) if is_read(service, name)]
    return next(iter(nearest(name, reads, most=1)), "")


def _offered_names(service: str) -> list[str]:
    """Return the operations that may be suggested: those that can be sent, with ``allow=`` too."""
    return [name for name in operation_names(service) if reviewed(service, name)]


def plain_name(name: str) -> str:
    """Return a name as names are compared here: case, ``-`` and ``_`` do not count."""
    return name.lower().replace("-", "").replace("_", "")
