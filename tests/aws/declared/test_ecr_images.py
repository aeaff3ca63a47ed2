"""What the model of ECR does not say about its images."""

from __future__ import annotations

import pandas as pd

from aibrain_jupyter.aws.resources.running import export_resource
from aibrain_jupyter.aws.resources.table import RESOURCES

[ECR_IMAGES] = [one for one in RESOURCES if one.tool_name == "ecr_images"]


def test_a_scan_without_findings_is_not_no_scan(ctx, aws_replies):
    """A severity that a scan found nothing of is 0; without a scan nothing is known of it."""
    scanned = {
        "imageScanCompletedAt": 1_760_000_000,
        "findingSeverityCounts": {"CRITICAL": 2, "LOW": 7},
    }
    aws_replies.on("DescribeRepositories", {"repositories": [{"repositoryName": "web"}]})
    aws_replies.on(
        "DescribeImages",
        {
            "imageDetails": [
                {"imageDigest": "sha256:a", "imageScanFindingsSummary": scanned},
                {"imageDigest": "sha256:b"},
            ]
        },
    )

    frame = export_resource(ECR_IMAGES, ctx).frame.set_index("digest")

    counts = frame[["critical", "high", "medium", "low"]]
    assert [2, 0, 0, 7] == counts.loc["sha256:a"].tolist()
    assert [pd.NA] * 4 == counts.loc["sha256:b"].tolist()
