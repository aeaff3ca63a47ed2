"""What completion offers for the parameters of ``aws_export``. Nothing is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aibrain_jupyter.aws.clients.reads import Access, access_of
from aibrain_jupyter.aws.operations import models
from aibrain_jupyter.aws.resources.table import find_resource, resource_names

if TYPE_CHECKING:
    from collections.abc import Mapping


def service_values(params: Mapping[str, Any]) -> list[str]:
    """Return the services, for completion."""
    return models.services()


def resource_values(params: Mapping[str, Any]) -> list[str]:
    """Return the curated resources of the service given so far, for completion."""
    return resource_names(params.get("service") or "")


def column_values(params: Mapping[str, Any]) -> list[str]:
    """Return the columns of the resource given so far, for completion."""
    found = find_resource(params.get("service") or "", params.get("resource") or "")
    return [column.name for column in found.columns] if found else []


def operation_values(params: Mapping[str, Any]) -> list[str]:
    """Return the reads of the service given so far, for completion."""
    return _operations_that_are(params.get("service"), Access.READ, Access.SENSITIVE_READ)


def allow_values(params: Mapping[str, Any]) -> list[str]:
    """Return the sensitive reads of the service given so far, for completion."""
    return _operations_that_are(params.get("service"), Access.SENSITIVE_READ)


def _operations_that_are(service: str | None, *access: Access) -> list[str]:
    if service not in models.services():
        return []
    names = models.operation_names(service)
    return [name for name in names if access_of(service, name) in access]
