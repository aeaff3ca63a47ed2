"""A page that gets lost is found by the control total: each exact one, against answers of models."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from aibrain_jupyter.aws.resources.running import export_resource
from aibrain_jupyter.aws.resources.table import RESOURCES
from aibrain_jupyter.aws.resources.totals.counted import counted
from aibrain_jupyter.aws.resources.totals.table import totals_of
from aibrain_jupyter.aws.target import AwsTarget
from aibrain_jupyter.shared.base_tool import CallContext

MODEL_ANSWERS = yaml.safe_load(Path(__file__).with_name("model_answers.yml").read_text("utf-8"))

EXACT = [r for r in RESOURCES if totals_of(r).totals[0].kind.is_exact]


@pytest.fixture
def count(export, _pool, server):
    target = AwsTarget(account="123456789012", region="us-east-1", partition="aws")

    def count(resource):
        server.texts = {
            **MODEL_ANSWERS["everywhere"],
            **MODEL_ANSWERS["texts"].get(resource.tool_name, {}),
        }
        ctx = CallContext(target=target, clients=_pool)
        return counted(resource, ctx, lambda: export_resource(resource, ctx))

    return count


@pytest.mark.parametrize("resource", EXACT, ids=lambda r: r.tool_name)
def test_probe(count, resource):
    r = count(resource)
    for t in r.totals:
        if t.kind == "invariant" and not t.verdict.has_failed:
            continue
        print(
            "PROBE", resource.tool_name, t.name, t.kind, t.before, t.after, t.listed, t.words[:230]
        )
