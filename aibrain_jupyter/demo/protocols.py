"""
What an AWS request asks for, and how its protocol answers and says no.

The service and the region come from the credential scope of the signature, as moto itself
reads them. The name of a REST operation is looked up in botocore's model by method and path.
An error must have its protocol's own form, or the SDK shows an empty code.
"""

from __future__ import annotations

import io
import json
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Literal
from urllib.parse import parse_qs, parse_qsl
from xml.sax.saxutils import escape

from botocore.exceptions import UnknownServiceError
from moto.core.serialize import get_serializer_class
from moto.core.utils import get_service_model
from werkzeug.wrappers import Request, Response

if TYPE_CHECKING:
    from collections.abc import Mapping

    from botocore.model import OperationModel

Protocol = Literal["ec2", "query", "json", "rest-json", "rest-xml", "cbor"]

_SCOPE = re.compile(r"Credential=([^/\s]+)/\d{8}/([^/]+)/([^/]+)/aws4_request")
# Where IAM has another name for it than the signature and the API.
_IAM_PREFIXES: Final = {"monitoring": "cloudwatch"}
_IAM_ACTIONS: Final = {"s3:ListBuckets": "s3:ListAllMyBuckets"}
# Where the signature has another name for it than the API's model.
_MODELS: Final = {"access-analyzer": "accessanalyzer"}
_REST_XML: Final = frozenset({"s3", "cloudfront", "route53"})
_XML_ERRORS: Final = {
    "ec2": "<Response><Errors><Error>{}</Error></Errors><RequestID>demo</RequestID></Response>",
    "query": (
        "<ErrorResponse><Error><Type>Sender</Type>{}</Error>"
        "<RequestId>demo</RequestId></ErrorResponse>"
    ),
    "rest-xml": "<Error>{}<RequestId>demo</RequestId></Error>",
}


@dataclass(frozen=True, slots=True)
class AwsRequest:
    """A signed request, read from its WSGI environment."""

    access_key_id: str
    region: str
    service: str
    operation: str
    protocol: Protocol
    path: str
    body: bytes

    @property
    def action(self) -> str:
        """The IAM action: ``ec2:DescribeInstances``; ``eks:*`` if the operation is not known."""
        action = f"{_IAM_PREFIXES.get(self.service, self.service)}:{self.operation or '*'}"
        return _IAM_ACTIONS.get(action, action)

    @property
    def params(self) -> dict[str, Any]:
        """The inputs of a JSON operation, or the form of a query operation as it was sent."""
        if self.protocol == "json":
            found: dict[str, Any] = json.loads(self.body or b"{}")
            return found
        return dict(parse_qsl(self.body.decode()))


class Reply(Response):
    """A whole answer; one of moto that names no type of content keeps none."""

    default_mimetype = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """A reason to say no, with the code and HTTP status that each protocol gives it."""

    codes: Mapping[str, tuple[int, str]]
    default: tuple[int, str]

    def reply(self, request: AwsRequest, message: str) -> Reply:
        """Return the error in the form of the request's protocol."""
        status, code = self.codes.get(request.protocol, self.default)
        if request.protocol in _XML_ERRORS:
            pair = f"<Code>{code}</Code><Message>{escape(message)}</Message>"
            xml = _XML_ERRORS[request.protocol].format(pair)
            return Reply(xml, status, content_type="application/xml")
        if request.protocol == "cbor":
            body = b"\xa2" + b"".join(map(_cbor_text, ("__type", code, "message", message)))
            return Reply(body, status, {"smithy-protocol": "rpc-v2-cbor"})
        text = json.dumps({"__type": code, "message": message, "Message": message})
        return Reply(text, status, {"x-amzn-ErrorType": code})


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
NOT_FOUND: Final = Refusal({"rest-xml": (404, "NoSuchKey")}, (404, "ResourceNotFoundException"))
# Not a 5xx: an SDK would try it again and again.
NOT_IN_THE_DEMO: Final = Refusal({}, (400, "NotImplemented"))


def read_request(environ: dict[str, Any]) -> AwsRequest | None:
    """Read a request; None if it is not signed. The body stays readable."""
    asked = Request(environ, populate_request=False)
    scope = _SCOPE.search(asked.headers.get("Authorization", ""))
    if scope is None:
        return None
    key, region, service = scope.groups()
    body = asked.get_data()
    environ["wsgi.input"] = io.BytesIO(body)
    protocol, operation = _what(asked, service, body)
    return AwsRequest(key, region, service, operation, protocol, asked.path, body)


def reply_with(request: AwsRequest, result: Mapping[str, Any]) -> Reply:
    """Return `result`, written as boto3 gives it, in the form of the request's protocol."""
    model = get_service_model(_MODELS.get(request.service, request.service))
    serializer = get_serializer_class(model.service_name, request.protocol)
    made = serializer(model.operation_model(request.operation)).serialize(result)
    return Reply(made["body"], made["status_code"], made["headers"])


def _what(asked: Request, service: str, body: bytes) -> tuple[Protocol, str]:
    target = asked.headers.get("X-Amz-Target", "")
    if target:
        return "json", target.rpartition(".")[2]
    if "Smithy-Protocol" in asked.headers:
        return "cbor", asked.path.rpartition("/")[2]
    if asked.mimetype == "application/x-www-form-urlencoded":
        action = dict(parse_qsl(body.decode())).get("Action")
        if action:
            return "ec2" if service == "ec2" else "query", action
    return "rest-xml" if service in _REST_XML else "rest-json", _rest_operation(asked, service)


def _rest_operation(asked: Request, service: str) -> str:
    found = [
        # The most specific one: ListObjectsV2 over ListObjects, a fixed path over a variable,
        # and ListBuckets over ListDirectoryBuckets, which differ in their host only.
        (len(keys), -pattern.groups, -len(name), name)
        for name, verb, pattern, keys in _rest_routes(
            "s3control" if asked.path.startswith("/v20180820/") else service
        )
        if verb == asked.method and keys <= asked.args.keys() and pattern.fullmatch(asked.path)
    ]
    return max(found)[-1] if found else ""


@cache
def _rest_routes(service: str) -> list[tuple[str, str, re.Pattern[str], frozenset[str]]]:
    try:
        model = get_service_model(_MODELS.get(service, service))
    except UnknownServiceError:
        return []
    return [_rest_route(model.operation_model(name)) for name in model.operation_names]


def _rest_route(operation: OperationModel) -> tuple[str, str, re.Pattern[str], frozenset[str]]:
    """Return name, method, path and what must be in the query: ListParts is no GetObject."""
    path, _, query = operation.http.get("requestUri", "/").partition("?")
    pattern = re.sub(r"\\\{\w+\\\+\\\}", "(.+)", re.escape(path))
    pattern = re.sub(r"\\\{\w+\\\}", "([^/]+)", pattern)
    keys = {*parse_qs(query, keep_blank_values=True)}
    if operation.input_shape is not None:
        members = operation.input_shape.members
        required = (members[name].serialization for name in operation.input_shape.required_members)
        keys |= {said["name"] for said in required if said.get("location") == "querystring"}
    route = re.compile(pattern + "/?")
    return operation.name, operation.http.get("method", "POST"), route, frozenset(keys)


def _cbor_text(text: str) -> bytes:
    raw = text.encode()
    # RFC 8949, major type 3 with a two-byte length.
    return b"\x79" + len(raw).to_bytes(2, "big") + raw
