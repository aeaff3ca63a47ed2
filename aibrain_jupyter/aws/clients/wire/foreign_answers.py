"""
No web page, no proxy's word and no other server's answer is taken for an answer of AWS.

A captive portal, a proxy or a server at another address answers with status 200 and a body of its
own. botocore looks for the members it knows, finds none, and returns an empty answer: to us that
would be an account without keys, a bucket without encryption, a bucket that nobody may read. So
every pooled client looks twice: before an answer is parsed, at what it begins with and at the
root of its XML; after that, at answers without a single member that is known.

A truly empty answer stays one: ``{}`` where the model requires nothing, an XML root of the right
name with nothing in it. What AWS names a root is in the models, what S3 does in `xml_roots.py`.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.aws.clients.wire.xml_roots import OF_S3, S3_ROOTS, is_own

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from botocore.model import OperationModel

_PAGE: Final = (b"<html", b"<!doctype")
_LONGEST_PAGE: Final = max(map(len, _PAGE))
_JSON: Final = ("json", "rest-json")
_CBOR: Final = "smithy-rpc-v2-cbor"
_NO_XML: Final = frozenset({*_JSON, _CBOR})
_CBOR_MAP: Final = range(0xA0, 0xC0)
"""First bytes of a map in CBOR; the empty ones are `_CBOR_EMPTY`."""
_CBOR_EMPTY: Final = (b"\xa0", b"\xbf\xff")
_REQUEST_IDS: Final = ("x-amzn-requestid", "x-amz-request-id")
_ALWAYS: Final = {"s3:GetBucketAcl": "Owner", "s3:GetObjectAcl": "Owner"}
"""Members without which an answer is not one: S3 has no ACL without an owner."""
_NONE_IS_EMPTY: Final = frozenset({"GetAdministratorAccount", "GetMasterAccount"})
"""Operations that answer nothing where there is none, although their models require a member."""
_WORDS: Final = frozenset({"message", "error"})
"""Members, in small letters, that a server's own fault has, too."""
_POLICY: Final = frozenset({"Id", "Statement", "Version"})
_NO_BODY: Final = 204
_PROXY_ASKS: Final = 407
_OF_THE_WAY: Final = (301, 302, 303, 307, 308, _PROXY_ASKS)
"""Statuses that come from what is between here and AWS, mostly."""
_S3: Final = "before-parse.s3.*"
_ROOT: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?.*?\?>\s*|<!--.*?-->\s*|<!DOCTYPE[^>]*>\s*)*<(?:[\w.-]+:)?([\w.-]+)",
    re.S | re.I,
)
_ROOT_BEGINS_IN: Final = 4096
"""Bytes."""
_NOBODYS_ROOTS: Final = frozenset({"html", "error", "errors", "errorresponse"})
"""In small letters: no good answer has them."""


def refuse_foreign_answers(client: Any) -> None:
    """Make `client` raise botocore's ``ResponseParserError`` for an answer that is not AWS's."""
    events = client.meta.events
    is_s3 = client.meta.service_model.service_name == "s3"
    begins = _S3 if is_s3 else "before-parse"
    events.register_first(begins, _check_begin, unique_id="aibrain-foreign-answers")
    if is_s3:
        _come_before_botocore(events)
    events.register_last("after-call", _check_members, unique_id="aibrain-foreign-members")


def _come_before_botocore(events: Any) -> None:
    """Move botocore's check of S3 behind ours: it asks nine times more for what is no XML."""
    from botocore import handlers

    own = getattr(handlers, "_handle_200_error", None)
    if own is not None:
        events.unregister(_S3, own)
        events.register(_S3, own)


def _check_begin(
    operation_model: OperationModel, response_dict: Mapping[str, Any], **_: Any
) -> None:
    body = response_dict["body"]
    if response_dict["status_code"] in _OF_THE_WAY:
        _refuse_the_way(operation_model, response_dict)
    if response_dict["status_code"] >= 300 or not isinstance(body, bytes):
        return  # errors are judged by their code; a stream is not read here
    shape = _body_shape(operation_model)
    if shape is None:
        return
    start = body[:200].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not start:
        if response_dict["status_code"] != _NO_BODY and shape.type_name != "blob":
            raise _foreign(operation_model, "an empty answer")
        return
    if not _may_begin(operation_model, shape, start, response_dict["headers"], body):
        raise _foreign(operation_model, f"an answer that begins {start[:15]!r}")
    if operation_model.service_model.resolved_protocol not in _NO_XML and (
        shape.type_name not in ("string", "blob")
    ):
        root = _root_of(body)
        if root == "Error" and operation_model.service_model.service_name == "s3":
            return  # botocore makes it the error that it is
        if root and _is_anothers(operation_model, root):
            raise _foreign(operation_model, f"an answer whose root is {root!r}")


def _refuse_the_way(model: OperationModel, response_dict: Mapping[str, Any]) -> None:
    """Refuse what a proxy or a portal says; S3's own redirects have an id of its request."""
    status = response_dict["status_code"]
    if status == _PROXY_ASKS:
        raise _foreign(model, "the words of a proxy, 407 Proxy Authentication Required")
    names = {str(name).lower() for name in response_dict["headers"]}
    if names.isdisjoint(_REQUEST_IDS):
        raise _foreign(model, f"a redirect to another address (HTTP status {status})")


