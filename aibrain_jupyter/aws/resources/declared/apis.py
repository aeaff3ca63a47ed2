"""API Gateway and Route 53."""

from __future__ import annotations

from typing import Final

from aibrain_jupyter.aws.resources.declaration import (
    Resource,
    declared,
    detail,
    each,
    joined,
    listing,
)
from aibrain_jupyter.shared.frames.columns import COUNT, FLAG, NESTED, TEXT, TIME, Column

REST_APIS: Final = declared(
    "apigateway",
    "rest_apis",
    "REST APIs of API Gateway, one row per stage: endpoint, logs, WAF, authorizers.",
    (
        Column("api_id", TEXT, "id of the API", "id"),
        Column("api_name", TEXT, "name of the API", "name"),
        Column("created", TIME, "when the API was made, UTC", "createdDate"),
        Column(
            "endpoint_types", NESTED, "EDGE, REGIONAL, PRIVATE", "all(endpointConfiguration.types)"
        ),
        Column(
            "default_endpoint_disabled",
            FLAG,
            "whether its execute-api address is off",
            "disableExecuteApiEndpoint",
        ),
        Column("tls_policy", TEXT, "least TLS version; NA: not said", "securityPolicy"),
        Column("has_policy", FLAG, "whether it has a resource policy", "present(policy)"),
        Column("authorizers", NESTED, "names of its authorizers", "all(GetAuthorizers[].name)"),
        Column("stage", TEXT, "name of the stage; NA: the API has none", "stage.stageName"),
        Column("deployed", TIME, "when the stage was last updated, UTC", "stage.lastUpdatedDate"),
        Column(
            "has_access_log",
            FLAG,
            "whether the stage keeps an access log",
            "present(stage.accessLogSettings.destinationArn)",
        ),
        Column(
            "log_level",
            TEXT,
            "OFF, ERROR or INFO, of all methods; NA: not set",
            'stage.methodSettings."*/*".loggingLevel',
        ),
        Column("has_tracing", FLAG, "whether X-Ray tracing is on", "stage.tracingEnabled"),
        Column(
            "cache_encrypted",
            FLAG,
            "whether cached answers are encrypted; NA: not set",
            'stage.methodSettings."*/*".cacheDataEncrypted',
        ),
        Column("web_acl", TEXT, "ARN of the stage's web ACL; NA: none", "stage.webAclArn"),
        Column(
            "client_certificate",
            TEXT,
            "certificate shown to the backend; NA: none",
            "stage.clientCertificateId",
        ),
        Column(
            "stage_variables",
            NESTED,
            "variables of the stage by name, values hidden unless revealed",
            "by_name(stage.variables)",
        ),
        Column("tags", NESTED, "tags of the API as a mapping; empty: none", "tags(tags)"),
    ),
    (
        listing("apigateway:GetRestApis", "items", fixed={"limit": 500}, action="apigateway:GET"),
        detail(
            "apigateway:GetStages",
            {"restApiId": "id"},
            records="item",
            rows="GetStages",
            row_name="stage",
            action="apigateway:GET",
        ),
        detail(
            "apigateway:GetAuthorizers",
            {"restApiId": "id"},
            records="items",
            action="apigateway:GET",
        ),
    ),
    traps=("Whether a method asks for authorization is set per method and not read here.",),
)


