"""
The regions botocore knows, of every partition: read from its data, without the network.

They are as new as the installed botocore. Its two lists (partitions and endpoints) are joined:
now and then one of them learns of a region before the other.
"""

from __future__ import annotations

import fnmatch
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from botocore.regions import EndpointResolver

from aibrain_jupyter.aws.clients.service_data import service_data
from aibrain_jupyter.aws.operations.models import service_model
from aibrain_jupyter.shared.error_handler import unknown_name

if TYPE_CHECKING:
    from collections.abc import Sequence

ALL: Final = "all"
"""The word for every region that is enabled in the account."""

_GLOB: Final = frozenset("*?[")
_LIST_STEP: Final = (
    "all takes every region that is enabled in the account; globs such as eu-* work."
)


@cache
def _resolver() -> EndpointResolver:
    return EndpointResolver(service_data().load_data("endpoints"))


@cache
def _regions() -> dict[str, tuple[str, ...]]:
    resolver = _resolver()
    data: dict[str, Any] = service_data().load_data("partitions")
    names: dict[str, set[str]] = {
        partition: set(resolver.get_available_endpoints("ec2", partition))
        for partition in resolver.get_available_partitions()
    }
    for partition in data["partitions"]:
        real = {name for name in partition["regions"] if not name.endswith("-global")}
        names.setdefault(partition["id"], set()).update(real)
    return {partition: tuple(sorted(found)) for partition, found in names.items()}


def all_regions() -> list[str]:
    """Return every region of every partition, the partition ``aws`` first."""
    return list(_all())


@cache
def _all() -> tuple[str, ...]:
    found = _regions()
    partitions = sorted(found, key=lambda partition: (partition != "aws", partition))
    return tuple(name for partition in partitions for name in found[partition])


def regions_of(partition: str) -> list[str]:
    """Return the regions of a partition, sorted; enabled in an account or not."""
    return list(_regions().get(partition, ()))


@cache
def partition_of(region: str) -> str:
    """Return the partition a region is in; ``aws`` for a region that is in no list."""
    return next((p for p, names in _regions().items() if region in names), "aws")


def offered_in(service: str, partition: str) -> list[str]:
    """
    Return the regions a service is offered in; empty when botocore has no list of them.

    An empty list is not proof of anything: botocore lists no regions for many newer services.
    """
    return list(_available(service_model(service).endpoint_prefix, partition))


@cache
def _available(prefix: str, partition: str) -> tuple[str, ...]:
    return tuple(sorted(_resolver().get_available_endpoints(prefix, partition)))


def is_glob(pattern: str) -> bool:
    """Whether it is a pattern rather than a name."""
    return bool(_GLOB & set(pattern))


def split_regions(patterns: Sequence[str]) -> list[str]:
    """Return the patterns one by one, in order, each once; an item may be a comma list."""
    parts = (part.strip() for pattern in patterns for part in pattern.split(","))
    return list(dict.fromkeys(part for part in parts if part))


def matching(pattern: str, names: Sequence[str]) -> list[str]:
    """Return the names that a pattern (``all``, a glob, a name) stands for."""
    if pattern == ALL:
        return list(names)
    return [name for name in names if fnmatch.fnmatchcase(name, pattern)]


def check_regions(regions: Sequence[str]) -> None:
    """
    Refuse a region that cannot exist.

    Args:
        regions: Names, globs, ``all``, comma lists of them.

    Raises:
        UnknownNameError: a name or glob that fits no region of any partition, with the nearest.
    """
    known = _all()
    for pattern in split_regions(regions):
        if pattern != ALL and pattern not in known and not matching(pattern, known):
            raise unknown_name("region", pattern, [*known, ALL], of="AWS", next_steps=[_LIST_STEP])
