"""
The curated resources as data: reading it imports no SDK and no code of theirs.

`RESOURCES` is one table, sorted by service and name. To add a resource, write its
function in ``aws/resources/<service>.py`` and its lines here; the tool
``<service>_<name>``, its help and its completion follow from them.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a curated frame: name, pandas dtype, and what it says (with its unit)."""

    name: str
    dtype: str
    help: str


@dataclass(frozen=True, slots=True)
class Resource:
    """
    A curated resource.

    `function` is ``module:function`` called as ``f(ctx)``, `is_global` whether it is asked once
    per account, `permissions` the IAM actions in the order they are used.
    """

    service: str
    name: str
    summary: str
    function: str
    columns: tuple[Column, ...]
    permissions: tuple[str, ...]
    is_global: bool = False

    @property
    def tool_name(self) -> str:
        """The name of the tool made from it: ``iam_users``."""
        return f"{self.service}_{self.name}"


RESOURCES: tuple[Resource, ...] = ()


def find_resource(service: str, name: str) -> Resource | None:
    """Return the curated resource, or None."""
    return next((r for r in RESOURCES if r.service == service and r.name == name), None)
