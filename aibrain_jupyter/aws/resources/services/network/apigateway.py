"""REST APIs of API Gateway."""

from typing import Final

from aibrain_jupyter.aws.resources.declaration import declared, detail, listing
from aibrain_jupyter.aws.resources.shapes import flag, nested, text, time

REST_APIS: Final = declared(
    "apigateway",
    "rest_apis",
    "REST APIs of API Gateway, one row per stage: endpoint, logs, WAF, authorizers.",
    (
        text("api_id", "id of the API", "id"),
        text("api_name", "name of the API", "name"),
        time("created", "when the API was made, UTC", "createdDate"),
        nested("endpoint_types", "EDGE, REGIONAL, PRIVATE", "all(endpointConfiguration.types)"),
        flag(
            "default_endpoint_disabled",
            "whether its execute-api address is off",
            "disableExecuteApiEndpoint",
        ),
        text("tls_policy", "least TLS version; NA: not said", "securityPolicy", absent="not said"),
        flag("has_policy", "whether it has a resource policy", "present(policy)"),
        nested("authorizers", "names of its authorizers", "all(GetAuthorizers[].name)"),
        text("stage", "name of the stage; NA: the API has none", "stage.stageName"),
        time(
            "deployed",
            "when the stage was last updated, UTC",
            "stage.lastUpdatedDate",
            absent="the API has no stage",
        ),
        flag(
            "has_access_log",
            "whether the stage keeps an access log",
            "present(stage.accessLogSettings.destinationArn)",
        ),
        text(
            "log_level",
            "OFF, ERROR or INFO, of all methods; NA: not set",
            'stage.methodSettings."*/*".loggingLevel',
            absent="not set, which logs nothing",
        ),
        flag(
            "has_tracing",
            "whether X-Ray tracing is on",
            "stage.tracingEnabled",
            absent="the API has no stage",
        ),
        flag(
            "cache_encrypted",
            "whether cached answers are encrypted; NA: not set",
            'stage.methodSettings."*/*".cacheDataEncrypted',
        ),
        text("web_acl", "ARN of the stage's web ACL; NA: none", "stage.webAclArn"),
        text(
            "client_certificate",
            "certificate shown to the backend; NA: none",
            "stage.clientCertificateId",
        ),
        nested(
            "stage_variables",
            "variables of the stage by name, values hidden unless revealed",
            "by_name(stage.variables)",
        ),
        nested("tags", "tags of the API as a mapping; empty: none", "tags(tags)"),
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
    key=("api_id", "stage?"),
)
