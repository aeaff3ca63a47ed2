"""
The curated resources as data: reading it imports no SDK and no code of theirs.

`RESOURCES` is one table, sorted by service and name. To add one, write its columns and calls in
``services/<area>/<service>.py``, or ``<service>_<name>.py`` where a service needs several. One that
needs code of its own has it beside, in ``<service>_<name>_export.py``; what several of those share
is in a file whose name begins with ``_``. The tool ``<service>_<name>``, its help and its
completion follow.
"""

from collections.abc import Iterator
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Final

from aibrain_jupyter.aws.resources.declaration import Resource
from aibrain_jupyter.shared.frames.columns import Column

__all__ = ["RESOURCES", "Column", "Resource", "find_resource", "resource_names"]

_SERVICES: Final = Path(__file__).parent / "services"


def _declared() -> Iterator[tuple[Resource, str]]:
    """Give each resource with the name of the module that declares it."""
    for file in _SERVICES.glob("*/[a-z]*.py"):
        if not file.stem.endswith("_export"):
            name = f"{__package__}.services.{file.parent.name}.{file.stem}"
            values = vars(import_module(name)).values()
            yield from ((found, name) for found in values if isinstance(found, Resource))


_DECLARED: Final = sorted(_declared(), key=lambda found: (found[0].service, found[0].name))
RESOURCES: Final[tuple[Resource, ...]] = tuple(resource for resource, _ in _DECLARED)
_BY_NAME: Final = {(resource.service, resource.name): resource for resource in RESOURCES}


@lru_cache(4096)
def find_resource(service: str, name: str) -> Resource | None:
    """Return the curated resource, or None."""
    return _BY_NAME.get((service, name))


def declared_in(resource: Resource) -> str:
    """Return the name of the module that declares a resource."""
    return next(name for found, name in _DECLARED if found is resource)


def resource_names(service: str) -> list[str]:
    """Return the names of the curated resources of a service, sorted."""
    return [resource.name for resource in RESOURCES if resource.service == service]
