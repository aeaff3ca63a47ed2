"""What AWS really answers where its model alone would mislead: switches, states, empty members."""

from __future__ import annotations

import json

import pandas as pd

from aibrain_jupyter.aws.resources.running import export_resource
from aibrain_jupyter.aws.resources.table import find_resource

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

    frame = export_resource(find_resource("ecs", "task_definitions"), ctx).frame.set_index(
        "container"
    )

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

    [row] = export_resource(find_resource("opensearch", "domains"), ctx).frame.to_dict("records")

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

    frame = export_resource(find_resource("wafv2", "web_acls"), ctx).frame.set_index("web_acl_name")

    assert {"Allow": "allow", "Block": "block"} == frame["default_action"].to_dict()


def _rds(**members):
    return "".join(f"<{name}>{value}</{name}>" for name, value in members.items())


def test_a_key_of_rds_itself_encrypts_too(ctx, aws_replies):
    """RDS answers StorageEncrypted false for storage that its own key encrypts."""
    kinds = {"own": "sse-rds", "kms": "sse-kms", "plain": "none", "old": ""}

    def answer(action, record, name, flag="StorageEncrypted"):
        records = "".join(
            f"<{record}>{_rds(**{name: key, flag: str(kind == 'sse-kms').lower()})}"
            + (_rds(StorageEncryptionType=kind) if kind else "")
            + f"</{record}>"
            for key, kind in kinds.items()
        )
        found = f"<{record}s>{records}</{record}s>"
        reply = f"<{action}Response><{action}Result>{found}</{action}Result></{action}Response>"
        aws_replies.on(action, reply)

    answer("DescribeDBClusters", "DBCluster", "DBClusterIdentifier")
    answer("DescribeDBInstances", "DBInstance", "DBInstanceIdentifier")
    answer("DescribeDBSnapshots", "DBSnapshot", "DBSnapshotIdentifier", "Encrypted")
    answer("DescribeDBClusterSnapshots", "DBClusterSnapshot", "DBClusterSnapshotIdentifier")
    for name in ("clusters", "instances", "snapshots"):
        frame = export_resource(find_resource("rds", name), ctx).frame
        frame = frame.drop_duplicates(frame.columns[0]).set_index(frame.columns[0])

        expected = {"own": True, "kms": True, "plain": False, "old": False}
        assert expected == frame["is_encrypted"].to_dict(), name
        assert "sse-rds" == frame.loc["own", "encryption_type"]


def test_what_is_deleted_is_no_way_out_of_a_vpc(ctx, aws_replies):
    """EC2 lists NAT gateways and endpoints for a while after they were deleted or refused."""
    aws_replies.on("DescribeVpcs", "<R><vpcSet><item><vpcId>vpc-1</vpcId></item></vpcSet></R>")
    for action in ("FlowLogs", "Subnets", "RouteTables", "InternetGateways"):
        aws_replies.on(f"Describe{action}", "<R/>")
    gateways = "".join(
        f"<item><natGatewayId>nat-{state}</natGatewayId><vpcId>vpc-1</vpcId>"
        f"<state>{state}</state></item>"
        for state in ("available", "pending", "deleting", "deleted", "failed")
    )
    endpoints = "".join(
        f"<item><serviceName>{state}</serviceName><vpcId>vpc-1</vpcId><state>{state}</state></item>"
        for state in ("available", "Available", "pendingAcceptance", "deleted", "rejected")
    )
    aws_replies.on("DescribeNatGateways", f"<R><natGatewaySet>{gateways}</natGatewaySet></R>")
    aws_replies.on("DescribeVpcEndpoints", f"<R><vpcEndpointSet>{endpoints}</vpcEndpointSet></R>")

    [row] = export_resource(find_resource("ec2", "vpcs"), ctx).frame.to_dict("records")

    assert ["nat-available", "nat-deleting", "nat-pending"] == row["nat_gateways"]
    assert ["Available", "available"] == row["endpoints"]


def test_a_certificate_kept_in_iam_is_not_cloudfronts_own(ctx, aws_replies):
    """A distribution may have its certificate in IAM, and then ACM's member is missing."""
    names = ("ACMCertificateArn", "IAMCertificateId", "CloudFrontDefaultCertificate")
    items = "".join(
        f"<DistributionSummary><Id>{name}</Id><ARN>{name}</ARN><ViewerCertificate>"
        f"<{name}>true</{name}></ViewerCertificate></DistributionSummary>"
        for name in names
    )
    aws_replies.on(
        "/2020-05-31/distribution",
        f"<DistributionList><Items>{items}</Items><IsTruncated>false</IsTruncated>"
        "</DistributionList>",
    )
    for name in names:
        aws_replies.on(f"/2020-05-31/distribution/{name}/config", "<DistributionConfig/>")
    aws_replies.on("/2020-05-31/tagging", "<Tags><Items/></Tags>")

    frame = export_resource(find_resource("cloudfront", "distributions"), ctx).frame
    frame = frame.set_index("distribution_id")

    assert frame["certificate"].isna().tolist() == [False, True, False]
    assert "true" == frame.loc["IAMCertificateId", "certificate"]


