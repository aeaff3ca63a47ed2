"""Secrets planted in answers of every kind: through the whole export, none comes out in clear."""

from __future__ import annotations

import base64
import json

import pytest

from aibrain_jupyter.aws.operations.export import export_operation

SECRET = "Zk7pQ2vXw9"
BASIC = base64.b64encode(f"svc:{SECRET}".encode()).decode()
LONG = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dBjftJeZ4CVPmB92K27uhbUJU1p1r"
GITHUB = "ghp_16C7e42F292c6912E7710c838347Ae178B4a"
SLACK = "xoxb-17653672481-19874698323-pdFZKVeTuE8sk7oOcHrzqqgy"
PEM = f"-----BEGIN RSA PRIVATE KEY-----\nMIIE{SECRET}\n-----END RSA PRIVATE KEY-----"


def stack(text):
    """A template or any text that a service keeps for its users: Cloud Control."""
    page = {"ResourceDescriptions": [{"Identifier": "i", "Properties": text}]}
    return "cloudcontrol", "list_resources", {"TypeName": "AWS::RDS::DBInstance"}, page


def item(text):
    """A configuration item of Config."""
    inputs = {"resourceType": "AWS::RDS::DBInstance", "resourceId": "i"}
    page = {"configurationItems": [{"resourceId": "i", "configuration": text}]}
    return "config", "get_resource_config_history", inputs, page


def event(request):
    """An event of CloudTrail, as text."""
    text = json.dumps({"eventName": "X", "requestParameters": request})
    page = {"Events": [{"EventId": "e", "CloudTrailEvent": text}]}
    return "cloudtrail", "lookup_events", {}, page


def machine(text):
    """The definition of a state machine."""
    page = {"stateMachineArn": "arn:aws:states:x", "name": "m", "definition": text}
    arn = "arn:aws:states:eu-west-1:123456789012:stateMachine:m"
    return "stepfunctions", "describe_state_machine", {"stateMachineArn": arn}, page


def document(text):
    """A document of Systems Manager: YAML, JSON, scripts."""
    return "ssm", "get_document", {"Name": "d"}, {"Name": "d", "Content": text}


def build(text):
    """The build specification of a project."""
    page = {"projects": [{"name": "p", "source": {"type": "GITHUB", "buildspec": text}}]}
    return "codebuild", "batch_get_projects", {"names": ["p"]}, page


def container(**definition):
    """A container of ECS."""
    page = {"taskDefinition": {"family": "f", "containerDefinitions": [definition]}}
    return "ecs", "describe_task_definition", {"taskDefinition": "f"}, page


def link(text):
    """An address that is kept: an API destination of EventBridge."""
    page = {"ApiDestinations": [{"Name": "a", "InvocationEndpoint": text}]}
    return "events", "list_api_destinations", {}, page


def connector(**properties):
    """What a connector of Kafka is given."""
    page = {"connectorName": "c", "connectorConfiguration": properties}
    arn = "arn:aws:kafkaconnect:eu-west-1:123456789012:connector/c/1"
    return "kafkaconnect", "describe_connector", {"connectorArn": arn}, page


def endpoint(text):
    """The attributes of an endpoint of DMS."""
    page = {"Endpoints": [{"EndpointIdentifier": "e", "ExtraConnectionAttributes": text}]}
    return "dms", "describe_endpoints", {}, page


def connection(**properties):
    """A connection of Glue."""
    page = {"ConnectionList": [{"Name": "c", "ConnectionProperties": properties}]}
    return "glue", "get_connections", {}, page


def integration(**parameters):
    """What an API adds to its requests to a backend."""
    page = {"type": "HTTP", "requestParameters": parameters}
    inputs = {"restApiId": "a", "resourceId": "r", "httpMethod": "GET"}
    return "apigateway", "get_integration", inputs, page


def rule(statement):
    """A rule of a firewall."""
    acl = {"Name": "w", "Id": "i", "Rules": [{"Name": "r", "Statement": statement}]}
    return (
        "wafv2",
        "get_web_acl",
        {"Name": "w", "Scope": "REGIONAL", "Id": "i"},
        {"WebACL": acl, "LockToken": "t"},
    )


def function(text):
    """What somebody wrote about a function."""
    page = {"Functions": [{"FunctionName": "f", "Description": text}]}
    return "lambda", "list_functions", {}, page


def byte_match(field):
    text = base64.b64encode(SECRET.encode()).decode()
    return {"ByteMatchStatement": {"SearchString": text, "FieldToMatch": field}}


def as_json(**members):
    return json.dumps(members)


