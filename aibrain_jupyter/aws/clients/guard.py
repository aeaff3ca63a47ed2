"""
The read-only guard: nothing but reviewed reads leaves a pooled client.

It hangs on every client of the pool, whoever asks for one. First on botocore's first event of a
call, before parameters are looked at and long before anything is signed, so that presigned links
are covered too; and twice more, where something is signed and where a request goes to the wire, for
whoever goes round the client's methods and for those that only sign (RDS's tokens to sign in).
There the request itself is compared with the operation that was checked
(``aws/clients/same_request.py``): a link is signed for that operation and no other.
What it cannot judge it refuses: a table that cannot be read lets nothing pass. The clients botocore
makes for itself to fetch credentials (AssumeRole, SSO) are not pooled and work as before.

The guard keeps mistakes in. The boundary against malice is the role: give the notebook one with
the AWS managed policies SecurityAudit or ViewOnlyAccess.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.aws.clients.current_call import allowed_in_progress, give_up_when_over
from aibrain_jupyter.aws.clients.directory_buckets import is_own_session, read_directory_buckets
from aibrain_jupyter.aws.clients.reads import Access, access_of, is_read, operations, reviewed
from aibrain_jupyter.aws.clients.request_log import log_answers
from aibrain_jupyter.aws.clients.same_request import difference, method_of
from aibrain_jupyter.aws.clients.throttling import pace_client
from aibrain_jupyter.shared.error_handler import (
    OperationRefusedError,
    ParameterError,
    SecretReadRefusedError,
    SensitiveReadRefusedError,
    WriteRefusedError,
    unknown_name,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from botocore.model import OperationModel

__all__ = [
    "allowed_names",
    "check_access",
    "guard_client",
    "is_read",
    "prepare_client",
    "refuse_what_is_never_sent",
]

_CALL: Final = "provide-client-params"
_SIGN: Final = "before-sign"
_WIRE: Final = "before-send"
_WITH_SECRETS: Final = frozenset(
    {
        ("apigateway", "includeValue"),
        ("apigateway", "includeValues"),
        ("logs", "unmask"),
        ("ssm", "WithDecryption"),
    }
)
"""Inputs that make a read hand out secret values."""
_WHY: Final = {
    Access.SENSITIVE_READ: (
        "It gives contents rather than configuration: what people wrote, stored or logged."
    ),
    Access.NEVER: "It hands out secret values, passwords, tokens or links that carry access.",
    Access.WRITE: "It is not on the reviewed list of reads, so it could change something.",
}
_ERRORS: Final[Mapping[Access, type[OperationRefusedError]]] = {
    Access.SENSITIVE_READ: SensitiveReadRefusedError,
    Access.NEVER: SecretReadRefusedError,
    Access.WRITE: WriteRefusedError,
}
_CLI: Final = "Use the AWS CLI or your own boto3 client if you really mean it."


def prepare_client(client: Any) -> None:
    """
    Make `client` send reads only, at the pace the provider allows, and none again for a call
    that is over. The pool does this with each client it makes.
    """
    guard_client(client)
    # Before the next: what counts an answer must see it even if the call is over by then.
    pace_client(client)
    give_up_when_over(client)
    log_answers(client)


def guard_client(client: Any) -> None:
    """
    Make `client` refuse whatever is not a reviewed read.

    A sensitive read passes for a call whose context allows it by name (`AwsCall.allowed`).
    """
    service = client.meta.service_model.service_name
    is_s3 = service == "s3"

    def refuse_call(model: OperationModel, params: Mapping[str, Any], **_: Any) -> None:
        if is_s3 and is_own_session(model.name):
            return
        is_plain = access_of(service, model.name) is Access.READ  # it needs nobody's leave
        allowed = () if is_plain else allowed_in_progress()
        check_access(service, model.name, allowed=allowed, params=params)
        # A newer botocore may make a stream of what was reviewed as a plain answer.
        if model.has_streaming_output and is_read(service, model.name):
            raise _refused(service, model.name, Access.SENSITIVE_READ)

    def refuse_request(event_name: str, request: Any, **_: Any) -> None:
        operation = event_name.rpartition(".")[2]
        if not (is_s3 and is_own_session(operation)):
            is_plain = access_of(service, operation) is Access.READ
            check_access(service, operation, allowed=() if is_plain else allowed_in_progress())
        model = client.meta.service_model.operation_model(operation)
        context = getattr(request, "context", None) or {}
        if context.get("is_presign_request") and request.method != method_of(model):
            warnings.warn(
                f"The link is signed for {method_of(model)}, as {operation} is sent: a guarded "
                f"client signs nothing for {request.method}.",
                stacklevel=2,
            )
            request.method = method_of(model)
        if other := difference(model, request, endpoint=client.meta.endpoint_url):
            raise WriteRefusedError(
                f"{service}:{operation} was not sent.",
                why=f"The request is not the one of this operation: {other}.",
                next_steps=[_CLI],
                facts={"operation": f"{service}:{operation}", "access": Access.WRITE.value},
            )

    if is_s3:
        read_directory_buckets(client)
    events = client.meta.events
    events.register_first(_CALL, refuse_call, unique_id="aibrain-read-only")
    events.register_first(_SIGN, refuse_request, unique_id="aibrain-read-only-sign")
    events.register_first(_WIRE, refuse_request, unique_id="aibrain-read-only-wire")


def check_access(
    service: str,
    operation: str,
    *,
    allowed: Collection[str] = (),
    params: Mapping[str, Any] | None = None,
) -> None:
    """
    Refuse an operation that is not a reviewed read.

    Args:
        service: The service as botocore names it.

        operation: ``ListUsers`` or ``list_users``.

        allowed: Sensitive reads that are allowed, as `allowed_names` gives them.

        params: The operation's inputs; some of them ask for secret values.

    Raises:
        OperationRefusedError: it is refused; nothing was sent.
    """
    access = access_of(service, operation)
    if access is Access.SENSITIVE_READ:
        found = reviewed(service, operation)
        if found is None or f"{service}:{found.name}" not in allowed:
            raise _refused(service, operation, access)
    elif access is not Access.READ:
        raise _refused(service, operation, access)
    for name, value in (params or {}).items():
        if value and (service, name) in _WITH_SECRETS:
            raise _refused(service, operation, Access.NEVER, f" with {name}")


def refuse_what_is_never_sent(service: str, operation: str) -> None:
    """
    Refuse an operation that no ``allow=`` lets pass, whatever its inputs.

    Raises:
        OperationRefusedError: it writes, or it hands out secrets.
    """
    access = access_of(service, operation)
    if access in (Access.WRITE, Access.NEVER):
        raise _refused(service, operation, access)


def allowed_names(service: str, given: Iterable[str]) -> frozenset[str]:
    """
    Return the sensitive reads a user allows, as ``ssm:GetParameter``.

    Args:
        service: The service of names that have none.

        given: ``GetParameter``, ``get_parameter`` or ``ssm:GetParameter``.

    Raises:
        UnknownNameError: no such sensitive read, with the nearest.
        ParameterError: it needs no permission of this kind.
        OperationRefusedError: it can never be allowed.
    """
    return frozenset(_allowed_name(service, name) for name in given)


def _allowed_name(service: str, text: str) -> str:
    of, _, name = text.rpartition(":")
    of = of or service
    found = reviewed(of, name)
    if found is None:
        known = [o.name for o in operations(of).values() if o.access is Access.SENSITIVE_READ]
        steps = ["A write can never be allowed.", f'%aibrain aws_find "{of}" lists what can.']
        raise unknown_name("sensitive read", name, known, of=of, next_steps=steps)
    if found.access is Access.READ:
        raise ParameterError(
            f"{of}:{found.name} is a plain read.", next_steps=["Leave it out of allow."]
        )
    if found.access is not Access.SENSITIVE_READ:
        raise _refused(of, found.name, found.access)
    return f"{of}:{found.name}"


def _refused(service: str, operation: str, access: Access, how: str = "") -> OperationRefusedError:
    found = reviewed(service, operation)
    name = f"{service}:{found.name if found else operation}"
    steps = [_CLI]
    if access is Access.SENSITIVE_READ:
        short = name.partition(":")[2]
        steps = [f"If you mean it, allow it by name: allow={short}. It is recorded with the rows."]
    elif access is Access.NEVER:
        steps.insert(0, "Evidence needs the configuration only: use the operation that describes.")
    return _ERRORS[access](
        f"{name}{how} was not sent.",
        why=_WHY[access],
        next_steps=steps,
        facts={"operation": name, "access": access.value},
    )
