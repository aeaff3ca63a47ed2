"""
Causes of this computer and its network, whoever was asked: full disks, missing packages, proxies.

Rows as providers have them (``shared/causes.py``). An error of ours says itself what to do, so of
the row only name and whether to try again count; of an exception that nobody translated, its steps
too. Those of the computer are looked for in what led to the error, the deepest first; those of the
network in their order: what a proxy refused is a matter of the proxy. The latter have the names
that providers' rows have, and say less: nobody knows who was asked.
"""

from __future__ import annotations

import http.client
import socket
import ssl
from typing import TYPE_CHECKING, Final

from urllib3 import exceptions as wire

from aibrain_jupyter.healing.behind import MOST, led_to
from aibrain_jupyter.shared.causes import Cause, Failure, cause_of
from aibrain_jupyter.shared.error_handler import (
    AibrainError,
    CallTimeoutError,
    ConnectionFailedError,
    IncompleteAnswerError,
    ToolLoadError,
)
from aibrain_jupyter.shared.texts.exceptions import words_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

DISK_FULL: Final = "disk-full"

_OF_COMPUTER: Final = (
    Cause(
        name=DISK_FULL,
        error=AibrainError,
        what="There is no room left on the disk.",
        steps=("Free space, or name a folder on another disk, then run the cell again.",),
        source="errno(3): ENOSPC, EDQUOT",
        classes=(OSError,),
        message=r"no space left|errno 28\b|disk quota exceeded|not enough space",
    ),
    Cause(
        name="folder-unusable",
        error=AibrainError,
        what="A file or folder cannot be used.",
        steps=("Name a folder of yours: %aibrain doctor shows which can be written to.",),
        source="errno(3): EACCES, EROFS, ENOTDIR, EISDIR",
        classes=(OSError,),
        # A socket is refused in the same words, but names no file.
        message=r"(?:permission denied|read-only file system|(?:not|is) a directory): b?['\"]",
    ),
    Cause(
        name="package-missing",
        error=ToolLoadError,
        what="A package is not installed.",
        steps=("%pip install the package that is named above, then restart the kernel.",),
        source="Python, ModuleNotFoundError",
        classes=(ModuleNotFoundError,),
    ),
    Cause(
        name="package-too-old",
        error=ToolLoadError,
        what="A package has not what is taken from it.",
        steps=("%aibrain doctor names versions that do not fit; restart after installing others.",),
        source="Python, ImportError",
        classes=(ImportError,),
        # Neither a circular import nor a library of the system is a matter of versions.
        message=r"^(?!.*(?:partially initialized|relative import|shared object|dll load failed))",
    ),
)

_NETWORK: Final = "Check the address, the network, the VPN and HTTPS_PROXY."

