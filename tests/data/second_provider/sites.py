"""A provider of sites with lists: everything the house needs to know of it, and nothing more."""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import ClassVar

from aibrain_jupyter.shared.base_tool import Param, ToolHandler, ToolResult, ToolSpec
from aibrain_jupyter.shared.coverage import Gap, Target
from aibrain_jupyter.shared.error_handler import (
    CredentialsExpiredError,
    PermissionDeniedError,
    unknown_name,
)
from aibrain_jupyter.shared.frames.build import frame_of
from aibrain_jupyter.shared.frames.columns import COUNT, TEXT, Column
from aibrain_jupyter.shared.frames.row_key import RowKey
from aibrain_jupyter.shared.tools.handler import CallLabels, Reference
from aibrain_jupyter.shared.tools.provider import Provider

COLUMNS = (Column("list", TEXT, "name"), Column("items", COUNT, "how many items it has"))
TENANTS = {"contoso": ("hr", "legal"), "fabrikam": ("sales",), "expired": ("old",)}


@dataclass(frozen=True, slots=True)
class SiteTarget(Target):
    """One site of a tenant."""

    PARTS: ClassVar = {"tenant": "tenant", "site": "site"}

    tenant: str = ""
    site: str = ""


class Clients:
    """Opens addresses of the service, as who a tenant's token says."""

    def client_for(self, target, service, *args, **where):
        def get(path):
            request = urllib.request.Request(f"{os.environ['SITES_URL']}/{path}")
            try:
                with urllib.request.urlopen(request, timeout=10) as answer:
                    return json.load(answer)
            except urllib.error.HTTPError as exc:
                raise _translated(exc.code, path, target) from exc

        return get


def _translated(code, path, target):
    facts = {**target.facts, "operation": f"GET {path}"}
    if code == 401:
        return CredentialsExpiredError("The session is over.", next_steps=["Log in."], facts=facts)
    return PermissionDeniedError(f"{target.label} refused {path}.", facts=facts)


class Sites(Provider):
    """The provider."""

    name = "sites"
    default_profile = "all tenants"

    def clients(self):
        return Clients()

    def names(self, kind, given):
        return tuple(TENANTS) if kind in ("accounts", "account", "profile") else ()


class Resolver:
    """Tenants are the accounts that are asked for, their sites the regions."""

    notes = ()

    def profiles(self, accounts, profile):
        for name in accounts:
            if name not in TENANTS:
                raise unknown_name("tenant", name, TENANTS)
        return list(accounts or TENANTS)

    def of_profile(self, profile, regions, ctx):
        sites = [site for site in TENANTS[profile] if not regions or site in regions]
        shared = {"tenant": profile, "profile": profile, "identity": f"auditor@{profile}"}
        return [(SiteTarget(site=site, **shared), None) for site in sites]


class SiteLists(ToolHandler):
    """The lists of a site, page by page; the items of a list may be refused."""

    provider = Sites()

    def key(self, params):
        return RowKey.of("list")

    def targets(self, params, finding):
        return Resolver()

    def labels(self, name, params):
        return CallLabels("site lists", "lists", ("lists",))

    def reference(self, params):
        return Reference(COLUMNS)

    def run(self, ctx, *, prefix=""):
        get, rows, gaps = ctx.client("lists"), [], []
        path = f"{ctx.target.tenant}/{ctx.target.site}/lists"
        while path:
            ctx.check()
            page = get(path)
            ctx.count("lists:List", rows=len(page["lists"]))
            rows += [{"list": n} for n in page["lists"] if n.startswith(prefix)]
            path = page.get("next")
        for row in rows:
            try:
                row["items"] = get(f"{ctx.target.tenant}/{ctx.target.site}/{row['list']}")["items"]
            except PermissionDeniedError as error:
                gaps.append(Gap.of(error, ctx.target, item=row["list"], columns=("items",)))
        frame = frame_of(rows, COLUMNS)
        return ToolResult(frame, gaps=tuple(gaps), operations=dict(ctx.operations))


SITE_LISTS = ToolSpec(
    name="site_lists",
    summary="Lists of a site.",
    handler="sites:SiteLists",
    params=(Param("prefix", str, "how names begin", default=""),),
    group="sites",
    places=("tenant", "site"),
    permissions=("Sites.Read.All",),
    examples=("%aibrain site_lists",),
)
