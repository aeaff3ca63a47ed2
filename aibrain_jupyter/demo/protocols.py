"""
What an AWS request asks for, and how its protocol says no.

The service and the region come from the credential scope of the signature, as moto itself
reads them. The name of a REST operation is looked up in botocore's model by method and path.
An error must have its protocol's own form, or the SDK shows an empty code.
"""

from __future__ import annotations

import io
import json
import re
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Literal
from urllib.parse import parse_qs, parse_qsl
from xml.sax.saxutils import escape

from botocore.exceptions import UnknownServiceError
from botocore.loaders import Loader

if TYPE_CHECKING:
    from collections.abc import Mapping

Protocol = Literal["ec2", "query", "json", "rest-json", "rest-xml", "cbor"]

_SCOPE = re.compile(r"Credential=([^/\s]+)/\d{8}/([^/]+)/([^/]+)/aws4_request")
# Where IAM has another name for it than the signature and the API.
_IAM_PREFIXES: Final = {"monitoring": "cloudwatch"}
_IAM_ACTIONS: Final = {"s3:ListBuckets": "s3:ListAllMyBuckets"}
# Where the signature has another name for it than the API's model.
_MODELS: Final = {"access-analyzer": "accessanalyzer"}
_READ_BODIES: Final = frozenset({"GetComplianceDetailsByConfigRule", "LookupEvents"})
"""JSON operations of which an answer of ours looks at the inputs."""
_REST_XML: Final = frozenset({"s3", "cloudfront", "route53"})


@dataclass(frozen=True, slots=True)
class AwsRequest:
    """A signed request, read from its WSGI environment."""

    access_key_id: str
    region: str
    service: str
    operation: str
    protocol: Protocol
    path: str = "/"
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def action(self) -> str:
        """The IAM action: ``ec2:DescribeInstances``; ``eks:*`` if the operation is not known."""
        action = f"{_IAM_PREFIXES.get(self.service, self.service)}:{self.operation or '*'}"
        return _IAM_ACTIONS.get(action, action)


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer."""

    status: int
    content_type: str
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """A reason to say no, with the code and HTTP status that each protocol gives it."""

    codes: Mapping[str, tuple[int, str]]
    default: tuple[int, str]

    def reply(self, request: AwsRequest, message: str) -> Reply:
        """Return the error in the form of the request's protocol."""
        status, code = self.codes.get(request.protocol, self.default)
        return _error(request.protocol, status, code, message)


DENIED: Final = Refusal(
    {
        "ec2": (403, "UnauthorizedOperation"),
        "query": (403, "AccessDenied"),
        "rest-xml": (403, "AccessDenied"),
        "rest-json": (403, "AccessDeniedException"),
    },
    (400, "AccessDeniedException"),
)
UNKNOWN_KEY: Final = Refusal(
    {
        "ec2": (401, "AuthFailure"),
        "query": (403, "InvalidClientTokenId"),
        "rest-xml": (403, "InvalidAccessKeyId"),
        "rest-json": (403, "UnrecognizedClientException"),
    },
    (400, "UnrecognizedClientException"),
)
# Not a 5xx: an SDK would try it again and again.
NOT_IN_THE_DEMO: Final = Refusal({}, (400, "NotImplemented"))


def read_request(environ: dict[str, Any]) -> AwsRequest | None:
    """Read a request; None if it is not signed. The body stays readable."""
    scope = _SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
    if scope is None:
        return None
    key, region, service = scope.groups()
    protocol, operation, params = _what(environ, service)
    path = environ.get("PATH_INFO", "/")
    return AwsRequest(key, region, service, operation, protocol, path, params)


def xml_reply(request: AwsRequest, namespace: str, inner: str) -> Reply:
    """Return the answer of a query operation: `inner` is the XML inside its result."""
    name = request.operation
    if request.protocol == "ec2":
        body = f"{inner}<requestId>demo</requestId>"
    else:
        metadata = "<ResponseMetadata><RequestId>demo</RequestId></ResponseMetadata>"
        body = f"<{name}Result>{inner}</{name}Result>{metadata}"
    text = f'<{name}Response xmlns="{namespace}">{body}</{name}Response>'
    return Reply(200, "text/xml", text.encode())


def json_reply(value: object) -> Reply:
    """Return the answer of a JSON operation."""
    return Reply(200, "application/json", json.dumps(value).encode())


