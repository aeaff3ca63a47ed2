"""
botocore's data files, read once per process, without their prose.

A botocore session brings a loader of its own with a cache of its own: ten
accounts would hold EC2's model ten times (about 18 MB each) and parse it ten
times. One loader for all of them costs nothing: the data is read only.
"""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING

from aibrain_jupyter.aws.clients.sharing.models import LeanFiles

if TYPE_CHECKING:
    from botocore.loaders import Loader


def service_data() -> Loader:
    """Return the loader of this process (one per value of ``AWS_DATA_PATH``)."""
    return _loader(os.environ.get("AWS_DATA_PATH", ""))


@cache
def _loader(search_path: str) -> Loader:
    from botocore.loaders import create_loader

    loader = create_loader(search_path or None)
    loader.file_loader = LeanFiles()  # type: ignore[assignment]  # has its methods
    return loader