HTTP_APIS: Final = declared(
    "apigatewayv2",
    "apis",
    "HTTP and WebSocket APIs of API Gateway, one row per stage.",
    (
        Column("api_id", TEXT, "id of the API", "ApiId"),
        Column("api_name", TEXT, "name of the API", "Name"),
        Column("protocol", TEXT, "HTTP or WEBSOCKET", "ProtocolType"),
        Column("created", TIME, "when the API was made, UTC", "CreatedDate"),
        Column("endpoint", TEXT, "its address", "ApiEndpoint"),
        Column(
            "default_endpoint_disabled",
            FLAG,
            "whether its execute-api address is off",
            "DisableExecuteApiEndpoint",
        ),
        Column(
            "cors_origins",
            NESTED,
            "origins browsers may call it from",
            "all(CorsConfiguration.AllowOrigins)",
        ),
        Column("authorizers", NESTED, "names of its authorizers", "all(GetAuthorizers[].Name)"),
        Column(
            "open_routes",
            NESTED,
            "routes that ask for no authorization",
            "all(GetRoutes[?AuthorizationType=='NONE'].RouteKey)",
        ),
        Column("stage", TEXT, "name of the stage; NA: the API has none", "stage.StageName"),
        Column("deployed", TIME, "when the stage was last updated, UTC", "stage.LastUpdatedDate"),
        Column(
            "has_access_log",
            FLAG,
            "whether the stage keeps an access log",
            "present(stage.AccessLogSettings.DestinationArn)",
        ),
        Column(
            "stage_variables",
            NESTED,
            "variables of the stage by name, values hidden unless revealed",
            "by_name(stage.StageVariables)",
        ),
        Column("tags", NESTED, "tags of the API as a mapping; empty: none", "tags(Tags)"),
    ),
    (
        listing("apigatewayv2:GetApis", "Items", action="apigateway:GET"),
        detail(
            "apigatewayv2:GetStages",
            {"ApiId": "ApiId"},
            records="Items",
            rows="GetStages",
            row_name="stage",
            action="apigateway:GET",
        ),
        detail(
            "apigatewayv2:GetAuthorizers",
            {"ApiId": "ApiId"},
            records="Items",
            action="apigateway:GET",
        ),
        detail(
            "apigatewayv2:GetRoutes", {"ApiId": "ApiId"}, records="Items", action="apigateway:GET"
        ),
    ),
)


HOSTED_ZONES: Final = declared(
    "route53",
    "zones",
    "Hosted zones of Route 53: DNSSEC, query logs, records.",
    (
        Column("zone_id", TEXT, "id of the hosted zone", "after_slash(Id)"),
        Column("zone_name", TEXT, "domain of the zone", "domain(Name)"),
        Column("is_private", FLAG, "whether it answers inside VPCs only", "Config.PrivateZone"),
        Column("record_sets", COUNT, "record sets", "ResourceRecordSetCount"),
        Column("comment", TEXT, "comment; NA: none", "Config.Comment"),
        Column(
            "query_log_group",
            TEXT,
            "log group of DNS queries; NA: none are logged",
            "ListQueryLoggingConfigs[0].CloudWatchLogsLogGroupArn",
        ),
        Column(
            "dnssec",
            TEXT,
            "SIGNING, NOT_SIGNING, …; NA: a private zone",
            "GetDNSSEC.Status.ServeSignature",
        ),
        Column(
            "managed_by", TEXT, "service that made it; NA: a user", "LinkedService.ServicePrincipal"
        ),
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
        Column("record_name", TEXT, "name of the record set", "domain(Name)"),
        Column("kind", TEXT, "A, AAAA, CNAME, TXT, …", "Type"),
        Column("zone_id", TEXT, "hosted zone", "after_slash(ListHostedZones.Id)"),
        Column("zone_name", TEXT, "domain of the zone", "domain(ListHostedZones.Name)"),
        Column(
            "is_private",
            FLAG,
            "whether it answers inside VPCs only",
            "ListHostedZones.Config.PrivateZone",
        ),
        Column("values", NESTED, "values of the records", "all(ResourceRecords[].Value)"),
        Column(
            "alias_target",
            TEXT,
            "AWS resource it is an alias of; NA: none",
            "domain(AliasTarget.DNSName)",
        ),
        Column("ttl_s", COUNT, "time to live, seconds; NA: an alias", "TTL"),
        Column(
            "set_identifier",
            TEXT,
            "which of several sets of one name; NA: the only one",
            "SetIdentifier",
        ),
        Column("health_check", TEXT, "id of its health check; NA: none", "HealthCheckId"),
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
)


RESOURCES: Final[tuple[Resource, ...]] = (
    HOSTED_ZONES,
    HTTP_APIS,
    RECORD_SETS,
    REST_APIS,
)
