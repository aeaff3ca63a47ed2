"""Where a session sends its requests, when that is not AWS's own endpoint."""

from __future__ import annotations

import os
from typing import Any


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
