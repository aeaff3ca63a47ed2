"""What the house asks SharePoint for besides its tools: sites, sign-in, causes."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.shared.config import get_settings
from aibrain_jupyter.shared.error_handler import InputError, NotCachedError, ParameterError
from aibrain_jupyter.shared.tools.provider import Provider
from aibrain_jupyter.sharepoint.sites import NAME_A_SITE, known_sites, site_named

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from aibrain_jupyter.shared.base_tool import CallContext
    from aibrain_jupyter.shared.causes import Cause
    from aibrain_jupyter.shared.error_handler import AibrainError
    from aibrain_jupyter.shared.tools.provider import Examined
    from aibrain_jupyter.sharepoint.client import Graph
    from aibrain_jupyter.sharepoint.target import SiteTarget


class Clients:
    """Gives clients of Graph for a site."""

    def client_for(self, target: Any, service: str, *args: Any, **where: Any) -> Graph:
        """Return a client for a site, which writes only with ``may_write=True``."""
        from aibrain_jupyter.sharepoint.client import Graph
        from aibrain_jupyter.sharepoint.sign_in import credential

        site = site_named(target.profile)
        asks = credential(site.graph, site.credential)
        return Graph(site.graph, asks, place=target.label, may_write=bool(where.get("may_write")))


class SharePointProvider(Provider):
    """SharePoint through Microsoft Graph. Its accounts are named sites."""

    name = "sharepoint"
    default_profile = "the first site"

    def clients(self) -> Clients:
        """Return what gives the clients."""
        return Clients()

    def versions(self) -> dict[str, str]:
        """Return the versions of what it asks and signs in by."""
        found = {}
        for name in ("urllib3", "msal"):
            try:
                found[name] = version(name)
            except PackageNotFoundError:
                continue
        return found

    def causes(self) -> Sequence[Cause]:
        """Return the table of causes."""
        from aibrain_jupyter.sharepoint.causes import CAUSES

        return CAUSES

    def examine(self, *, is_online: bool = False) -> Iterable[Examined]:
        """Yield how sites, cloud and sign-in are, and whether each site can be reached."""
        from aibrain_jupyter.sharepoint.examination import examine

        return examine(is_online=is_online)

    def names(self, kind: str, given: Mapping[str, Any]) -> Sequence[str]:
        """Return the names of sites."""
        return tuple(known_sites()) if kind in ("accounts", "account", "profile") else ()

    def account_of(self, name: str) -> str:
        """Return the tenant of a site."""
        site = known_sites().get(name)
        return site.tenant if site else ""

    def is_account(self, text: str) -> bool:
        """Tell whether a text is the tenant of a site."""
        return any(site.tenant == text for site in known_sites().values())

    def check_options(self, accounts: Sequence[str], profile: str) -> None:
        """Refuse both ways to name a site at once."""
        if accounts and profile:
            raise ParameterError(
                "--accounts and --profile both name sites.", next_steps=["Leave one of them out."]
            )


class SiteResolver:
    """Finds the sites of a request; ``--accounts`` names them."""

    notes: Sequence[str] = ()

    def __init__(self, *, is_offline: bool = False) -> None:
        self._is_offline = is_offline

    def profiles(self, accounts: Sequence[str], profile: str) -> list[str]:
        """Return the names of the sites."""
        sites = known_sites()
        asked = [*accounts] or [profile] * bool(profile)
        # What is configured for another provider (an AWS profile) names no site.
        settings = get_settings()
        elsewhere = {settings.get("profile"), *_words(settings.get("accounts"))}
        wanted = [name for name in asked if name in sites or name not in elsewhere]
        if not wanted and not sites:
            raise InputError(
                "No SharePoint site is named.",
                next_steps=[
                    NAME_A_SITE,
                    "Or name one: --accounts https://contoso.sharepoint.com/sites/audit",
                    "%aibrain demo start has one with invented documents.",
                ],
            )
        return [site_named(name).name for name in dict.fromkeys(wanted or [next(iter(sites))])]

    def of_profile(
        self, profile: str, regions: Sequence[str], ctx: CallContext
    ) -> list[tuple[SiteTarget, AibrainError | None]]:
        """Return the site, with who asks it."""
        from aibrain_jupyter.sharepoint.sign_in import credential

        site = site_named(profile)
        asks = credential(site.graph, site.credential)
        if self._is_offline and not asks.is_at_hand:
            raise NotCachedError(
                "Nobody is signed in to SharePoint yet.", next_steps=["Leave --only-cached out."]
            )
        return [(site.target(asks.identity), None)]


PROVIDER: Final = SharePointProvider()


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",")]
