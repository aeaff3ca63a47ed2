"""Causes on the way to the service and back: time, certificates, proxies, answers cut off."""

from __future__ import annotations

from typing import Final

from botocore import exceptions as sdk
from botocore.parsers import ResponseParserError

from aibrain_jupyter.shared.causes import Cause
from aibrain_jupyter.shared.error_handler import (
    CallTimeoutError,
    ConnectionFailedError,
    CredentialsError,
    IncompleteAnswerError,
    ThrottledError,
)

_BOTOCORE: Final = "botocore's exceptions"
_UNREACHABLE: Final = "{service} cannot be reached in {place}."
_NETWORK: Final = "Check the network, the VPN and HTTPS_PROXY."
_ENDPOINT: Final = (
    "The endpoint is set to {endpoint} (AWS_ENDPOINT_URL or the profile): check that it is "
    "running, or unset it to reach AWS."
)
_NOT_WHOLE: Final = "The answer to {call} from {place} did not arrive whole."
_CONNECTION: Final = (sdk.ConnectionError, sdk.HTTPClientError, OSError)

NETWORK: Final = (
    Cause(
        name="timed-out-on-the-way",
        error=CallTimeoutError,
        what="{call} got no answer in time in {place}.",
        steps=("Run it again; behind a firewall check the proxy or the VPC endpoint.",),
        is_retry_safe=True,
        source=_BOTOCORE,
        classes=(sdk.ConnectTimeoutError, sdk.ReadTimeoutError, TimeoutError),
    ),
    Cause(
        name="ca-bundle-missing",
        error=CredentialsError,
        what="The list of trusted certificates cannot be read: {ca_bundle}, which is not there.",
        steps=("Correct the path, or unset it to trust what this computer's Python trusts.",),
        source="AWS SDKs Reference Guide, ca_bundle",
        classes=(sdk.SSLError, sdk.HTTPClientError, OSError),
        traits=frozenset({"ca-bundle-missing", "no-file"}),
    ),
    Cause(
        name="ca-bundle-damaged",
        error=CredentialsError,
        what="The list of trusted certificates cannot be read: {ca_bundle}, which is no PEM file.",
        steps=("Put a PEM file there, or unset it to trust what this computer's Python trusts.",),
        source="AWS SDKs Reference Guide, ca_bundle",
        classes=(sdk.SSLError, sdk.HTTPClientError, OSError),
        message=r"no certificate or crl|NO_CERTIFICATE|\[X509|PEM lib|\[errno 21\]|not enough data"
        r"|\[errno 13\]",
        traits=frozenset({"ca-bundle-set"}),
    ),
    Cause(
        name="certificate",
        error=ConnectionFailedError,
        what="The certificate on the way to {call} is not trusted.",
        steps=(
            (
                "If your company inspects TLS, set AWS_CA_BUNDLE=/path/to/its-ca.pem. Never switch "
                "verification off: evidence could come from anyone."
            ),
        ),
        source=_BOTOCORE,
        classes=(sdk.SSLError,),
        message="certificate|self.signed|CERTIFICATE_VERIFY|hostname",
    ),
    Cause(
        name="tls",
        error=ConnectionFailedError,
        what="No encrypted connection to {service} could be made in {place}.",
        steps=(
            "The endpoint is set to {endpoint}: check that it speaks TLS, or write http://.",
            "Check what is on the way: a proxy, a VPN, a firewall that inspects TLS.",
        ),
        source=_BOTOCORE,
        classes=(sdk.SSLError,),
    ),
    Cause(
        name="proxy",
        error=ConnectionFailedError,
        what="The proxy on the way to {service} does not answer.",
        steps=("Check {proxies}; NO_PROXY lists hosts to reach without it.",),
        source=_BOTOCORE,
        classes=(sdk.ProxyConnectionError,),
    ),
    Cause(
        name="proxy-no-url",
        error=ConnectionFailedError,
        what="The proxy that is set on the way to {service} is no URL that can be used.",
        steps=("Check {proxies}: a proxy is written http://host:port.",),
        source="urllib3, ProxySchemeUnknown and LocationParseError",
        classes=(sdk.HTTPClientError, ValueError),
        message="proxy url|proxy scheme|ProxySchemeUnknown|failed to parse:",
    ),
    Cause(
        name="answer-cut-off",
        error=IncompleteAnswerError,
        what=_NOT_WHOLE,
        steps=("Run it again.",),
        is_retry_safe=True,
        source=_BOTOCORE,
        classes=(
            sdk.AwsChunkedWrapperError,
            sdk.ChecksumError,
            sdk.FlexibleChecksumError,
            sdk.IncompleteReadError,
            sdk.PaginationError,
            sdk.ResponseStreamingError,
        ),
    ),
    Cause(
        name="answer-damaged",
        error=IncompleteAnswerError,
        what=_NOT_WHOLE,
        steps=("Run it again; if it stays, look at the proxy on the way.",),
        is_retry_safe=True,
        source="urllib3, DecodeError and IncompleteRead",
        classes=(sdk.HTTPClientError,),
        message=r"DecodeError|content-encoding|IncompleteRead|InvalidChunkLength",
    ),
    Cause(
        name="answer-breaks-off",
        error=IncompleteAnswerError,
        what="The answer to {call} from {place} breaks off.",
        steps=("Run it again; if it stays, check what is between here and AWS (VPN, proxy).",),
        source=_BOTOCORE,
        classes=(ResponseParserError,),
        message=r"no element found|unclosed token|Unterminated|Expecting",
    ),
    Cause(
        name="foreign-answer",
        error=ConnectionFailedError,
        what="Something on the network answered {call} instead of AWS.",
        steps=(
            (
                "Check VPN, proxy and captive portals; with AWS_ENDPOINT_URL set, check what "
                "answers there."
            ),
        ),
        source=_BOTOCORE,
        classes=(ResponseParserError,),
    ),
    Cause(
        name="answer-unreadable",
        error=IncompleteAnswerError,
        what="The answer to {call} from {place} came, but cannot be read.",
        steps=(
            (
                "Run it again; a newer SDK may read it: %pip install -U boto3, then restart the "
                "kernel."
            ),
            "The endpoint is set to {endpoint}: check that what answers there is AWS, or like it.",
        ),
        is_retry_safe=True,
        source="botocore's parsers let faults of single values pass",
        classes=(ValueError, LookupError, TypeError, AttributeError, ArithmeticError),
        came_through=r"^botocore\.parsers:|^botocore\.eventstream:",
    ),
    Cause(
        name="capacity",
        error=ThrottledError,
        what="{call} stayed throttled in {place}.",
        steps=("Run it again with fewer calls at a time, for example --max-parallel 4.",),
        is_retry_safe=True,
        source=_BOTOCORE,
        classes=(sdk.CapacityNotAvailableError,),
    ),
    Cause(
        name="credentials-file",
        error=CredentialsError,
        what="The credentials of {account} cannot be fetched: a file is not there or not readable.",
        steps=("Check the program or file that the profile or the AWS_* variables name.",),
        source="botocore's credential providers",
        classes=(FileNotFoundError, PermissionError, IsADirectoryError, NotADirectoryError),
    ),
    Cause(
        name="endpoint-unreachable",
        error=ConnectionFailedError,
        what=_UNREACHABLE,
        steps=(_ENDPOINT,),
        is_retry_safe=True,
        source=_BOTOCORE,
        classes=_CONNECTION,
        traits=frozenset({"endpoint-set"}),
    ),
    Cause(
        name="host-not-found",
        error=ConnectionFailedError,
        what="{service} has no address in {place}, as far as this network knows.",
        steps=(
            (
                "{service} may not exist in {region}: leave the region out with --regions. A new "
                "service may also be too young for this SDK: %pip install -U boto3 brings its list."
            ),
            f"If other services fail as well: {_NETWORK[0].lower()}{_NETWORK[1:]}",
        ),
        is_retry_safe=True,
        source="no name is registered for a service where it is not offered",
        classes=_CONNECTION,
        traits=frozenset({"name-not-found"}),
    ),
    Cause(
        name="unreachable",
        error=ConnectionFailedError,
        what=_UNREACHABLE,
        steps=(
            _NETWORK,
            "A new service may not exist in this region: %pip install -U boto3 brings its list.",
        ),
        is_retry_safe=True,
        source=_BOTOCORE,
        classes=_CONNECTION,
    ),
)
