"""
The clients of one service in many regions: one is made by the SDK, the others are its *views*.

A client of botocore is a class with a method for each operation, a tree of event handlers, endpoint
rules, a model: 3 to 13 ms and up to 1.4 MB, made anew for every region although only five small
things differ. A view is an object of the same class that shares the rest. Its own are

- what it says of itself (`meta`: region, endpoint, configuration),
- the region its endpoint rules begin with,
- its signer,
- its retry quota, so that one region's failures do not use up another's,
- its pace (``aws/clients/throttling.py``), which goes by the endpoint.

The handlers are shared, so what is registered on a view is registered for all of them.

S3 has more that is regional: `sharing/s3_family.py`. Which clients may have views at all, and that
nothing is taken for granted there, stands in `sharing/families.py`.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final
from urllib.request import getproxies

from aibrain_jupyter.aws.accounts.signing import sign_for_less
from aibrain_jupyter.aws.clients.sharing.endpoint_params import resolve_for_less

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

REGION: Final = "AWS::Region"
PLACE: Final = "aibrain_place"
"""Under which the configuration of a client, and so each of its requests, has its `Place`."""


class _Retries:
    """
    botocore's standard retries of one region, as functions of its events.

    They go by a quota, so that a service that is down is not asked ten times by everybody. It is
    made for the clients of one region: over 17, one that is down would use up what the others need.
    """

    def __init__(self, service_model: Any, max_attempts: int) -> None:
        from botocore.retries import standard

        self.handlers: dict[str, Callable[..., Any]] = {}
        # All that it asks of a client: where to register, and the name of the service.
        stub: Any = SimpleNamespace(meta=SimpleNamespace(events=self, service_model=service_model))
        standard.register_retry_handler(stub, max_attempts)

    def register(self, event_name: str, handler: Callable[..., Any], *_: Any, **__: Any) -> None:
        """Keep a handler; botocore calls this."""
        self.handlers[event_name.partition(".")[0]] = handler


@dataclass(slots=True, repr=False)
class Place:
    """
    What belongs to one region of a client: found by its configuration, which a request has.

    `more` is what a service has besides.
    """

    endpoint: str
    signer: Any
    retries: _Retries
    more: Any = None


def endpoint_in(context: Mapping[str, Any], default: str) -> str:
    """Return the endpoint of the region a request is for; `default`: its client has one region."""
    place = getattr(context.get("client_config"), PLACE, None)
    return place.endpoint if place is not None else default


class Family:
    """A client made by the SDK and its views, which keep it: they live on its parts."""

    def __init__(self, client: Any, bridge: Any, endpoint: str) -> None:
        self.client = client
        self._bridge = bridge
        self._endpoint = endpoint
        self._proxies = getproxies()

    def view(self, region: str) -> Any:
        """Return a client of the same service in another region; None: the SDK has to make it."""
        from botocore.client import ClientMeta
        from botocore.signers import RequestSigner

        own, found = self.client, self._resolved(region)
        if found is None:
            return None
        meta, before = own.meta, own._request_signer
        config = copy.copy(meta.config)
        config.region_name = found["region_name"]
        resolver = copy.copy(own._ruleset_resolver)
        resolver._builtins = {**resolver._builtins, **self._inputs(region, found)}
        resolve_for_less(resolver)
        signer = RequestSigner(
            meta.service_model.service_id,
            found["signing_region"],
            before.signing_name,
            before.signature_version,
            before._credentials,
            meta.events,
            before._auth_token,
        )
        sign_for_less(signer)
        place = self._place(found["endpoint_url"], signer)
        setattr(config, PLACE, place)
        made = object.__new__(type(own))
        vars(made).update(
            vars(own),  # with its family
            _client_config=config,
            _request_signer=signer,
            _ruleset_resolver=resolver,
            meta=ClientMeta(
                meta.events,
                config,
                found["endpoint_url"],
                meta.service_model,
                meta.method_to_api_mapping,
                found["metadata"].get("partition"),
            ),
        )
        self._add_more(made, place)
        return made

    def _resolved(self, region: str) -> dict[str, Any] | None:
        """Return a region's endpoint as the SDK finds it; None: a view cannot have it."""
        if not region or "fips" in region:
            return None
        signer, found = self.client._request_signer, self._resolve(region)
        is_alike = (
            found["signing_name"] == signer.signing_name
            and found["signature_version"] == signer.signature_version
            and self._has_same_variant(found["metadata"].get("tags", ()))
            and (not self._proxies or self._is_proxied_alike(found["endpoint_url"]))
        )
        return found if is_alike else None

    def _resolve(self, region: str) -> dict[str, Any]:
        prefix = self.client.meta.service_model.endpoint_prefix
        found: dict[str, Any] = self._bridge.resolve(prefix, region, self._endpoint or None)
        return found

    def _inputs(self, region: str, found: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the endpoint rules of a region begin with."""
        return {REGION: region}

    def _add_more(self, client: Any, place: Place) -> None:
        """Add what a service has besides to the place of a client that is nearly made."""

    def _has_same_variant(self, tags: Collection[str]) -> bool:
        """Tell whether an endpoint is, or is not, for FIPS and of both stacks, as the client's."""
        config = self.client.meta.config
        return set(tags) == {
            name for name in ("dualstack", "fips") if getattr(config, f"use_{name}_endpoint")
        }

    def _is_proxied_alike(self, url: str) -> bool:
        from botocore.utils import should_bypass_proxies as bypasses

        # NO_PROXY may name the host of one region, a VPC endpoint's say.
        return bool(bypasses(url) == bypasses(self.client.meta.endpoint_url))

    def is_as_made(self, region: str) -> bool:
        """Tell whether what is computed for the client's own region is what the SDK has made."""
        found, meta = self._resolved(region), self.client.meta
        return found is not None and (
            found["endpoint_url"] == meta.endpoint_url
            and found["region_name"] == meta.config.region_name
            and found["signing_region"] == self.client._request_signer.region_name
            and found["metadata"].get("partition") == meta.partition
            and self._inputs(region, found).items()
            <= self.client._ruleset_resolver._builtins.items()
        )

    def knows_the_handlers(self) -> bool:
        """Tell whether botocore's handlers that go by region are those that are known here."""
        return {"needs-retry", "after-call"} <= set(self._place("", None).retries.handlers)

    def _place(self, endpoint: str, signer: Any) -> Place:
        meta = self.client.meta
        attempts = meta.config.retries["total_max_attempts"]
        return Place(endpoint, signer, _Retries(meta.service_model, attempts))

    def take_over(self) -> None:
        """Have the handlers of the client do for each region what they did for its own."""
        meta, own = self.client.meta, self.client._request_signer
        setattr(meta.config, PLACE, self._place(meta.endpoint_url, own))

        def sign(request: Any, **given: Any) -> Any:
            signer = getattr(request.context["client_config"], PLACE).signer
            return signer.handler(request=request, **given)

        event = f"request-created.{meta.service_model.service_id.hyphenize()}"
        meta.events.unregister(event, own.handler)
        meta.events.register(event, sign, unique_id="aibrain-regional-signer")
        _retry_by_region(self.client)
        self.client.aibrain_family = self


def _retry_by_region(client: Any) -> None:
    """Have a client, made with botocore's standard retries, use those of a request's region."""
    events = client.meta.events
    service = client.meta.service_model.service_id.hyphenize()
    name = f"retry-config-{service}"

    def needs_retry(request_dict: Mapping[str, Any], **given: Any) -> Any:
        handlers = getattr(request_dict["context"]["client_config"], PLACE).retries.handlers
        return handlers["needs-retry"](request_dict=request_dict, **given)

    def release(context: Mapping[str, Any], **given: Any) -> None:
        handlers = getattr(context["client_config"], PLACE).retries.handlers
        handlers["after-call"](context=context, **given)

    events.unregister(f"needs-retry.{service}", unique_id=name)
    events.register(f"needs-retry.{service}", needs_retry, unique_id=name)
    events.register(f"after-call.{service}", release, unique_id=f"aibrain-{name}")
