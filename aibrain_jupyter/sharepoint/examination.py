"""How sites, cloud and sign-in are: from settings and environment alone, or by asking Graph."""

from __future__ import annotations

import datetime as dt
import email.utils
import os
import urllib.parse
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.shared.base_tool import CallContext
from aibrain_jupyter.shared.config import get_settings
from aibrain_jupyter.shared.error_handler import AibrainError, InputError
from aibrain_jupyter.shared.texts.durations import format_duration
from aibrain_jupyter.shared.tools.provider import AMBER, GREEN, RED, Examined
from aibrain_jupyter.sharepoint.sign_in import token_file as files
from aibrain_jupyter.sharepoint.sign_in.current import credential
from aibrain_jupyter.sharepoint.sign_in.tenant import VARIABLES, who
from aibrain_jupyter.sharepoint.sites import CLOUDS, NAME_A_SITE, known_sites

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aibrain_jupyter.sharepoint.sites import Site

_SKEW_S: Final = 240
_SIGN_IN: Final = "SharePoint sign-in"


def examine(*, is_online: bool = False) -> Iterator[Examined]:
    """
    Yield what is found of SharePoint's settings; never a token or a secret.

    Args:
        is_online: Ask Graph for each site, as whoever is signed in.
    """
    try:
        sites = known_sites()
    except InputError as exc:
        yield Examined("SharePoint sites", RED, exc.what, *exc.next_steps[:1])
        return
    if not sites and not any(name in os.environ for name in VARIABLES):
        yield Examined("SharePoint sites", GREEN, "none is named, and nothing of it is set up")
        return
    if not sites:
        yield Examined("SharePoint sites", AMBER, "none is named", NAME_A_SITE)
    if not all(site.is_demo for site in sites.values()) or not sites:
        yield _cloud()
        yield from _token_file()
        yield _signed_in(next((site for site in sites.values() if not site.is_demo), None))
    for site in sites.values():
        yield _asked(site) if is_online else _named(site)


def _cloud() -> Examined:
    tenant, app, login = who()
    settings = get_settings()
    cloud = settings.get("sharepoint_cloud")
    parts = [f"cloud {cloud}", f"tenant {tenant or 'not named'}"]
    parts += [f"application {app or 'not named'}"]
    graph = settings.get("sharepoint_graph")
    if graph:
        parts.append(f"Graph at {_host(graph)}")
    if _host(login) != _host(CLOUDS[cloud][1]):
        found = ", ".join([*parts, f"sign-in at {_host(login)}, which is not that cloud's"])
        step = "Unset AZURE_AUTHORITY_HOST, or name the cloud: AibrainMagics.sharepoint_cloud"
        return Examined("SharePoint tenant", AMBER, found, step)
    return Examined("SharePoint tenant", GREEN, ", ".join(parts))


def _token_file() -> Iterator[Examined]:
    name = "SharePoint token file"
    try:
        path = files.token_file()
    except InputError as exc:
        yield Examined(name, RED, exc.what, *exc.next_steps[:1])
        return
    if path is None:
        return
    if not os.path.lexists(path):
        yield Examined(name, GREEN, f"{path}: not there yet, made by %aibrain sharepoint_login")
    elif why := files.why_not_safe(path):
        yield Examined(name, RED, f"{path}: {why}", f"chmod 600 {path}")
    else:
        yield Examined(name, GREEN, f"{path}, for the user alone")


def _signed_in(site: Site | None) -> Examined:
    """Return the kind of who asks; nothing is sent."""
    graph = site.graph if site else CLOUDS[get_settings().get("sharepoint_cloud")][0]
    try:
        kind = credential(graph, site.credential if site else None).kind
    except AibrainError as exc:
        level = AMBER if exc.what.startswith("Nobody") else RED
        return Examined(_SIGN_IN, level, exc.what, *exc.next_steps[:1])
    return Examined(_SIGN_IN, GREEN, kind)


def _named(site: Site) -> Examined:
    words = "the demo's" if site.is_demo else f"{site.host}{site.path}"
    library = f", library {site.library}" if site.library else ""
    return Examined(f"SharePoint site {site.name}", GREEN, f"{words}{library}")


def _asked(site: Site) -> Examined:
    """Return whether Graph knows the site, as whoever asks."""
    from aibrain_jupyter.sharepoint.client import Graph
    from aibrain_jupyter.sharepoint.library import libraries

    title, began = f"SharePoint site {site.name}", dt.datetime.now(dt.UTC)
    try:
        asks = credential(site.graph, site.credential)
        ctx = CallContext(target=site.target(asks.identity))
        graph = Graph(site.graph, asks, place=ctx.target.label)
        found = libraries(graph, ctx, site.host, site.path.strip("/"))
    except AibrainError as exc:
        return Examined(title, RED, exc.what, *exc.next_steps[:1])
    took = (dt.datetime.now(dt.UTC) - began).total_seconds()
    if abs(off := _skew(ctx.answered, began)) > _SKEW_S:
        late = "slow" if off > 0 else "fast"
        step = "Set the clock (on Linux: sudo timedatectl set-ntp true)."
        return Examined(title, RED, f"the clock is {format_duration(abs(off))} {late}", step)
    names = [library.name for library in found]
    if site.library and site.library.lower() not in map(str.lower, names):
        step = f"Name one of: {', '.join(names)}"
        return Examined(title, RED, f"it has no library {site.library}", step)
    told = f"{len(names)} libraries, answered in {format_duration(took)}"
    return Examined(title, GREEN, f"{told}, asked as {asks.kind}")


def _skew(answered: list[list[Any]], began: dt.datetime) -> float:
    """Return how many seconds the server's clock is ahead."""
    date = answered[-1][-1] if answered else None
    return (email.utils.parsedate_to_datetime(date) - began).total_seconds() if date else 0.0


def _host(address: str) -> str:
    return urllib.parse.urlsplit(address).netloc
