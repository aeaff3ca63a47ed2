"""Configuration that only looks like secrets: to the letter what AWS said."""

from __future__ import annotations

import json

import pytest

from aibrain_jupyter.aws.answers.records import layout_of
from aibrain_jupyter.aws.answers.secrets import without_secrets
from aibrain_jupyter.aws.answers.secrets.hide_in_answer import clean_answer

POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "AllowSecretsByToken",
            "Effect": "Allow",
            "Principal": {"Federated": "arn:aws:iam::1:oidc-provider/token.actions.example.com"},
            "Action": ["sts:GetSessionToken", "secretsmanager:GetSecretValue", "iam:PassRole"],
            "Resource": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/db-AbCdEf",
            "Condition": {
                "StringEquals": {
                    "token.actions.githubusercontent.com:sub": "repo:acme/app:ref:refs/heads/main",
                    "sts:ExternalId": "acme-1234",
                    "secretsmanager:ResourceTag/team": "payments",
                },
                "Bool": {"aws:SecureTransport": "false", "aws:MultiFactorAuthPresent": "true"},
                "NumericLessThan": {"aws:MultiFactorAuthAge": "3600"},
                "DateGreaterThan": {"aws:TokenIssueTime": "2026-01-01T00:00:00Z"},
            },
        }
    ],
}
TEMPLATE = """
Parameters:
  DbPasswordSecretArn:
    Type: String
    Default: arn:aws:secretsmanager:eu-west-1:123456789012:secret:db
  TokenLifetime:
    Type: Number
    Default: 3600
Resources:
  Db:
    Type: AWS::RDS::DBInstance
    Properties:
      MasterUsername: admin
      MasterUserPassword: !Sub "{{resolve:secretsmanager:${Secret}::password}}"
      KmsKeyId: alias/aws/rds
  Secret:
    Type: AWS::SecretsManager::Secret
    Properties:
      Description: "Password: rotated every 30 days, see the wiki"
      GenerateSecretString:
        SecretStringTemplate: '{"username": "admin"}'
        GenerateStringKey: password
"""
MACHINE = json.dumps(
    {
        "StartAt": "Wait",
        "States": {
            "Wait": {
                "Type": "Task",
                "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
                "Parameters": {
                    "MessageBody": {"TaskToken.$": "$$.Task.Token", "Token": "$.token"},
                    "SecretId": "prod/db",
                    "QueueUrl": "https://sqs.eu-west-1.amazonaws.com/123456789012/q",
                },
                "Next": "Pass",
            },
            "Pass": {"Type": "Pass", "End": True},
        },
    },
    indent=2,
)
TEXTS = [
    "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/password-AbCdEf",
    "https://sqs.eu-west-1.amazonaws.com:443/123456789012/tokens",
    "https://github.com/acme/app.git",
    "git@github.com:acme/app.git",
    "ssh://git@github.com/acme/app.git",
    "https://example.com/callback?code=200&state=ok&page_token=abc&nextToken=eyJ2IjoxfQ==",
    "https://b.s3.amazonaws.com/key?versionId=3sL4kqtJlcpXroDTDmJ",
    "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf/.well-known/jwks.json",
    "jdbc:postgresql://db.internal:5432/app?sslmode=require&user=svc",
    "Server=db.internal;Database=app;Integrated Security=true",
    "mongodb://db.internal:27017/app?authSource=admin&authMechanism=SCRAM-SHA-256",
    "Rotates the password of the database every 30 days",
    "Token: the one that the caller sends; basic authentication is off",
    "This role uses bearer tokens, API keys and basic responsibilities.",
    "export DB_PASSWORD=${DB_PASSWORD}",
    "DB_PASSWORD=$(aws ssm get-parameter --name /db/password --with-decryption)",
    "docker login --username AWS --password-stdin 123456789012.dkr.ecr.eu-west-1.amazonaws.com",
    "run --token-file /var/run/secrets/token --secret-name prod/db --key-id alias/app",
    "DB_PASSWORD=arn:aws:ssm:eu-west-1:123456789012:parameter/db",
    "maxTokens=4096 temperature=0.2 stopSequences=none",
    "password_policy=strict password_length=14 token_type=bearer",
    "sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
    "AKIAIOSFODNN7EXAMPLE 2fd4e1c67a2d28fced849ee1bb76e7391b93eb12",
    "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQC7 deploy@example.com",
    "-----BEGIN CERTIFICATE-----\nMIIDdzCCAl+gAwIBAgIEAgAAuT\n-----END CERTIFICATE-----",
    "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A\n-----END PUBLIC KEY-----",
    "fields @timestamp, @message | filter @message like /password/ | stats count(*) as n",
    '{ ($.eventName = "ConsoleLogin") && ($.additionalEventData.MFAUsed != "Yes") }',
    "SELECT resourceId WHERE resourceType = 'AWS::SecretsManager::Secret'",
    "cron(0 12 * * ? *)",
    TEMPLATE,
    MACHINE,
    json.dumps(POLICY),
    json.dumps(POLICY, indent=4),
    json.dumps({"numbers": [1, 1.5, True, None], "KeyId": "alias/a", "SecretArn": "prod/db"}),
    json.dumps({"httpTokens": "required", "ClientToken": "c0ffee", "NextToken": "eyJ2IjoxfQ=="}),
    json.dumps({"secrets": [{"name": "DB_PASSWORD", "valueFrom": "arn:aws:ssm:x:1:parameter/p"}]}),
    json.dumps({"PasswordPolicy": {"MinimumLength": 14}, "passwordLastUsed": "2026-01-01"}),
]


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_a_text_stays_to_the_letter(text):
    """Descriptions, policies, addresses, templates, queries and what refers to a secret."""
    function = {"Functions": [{"FunctionName": "f", "Description": text}]}

    assert function == clean_answer("lambda", "ListFunctions", function, frozenset())


