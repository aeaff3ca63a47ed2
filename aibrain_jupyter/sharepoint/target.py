"""Where a call to SharePoint goes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from aibrain_jupyter.shared.coverage import Target


@dataclass(frozen=True, slots=True)
class SiteTarget(Target):
    """
    One site of a tenant.

    `tenant` is the first part of its host (``contoso``), `site` its path (``sites/audit``), `host`
    the whole host, `library` the library that is meant where nobody names one (empty: the site's
    own).
    """

    PARTS: ClassVar = {"tenant": "tenant", "site": "site"}

    tenant: str = ""
    site: str = ""
    host: str = ""
    library: str = ""
