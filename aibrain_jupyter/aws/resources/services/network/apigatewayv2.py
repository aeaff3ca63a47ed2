"""HTTP and WebSocket APIs of API Gateway."""

from typing import Final

from aibrain_jupyter.aws.resources.declaration import declared, detail, listing
from aibrain_jupyter.aws.resources.shapes import flag, nested, text, time

HTTP_APIS: Final = declared(
    "apigatewayv2",
    "apis",
    "HTTP and WebSocket APIs of API Gateway, one row per stage.",
    (
        text("api_id", "id of the API", "ApiId"),
        text("api_name", "name of the API", "Name"),
        text("protocol", "HTTP or WEBSOCKET", "ProtocolType"),
        time("created", "when the API was made, UTC", "CreatedDate"),
        text("endpoint", "its address", "ApiEndpoint"),
        flag(
            "default_endpoint_disabled",
            "whether its execute-api address is off",
            "DisableExecuteApiEndpoint",
        ),
        nested(
            "cors_origins",
            "origins browsers may call it from",
            "all(CorsConfiguration.AllowOrigins)",
        ),
        nested("authorizers", "names of its authorizers", "all(GetAuthorizers[].Name)"),
        nested(
            "open_routes",
            "routes that ask for no authorization",
            "all(GetRoutes[?AuthorizationType=='NONE'].RouteKey)",
        ),
        text("stage", "name of the stage; NA: the API has none", "stage.StageName"),
        time(
            "deployed",
            "when the stage was last updated, UTC",
            "stage.LastUpdatedDate",
            absent="the API has no stage",
        ),
        flag(
            "has_access_log",
            "whether the stage keeps an access log",
            "present(stage.AccessLogSettings.DestinationArn)",
        ),
        nested(
            "stage_variables",
            "variables of the stage by name, values hidden unless revealed",
            "by_name(stage.StageVariables)",
        ),
        nested("tags", "tags of the API as a mapping; empty: none", "tags(Tags)"),
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
    key=("api_id", "stage?"),
)
