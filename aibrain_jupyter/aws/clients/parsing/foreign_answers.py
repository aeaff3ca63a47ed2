"""
No web page is taken for an answer of AWS.

A captive portal or a proxy answers with status 200 and a page of its own. botocore then finds
none of the members it looks for and returns an empty answer: to us that would be an account with
no keys, no functions, no buckets. Measured with botocore 1.44.5: so it goes for the JSON
services, S3 and EC2. An answer without a body reads the same to it: an S3 without buckets.
Every pooled client gets this check before the answer is parsed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from botocore.model import OperationModel

_PAGE: Final = (b"<html", b"<!doctype html")
_JSON: Final = ("json", "rest-json")


def refuse_foreign_answers(client: Any) -> None:
    """Make `client` raise botocore's ``ResponseParserError`` for an answer that is not AWS's."""
    client.meta.events.register("before-parse", _check, unique_id="aibrain-foreign-answers")


def _check(operation_model: OperationModel, response_dict: Mapping[str, Any], **_: Any) -> None:
    body = response_dict["body"]
    if response_dict["status_code"] >= 300 or not isinstance(body, bytes):
        return  # errors are judged by their code; a stream is not read here
    if not _is_in_body(operation_model):
        return
    start = body[:200].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    protocol = operation_model.service_model.resolved_protocol
    is_other = protocol in _JSON and not start.startswith(b"{")
    if not start or start.startswith(_PAGE) or is_other:
        from botocore.parsers import ResponseParserError

        seen = "an empty answer" if not start else f"an answer that begins {start[:15]!r}"
        raise ResponseParserError(
            f"{operation_model.name} got {seen}, which is not what AWS sends."
        )


def _is_in_body(model: OperationModel) -> bool:
    """Tell whether the answer's members are in its body, one by one."""
    shape = model.output_shape
    if shape is None or "payload" in shape.serialization:
        return False
    members = shape.members.values()
    return any("location" not in member.serialization for member in members)
