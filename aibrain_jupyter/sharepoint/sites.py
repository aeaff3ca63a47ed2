"""Named sites: from the settings, for the session, or an address as it is in the browser."""

from __future__ import annotations

import re
import urllib.parse
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.shared.config import get_settings
from aibrain_jupyter.shared.error_handler import ParameterError, unknown_name
from aibrain_jupyter.sharepoint.target import SiteTarget

if TYPE_CHECKING:
    from collections.abc import Mapping

CLOUDS: Final[Mapping[str, tuple[str, str]]] = {
    "global": ("https://graph.microsoft.com", "https://login.microsoftonline.com"),
    "gcch": ("https://graph.microsoft.us", "https://login.microsoftonline.us"),
    "dod": ("https://dod-graph.microsoft.us", "https://login.microsoftonline.us"),
    "china": ("https://microsoftgraph.chinacloudapi.cn", "https://login.chinacloudapi.cn"),
}
"""Graph and sign-in of each cloud; a token of one is nothing to the others."""

_HOSTS: Final[Mapping[str, str]] = {
    ".sharepoint.com": "global",
    ".sharepoint.us": "gcch",
    ".sharepoint-mil.us": "dod",
    ".sharepoint.cn": "china",
}

_THIS_COMPUTER: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_PATH: Final = re.compile(r"/(?:sites|teams|personal)/[^/]+")
_SHARED: Final = re.compile(r"/:[a-z]:/(?:r(?P<plain>/.*)|(?P<kind>[stg])/(?P<rest>.+))")
_KINDS: Final[Mapping[str, str]] = {"s": "/sites/", "t": "/teams/", "g": "/"}
_OF_ROOT: Final = re.compile(r"/(?:SitePages|_layouts|Lists|Forms|Shared Documents)(?:/|$)", re.I)
_PAGE: Final = re.compile(r"/([^/]+)/Forms/[^/]+\.aspx$", re.I)


@dataclass(frozen=True, slots=True)
class Site:
    """
    A site with a name. `graph` is the address of Graph, `credential` who asks (None: whoever the
    settings sign in), `is_demo` whether what is there is made up.
    """

    name: str
    host: str
    path: str
    library: str = ""
    graph: str = CLOUDS["global"][0]
    credential: Any = field(default=None, repr=False)
    is_demo: bool = False

    @property
    def tenant(self) -> str:
        """The first part of the host."""
        return self.host.partition(".")[0]

    def target(self, identity: str) -> SiteTarget:
        """Return it as a place to ask, as somebody."""
        is_own = any(self.graph == graph for graph, _ in CLOUDS.values())
        return SiteTarget(
            profile=self.name,
            identity=identity,
            endpoint="" if is_own else self.graph,
            is_demo=self.is_demo,
            tenant=self.tenant,
            site=self.path.strip("/"),
            host=self.host,
            library=self.library,
        )


session_sites: dict[str, Site] = {}
"""Sites of this session alone, by name; the first is used where nobody names one."""


def known_sites() -> dict[str, Site]:
    """Return the sites that have names, those of the session first."""
    found = dict(session_sites)
    for entry in filter(None, map(str.strip, get_settings().get("sharepoint_sites").split(","))):
        name, has_name, address = entry.partition("=")
        site = site_at(address if has_name else name, name if has_name else "")
        found.setdefault(site.name, site)
    return found


def site_named(name: str) -> Site:
    """
    Return the site of a name or an address.

    Raises:
        UnknownNameError: no site has that name.
    """
    sites = known_sites()
    if name in sites:
        return sites[name]
    if name.startswith("https://"):
        return site_at(name, name)
    raise unknown_name("site", name, sites, next_steps=[NAME_A_SITE])


def site_at(address: str, name: str = "") -> Site:
    """
    Return the site of an address; a library may follow ``#``.

    The address of a page in the site and a sharing link will do: what is behind the site's path
    names a library at most.

    Raises:
        ParameterError: it is none.
    """
    text = address.strip()
    parts = urllib.parse.urlsplit(text if "://" in text else f"https://{text}")
    whole = _unshared(urllib.parse.unquote(parts.path))
    found = _PATH.match(whole)
    is_root = not whole.strip("/") or _OF_ROOT.match(whole)
    if parts.scheme != "https" or "." not in (parts.hostname or "") or not (found or is_root):
        # What follows the site may open a file: it is not repeated.
        shown = f"{parts.hostname or text[:60]}{'/…' * bool(whole.strip('/'))}"
        raise ParameterError(
            f"{shown} is no address of a SharePoint site.", next_steps=[NAME_A_SITE]
        )
    path = found[0] if found else ""
    assert parts.hostname is not None
    settings = get_settings()
    cloud = settings.get("sharepoint_cloud")
    graph = graph_now()
    of_host = next((name for end, name in _HOSTS.items() if parts.hostname.endswith(end)), cloud)
    if of_host != cloud and not settings.get("sharepoint_graph"):
        raise ParameterError(
            f"{parts.hostname} is in the cloud {of_host}, and the settings say {cloud}.",
            why="A token of one cloud is nothing to another.",
            next_steps=[f"%config AibrainMagics.sharepoint_cloud = '{of_host}'"],
        )
    page = _PAGE.fullmatch(whole.removeprefix(path))
    library = urllib.parse.unquote(parts.fragment) or (page[1] if page else "")
    short = path.rpartition("/")[2] or parts.hostname.partition(".")[0]
    return Site(name.strip() or short, parts.hostname, path, library, graph)


def graph_now() -> str:
    """
    Return the address of Graph that the settings name.

    Raises:
        ParameterError: a token would go there unencrypted.
    """
    settings = get_settings()
    if not (address := str(settings.get("sharepoint_graph")).strip()):
        return CLOUDS[settings.get("sharepoint_cloud")][0]
    parts = urllib.parse.urlsplit(address)
    is_here = parts.scheme == "http" and parts.hostname in _THIS_COMPUTER
    is_named = parts.hostname and not re.search(r"[\s@]", parts.netloc)
    if is_named and (parts.scheme == "https" or is_here):
        return address.rstrip("/")
    raise ParameterError(
        "The setting sharepoint_graph is no address that begins with https://.",
        why="A token would be sent where others can read it.",
        next_steps=["%config AibrainMagics.sharepoint_graph = '' asks the Graph of the cloud."],
    )


def _unshared(path: str) -> str:
    """Return the path that a sharing link is of; any other path is returned as it is."""
    found = _SHARED.match(path)
    if not found:
        return path
    return found["plain"] or f"{_KINDS[found['kind']]}{found['rest']}"


NAME_A_SITE: Final = (
    "Name a site: %config AibrainMagics.sharepoint_sites = "
    "'audit=https://contoso.sharepoint.com/sites/audit'"
)