def _may_begin(
    model: OperationModel, shape: Any, start: bytes, sent: Mapping[str, str], body: bytes
) -> bool:
    """Tell whether an answer may begin so, by its protocol and by what it consists of."""
    is_page = start[:_LONGEST_PAGE].lower().startswith(_PAGE)
    if shape.type_name in ("string", "blob"):
        if shape.name.lower().endswith("policy"):
            return start.startswith(b"{") and _may_be_policy(body)
        headers = {str(name).lower(): value for name, value in sent.items()}
        if _has_type_of_its_own(model):
            # Contents that somebody put there may be a page; a proxy's has no request id of AWS.
            return not is_page or any(name in headers for name in _REQUEST_IDS)
        is_html = is_page or headers.get("content-type", "").startswith("text/html")
        return not is_html and any(name in headers for name in _REQUEST_IDS)
    if is_page:
        return False
    protocol = model.service_model.resolved_protocol
    if protocol == _CBOR:
        return start[0] in _CBOR_MAP
    if protocol in _JSON:
        begin = b"[" if shape.type_name == "list" else b"{"
        return getattr(shape, "is_document_type", False) or start.startswith(begin)
    return start.startswith(b"<")


def _may_be_policy(body: bytes) -> bool:
    """Tell whether a text may be a policy: JSON that breaks off may, JSON of another kind not."""
    try:
        return not _POLICY.isdisjoint(_keys(body))
    except ValueError:
        return True


def _root_of(body: bytes) -> str:
    """Return the name of an XML document's root, without its namespace; empty: it has none."""
    found = _ROOT.match(body[:_ROOT_BEGINS_IN])
    return found[1].decode("ascii", "replace") if found else ""


def _is_anothers(model: OperationModel, root: str) -> bool:
    """
    Tell whether a root is that of another answer, whatever is in it.

    Of S3, whose roots are all known, that is every other one; elsewhere one of S3's, or one that
    no operation has.
    """
    if root.lower() in _NOBODYS_ROOTS:
        return True
    is_strict = model.service_model.service_name == "s3" and model.name in OF_S3
    return (is_strict or root in S3_ROOTS) and not is_own(model, root)


def _check_members(model: OperationModel, parsed: Any, http_response: Any, **_: Any) -> None:
    if (
        http_response.raw is None
        or http_response.status_code >= 300
        or not isinstance(parsed, dict)
    ):
        return  # not sent at all, or judged by its code
    shape = _body_shape(model)
    if shape is None or shape.type_name != "structure":
        return
    found = _body_members(model, parsed)
    needed = _ALWAYS.get(f"{model.service_model.service_name}:{model.name}", "")
    if needed and needed not in found:
        raise _foreign(model, f"an answer without {needed}")
    if not found:
        _check_empty(model, shape, http_response.content)
    elif {name.lower() for name in found} <= _WORDS and _holds_more(shape, found):
        raise _foreign(model, f"an answer with nothing but {', '.join(sorted(found))}")


def _check_empty(model: OperationModel, shape: Any, body: bytes) -> None:
    """Raise for an answer without a known member that is no empty answer."""
    if not body and model.http.get("responseCode", _NO_BODY) == _NO_BODY:
        return
    if _is_xml(model):
        root = _root_of(body)
        is_empty = is_own(model, root)
        seen = f"an answer whose root is {root!r}"
    elif model.service_model.resolved_protocol == _CBOR:
        is_empty, seen = body in _CBOR_EMPTY, "an answer with none of its members"
    else:
        keys = _keys(body)
        known = {member.serialization.get("name", name) for name, member in shape.members.items()}
        is_empty = not keys or not known.isdisjoint(keys)
        seen = f"an answer with {', '.join(map(repr, sorted(keys)[:3]))}"
    if not is_empty:
        raise _foreign(model, seen)
    if model.name not in _NONE_IS_EMPTY and (missing := _required(shape)):
        raise _foreign(model, f"an answer without {', '.join(sorted(missing)[:3])}")


def _keys(body: bytes) -> set[str]:
    from botocore.parsers import ResponseParserError

    try:
        found = json.loads(body)
    except ValueError as exc:  # the SDK lets it pass as an answer without members
        raise ResponseParserError(f"The answer is no JSON: {exc}") from exc
    return set(found) if isinstance(found, dict) else {type(found).__name__}


def _required(shape: Any) -> set[str]:
    """Return the members an answer must have; of a list that is written flat nothing is left."""
    members = shape.members
    return {
        name
        for name in shape.required_members
        if "location" not in members[name].serialization
        and not members[name].serialization.get("flattened")
    }


def _holds_more(shape: Any, found: Collection[str]) -> bool:
    """Tell whether what an answer is about is not in it: only texts are."""
    texts = all(shape.members[name].type_name == "string" for name in found)
    return texts and any(
        member.type_name in ("list", "map", "structure") for member in shape.members.values()
    )


def _body_shape(model: OperationModel) -> Any:
    """Return the shape of an answer's body; None: it has none, or is a stream."""
    shape: Any = model.output_shape
    if shape is None or model.has_streaming_output or model.has_event_stream_output:
        return None
    if payload := shape.serialization.get("payload"):
        return shape.members[payload]
    if any("location" not in member.serialization for member in shape.members.values()):
        return shape
    return None


def _body_members(model: OperationModel, parsed: Mapping[str, Any]) -> set[str]:
    """Return the members of the body that came."""
    shape: Any = model.output_shape
    if payload := shape.serialization.get("payload"):
        return set(parsed.get(payload) or ())
    members = shape.members
    return {n for n in parsed if n in members and "location" not in members[n].serialization}


def _has_type_of_its_own(model: OperationModel) -> bool:
    shape: Any = model.output_shape
    return any(
        member.serialization.get("location") == "header"
        and member.serialization.get("name", "").lower() == "content-type"
        for member in shape.members.values()
    )


def _is_xml(model: OperationModel) -> bool:
    return model.service_model.resolved_protocol not in _NO_XML


def _foreign(model: OperationModel, seen: str) -> Exception:
    from botocore.parsers import ResponseParserError

    return ResponseParserError(f"{model.name} got {seen}, which is not what AWS sends.")
