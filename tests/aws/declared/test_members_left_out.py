"""
A record that lacks members costs cells, never a table: every curated resource, many seeds.

The answers are made of AWS's own models. AWS leaves out what has no value, and its models do not
say of what that may be true. The members of the answer itself stay: what is in question is a
record that lacks something.
"""

from __future__ import annotations

import random

import pytest

from aibrain_jupyter.aws.resources.table import RESOURCES

PAGE_MARKS = {"NextMarker", "IsTruncated"}
FEW = (1, 2)
MANY = range(1, 21)


class LeavesOut:
    """Takes away a share of the members of the structures in an answer (`ModelServer.change`)."""

    def __init__(self, seed, share):
        self.seed, self.share = seed, share

    def __call__(self, shape, answer):
        """Change `answer`, which is as `shape` says."""
        if shape is None:
            return
        chance = random.Random(f"{self.seed}:{shape.name}:{sorted(answer)}")
        for name, value in answer.items():
            if name in shape.members:
                self._below(shape.members[name], value, chance)

    def _below(self, shape, value, chance):
        kind = shape.type_name
        if kind == "structure":
            for name in list(value):
                if name not in shape.members:
                    continue
                # Without a page's mark the rest of the listing is lost, and that is raised.
                if chance.random() < self.share and name not in PAGE_MARKS:
                    del value[name]
                else:
                    self._below(shape.members[name], value[name], chance)
        elif kind == "list":
            for each in value:
                self._below(shape.member, each, chance)
        elif kind == "map":
            for each in value.values():
                self._below(shape.value, each, chance)


@pytest.mark.parametrize("share", [0.05, 0.15])
@pytest.mark.parametrize("resource", RESOURCES, ids=lambda r: r.tool_name)
def test_no_table_is_lost_to_members_left_out(resource, share, export, server, request):
    """With 5 and 15 % of the nested members left out, the export ends with its frame."""
    seeds = MANY if request.config.getoption("--full", default=False) else FEW
    lost = {}
    for seed in seeds:
        server.change = LeavesOut(seed, share)
        try:
            export(resource)
        except Exception as exc:  # noqa: BLE001 - whatever it is, it is what is counted
            lost[seed] = f"{type(exc).__name__}: {exc}"

    assert {} == lost
