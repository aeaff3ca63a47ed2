"""Packing and checking are bounded in memory, whatever the size of what is packed."""

from __future__ import annotations

import tracemalloc

from aibrain_jupyter.evidence.packaging.choosing import Asked
from aibrain_jupyter.evidence.packaging.packing import Options, pack
from aibrain_jupyter.evidence.verification.package_check import verify_package
from tests.evidence.packaging.conftest import approve

_SIZE = 160_000_000
_MOST = 40_000_000


def test_large_answers_are_never_in_memory(small, tmp_path):
    """160 MB of raw answers are packed and verified with less than 40 MB at any moment."""
    with small.draft("Trails") as draft:
        with draft.path("raw/0001.jsonl.gz").open("wb") as file:
            file.truncate(_SIZE)
        about = {"title": "Trails", "kind": "collected", "codes": [], "times": {}}
        approve(small, small.commit(draft, about, facts={"title": "Trails"}))

    tracemalloc.start()
    try:
        made = pack(small, tmp_path / "v1.zip", Asked(), Options(with_raw=True))
        report = verify_package(made.parts[0].file)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert made.parts[0].length > _SIZE
    assert 0 == report.status
    assert peak < _MOST
