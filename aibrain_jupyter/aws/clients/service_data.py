"""
botocore's data files, read once per process, without their prose.

A botocore session brings a loader of its own with a cache of its own: ten
accounts would hold EC2's model ten times (about 18 MB each) and parse it ten
times. One loader for all of them costs nothing: the data is read only.
"""

from __future__ import annotations

import contextlib
import os
from functools import cache
from typing import TYPE_CHECKING, Any

from aibrain_jupyter.aws.clients.sharing.models import LeanFiles

if TYPE_CHECKING:
    from collections.abc import Iterator

    from botocore.loaders import Loader


def service_data() -> Loader:
    """Return the loader of this process (one per value of ``AWS_DATA_PATH``)."""
    return _loader(os.environ.get("AWS_DATA_PATH", ""))


@cache
def _loader(search_path: str) -> Loader:
    from botocore.loaders import create_loader

    # Made by botocore once, for it knows where to look.
    paths = create_loader(search_path or None).search_paths
    files: Any = LeanFiles()  # has the methods of botocore's own
    return _kind()(extra_search_paths=paths, file_loader=files, include_default_search_paths=False)


@cache
def _kind() -> type[Loader]:
    from botocore import loaders
    from botocore.exceptions import DataNotFoundError

    class LeanLoader(loaders.Loader):
        """botocore's loader, which does not list all services to find one."""

        def __init__(self, **given: Any) -> None:
            super().__init__(**given)
            self._found: dict[tuple[str, str, str], Any] = {}
            self._names: frozenset[str] = frozenset()

        def load_service_model(
            self, service_name: str, type_name: str, api_version: str | None = None
        ) -> Any:
            """Return a model, with what botocore adds to it; one that is not there is its error."""
            if service_name not in self._folders():
                return super().load_service_model(service_name, type_name, api_version)
            try:
                version = api_version or self.determine_latest_version(service_name, type_name)
                found = self._found.get((service_name, version, type_name))
                if found is None:
                    path = os.path.join(service_name, version, type_name)  # noqa: PTH118 - as it does
                    found = self.load_data(path)
                    loaders.ExtrasProcessor().process(found, self._additions(path))
                    self._found[service_name, version, type_name] = found
            except DataNotFoundError:
                return super().load_service_model(service_name, type_name, api_version)
            return found

        def _folders(self) -> frozenset[str]:
            """Return the names there are: as they are spelled, and no path that leads elsewhere."""
            if not self._names:
                places = (path for path in self.search_paths if os.path.isdir(path))  # noqa: PTH112
                self._names = frozenset(name for path in places for name in os.listdir(path))  # noqa: PTH208
            return self._names

        def _additions(self, path: str) -> Iterator[Any]:
            for kind in self.extras_types:
                with contextlib.suppress(DataNotFoundError):
                    yield self.load_data(f"{path}.{kind}-extras")

    return LeanLoader
