"""What the demo account answers leaves as a file of each format, marked as invented."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from aibrain_jupyter import export_frame
from aibrain_jupyter.aws.resources.running import export_resource
from aibrain_jupyter.aws.resources.table import RESOURCES
from aibrain_jupyter.aws.target import AwsTarget
from aibrain_jupyter.shared.base_tool import CallContext
from aibrain_jupyter.shared.frames.stack import at_targets
from aibrain_jupyter.writers.export import FORMATS
from aibrain_jupyter.writers.parquet import read_parquet


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.tool_name)
def test_every_resource_of_the_demo_leaves_as_a_file(pool, resource, tmp_path):
    """Each format is written and says that the data is invented; Parquet gives the frame back."""
    region = "global" if resource.is_global else "us-east-1"
    target = AwsTarget(profile="demo-prod", account="111122223333", region=region)
    result = export_resource(resource, CallContext(target=target, clients=pool))
    frame = at_targets([(result.frame, target)], ("account_id", "region"))
    frame.attrs["aibrain"] = {"tool": resource.tool_name, "is_demo": True, "rows": len(frame)}
    for ending in FORMATS:
        found = export_frame(frame, tmp_path / f"rows.{ending}")
        assert any("DEMO DATA" in remark for remark in found.remarks)

    pd.testing.assert_frame_equal(frame, read_parquet(tmp_path / "rows.parquet"))
    rows = json.loads((tmp_path / "rows.json").read_text(encoding="utf-8"))
    assert frame["account_id"].tolist() == [row["account_id"] for row in rows]
    assert frame.to_csv() is not None is not frame.to_json(date_format="iso")