def _what(environ: dict[str, Any], service: str) -> tuple[Protocol, str, dict[str, Any]]:
    target = environ.get("HTTP_X_AMZ_TARGET", "")
    if target:
        operation = target.rpartition(".")[2]
        return "json", operation, _asked(environ) if operation in _READ_BODIES else {}
    path = environ.get("PATH_INFO", "/")
    if "HTTP_SMITHY_PROTOCOL" in environ:
        return "cbor", path.rpartition("/")[2], {}
    if environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        params = dict(parse_qsl(body.decode()))
        if "Action" in params:
            return "ec2" if service == "ec2" else "query", params["Action"], params
    model = "s3control" if path.startswith("/v20180820/") else service
    operation = _rest_operation(
        model, environ["REQUEST_METHOD"], path, environ.get("QUERY_STRING", "")
    )
    return "rest-xml" if service in _REST_XML else "rest-json", operation, {}


def _asked(environ: dict[str, Any]) -> dict[str, Any]:
    """Return the inputs of a JSON operation; the body stays readable."""
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    found: dict[str, Any] = json.loads(body or b"{}")
    return found


def _rest_operation(service: str, method: str, path: str, query: str) -> str:
    asked = parse_qs(query, keep_blank_values=True)
    found = [
        # The most specific one: ListObjectsV2 over ListObjects, a fixed path over a variable,
        # and ListBuckets over ListDirectoryBuckets, which differ in their host only.
        (len(keys), -pattern.groups, -len(name), name)
        for name, verb, pattern, keys in _rest_routes(service)
        if verb == method and keys <= asked.keys() and pattern.fullmatch(path)
    ]
    return max(found)[-1] if found else ""


@cache
def _rest_routes(service: str) -> list[tuple[str, str, re.Pattern[str], frozenset[str]]]:
    try:
        model = Loader().load_service_model(_MODELS.get(service, service), "service-2")
    except UnknownServiceError:
        return []
    routes = []
    for name, operation in model["operations"].items():
        http = operation.get("http", {})
        path, _, query = http.get("requestUri", "/").partition("?")
        pattern = re.sub(r"\\\{\w+\\\+\\\}", "(.+)", re.escape(path))
        pattern = re.sub(r"\\\{\w+\\\}", "([^/]+)", pattern)
        keys = {*parse_qs(query, keep_blank_values=True), *_required_keys(model, operation)}
        route = re.compile(pattern + "/?")
        routes.append((name, http.get("method", "POST"), route, frozenset(keys)))
    return routes


def _required_keys(model: dict[str, Any], operation: dict[str, Any]) -> list[str]:
    """Return what must be in the query: it tells S3's ListParts from GetObject."""
    shape = model["shapes"].get(operation.get("input", {}).get("shape"), {})
    members = (shape["members"][name] for name in shape.get("required", ()))
    return [m["locationName"] for m in members if m.get("location") == "querystring"]


def _error(protocol: Protocol, status: int, code: str, message: str) -> Reply:
    text = escape(message)
    pair = f"<Code>{code}</Code><Message>{text}</Message>"
    if protocol == "ec2":
        xml = f"<Errors><Error>{pair}</Error></Errors><RequestID>demo</RequestID>"
        return Reply(status, "text/xml", f"<Response>{xml}</Response>".encode())
    if protocol == "query":
        xml = f"<Error><Type>Sender</Type>{pair}</Error><RequestId>demo</RequestId>"
        return Reply(status, "text/xml", f"<ErrorResponse>{xml}</ErrorResponse>".encode())
    if protocol == "rest-xml":
        xml = f"<Error>{pair}<RequestId>demo</RequestId></Error>"
        return Reply(status, "application/xml", xml.encode())
    if protocol == "cbor":
        body = b"\xa2" + b"".join(map(_cbor_text, ("__type", code, "message", message)))
        return Reply(status, "application/cbor", body, (("smithy-protocol", "rpc-v2-cbor"),))
    body = json.dumps({"__type": code, "message": message, "Message": message}).encode()
    return Reply(status, "application/x-amz-json-1.1", body, (("x-amzn-ErrorType", code),))


def _cbor_text(text: str) -> bytes:
    raw = text.encode()
    # RFC 8949, major type 3 with a two-byte length.
    return b"\x79" + len(raw).to_bytes(2, "big") + raw