def test_a_load_balancer_without_access_logs_has_no_bucket(ctx, aws_replies):
    """Elastic Load Balancing answers an empty text for the bucket where there is none."""
    aws_replies.on(
        "DescribeLoadBalancers",
        "<R><DescribeLoadBalancersResult><LoadBalancers><member>"
        f"<LoadBalancerArn>{ARN}</LoadBalancerArn><Type>network</Type>"
        "</member></LoadBalancers></DescribeLoadBalancersResult></R>",
    )
    attributes = {"access_logs.s3.enabled": "false", "access_logs.s3.bucket": ""}
    aws_replies.on(
        "DescribeLoadBalancerAttributes",
        "<R><DescribeLoadBalancerAttributesResult><Attributes>"
        + "".join(
            f"<member><Key>{key}</Key><Value>{value}</Value></member>"
            for key, value in attributes.items()
        )
        + "</Attributes></DescribeLoadBalancerAttributesResult></R>",
    )
    aws_replies.on("DescribeListeners", "<R><DescribeListenersResult/></R>")
    aws_replies.on("DescribeTags", "<R><DescribeTagsResult/></R>")

    frame = export_resource(find_resource("elbv2", "load_balancers"), ctx).frame

    assert [False] == frame["access_logs"].tolist()
    assert frame["access_log_bucket"].isna().all()


def test_what_a_tag_policy_misses_is_told_apart(ctx, aws_replies):
    """A tag policy has keys that are missing, keys with wrong values, and keys in wrong case."""
    details = {
        "ComplianceStatus": False,
        "NoncompliantKeys": ["costcenter"],
        "KeysWithNoncompliantValues": ["Stage"],
        "MissingTagKeys": ["Owner"],
    }
    aws_replies.on(
        "GetResources",
        {"ResourceTagMappingList": [{"ResourceARN": ARN, "ComplianceDetails": details}]},
    )

    frame = export_resource(find_resource("resourcegroupstaggingapi", "resources"), ctx).frame
    [row] = frame.to_dict("records")

    assert ["Owner"] == row["keys_missing"]
    assert ["costcenter"] == row["keys_not_allowed"]
    assert ["Stage"] == row["keys_with_wrong_values"]


def test_an_account_inspector_failed_to_read_has_a_row(ctx, aws_replies):
    """Inspector answers 200 with its own failure inside: that is a row that says why."""
    failed = {
        "accountId": "123456789012",
        "errorCode": "ACCESS_DENIED",
        "errorMessage": "not a member",
        "resourceStatus": {"ec2": "ENABLED", "ecr": "DISABLED"},
    }
    aws_replies.on("/status/batch/get", {"accounts": [], "failedAccounts": [failed]})

    [row] = export_resource(find_resource("inspector2", "status"), ctx).frame.to_dict("records")

    assert ("ACCESS_DENIED", True, False) == (row["error"], row["scans_ec2"], row["scans_ecr"])


def test_a_finding_says_which_region_it_is_from(ctx, aws_replies):
    """In its aggregation region Security Hub lists the findings of the linked ones."""
    aws_replies.on("/findings", {"Findings": [{"Id": "f", "Region": "eu-west-1"}]})

    [row] = export_resource(find_resource("securityhub", "findings"), ctx).frame.to_dict("records")

    assert "eu-west-1" == row["found_in_region"]


def test_a_file_server_for_sftp_alone_allows_no_ftp(ctx, aws_replies):
    """Transfer Family leaves out what a server has not, and answers an empty role for none."""
    more = {
        "s-00000000000000001": {
            "Protocols": ["SFTP", "FTP"],
            "IdentityProviderDetails": {"Function": "", "DirectoryId": "d-1"},
            "StructuredLogDestinations": ["arn:logs:*"],
        },
        "s-00000000000000002": {"Protocols": ["SFTP"]},
        "s-00000000000000003": {},
    }
    servers = [{"ServerId": name, "Arn": ARN, "LoggingRole": ""} for name in more]
    aws_replies.on("ListServers", {"Servers": servers})
    aws_replies.on(
        "DescribeServer",
        lambda request: {"Server": more[json.loads(request.body)["ServerId"]]},
    )

    frame = export_resource(find_resource("transfer", "servers"), ctx).frame

    assert [True, False, pd.NA] == frame["allows_ftp"].tolist()
    assert [True, False, False] == frame["has_logs"].tolist()
    assert ["d-1", "", ""] == frame["identity_source"].fillna("").tolist()
    assert frame["logging_role"].isna().all()
