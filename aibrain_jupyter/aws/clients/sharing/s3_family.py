"""
What the clients of S3 in many regions do not share, beside what `sharing/regional.py` has.

- Which region a bucket was found in, when it was asked for in another one: a client's own.
- The sessions of directory buckets, which are opened by the client that asks.
- How links are signed: by the old signature where a region still takes it.
- ``us-east-1``, which is the global endpoint unless it is configured to be a region.

The SDK has them in handlers that are bound to the client it has made. Those are taken off the
shared events, and handlers take their place which ask the region of a request for its own. A link
is made of no request that could name its region, so the rules of its endpoint do: they begin with
the place of the client, and leave it in the context that is signed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.aws.clients.directory_buckets import own_sessions
from aibrain_jupyter.aws.clients.sharing.regional import PLACE, REGION, Family

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aibrain_jupyter.aws.clients.sharing.regional import Place

_GLOBAL: Final = "AWS::S3::UseGlobalEndpoint"
_PSEUDO_REGION: Final = "aws-global"
_OLD_SIGNATURE: Final = "s3"
_REDIRECT: Final = ("needs-retry.s3", "redirect_from_error")
_FROM_CACHE: Final = ("before-endpoint-resolution.s3", "redirect_from_cache")
_SESSION: Final = ("before-sign.s3", "resolve_s3express_identity")
_PRESIGN: Final = ("choose-signer.s3", "_default_s3_presign_to_sigv2")
"""Events, and the methods that the SDK registers for them: bound to a client, or to its maker."""


@dataclass(slots=True, repr=False)
class _More:
    """
    What belongs to one region of S3: the SDK's own objects, made for the client of the region.

    `signs_links_as_before` says whether links are signed with the old signature.
    """

    redirects: Any
    sessions: Any
    signs_links_as_before: bool


class S3Family(Family):
    """A client of S3 made by the SDK, and its views."""

    def _resolve(self, region: str) -> dict[str, Any]:
        is_global = self._is_global(region)
        # As the SDK: no region has the global endpoint, and a server of one's own no region to
        # sign for, unless S3 is asked for one.
        found: dict[str, Any] = self._bridge.resolve(
            "s3", None if is_global else region, self._endpoint or None
        )
        if found["region_name"] is None and found["signing_region"] is None:
            whole = self._bridge.resolve("s3")
            found |= {name: whole[name] for name in ("region_name", "signing_region")}
        if is_global and found["region_name"] == _PSEUDO_REGION:
            found["region_name"] = region
        return found

    def _inputs(self, region: str, found: Mapping[str, Any]) -> dict[str, Any]:
        name = found["region_name"]
        return {REGION: name, _GLOBAL: self._is_global(name)}

    def _is_global(self, region: str) -> bool:
        settings = self.client.meta.config.s3 or {}
        is_legacy = settings.get("us_east_1_regional_endpoint", "legacy") == "legacy"
        return bool(is_legacy and region == "us-east-1")

    def _signs_links_as_before(self, region: str, partition: str) -> bool:
        resolver = self._bridge.endpoint_resolver
        if region not in {_PSEUDO_REGION, *resolver.get_available_endpoints("s3", partition)}:
            return False
        known = resolver.construct_endpoint("s3", region)
        return _OLD_SIGNATURE in known["signatureVersions"]

    def _add_more(self, client: Any, place: Place) -> None:
        from botocore.utils import S3RegionRedirectorv2

        meta = client.meta
        place.more = _More(
            S3RegionRedirectorv2(None, client),
            own_sessions(client),
            self._signs_links_as_before(meta.region_name, meta.partition),
        )
        # The copy is the client's own, and names that no rule asks for are passed over.
        client._ruleset_resolver._builtins[PLACE] = place
        setattr(client._request_signer, PLACE, place)

    def knows_the_handlers(self) -> bool:
        """Tell whether botocore's handlers that go by region are those that are known here."""
        from botocore.client import ClientCreator

        meta = self.client.meta
        presigning = len(_registered(meta.events, *_PRESIGN))
        return (
            super().knows_the_handlers()
            and len(_registered(meta.events, *_REDIRECT)) == 1
            and len(_registered(meta.events, *_FROM_CACHE)) == 1
            and len(_registered(meta.events, *_SESSION)) >= 1
            and hasattr(ClientCreator, _PRESIGN[1])
            and presigning == self._signs_links_as_before(meta.region_name, meta.partition)
        )

    def take_over(self) -> None:
        """Have the handlers of the client do for each region what they did for its own."""
        super().take_over()
        events = self.client.meta.events
        self._add_more(self.client, getattr(self.client.meta.config, PLACE))
        for event, name in (_REDIRECT, _FROM_CACHE, _SESSION, _PRESIGN):
            for handler in _registered(events, event, name):
                events.unregister(event, handler)
        events.register(_REDIRECT[0], _redirect)
        events.register(_FROM_CACHE[0], _begin)
        events.register(_SESSION[0], _find_session)
        events.register(_PRESIGN[0], _choose_signer)


class _Named:
    """Compared with handlers, which finds those that are methods of a name; equal to none."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.found: list[Any] = []

    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        if getattr(other, "__name__", "") == self.name and hasattr(other, "__self__"):
            self.found.append(other)
        return False


def _registered(events: Any, event: str, name: str) -> list[Any]:
    """Return the handlers of an event that are methods `name`: there is no other public way."""
    asking = _Named(name)
    events.unregister(event, asking)  # takes off what is equal to it: nothing
    return asking.found


def _redirect(request_dict: Mapping[str, Any], **given: Any) -> Any:
    place = getattr(request_dict["context"]["client_config"], PLACE)
    return place.more.redirects.redirect_from_error(request_dict=request_dict, **given)


def _begin(builtins: dict[str, Any], context: dict[str, Any], **given: Any) -> None:
    context[PLACE] = place = builtins[PLACE]
    place.more.redirects.redirect_from_cache(builtins=builtins, context=context, **given)


def _find_session(request_signer: Any, **given: Any) -> None:
    sessions = getattr(request_signer, PLACE).more.sessions
    sessions.resolve_s3express_identity(request_signer=request_signer, **given)


def _choose_signer(signature_version: str, context: Mapping[str, Any], **_: Any) -> str | None:
    from botocore.client import ClientCreator

    place = context.get(PLACE)
    if place is None or not place.more.signs_links_as_before:
        return None
    # It looks at the version alone.
    found: str | None = getattr(ClientCreator, _PRESIGN[1])(
        None, signature_version=signature_version
    )
    return found
