"""What AWS leaves out of a listing unless it is asked for: it is asked for."""

from __future__ import annotations

import json
import urllib.parse

import pandas as pd

from aibrain_jupyter.aws.resources.running import export_resource
from aibrain_jupyter.aws.resources.table import find_resource


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
    frame = export_resource(find_resource("ec2", "images"), ctx).frame
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
    frame = export_resource(find_resource("eks", "clusters"), ctx).frame.set_index("cluster_name")

    assert "include=all" in aws_replies.requests[0].path
    assert "GKE" == frame.loc["far", "connected_from"]
    assert frame["connected_from"].isna()["eks"]
    assert frame.loc["eks", "is_open_to_world"]


def test_archived_images_are_listed(ctx, aws_replies):
    """An archived image of ECR can be restored and run: it is a row that says so."""
    aws_replies.on("DescribeRepositories", {"repositories": [{"repositoryName": "web"}]})
    images = [
        {"imageDigest": "sha256:a", "imageStatus": "ACTIVE"},
        {"imageDigest": "sha256:b", "imageStatus": "ARCHIVED"},
    ]

    def reply(request):
        asks_any = json.loads(request.body).get("filter") == {"imageStatus": "ANY"}
        return {"imageDetails": images if asks_any else images[:1]}

    aws_replies.on("DescribeImages", reply)

    frame = export_resource(find_resource("ecr", "images"), ctx).frame.set_index("digest")

    assert {"sha256:a": "ACTIVE", "sha256:b": "ARCHIVED"} == frame["image_status"].to_dict()


def test_log_alarms_are_listed(ctx, aws_replies):
    """CloudWatch lists metric, composite and log alarms only when each is asked for."""
    topic = "arn:aws:sns:us-east-1:123456789012:ops"
    alarms = {
        "MetricAlarm": {"MetricAlarms": [{"AlarmName": "m", "MetricName": "Denied"}]},
        "CompositeAlarm": {"CompositeAlarms": [{"AlarmName": "c", "AlarmRule": "ALARM(m)"}]},
        "LogAlarm": {
            "LogAlarms": [
                {
                    "AlarmName": "l",
                    "AlarmActions": [topic],
                    "ScheduledQueryConfiguration": {"LogGroupIdentifiers": ["/trail"]},
                }
            ]
        },
    }
    aws_replies.on(
        "DescribeAlarms",
        lambda request: alarms[
            next((kind for kind in alarms if kind in request.body), "MetricAlarm")
        ],
    )
    aws_replies.on("DescribeMetricFilters", {"metricFilters": []})
    told = [(f"{topic}:1", "a@example.org"), ("Deleted", "b"), ("PendingConfirmation", "c")]
    members = "".join(
        f"<member><TopicArn>{topic}</TopicArn><SubscriptionArn>{arn}</SubscriptionArn></member>"
        for arn, _ in told
    )
    aws_replies.on(
        "ListSubscriptions",
        "<ListSubscriptionsResponse><ListSubscriptionsResult><Subscriptions>"
        f"{members}</Subscriptions></ListSubscriptionsResult></ListSubscriptionsResponse>",
    )

    frame = export_resource(find_resource("cloudwatch", "alarms"), ctx).frame.set_index(
        "alarm_name"
    )

    assert {"c": "composite", "l": "log", "m": "metric"} == frame["kind"].to_dict()
    assert ["/trail"] == frame.loc["l", "log_groups"]
    # Of three subscriptions one was never confirmed and one has been deleted.
    assert 1 == frame.loc["l", "subscribers"]


def test_certificates_of_every_origin_and_hierarchy_are_listed(ctx, aws_replies):
    """ACM leaves out ACME's certificates, and those of its N2 roots, unless they are asked for."""
    arns = {name: f"arn:aws:acm:us-east-1:123456789012:certificate/{name}" for name in "abc"}

    def listed(request):
        asked = json.loads(request.body)
        names = ["a"]
        if "ACME" in asked.get("CertificateKeyPairOrigins", ()):
            names.append("b")
        if "N2_AMAZON_MANAGED" in asked.get("RootHierarchyTypes", ()):
            names = ["b", "c"]
        assert "EC_secp384r1" in asked["Includes"]["keyTypes"]
        return {"CertificateSummaryList": [{"CertificateArn": arns[n]} for n in names]}

    aws_replies.on("ListCertificates", listed)
    aws_replies.on("DescribeCertificate", {"Certificate": {}})
    aws_replies.on("ListTagsForCertificate", {"Tags": []})

    frame = export_resource(find_resource("acm", "certificates"), ctx).frame

    assert sorted(arns.values()) == sorted(frame["arn"])
