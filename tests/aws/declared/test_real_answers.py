"""What AWS really answers where its model alone would mislead: switches, states, empty members."""

from __future__ import annotations

from aibrain_jupyter.aws.catalogue import find_resource

ARN = "arn:aws:service:us-east-1:123456789012:thing"


def test_a_container_without_privileges_is_not_privileged(ctx, aws_replies):
    """A switch that a service answers as off reads off, like one that it leaves out."""
    containers = [
        {"name": "off", "privileged": False, "readonlyRootFilesystem": False},
        {"name": "on", "privileged": True, "readonlyRootFilesystem": True},
        {"name": "unset"},
    ]
    aws_replies.on("ListTaskDefinitions", {"taskDefinitionArns": ["arn:td:1"]})
    aws_replies.on(
        "DescribeTaskDefinition", {"taskDefinition": {"containerDefinitions": containers}}
    )

    frame = find_resource("ecs", "task_definitions").export(ctx).frame.set_index("container")

    for column in ("is_privileged", "is_root_read_only"):
        assert {"off": False, "on": True, "unset": False} == frame[column].to_dict()


def test_an_audit_log_that_is_off_is_not_on(ctx, aws_replies):
    """OpenSearch keeps the settings of a log that was switched off."""
    logs = {"AUDIT_LOGS": {"CloudWatchLogsLogGroupArn": "arn:logs", "Enabled": False}}
    aws_replies.on("/2021-01-01/domain", {"DomainNames": [{"DomainName": "search"}]})
    aws_replies.on(
        "/2021-01-01/opensearch/domain-info",
        {"DomainStatusList": [{"DomainName": "search", "LogPublishingOptions": logs, "ARN": ARN}]},
    )
    aws_replies.on("/2021-01-01/tags/", {"TagList": []})

    [row] = find_resource("opensearch", "domains").export(ctx).frame.to_dict("records")

    assert ([], False) == (row["log_types"], row["has_audit_log"])


def test_the_default_action_of_a_web_acl_is_an_empty_member(ctx, aws_replies):
    """WAF says what a web ACL does by which member is there; the member itself is empty."""
    acls = [{"Name": name, "Id": name, "ARN": ARN} for name in ("Allow", "Block")]
    aws_replies.on("ListWebACLs", {"WebACLs": acls})
    aws_replies.on(
        "GetWebACL",
        lambda request: {
            "WebACL": {
                "DefaultAction": {"Block": {}} if "Block" in request.body else {"Allow": {}},
                "Rules": [],
            }
        },
    )
    aws_replies.on("GetLoggingConfiguration", {})
    aws_replies.on("ListResourcesForWebACL", {"ResourceArns": []})

    frame = find_resource("wafv2", "web_acls").export(ctx).frame.set_index("web_acl_name")

    assert {"Allow": "allow", "Block": "block"} == frame["default_action"].to_dict()