@pytest.mark.parametrize(
    ("service", "operation", "answer"),
    [
        ("iam", "GetAccountPasswordPolicy", {"PasswordPolicy": {"MinimumPasswordLength": 14}}),
        (
            "iam",
            "GetRole",
            {"Role": {"RoleName": "r", "AssumeRolePolicyDocument": POLICY, "RoleId": "AROA"}},
        ),
        (
            "secretsmanager",
            "ListSecrets",
            {"SecretList": [{"Name": "db", "Tags": [{"Key": "secret", "Value": "yes, this one"}]}]},
        ),
        (
            "rds",
            "DescribeDBInstances",
            {"DBInstances": [{"MasterUserSecret": {"SecretArn": "arn:aws:secretsmanager:x"}}]},
        ),
        (
            "ecs",
            "DescribeTaskDefinition",
            {
                "taskDefinition": {
                    "containerDefinitions": [
                        {
                            "secrets": [{"name": "DB_PASSWORD", "valueFrom": "arn:aws:ssm:x"}],
                            "repositoryCredentials": {"credentialsParameter": "arn:aws:x"},
                        }
                    ]
                }
            },
        ),
        (
            "ec2",
            "DescribeInstances",
            {
                "Reservations": [
                    {
                        "Instances": [
                            {
                                "ClientToken": "c0ffee",
                                "KeyName": "deploy",
                                "MetadataOptions": {"HttpTokens": "required"},
                                "Tags": [{"Key": "token", "Value": "issuer of the team"}],
                            }
                        ]
                    }
                ]
            },
        ),
        (
            "cognito-idp",
            "DescribeUserPoolClient",
            {"UserPoolClient": {"ClientId": "c", "TokenValidityUnits": {"AccessToken": "hours"}}},
        ),
        (
            "cloudfront",
            "GetResponseHeadersPolicy",
            {
                "ResponseHeadersPolicy": {
                    "ResponseHeadersPolicyConfig": {
                        "CustomHeadersConfig": {
                            "Items": [{"Header": "x-team", "Value": "web", "Override": True}]
                        }
                    }
                }
            },
        ),
        (
            "wafv2",
            "GetWebACL",
            {
                "LockToken": "c0ffee",
                "WebACL": {
                    "Name": "w",
                    "TokenDomains": ["example.com"],
                    "Rules": [
                        {
                            "Statement": {
                                "ByteMatchStatement": {
                                    "SearchString": b"/admin",
                                    "FieldToMatch": {"UriPath": {}},
                                }
                            }
                        }
                    ],
                },
            },
        ),
        (
            "elbv2",
            "DescribeRules",
            {
                "Rules": [
                    {
                        "Conditions": [
                            {"HttpHeaderConfig": {"HttpHeaderName": "Host", "Values": ["a.b"]}}
                        ]
                    }
                ]
            },
        ),
        ("cloudformation", "ListTypeRegistrations", {"RegistrationTokenList": ["c0ffee-0001"]}),
        (
            "apigateway",
            "GetIntegration",
            {
                "credentials": "arn:aws:iam::123456789012:role/r",
                "requestParameters": {
                    "integration.request.header.Authorization": "method.request.header.Auth",
                    "integration.request.header.Content-Type": "'application/json'",
                },
            },
        ),
    ],
)
def test_an_answer_stays_as_it_is(service, operation, answer):
    """What names, describes or limits a secret, and tags that are called like one."""
    assert answer == clean_answer(service, operation, answer, frozenset())


def test_ids_of_operations_stay_in_a_generic_export():
    """The reviewed list counts for what stands at the top of an answer, too."""
    page = {"RegistrationTokenList": ["c0ffee-0001"]}

    (record,) = layout_of("cloudformation", "ListTypeRegistrations").records(page)
    assert ["c0ffee-0001"] == list(record.values())


def test_only_the_secret_goes():
    """The rest of a text is read as before, in its own spacing."""
    text = '{"host":"db","password":"Zk7pQ2vXw9","port":5432}'
    shown = without_secrets("Properties", text)

    assert '{"host":"db","password":"' == shown[:25]
    assert '","port":5432}' == shown[-14:]
    link = without_secrets("Url", "postgres://svc:Zk7pQ2vXw9@db:5432/app?sslmode=require")
    assert ("postgres://svc:[hidden ", "]@db:5432/app?sslmode=require") == (link[:23], link[39:])


def test_equal_secrets_are_seen_wherever_they_stand():
    """In a variable, a link and a connection string: the same digits."""
    texts = ["x://u:Zk7pQ2vXw9@h", "Password=Zk7pQ2vXw9;a=b", '{"token": "Zk7pQ2vXw9"}']
    shown = [without_secrets("Text", text) for text in texts]

    assert 1 == len({text[text.index("[hidden ") :][:25] for text in shown})
