"""
Causes of the network, whoever was asked: proxies, certificates, names, times, answers cut off.

They have the names that providers' rows have, and say less: nobody knows who was asked. The first
row that fits any of what led to an error explains it, so a refusal of a proxy is one of the proxy.
"""

from __future__ import annotations

import http.client
import socket
import ssl
from typing import Final

from urllib3 import exceptions as wire

from aibrain_jupyter.shared.causes import Cause
from aibrain_jupyter.shared.error_handler import (
    CallTimeoutError,
    ConnectionFailedError,
    IncompleteAnswerError,
)

_NETWORK: Final = "Check the address, the network, the VPN and HTTPS_PROXY."

NETWORK_CAUSES: Final = (
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
