"""
Whether a request is the one of the operation that was checked.

The guard judges an operation by its name; what reaches AWS is a method, an address and a body. A
client can be made to sign others under the name of a read (``generate_presigned_url`` takes a
method of its own). So what is signed and sent is compared with the operation's model: method,
action or target, path and sub-resource. Values of parameters are not looked at.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

if TYPE_CHECKING:
    from botocore.model import OperationModel

_JSON: Final = "json"
_FORMS: Final = ("query", "ec2")
_CBOR: Final = "smithy-rpc-v2-cbor"
_LABEL: Final = re.compile(r"\{([^{}+]+)(\+?)\}")
_OF_SIGNATURES: Final = ("x-amz-", "x-id", "awsaccesskeyid", "signature", "expires")
_S3: Final = ("s3",)


def difference(model: OperationModel, request: Any, *, endpoint: str = "") -> str:
    """
    Return in what a request differs from its operation, in words; empty: in nothing.

    Args:
        model: The operation that was checked.

        request: botocore's request, before it is signed or before it is sent.

        endpoint: The endpoint of the client; its path comes before the operation's own.
    """
    if request.method != method_of(model):
        return f"its method is {request.method}, and not {method_of(model)}"
    protocol = model.service_model.resolved_protocol
    url = urlsplit(request.url)
    if protocol == _JSON:
        target = request.headers.get("X-Amz-Target") or ""
        target = target.decode("utf-8", "replace") if isinstance(target, bytes) else str(target)
        return (
            "" if target.rpartition(".")[2] == model.name else f"its target is {target or 'none'}"
        )
    if protocol in _FORMS:
        actions = _actions(request, url.query)
        return "" if actions == {model.name} else f"its action is {', '.join(actions) or 'none'}"
    path = url.path.removeprefix(urlsplit(endpoint).path.rstrip("/")) or "/"
    if protocol == _CBOR:
        return "" if path.endswith(f"/operation/{model.name}") else f"its path is {path}"
    if model.service_model.service_name in _S3:
        return _s3_difference(model, path, url.query)
    return "" if _path(model).fullmatch(path) else "its path is another one"


def method_of(model: OperationModel) -> str:
    """Return the HTTP method of an operation."""
    # CloudSearch is asked by POST: a search may be too long for an address.
    if (model.service_model.service_name, model.name) == ("cloudsearchdomain", "Search"):
        return "POST"
    return str(model.http.get("method", "POST"))


def _s3_difference(model: OperationModel, path: str, query: str) -> str:
    """S3 tells operations of one method apart by sub-resource, and by what the path names."""
    own = _sub_resources_in_query(query)
    needed, allowed = _sub_resources(model)
    if not needed <= own or not own <= needed | allowed:
        return f"it asks for {', '.join(sorted(own)) or 'no sub-resource'}"
    members = model.input_shape.members if model.input_shape else {}
    # The bucket is in the host or first in the path, and may be an ARN with slashes of its own.
    parts = [part for part in path.split("/") if part]
    has_key = len(parts) > 1 and not unquote(parts[0]).startswith("arn:")
    if has_key and "Key" not in members:
        return "its path names an object"
    return ""


@cache
def _sub_resources_of(uri: str) -> frozenset[str]:
    return _sub_resources_in_query(uri.partition("?")[2])


@lru_cache(256)
def _sub_resources_in_query(query: str) -> frozenset[str]:
    names = {name.lower() for name, _ in parse_qsl(query, keep_blank_values=True)}
    return frozenset(name for name in names if not name.startswith(_OF_SIGNATURES))


def _sub_resources(model: OperationModel) -> tuple[frozenset[str], frozenset[str]]:
    # The names tell: S3 and S3 Control have no two operations of one name with other inputs.
    key = (model.service_model.service_name, model.name)
    if key not in _SUB_RESOURCES:
        _SUB_RESOURCES[key] = _sub_resources_in(model)
    return _SUB_RESOURCES[key]


_SUB_RESOURCES: Final[dict[tuple[str, str], tuple[frozenset[str], frozenset[str]]]] = {}


def _sub_resources_in(model: OperationModel) -> tuple[frozenset[str], frozenset[str]]:
    members = model.input_shape.members if model.input_shape else {}
    allowed = frozenset(
        str(shape.serialization.get("name", name)).lower()
        for name, shape in members.items()
        if shape.serialization.get("location") == "querystring"
    )
    return _sub_resources_of(str(model.http.get("requestUri", "/"))), allowed


def _path(model: OperationModel) -> re.Pattern[str]:
    return _pattern(str(model.http.get("requestUri", "/")))


@cache
def _pattern(uri: str) -> re.Pattern[str]:
    path, written, end = uri.partition("?")[0], "", 0
    for label in _LABEL.finditer(path):
        written += re.escape(path[end : label.start()]) + (".+" if label[2] else "[^/]*")
        end = label.end()
    return re.compile(f"{written}{re.escape(path[end:])}/?")


def _actions(request: Any, query: str) -> set[str]:
    """Return every action a form names, in its body and in its address."""
    found = {value for name, value in parse_qsl(query) if name == "Action"}
    for form in (getattr(request, "data", None), getattr(request, "params", None), request.body):
        if isinstance(form, Mapping):
            found |= {_text(value) for name, value in form.items() if _text(name) == "Action"}
        elif form:
            found |= {value for name, value in parse_qsl(_text(form)) if name == "Action"}
    return found


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value or "")
