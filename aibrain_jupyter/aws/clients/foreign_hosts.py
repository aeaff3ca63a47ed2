"""
Endpoints that are not AWS's own: which one a session is told to ask, and under which host.

Some endpoints have a host that takes no prefix: ``http://127.0.0.1:5000``,
``http://localstack:4566``. The SDK puts something before the host of some operations; all of S3
Control asks for ``<account>.<host>``. ``123456789012.127.0.0.1`` is no host, and botocore's own
setting against prefixes does not reach those that come from a service's endpoint rules.
"""

import os
from typing import Any
from urllib.parse import urlsplit


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
