"""
botocore's data files without their prose.

Two fifths of a service's model are documentation in HTML, which no client reads. A loader takes a
reader of files (`file_loader`); this one is botocore's own rule of names with plain dicts instead
of ordered ones (a dict keeps its order) and the prose taken out.
"""

from __future__ import annotations

import gzip
import json
import os
from typing import Any, Final

from aibrain_jupyter.shared.collector import paused_collector

_PROSE: Final = "documentation"
_ENDS: Final = (".json.gz", ".json")
"""Nearly all are packed."""


class LeanFiles:
    """Stands in for botocore's ``JSONFileLoader``."""

    def exists(self, file_path: str) -> bool:
        """Tell whether there is such a file, whose ending is left out."""
        # Asked for each file of a service, mostly in vain; a Path costs five times as much.
        return any(os.path.isfile(file_path + end) for end in _ENDS)  # noqa: PTH113

    def load_file(self, file_path: str) -> Any:
        """Return what a file holds, without its prose; None if there is none."""
        for end in (".json", ".json.gz"):
            try:
                with open(file_path + end, "rb") as file:  # noqa: PTH123 - asked for as often
                    text = file.read()
            except (FileNotFoundError, IsADirectoryError):
                continue
            with paused_collector:  # a model is many objects, which stay
                found = json.loads(gzip.decompress(text) if end == ".json.gz" else text)
                _take_out(found)
                paused_collector.count_as_old()
            return found
        return None


def _take_out(found: Any) -> None:
    """Take the prose out of a model, where a model has it: a member may be named like that."""
    if not isinstance(found, dict):
        return
    found.pop(_PROSE, None)
    _take_out(found.get("merge"))  # additions to a model are a part of one
    for operation in found.get("operations", {}).values():
        operation.pop(_PROSE, None)
    for shape in found.get("shapes", {}).values():
        shape.pop(_PROSE, None)
        for member in shape.get("members", {}).values():
            member.pop(_PROSE, None)
