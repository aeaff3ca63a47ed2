"""Route 53: hosted zones and records."""

from typing import Final

from aibrain_jupyter.aws.resources.declaration import declared, detail, each, joined, listing
from aibrain_jupyter.aws.resources.shapes import count, flag, nested, text

HOSTED_ZONES: Final = declared(
    "route53",
    "zones",
    "Hosted zones of Route 53: DNSSEC, query logs, records.",
    (
        text("zone_id", "id of the hosted zone", "after_slash(Id)"),
        text("zone_name", "domain of the zone", "domain(Name)"),
        flag("is_private", "whether it answers inside VPCs only", "Config.PrivateZone"),
        count("record_sets", "record sets", "ResourceRecordSetCount"),
        text("comment", "comment; NA: none", "Config.Comment"),
        text(
            "query_log_group",
            "log group of DNS queries; NA: none are logged",
            "ListQueryLoggingConfigs[0].CloudWatchLogsLogGroupArn",
        ),
        text(
            "dnssec",
            "SIGNING, NOT_SIGNING, …; NA: a private zone",
            "GetDNSSEC.Status.ServeSignature",
            absent="a private zone",
        ),
        text("managed_by", "service that made it; NA: a user", "LinkedService.ServicePrincipal"),
    ),
    (
        listing("route53:ListHostedZones", "HostedZones"),
        joined(
            "route53:ListQueryLoggingConfigs",
            "QueryLoggingConfigs",
            key="HostedZoneId",
            to="after_slash(Id)",
        ),
        detail(
            "route53:GetDNSSEC",
            {"HostedZoneId": "after_slash(Id)"},
            when="!(Config.PrivateZone)",
        ),
    ),
    is_global=True,
)


RECORD_SETS: Final = declared(
    "route53",
    "records",
    "DNS records of every hosted zone, one row per record set.",
    (
        text("record_name", "name of the record set", "domain(Name)"),
        text("kind", "A, AAAA, CNAME, TXT, …", "Type"),
        text("zone_id", "hosted zone", "after_slash(ListHostedZones.Id)"),
        text("zone_name", "domain of the zone", "domain(ListHostedZones.Name)"),
        flag(
            "is_private",
            "whether it answers inside VPCs only",
            "ListHostedZones.Config.PrivateZone",
        ),
        nested("values", "values of the records", "all(ResourceRecords[].Value)"),
        text(
            "alias_target",
            "AWS resource it is an alias of; NA: none",
            "domain(AliasTarget.DNSName)",
        ),
        count("ttl_s", "time to live, seconds; NA: an alias", "TTL"),
        text(
            "set_identifier",
            "which of several sets of one name; NA: the only one",
            "SetIdentifier",
        ),
        text("health_check", "id of its health check; NA: none", "HealthCheckId"),
    ),
    (
        listing("route53:ListHostedZones", "HostedZones"),
        each(
            "route53:ListResourceRecordSets",
            "ResourceRecordSets",
            {"HostedZoneId": "after_slash(Id)"},
        ),
    ),
    is_global=True,
    traps=("Whether a target still exists is not looked up: compare with the resources' exports.",),
    key=("zone_id", "record_name", "kind", "set_identifier?"),
)
