"""
The read-only guard: nothing but reviewed reads leaves a pooled client.

It hangs on botocore's first event of a call, before parameters are looked at and long before
anything is signed, so that presigned links are covered too. The clients botocore makes for
itself to fetch credentials (AssumeRole, SSO) are not pooled and work as before.

The guard keeps mistakes in. The boundary against malice is the role: give the notebook one with
the AWS managed policies SecurityAudit or ViewOnlyAccess.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.aws.giving_up import give_up_when_over
from aibrain_jupyter.aws.rare_throttles import retry_rare_throttles
from aibrain_jupyter.aws.reads import is_read, is_sensitive
from aibrain_jupyter.shared.error_handler import WriteRefusedError

if TYPE_CHECKING:
    from botocore.model import OperationModel

    from aibrain_jupyter.shared.connection_pool import ClientPool

__all__ = ["check_read", "guard_client", "install_guard", "is_read"]

_EVENT: Final = "provide-client-params"
_installing: Final = threading.Lock()


def install_guard(pool: ClientPool) -> None:
    """
    Make every client of `pool` send reads only, lose none of them to a rare throttle, and try
    none again for a call that is over.

    A second time nothing happens. Clients made before are forgotten by the pool, so that nobody
    gets an unguarded one.
    """
    with _installing:  # nobody goes on before the unguarded clients are gone
        if guard_client not in pool.prepare:
            pool.prepare += [guard_client, retry_rare_throttles, give_up_when_over]
            pool.clear()


def guard_client(client: Any) -> None:
    """Make `client` refuse whatever is not a reviewed read."""
    service = client.meta.service_model.service_name

    def refuse_writes(model: OperationModel, **_: Any) -> None:
        check_read(service, model.name)
        if model.has_streaming_output:
            raise _refused(service, model.name)

    client.meta.events.register_first(_EVENT, refuse_writes, unique_id="aibrain-read-only")


def check_read(service: str, operation: str) -> None:
    """
    Refuse an operation that is not a reviewed read.

    Raises:
        WriteRefusedError: it is not; nothing was sent.
    """
    if not is_read(service, operation):
        raise _refused(service, operation)


def _refused(service: str, operation: str) -> WriteRefusedError:
    name = f"{service}:{operation}"
    if is_sensitive(service, operation):
        why = "It hands out secrets, access or contents; evidence needs the configuration only."
    else:
        why = "It is not on the reviewed list of reads, so it could change something."
    return WriteRefusedError(
        f"{name} was not sent.",
        why=why,
        next_steps=["Use the AWS CLI or your own boto3 client if you really mean it."],
        facts={"operation": name},
    )
