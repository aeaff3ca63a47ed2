"""What AWS leaves out of a listing unless it is asked for: it is asked for."""

from __future__ import annotations

import urllib.parse

import pandas as pd

from aibrain_jupyter.aws.catalogue import find_resource


def test_disabled_images_are_listed(ctx, aws_replies):
    """A disabled AMI, and who may launch it, is evidence like any other."""
    aws_replies.on(
        "DescribeImages",
        "<DescribeImagesResponse><imagesSet><item><imageId>ami-1</imageId>"
        "<imageState>disabled</imageState></item><item><imageId>ami-2</imageId>"
        "<blockDeviceMapping><item><ebs><encrypted>true</encrypted></ebs></item><item>"
        "<ebs><encrypted>false</encrypted></ebs></item></blockDeviceMapping></item>"
        "<item><imageId>ami-3</imageId><blockDeviceMapping><item><ebs><encrypted>true</encrypted>"
        "</ebs></item><item><virtualName>ephemeral0</virtualName></item></blockDeviceMapping>"
        "</item></imagesSet></DescribeImagesResponse>",
    )
    aws_replies.on(
        "GetImageBlockPublicAccessState",
        "<R><imageBlockPublicAccessState>unblocked</imageBlockPublicAccessState></R>",
    )
    frame = find_resource("ec2", "images").export(ctx).frame
    asked = urllib.parse.parse_qs(aws_replies.requests[0].body)

    assert "disabled" == frame["state"][0]
    # One without EBS devices has nothing that could be encrypted.
    assert [pd.NA, False, True] == frame["is_encrypted"].tolist()
    assert (["true"], ["self"]) == (asked["IncludeDisabled"], asked["Owner.1"])


def test_registered_clusters_are_listed(ctx, aws_replies):
    """A cluster elsewhere says where it is; of one of EKS an IPv6 range opens it to the world."""
    aws_replies.on("/clusters", {"clusters": ["eks", "far"]})
    aws_replies.on(
        "/clusters/eks",
        {
            "cluster": {
                "name": "eks",
                "resourcesVpcConfig": {
                    "endpointPublicAccess": True,
                    "publicAccessCidrs": ["192.0.2.0/24", "::/0"],
                },
            }
        },
    )
    aws_replies.on(
        "/clusters/far", {"cluster": {"name": "far", "connectorConfig": {"provider": "GKE"}}}
    )
    for name in ("eks", "far"):
        aws_replies.on(f"/clusters/{name}/node-groups", {"nodegroups": []})
        aws_replies.on(f"/clusters/{name}/access-entries", {"accessEntries": []})
    frame = find_resource("eks", "clusters").export(ctx).frame.set_index("cluster_name")

    assert "include=all" in aws_replies.requests[0].path
    assert "GKE" == frame.loc["far", "connected_from"]
    assert frame["connected_from"].isna()["eks"]
    assert frame.loc["eks", "is_open_to_world"]
