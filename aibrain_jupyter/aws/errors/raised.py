"""
An exception of the SDK that somebody else's code met, explained by the table of causes.

Nobody says where it was asked. What is known is in the client, while the traceback still has it,
and in the exception: an operation, a host, an ARN. What is in neither stays unknown, and is not
taken from the environment, which may have changed since.
"""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from botocore.client import BaseClient
from botocore.exceptions import BotoCoreError, ClientError, WaiterError
from botocore.parsers import ResponseParserError

from aibrain_jupyter.aws.clients.reads import services_with
from aibrain_jupyter.aws.errors.call_site import Somewhere
from aibrain_jupyter.aws.errors.denials import read_denial
from aibrain_jupyter.aws.errors.failures import SDK, WITH_ITS_OWN, functions_of, said_in
from aibrain_jupyter.aws.errors.role_refusals import CREDENTIAL_CALLS
from aibrain_jupyter.aws.errors.translate import SDK_ERRORS, translated_at
from aibrain_jupyter.aws.operations.models import services
from aibrain_jupyter.aws.target import AwsTarget

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aibrain_jupyter.shared.error_handler import AibrainError

_OF_SDK: Final = (BotoCoreError, ClientError, ResponseParserError)
_UNEXPLAINED: Final = ("own-fault", "sdk-fault")
_HOSTS: Final = (
    re.compile(
        r"(?:.+\.)?([a-z0-9-]+?)(?:-fips)?\.([a-z]{2}(?:-[a-z]+)+-\d)\.amazonaws\.com(?:\.cn)?"
    ),
    re.compile(r"(?:.+\.)?([a-z0-9-]+?)()\.amazonaws\.com(?:\.cn)?"),
)
"""Of AWS itself, for service and region, and for the services that have no region."""
_ACCOUNT: Final = re.compile(r"arn:[\w-]+:\w+::(\d{12}):")


def explain_raised(exc: BaseException) -> AibrainError | None:
    """
    Return what an exception of boto3 or botocore means; None: it is none of theirs.

    Args:
        exc: As it was caught, or as it came out of a file. Faults that the SDK lets pass as they
            are (a ``ValueError`` of a setting) are told by their traceback.
    """
    if isinstance(exc, WaiterError) and (answer := _last_answer(exc)):
        return explain_raised(answer.with_traceback(exc.__traceback__))
    if not _is_of_sdk(exc):
        return None
    found = translated_at(_where(exc), exc)
    if found.facts.get("cause") not in _UNEXPLAINED:
        return found
    # ``S3UploadFailedError`` and others keep what they are about beside them.
    for other in (getattr(exc, "last_exception", None), exc.__context__):
        if isinstance(other, _OF_SDK):
            return explain_raised(other)
    return found if isinstance(exc, _OF_SDK) else None


def _is_of_sdk(exc: BaseException) -> bool:
    if isinstance(exc, _OF_SDK) or _root(type(exc).__module__) in SDK:
        return True
    if not isinstance(exc, SDK_ERRORS):
        return False
    rooms = [_root(function.partition(":")[0]) for function in functions_of(exc)]
    others = [room for room in rooms if room not in sys.stdlib_module_names]
    return others[-1:] != [] and others[-1] in WITH_ITS_OWN and not set(SDK).isdisjoint(others)


def _root(module: str) -> str:
    return module.partition(".")[0]


def _last_answer(exc: WaiterError) -> ClientError | None:
    """Return the refusal that a waiter gave up at."""
    answer = getattr(exc, "last_response", None)
    if not isinstance(answer, dict) or not isinstance(answer.get("Error"), dict):
        return None
    found: Any = ClientError  # its stub knows answers of one shape alone
    return found(answer, "")  # type: ignore[no-any-return]


def _where(exc: BaseException) -> Somewhere:
    client, operation = _client_of(exc)
    kwargs = getattr(exc, "kwargs", None)
    said: Mapping[str, Any] = kwargs if isinstance(kwargs, dict) else {}
    url = str(said.get("endpoint_url") or "")
    service = region = endpoint = ""
    if client is not None:
        service, region = client.meta.service_model.service_name, client.meta.region_name or ""
        url = client.meta.endpoint_url
    if host := next(filter(None, (one.fullmatch(_host(url)) for one in _HOSTS)), None):
        service = service or (host[1] if host[1] in services() else "")
        region = region or host[2]
    else:
        endpoint = url
    operation = operation or str(getattr(exc, "operation_name", said.get("operation_name")) or "")
    service = service or _service_with(operation)
    message = str(said_in(exc, "Error").get("Message") or "")
    account = _ACCOUNT.match(read_denial(message).who)
    target = AwsTarget(
        account=account[1] if account else "",
        region=region or str(said.get("region_name") or ""),
        endpoint=endpoint,
    )
    return Somewhere(service or str(said.get("service_name") or ""), operation, target)


def _service_with(operation: str) -> str:
    """Return the one service that has an operation; empty where it is not only one."""
    if action := CREDENTIAL_CALLS.get(operation):
        return action.partition(":")[0]
    having = services_with(operation) if operation else ()
    return having[0] if len(having) == 1 else ""


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _client_of(exc: BaseException) -> tuple[BaseClient | None, str]:
    """Return the client that was asked, and the operation, while the traceback has them."""
    step = exc.__traceback__
    while step is not None:
        names = step.tb_frame.f_locals
        is_clients = step.tb_frame.f_globals.get("__name__") == "botocore.client"
        if is_clients and isinstance(names.get("self"), BaseClient) and "operation_name" in names:
            return names["self"], str(names["operation_name"])
        step = step.tb_next
    return None, ""
