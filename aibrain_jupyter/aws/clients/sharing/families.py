"""
Which clients of the SDK have views in other regions (`sharing/regional.py`).

There is no public way to a view, so nothing is taken for granted. Before the first one it is
checked that the client has no other parts than those known here, and that what is computed for its
own region is what the SDK has computed. Where that fails, or where a service has more that is
regional (S3 Control, STS, endpoints that are discovered), each region gets a client made by the
SDK. ``tests/aws/clients/sharing`` compares both, for every service.
"""

from __future__ import annotations

import os
from functools import cache
from types import SimpleNamespace
from typing import Any, Final

from aibrain_jupyter.aws.clients.sharing.regional import Family
from aibrain_jupyter.aws.clients.sharing.s3_family import S3Family

_PARTS: Final = frozenset(
    {
        "_cache",
        "_client_config",
        "_endpoint",
        "_exceptions",
        "_exceptions_factory",
        "_loader",
        "_request_signer",
        "_response_parser",
        "_ruleset_resolver",
        "_serializer",
        "_user_agent_creator",
        "meta",
    }
)
"""What a client of botocore has. One with more, or less, is another botocore's."""
_REGIONAL_IN_OTHER_WAYS: Final = frozenset({"s3control", "sts"})
"""Services whose clients have handlers, or endpoint rules, of a region's own."""


def family_of(client: Any, core: Any, region: str, endpoint: str) -> Family | None:
    """
    Return what makes a client's views; None: each region's client has to be made by the SDK.

    Args:
        client: The client, guarded and paced already. Its handlers are changed.

        core: The botocore session it was made by.

        region: The region it was asked for in.

        endpoint: The endpoint URL it was given; empty: AWS's own.
    """
    if not _may_have_views(client, core) or (bridge := _bridge(client, core)) is None:
        return None
    service = client.meta.service_model.service_name
    if core.get_scoped_config().get(service, {}).get("signature_version"):
        return None  # signed as somebody wants it, whatever the region
    family = (S3Family if service == "s3" else Family)(client, bridge, endpoint)
    if not family.is_as_made(region) or not family.knows_the_handlers():
        return None
    family.take_over()
    return family


def _may_have_views(client: Any, core: Any) -> bool:
    """Tell whether nothing of a client but what is known here depends on its region."""
    model = client.meta.service_model
    discovers = model.endpoint_discovery_operation is not None and (
        model.endpoint_discovery_required
        or str(core.get_config_variable("endpoint_discovery_enabled")).lower() == "true"
    )
    resolver = vars(client).get("_ruleset_resolver")
    signer = vars(client).get("_request_signer")
    return (
        set(vars(client)) == _PARTS
        and {"_builtins"} <= set(vars(resolver) if resolver else ())
        and {"_credentials", "_auth_token"} <= set(vars(signer))
        and signer._credentials is not None  # they may come later
        and model.service_name not in _REGIONAL_IN_OTHER_WAYS
        and not discovers
        and core.get_config_variable("defaults_mode") == "legacy"
        and not os.environ.get("BOTOCORE_EXPERIMENTAL__PLUGINS")
    )


def _bridge(client: Any, core: Any) -> Any:
    """Return what finds a service's endpoint in a region; None: with data of the user's own."""
    from botocore.auth import resolve_auth_type
    from botocore.client import ClientEndpointBridge
    from botocore.regions import EndpointResolver

    loader = core.get_component("data_loader")
    data, path = loader.load_data_with_path("endpoints")
    if not loader.is_builtin_path(path):
        return None
    # Asked for each view; with other settings there is another source, and so another family.
    settings: Any = SimpleNamespace(
        get_config_variable=cache(core.get_component("config_store").get_config_variable)
    )
    metadata = client.meta.service_model.metadata
    auth = metadata.get("auth")
    return ClientEndpointBridge(
        EndpointResolver(data, uses_builtin_data=True),
        core.get_scoped_config(),
        service_signing_name=metadata.get("signingName"),
        config_store=settings,
        service_signature_version=(
            resolve_auth_type(auth) if auth else metadata.get("signatureVersion")
        ),
    )
