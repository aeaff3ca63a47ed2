"""Why a scheduler cannot be used, in words: what Dask raises says little of an address."""

from __future__ import annotations

import asyncio
import ssl
import struct
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.shared.error_handler import ConnectionFailedError, ParameterError

if TYPE_CHECKING:
    from aibrain_jupyter.execution.calls.engines.cluster.address import Address

NO_SCHEDULER: Final = (
    *(OSError, ValueError, TypeError, KeyError, AttributeError, IndexError),
    *(MemoryError, OverflowError, struct.error, AssertionError, ImportError, RuntimeError),
)
"""What comes of an address where nobody answers, or somebody who speaks of something else."""
_WITHOUT: Final = "Without it: --engine local."


def check_files(security: Any, address: Address) -> None:
    """
    Look whether there is a certificate of ours, and can be read, for an address by TLS.
    Raises ParameterError: it is not configured, or its files are not there, or not what they ought
    to be.
    """
    files = {
        "ca-file": security.tls_ca_file,
        "client.cert": security.tls_client_cert,
        "client.key": security.tls_client_key,
    }
    wrong = [
        f"{name} is not set" if not path else f"{name} is {path}, which is not there"
        for name, path in files.items()
        if not (path and Path(path).is_file()) and not (name == "client.key" and not path)
    ]
    if not wrong:
        try:
            security.get_connection_args("client")
        except (ssl.SSLError, OSError, ValueError) as exc:
            wrong = [f"its files do not go together ({type(exc).__name__}: {exc})"]
    if wrong:
        plain = address.url.replace("tls://", "tcp://")
        raise ParameterError(
            f"{address.url} is reached by TLS, and no certificate of ours can be shown there.",
            why="Of distributed.comm.tls " + "; ".join(wrong) + ".",
            next_steps=[
                (
                    "Set them in Dask's configuration, or as DASK_DISTRIBUTED__COMM__TLS__CA_FILE, "
                    "…__TLS__CLIENT__CERT and …__TLS__CLIENT__KEY before the kernel starts."
                ),
                "They come from whoever runs the cluster: its own CA has signed them.",
                *([f"Without TLS, on this machine: {plain}"] if address.is_here else []),
            ],
        )


def unreachable(exc: BaseException, address: Address, seconds: float) -> ConnectionFailedError:
    """Return the error of a scheduler that did not answer within so many seconds, or as one."""
    why, step = _read(_first_of(exc), address, seconds)
    return ConnectionFailedError(
        f"The scheduler at {address.url} cannot be reached.", why=why, next_steps=[step, _WITHOUT]
    )


def _read(cause: BaseException, address: Address, seconds: float) -> tuple[str, str]:
    said = f"{type(cause).__name__}: {cause}" if str(cause) else type(cause).__name__
    other = "tcp" if address.is_safe else "tls"
    if isinstance(cause, ssl.SSLCertVerificationError):
        return (
            f"Its certificate was not signed by the CA of distributed.comm.tls.ca-file ({said}).",
            "Use the CA of this cluster; if you do, somebody else answers there.",
        )
    if isinstance(cause, (TimeoutError, asyncio.CancelledError)):
        return (
            f"Nobody answered as a scheduler within {seconds:.0f} s.",
            "Look whether host and port are the scheduler's, and whether a firewall is between.",
        )
    if isinstance(cause, ConnectionRefusedError) or not _has_answered(cause):
        return said, "Look whether it runs, and whether host and port are right."
    way = "tls" if address.is_safe else "tcp"
    step = f"Look whether it is to be {other}://, and whether the port is the scheduler's own"
    return (
        f"What answers there is no scheduler, or not one by {way} ({said}).",
        f"{step}: it says its address as it starts.",
    )


def _has_answered(cause: BaseException) -> bool:
    """Whether somebody was there: what is no trouble of the way, or a way that was closed."""
    return isinstance(cause, (ssl.SSLError, ConnectionError)) or not isinstance(cause, OSError)


def _first_of(exc: BaseException) -> BaseException:
    while (cause := exc.__cause__ or exc.__context__) is not None:
        exc = cause
    return exc