_OF_NETWORK: Final = (
    Cause(
        name="proxy",
        error=ConnectionFailedError,
        what="The proxy on the way does not answer, or refuses.",
        steps=("Check HTTPS_PROXY and HTTP_PROXY; NO_PROXY lists hosts to reach without it.",),
        source="urllib3, ProxyError",
        classes=(wire.ProxyError,),
    ),
    Cause(
        name="certificate",
        error=ConnectionFailedError,
        what="A certificate on the way is not trusted.",
        steps=(
            (
                "If your company inspects TLS, set SSL_CERT_FILE=/path/to/its-ca.pem (for AWS: "
                "AWS_CA_BUNDLE). Never switch verification off."
            ),
        ),
        source="Python, ssl.SSLCertVerificationError",
        classes=(ssl.SSLCertVerificationError, ssl.CertificateError),
    ),
    Cause(
        name="tls",
        error=ConnectionFailedError,
        what="No encrypted connection could be made.",
        steps=("Check the address, and what is on the way: a proxy, a VPN, a firewall.",),
        source="Python, ssl.SSLError",
        classes=(ssl.SSLError, wire.SSLError),
    ),
    Cause(
        name="host-not-found",
        error=ConnectionFailedError,
        what="A host has no address, as far as this network knows.",
        steps=(_NETWORK,),
        is_retry_safe=True,
        source="Python, socket.gaierror",
        classes=(socket.gaierror, wire.NameResolutionError),
    ),
    Cause(
        name="unreachable",
        error=ConnectionFailedError,
        what="A host cannot be reached, or the connection to it broke.",
        steps=(_NETWORK,),
        is_retry_safe=True,
        source="errno(3), ECONNREFUSED and others; urllib3",
        classes=(
            ConnectionRefusedError,
            ConnectionResetError,
            ConnectionAbortedError,
            wire.NewConnectionError,
            wire.ProtocolError,
        ),
    ),
    Cause(
        name="unreachable",
        error=ConnectionFailedError,
        what="A host cannot be reached.",
        steps=(_NETWORK,),
        is_retry_safe=True,
        source="errno(3), ENETUNREACH and EHOSTUNREACH",
        classes=(OSError,),
        message=r"network is (?:unreachable|down)|no route to host",
    ),
    Cause(
        name="timed-out-on-the-way",
        error=CallTimeoutError,
        what="A host gave no answer in time.",
        steps=("Run it again; behind a firewall check the proxy.",),
        is_retry_safe=True,
        source="urllib3, TimeoutError",
        # A connection that could not be made is one of urllib3's time-outs, and explained above.
        classes=(wire.TimeoutError,),
    ),
    Cause(
        name="timed-out-on-the-way",
        error=CallTimeoutError,
        what="A host gave no answer in time.",
        steps=("Run it again; behind a firewall check the proxy.",),
        is_retry_safe=True,
        source="errno(3), ETIMEDOUT; Python, socket",
        classes=(TimeoutError,),
        # What was waited for in this process (a future, a task) says nothing of a network.
        message=r"errno 110\b|winerror 10060\b|^TimeoutError: (?:timed out|the read operation)",
    ),
    Cause(
        name="answer-cut-off",
        error=IncompleteAnswerError,
        what="An answer did not arrive whole.",
        steps=("Run it again; if it stays, look at the proxy on the way.",),
        is_retry_safe=True,
        source="urllib3, IncompleteRead and DecodeError",
        classes=(http.client.IncompleteRead, wire.IncompleteRead, wire.DecodeError),
    ),
)
OWN_CAUSES: Final = (*_OF_COMPUTER, *_OF_NETWORK)

FAULT_OF_A_TOOL: Final = "fault-of-tool"
"""An exception of another kind behind an error that has no class of its own."""


def own_cause(error: BaseException) -> Cause | None:
    """Return the row that explains an exception by what led to it; None where none does."""
    for one, was_handled in reversed(list(_behind(error))):
        if isinstance(one, BaseExceptionGroup) and (found := _of_all(one)):
            return found
        rows = _OF_COMPUTER[:1] if was_handled else _OF_COMPUTER
        if found := _of(one, rows):
            return found
    behind = list(led_to(error))
    return next((row for row in _OF_NETWORK if any(_of(one, [row]) for one in behind)), None)


def _of(error: BaseException, rows: Sequence[Cause]) -> Cause | None:
    if isinstance(error, AibrainError):
        return None
    return cause_of(Failure(error, message=words_of(error)), rows)


def _of_all(group: BaseExceptionGroup[BaseException]) -> Cause | None:
    """Return the row that explains every member of a group; None where they differ."""
    causes = [own_cause(member) for member in group.exceptions[:MOST]]
    first = causes[0]
    return first if all(cause is first for cause in causes) else None


def _behind(error: BaseException) -> Iterator[tuple[BaseException, bool]]:
    """
    Yield an exception and those that led to it, each with whether it was only being handled.

    Such a one is mostly no cause: a package was optional, a folder had a substitute. A full disk
    is one still, as nothing that cleans up after it succeeds.
    """
    current: BaseException | None = error
    was_handled = False
    for _ in range(MOST):
        if current is None:
            return
        yield current, was_handled
        if current.__cause__ is not None:
            current = current.__cause__
            continue
        was_handled = True
        current = None if current.__suppress_context__ else current.__context__