PLANTED = {
    # JSON inside a text
    "cloud control": stack(as_json(MasterUserPassword=SECRET, Engine="mysql")),
    "cloud control, deep": stack(as_json(A=[{"B": {"AuthToken": SECRET}}])),
    "cloud control, environment": stack(as_json(Environment={"Variables": {"X": SECRET}})),
    "cloud control, user data": stack(as_json(UserData={"Fn::Base64": SECRET})),
    "cloud control, header of an origin": stack(
        as_json(OriginCustomHeaders=[{"HeaderName": "X-Verify", "HeaderValue": SECRET}])
    ),
    "cloud control, flagged": stack(as_json(Key="x", Value=SECRET, IsValueSecret=True)),
    "config": item(as_json(masterUserPassword=SECRET)),
    "config, json in json": item(as_json(policy=json.dumps({"apiKey": SECRET}))),
    "config, name and value": item(as_json(env=[{"name": "X", "value": SECRET}])),
    "config, container": item(as_json(environment=[{"name": "X", "value": SECRET}])),
    "config, cut off": item(as_json(password=SECRET, more="x")[:-4]),
    "config, escaped and cut off": item(as_json(a=json.dumps({"password": SECRET}))[:-3]),
    "lookup_events": event({"masterUserPassword": SECRET}),
    "lookup_events, environment": event({"environmentVariables": {"X": SECRET}}),
    "lookup_events, headers": event({"headers": {"authorization": f"Bearer {SECRET}"}}),
    "lookup_events, command": event({"commands": [f"mysql -u root -p{SECRET} db"]}),
    "state machine": machine(
        as_json(States={"A": {"Parameters": {"Headers": {"Authorization": f"Bearer {SECRET}"}}}})
    ),
    "state machine, body": machine(as_json(States={"A": {"Result": {"client_secret": SECRET}}})),
    "template": stack(as_json(Parameters={"DbPassword": {"Type": "String", "Default": SECRET}})),
    "template in yaml": document(
        f"Parameters:\n  DbPassword:\n    Type: String\n    Default: {SECRET}\nResources: {{}}\n"
    ),
    "template in yaml, property": document(
        f"Resources:\n  Db:\n    Properties:\n      MasterUserPassword: {SECRET}\n      Port: 1\n"
    ),
    "manifest in yaml": document(f"env:\n  - name: DB_PASSWORD\n    value: {SECRET}\n"),
    "docker's configuration": stack(as_json(auths={"https://x": {"auth": BASIC}})),
    # by unlisted names
    "directconnect key": (
        "directconnect",
        "describe_virtual_interfaces",
        {},
        {"virtualInterfaces": [{"virtualInterfaceId": "v", "authKey": SECRET}]},
    ),
    "activation code": (
        "eks",
        "describe_cluster",
        {"name": "c"},
        {"cluster": {"name": "c", "connectorConfig": {"activationCode": SECRET}}},
    ),
    "registration code": (
        "workspaces",
        "describe_workspace_directories",
        {},
        {"Directories": [{"DirectoryId": "d", "RegistrationCode": SECRET}]},
    ),
    "billing token": (
        "managedblockchain",
        "get_accessor",
        {"AccessorId": "a"},
        {"Accessor": {"Id": "a", "BillingToken": SECRET}},
    ),
    "kerberos": (
        "emr",
        "describe_cluster",
        {"ClusterId": "c"},
        {"Cluster": {"Id": "c", "KerberosAttributes": {"KdcAdminPassword": SECRET}}},
    ),
    "lorawan key": (
        "iotwireless",
        "get_wireless_device",
        {"Identifier": "d", "IdentifierType": "WirelessDeviceId"},
        {"Name": "d", "LoRaWAN": {"OtaaV1_1": {"AppKey": SECRET, "JoinEui": "0"}}},
    ),
    "personal pin": (
        "chime",
        "list_users",
        {"AccountId": "a"},
        {"Users": [{"UserId": "u", "PersonalPIN": SECRET}]},
    ),
    "key of a stream": (
        "medialive",
        "describe_input",
        {"InputId": "i"},
        {"id": "i", "destinations": [{"url": f"rtmp://user:{SECRET}@1.2.3.4:1935/live"}]},
    ),
    "secret of a webhook": (
        "codepipeline",
        "list_webhooks",
        {},
        {
            "webhooks": [
                {
                    "definition": {
                        "name": "w",
                        "authenticationConfiguration": {"SecretToken": SECRET},
                    }
                }
            ]
        },
    ),
    "hec token": (
        "firehose",
        "describe_delivery_stream",
        {"DeliveryStreamName": "d"},
        {
            "DeliveryStreamDescription": {
                "Destinations": [{"SplunkDestinationDescription": {"HECToken": SECRET}}]
            }
        },
    ),
    # links that carry access
    "authToken=": link(f"https://api.example.com/hook?authToken={SECRET}"),
    "code=": link(f"https://f.azurewebsites.net/api/x?code={SECRET}&clientId=default"),
    "token=": link(f"https://api.example.com/hook?a=b&token={SECRET}"),
    "Signature=": link(f"https://b.s3.amazonaws.com/k?Expires=1&Signature={SECRET}"),
    "X-Amz-Security-Token=": link(f"https://b.s3.amazonaws.com/k?X-Amz-Security-Token={SECRET}"),
    "sig=": link(f"https://x.blob.core.windows.net/c?sv=2020&sig={SECRET}"),
    "api_key=": link(f"https://api.example.com/v1?api_key={SECRET}#top"),
    "a way in by the path": link(f"https://hooks.slack.com/services/T000/B000/{SECRET}"),
    "relative": function(f"see /callback?state=1&code={SECRET}"),
    # header values
    "integration": integration(**{"integration.request.header.Authorization": f"'Basic {BASIC}'"}),
    "integration, own header": integration(
        **{"integration.request.header.X-Origin-Verify": f"'{SECRET}'"}
    ),
    "integration of an http api": (
        "apigatewayv2",
        "get_integrations",
        {"ApiId": "a"},
        {"items": [{"requestParameters": {"overwrite:header.Authorization": f"Bearer {SECRET}"}}]},
    ),
    "waf, inserted": (
        "wafv2",
        "get_web_acl",
        {"Name": "w", "Scope": "REGIONAL", "Id": "i"},
        {
            "WebACL": {
                "Name": "w",
                "Id": "i",
                "DefaultAction": {
                    "Allow": {
                        "CustomRequestHandling": {
                            "InsertHeaders": [{"Name": "x-verify", "Value": SECRET}]
                        }
                    }
                },
            }
        },
    ),
    "waf, compared": rule(byte_match({"SingleHeader": {"Name": "x-origin-verify"}})),
    "waf, compared below": rule(
        {"NotStatement": {"Statement": byte_match({"SingleHeader": {"Name": "authorization"}})}}
    ),
    "target of a rule": (
        "events",
        "list_targets_by_rule",
        {"Rule": "r"},
        {"Targets": [{"Id": "t", "HttpParameters": {"HeaderParameters": {"X-Verify": SECRET}}}]},
    ),
    "header in a script": build(f"curl -H 'Authorization: token {SECRET}' https://x"),
    "cookie": document(f"Cookie: session={SECRET}; theme=dark"),
    "header of a rule": (
        "iot",
        "get_topic_rule",
        {"ruleName": "r"},
        {"rule": {"actions": [{"http": {"headers": [{"key": "X-Verify", "value": SECRET}]}}]}},
    ),
    "request template": (
        "apigateway",
        "get_integration",
        {"restApiId": "a", "resourceId": "r", "httpMethod": "GET"},
        {
            "requestTemplates": {
                "application/json": f'#set($x = 1) {{"Authorization": "Bearer {SECRET}", "b": $b}}'
            }
        },
    ),
    # user:password@ of any scheme
    "postgres": connection(URL=f"postgresql://svc:{SECRET}@db.internal:5432/app"),
    "mongodb": endpoint(f"mongodb+srv://svc:{SECRET}@cluster0.mongodb.net/app"),
    "amqps": function(f"amqps://svc:{SECRET}@b-1.mq.eu-west-1.amazonaws.com:5671"),
    "redis without a user": function(f"rediss://:{SECRET}@cache.internal:6379/0"),
    "git": build(f"git clone https://build:{SECRET}@github.com/acme/app.git"),
    "git with a token": build(f"git clone https://{GITHUB}@github.com/acme/app.git"),
    "oracle": connection(URL=f"jdbc:oracle:thin:svc/{SECRET}@//db.internal:1521/app"),
    "an at sign inside": link(f"ftp://svc:p@{SECRET}@files.example.com/in"),
    # connection strings and settings
    "ado": endpoint(f"Server=db;Database=app;User Id=svc;Password={SECRET};Encrypt=true"),
    "odbc": endpoint(f"Driver={{x}};UID=svc;PWD={SECRET}"),
    "storage account": document(f"AccountName=a;AccountKey={SECRET}==;EndpointSuffix=core"),
    "service bus": document(f"Endpoint=sb://x/;SharedAccessKeyName=n;SharedAccessKey={SECRET}="),
    "jdbc": connection(URL=f"jdbc:mysql://db:3306/app?user=svc&password={SECRET}"),
    "password of a connection": connection(USERNAME="svc", PASSWORD=SECRET),
    "sasl.jaas.config": connector(
        **{
            "sasl.jaas.config": "org.apache.kafka.common.security.plain.PlainLoginModule "
            f'required username="svc" password="{SECRET}";'
        }
    ),
    "jaas in properties": document(
        "security.protocol=SASL_SSL\nsasl.jaas.config=org.apache.kafka.PlainLoginModule required "
        f'username="svc" password="{SECRET}";'
    ),
    "connector": connector(**{"database.password": SECRET, "database.user": "svc"}),
    "properties": document(f"spring.datasource.username=svc\nspring.datasource.password={SECRET}"),
    "xml": document(f"<server><username>svc</username><password>{SECRET}</password></server>"),
    "xml attributes": document(f'<add key="DbPassword" value="{SECRET}"/>'),
    # commands and scripts
    "export": build(f"export DB_PASSWORD={SECRET}\nmake"),
    "powershell": document(f"$password = ConvertTo-SecureString '{SECRET}' -AsPlainText -Force"),
    "flag": container(name="c", command=["run", f"--db-password={SECRET}"]),
    "flag and value": container(name="c", command=["run", "--api-token", SECRET]),
    "flag in a shell": container(name="c", command=["sh", "-c", f"run --password {SECRET}"]),
    "curl": build(f"curl -s -u svc:{SECRET} https://repo.example.com/x"),
    "docker": build(f"docker login -u svc -p {SECRET} registry.example.com"),
    "sql": document(f"CREATE USER svc IDENTIFIED BY '{SECRET}'"),
    "netrc": document(f"machine github.com login svc password {SECRET}"),
    # keys by their shape
    "private key": function(f"the key is {PEM}"),
    "private key in one line": stack(as_json(note=PEM)),
    "access key": function(f"AKIAIOSFODNN7EXAMPLE {LONG}"),
    "jwt": function(f"call it with {JWT}"),
    "github": function(f"uses {GITHUB}"),
    "slack": function(f"posts as {SLACK}"),
    "github, of one repository": function(f"uses github_pat_11ABCDEFG0{SECRET}_{SECRET}{SECRET}"),
    "vault": function(f"uses hvs.CAESI{SECRET}{SECRET}"),
    "cookie in a text": function(f"Cookie: session={SECRET}; path=/"),
    "signed link in a label": container(
        name="c", dockerLabels={"x-source": f"https://b.example.com/k?X-Amz-Signature={SECRET}"}
    ),
    "element": document(f"<config><password>{SECRET}</password></config>"),
    "password of a queue": function(f"amqps://svc:{SECRET}@mq.example.com:5671/v"),
    "password without a user": function(f"redis://:{SECRET}@cache:6379/0"),
    "password of a shell": build(f"sshpass -p {SECRET} ssh svc@h"),
    "web hook": function(f"https://hooks.slack.com/services/T0000/B0000/{SECRET}{SECRET}abcd"),
    "label of a container": container(name="c", dockerLabels={"vault.token": SECRET}),
    "option of a log": container(
        name="c",
        logConfiguration={"logDriver": "splunk", "options": {"splunk-token": SECRET}},
    ),
    "parameter of a command": (
        "ssm",
        "list_commands",
        {},
        {"Commands": [{"CommandId": "c", "Parameters": {"password": [SECRET]}}]},
    ),
    "parameter of a task": (
        "ssm",
        "describe_maintenance_window_tasks",
        {"WindowId": "mw-0c50858d01EXAMPLE"},
        {"Tasks": [{"TaskParameters": {"dbPassword": {"Values": [SECRET]}}}]},
    ),
    "settings as bytes": (
        "kafka",
        "describe_configuration_revision",
        {"Arn": "arn:aws:kafka:eu-west-1:1:configuration/c/1", "Revision": 1},
        {"serverProperties": base64.b64encode(f"ssl.key.password={SECRET}".encode()).decode()},
    ),
    "identity provider": (
        "cognito-idp",
        "describe_identity_provider",
        {"UserPoolId": "eu-west-1_a", "ProviderName": "p"},
        {"IdentityProvider": {"ProviderDetails": {"client_secret": SECRET}}},
    ),
    "a tag": (
        "lambda",
        "list_tags",
        {"Resource": "arn:aws:lambda:eu-west-1:123456789012:function:f"},
        {"Tags": {"db-password": SECRET}},
    ),
}
IN_XML = {
    "cloudfront origin": (
        "cloudfront",
        "list_distributions",
        {},
        (
            "<DistributionList><Items><DistributionSummary><Id>E1</Id><Origins><Quantity>1</Quantity>"
            "<Items><Origin><Id>o</Id><CustomHeaders><Quantity>1</Quantity><Items><OriginCustomHeader>"
            f"<HeaderName>X-Verify</HeaderName><HeaderValue>{SECRET}</HeaderValue>"
            "</OriginCustomHeader></Items></CustomHeaders></Origin></Items></Origins>"
            "</DistributionSummary></Items></DistributionList>"
        ),
    ),
    "load balancer's rule": (
        "elbv2",
        "describe_rules",
        {"ListenerArn": "arn:aws:elasticloadbalancing:x"},
        (
            "<DescribeRulesResponse><DescribeRulesResult><Rules><member><Priority>1</Priority>"
            "<Conditions><member><Field>http-header</Field><HttpHeaderConfig><HttpHeaderName>X-Verify"
            f"</HttpHeaderName><Values><member>{SECRET}</member></Values></HttpHeaderConfig></member>"
            "</Conditions></member></Rules></DescribeRulesResult></DescribeRulesResponse>"
        ),
    ),
    "stack's template": (
        "cloudformation",
        "get_template",
        {"StackName": "s"},
        (
            "<GetTemplateResponse><GetTemplateResult><TemplateBody>"
            f'{{"Resources": {{"Db": {{"Properties": {{"MasterUserPassword": "{SECRET}"}}}}}}}}'
            "</TemplateBody></GetTemplateResult></GetTemplateResponse>"
        ),
    ),
    "default of a parameter": (
        "cloudformation",
        "get_template_summary",
        {"StackName": "s"},
        (
            "<GetTemplateSummaryResponse><GetTemplateSummaryResult><Parameters><member>"
            f"<ParameterKey>Db</ParameterKey><DefaultValue>{SECRET}</DefaultValue><NoEcho>true</NoEcho>"
            "</member></Parameters></GetTemplateSummaryResult></GetTemplateSummaryResponse>"
        ),
    ),
    "subscription": (
        "sns",
        "list_subscriptions",
        {},
        (
            "<ListSubscriptionsResponse><ListSubscriptionsResult><Subscriptions><member>"
            f"<Endpoint>https://svc:{SECRET}@api.example.com/sns</Endpoint>"
            "</member></Subscriptions></ListSubscriptionsResult></ListSubscriptionsResponse>"
        ),
    ),
    "virtual mfa": (
        "iam",
        "list_virtual_mfa_devices",
        {},
        (
            "<ListVirtualMFADevicesResponse><ListVirtualMFADevicesResult><VirtualMFADevices><member>"
            f"<SerialNumber>arn:aws:iam::1:mfa/a</SerialNumber><Base32StringSeed>{BASIC}"
            "</Base32StringSeed></member></VirtualMFADevices></ListVirtualMFADevicesResult>"
            "</ListVirtualMFADevicesResponse>"
        ),
    ),
    "health check": (
        "route53",
        "list_health_checks",
        {},
        (
            "<ListHealthChecksResponse><HealthChecks><HealthCheck><Id>h</Id><HealthCheckConfig>"
            f"<Type>HTTPS</Type><ResourcePath>/ping?token={SECRET}</ResourcePath>"
            "</HealthCheckConfig></HealthCheck></HealthChecks></ListHealthChecksResponse>"
        ),
    ),
}
IN_CLEAR = (SECRET, BASIC, LONG, JWT, GITHUB, SLACK)


@pytest.mark.parametrize(
    ("service", "operation", "inputs", "answer"),
    [pytest.param(*case, id=kind) for kind, case in {**PLANTED, **IN_XML}.items()],
)
def test_a_planted_secret_does_not_come_out(ctx, aws_replies, service, operation, inputs, answer):
    """What the export hands over has something in the secret's place, and not the secret."""
    aws_replies.reply(answer)

    result = export_operation(ctx, service, operation, inputs)

    shown = f"{result.frame.to_dict()} {result.notes}"
    assert [] == [secret for secret in IN_CLEAR if secret in shown]
    assert base64.b64encode(SECRET.encode()).decode() not in shown
    assert "[hidden " in shown


def test_enough_are_planted():
    """As many as came out once, and more."""
    assert 64 < len(PLANTED) + len(IN_XML)
