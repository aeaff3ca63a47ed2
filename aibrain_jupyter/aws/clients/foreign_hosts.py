"""
What is not AWS's own: the endpoints a session is told to ask, and answers of somebody else.

Some endpoints have a host that takes no prefix: ``http://127.0.0.1:5000``,
``http://localstack:4566``. The SDK puts something before the host of some operations; all of S3
Control asks for ``<account>.<host>``. ``123456789012.127.0.0.1`` is no host, and botocore's own
setting against prefixes does not reach those that come from a service's endpoint rules.

No web page is taken for an answer of AWS. A captive portal or a proxy answers with status 200 and
a page of its own. botocore then finds none of the members it looks for and returns an empty
answer: to us that would be an account with no keys, no functions, no buckets. Measured with
botocore 1.44.5: so it goes for the JSON services, S3 and EC2. An answer without a body reads the
same to it: an S3 without buckets. Every pooled client gets this check before the answer is parsed.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from botocore.model import OperationModel

_PAGE: Final = (b"<html", b"<!doctype html")
_JSON: Final = ("json", "rest-json")


def configured_endpoint(core: Any, service: str) -> str:
    """
    Return the endpoint URL as botocore looks it up, empty when none is configured.

    Service before all, environment before file.
    """
    if core.get_config_variable("ignore_configured_endpoint_urls"):
        return ""
    settings = core.get_scoped_config()
    named = core.full_config.get("services", {}).get(settings.get("services", ""), {})
    of_service: tuple[Any, Any] = (None, None)
    if service and (named or any(key.startswith("AWS_ENDPOINT_URL_") for key in os.environ)):
        # Reading the model is the one public way from a service's name to its id.
        model = core.get_service_model(service)
        key = model.service_id.lower().replace(" ", "_").replace("-", "_")
        section = named.get(key)
        of_service = (
            os.environ.get(f"AWS_ENDPOINT_URL_{key.upper()}"),
            section.get("endpoint_url") if isinstance(section, dict) else None,
        )
    places = (
        of_service[0],
        os.environ.get("AWS_ENDPOINT_URL"),
        of_service[1],
        settings.get("endpoint_url"),
    )
    return next((str(url) for url in places if url), "")


def keep_the_host(client: Any, endpoint: str) -> None:
    """
    Have an SDK client ask `endpoint` under its own host, if that is an address or a bare name.

    S3 is left alone: what it puts before a host is the bucket, which would then be nowhere.
    """
    host = urlsplit(endpoint).netloc
    if client.meta.service_model.service_name == "s3" or not _takes_no_prefix(endpoint):
        return

    def take_the_prefix_off(request: Any, **_: Any) -> None:
        parts = urlsplit(request.url)
        if parts.netloc.endswith(f".{host}"):
            request.url = parts._replace(netloc=host).geturl()

    client.meta.events.register("before-sign", take_the_prefix_off)


def _takes_no_prefix(endpoint: str) -> bool:
    name = urlsplit(endpoint).hostname or ""
    return bool(name) and ("." not in name or name.replace(".", "").isdigit())


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
