"""
What AWS offers, read from the models botocore ships: services, operations, shapes.

No client is made and nothing is sent, so names can be checked and completed
before a run. The models are as new as the installed botocore: a service that
AWS launched later is unknown here until botocore is upgraded.

A service added by botocore needs nothing here. An operation whose IAM action is
spelled differently gets a line in `_ACTIONS`.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

from botocore import xform_name
from botocore.exceptions import DataNotFoundError, UnknownServiceError
from botocore.model import ServiceModel

from aibrain_jupyter.aws.catalogue import RESOURCES
from aibrain_jupyter.shared.error_handler import unknown_name
from aibrain_jupyter.shared.names import nearest
from aibrain_jupyter.shared.service_data import service_data

if TYPE_CHECKING:
    from collections.abc import Mapping

    from botocore.model import OperationModel

HELP_STEP: Final = "%aibrain help aws_export lists what can be given."

_PREFIXES: Final[Mapping[str, str]] = {
    # Where the prefix of IAM actions is not the name requests are signed with.
    "cloudcontrol": "cloudformation",
    "cloudwatch": "cloudwatch",
    "resourcegroupstaggingapi": "tag",
}
_ACTIONS: Final[Mapping[str, str]] = {
    # Service Authorization Reference: reads whose IAM action is not named like the operation.
    "accessanalyzer:ListFindingsV2": "access-analyzer:ListFindings",
    "s3:GetBucketAccelerateConfiguration": "s3:GetAccelerateConfiguration",
    "s3:GetBucketAnalyticsConfiguration": "s3:GetAnalyticsConfiguration",
    "s3:GetBucketCors": "s3:GetBucketCORS",
    "s3:GetBucketEncryption": "s3:GetEncryptionConfiguration",
    "s3:GetBucketIntelligentTieringConfiguration": "s3:GetIntelligentTieringConfiguration",
    "s3:GetBucketInventoryConfiguration": "s3:GetInventoryConfiguration",
    "s3:GetBucketLifecycle": "s3:GetLifecycleConfiguration",
    "s3:GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
    "s3:GetBucketMetricsConfiguration": "s3:GetMetricsConfiguration",
    "s3:GetBucketNotificationConfiguration": "s3:GetBucketNotification",
    "s3:GetBucketReplication": "s3:GetReplicationConfiguration",
    "s3:GetObjectLockConfiguration": "s3:GetBucketObjectLockConfiguration",
    "s3:GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
    "s3:HeadBucket": "s3:ListBucket",
    "s3:HeadObject": "s3:GetObject",
    "s3:ListBucketAnalyticsConfigurations": "s3:GetAnalyticsConfiguration",
    "s3:ListBucketIntelligentTieringConfigurations": "s3:GetIntelligentTieringConfiguration",
    "s3:ListBucketInventoryConfigurations": "s3:GetInventoryConfiguration",
    "s3:ListBucketMetricsConfigurations": "s3:GetMetricsConfiguration",
    "s3:ListBuckets": "s3:ListAllMyBuckets",
    "s3:ListMultipartUploads": "s3:ListBucketMultipartUploads",
    "s3:ListObjects": "s3:ListBucket",
    "s3:ListObjectsV2": "s3:ListBucket",
    "s3:ListObjectVersions": "s3:ListBucketVersions",
    "s3:ListParts": "s3:ListMultipartUploadParts",
    "s3control:GetPublicAccessBlock": "s3:GetAccountPublicAccessBlock",
}


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
    if service not in _services():
        raise unknown_name("service", service, _services(), of="AWS", next_steps=[HELP_STEP])
    return ServiceModel(service_data().load_service_model(service, "service-2"), service)


@cache
def _operations(service: str) -> dict[str, str]:
    return {plain_name(name): name for name in service_model(service).operation_names}


def operation_names(service: str) -> list[str]:
    """Return every operation of a service, reads and writes, in snake case, sorted."""
    return sorted(xform_name(name) for name in service_model(service).operation_names)


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
            "operation", name, operation_names(service), of=service, next_steps=[HELP_STEP]
        )
    return service_model(service).operation_model(found)


def resources(service: str) -> list[str]:
    """Return the names of the curated resources of a service, sorted."""
    return sorted(resource.name for resource in RESOURCES if resource.service == service)


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
        Service Authorization Reference. Of 248 reads of auditors' interest 15 have no action
        of their own name; these and their kin are listed, the others are named by the rule
        "signing name, colon, operation".
    """
    model = find_operation(service, operation)
    if service in ("apigateway", "apigatewayv2"):
        return f"apigateway:{model.http['method']}"  # its actions are HTTP methods
    if action := _ACTIONS.get(f"{service}:{model.name}"):
        return action
    prefix = _PREFIXES.get(service) or service_model(service).signing_name
    return f"{prefix}:{model.name}"


def suggest_operation(service: str, name: str) -> str:
    """Return the operation that is probably meant where `name` is none; empty when unlikely."""
    known = _operations(service)
    for verb in ("", "list", "describe", "get"):
        if found := known.get(verb + plain_name(name)):
            return xform_name(found)
    return next(iter(nearest(name, operation_names(service), most=1)), "")


def plain_name(name: str) -> str:
    """Return a name as names are compared here: case, ``-`` and ``_`` do not count."""
    return name.lower().replace("-", "").replace("_", "")
