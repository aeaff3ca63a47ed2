"""SNS topics, SQS queues, secrets, log groups and certificates."""

from __future__ import annotations

import json

import pandas as pd

from aibrain_jupyter.aws.operations.models import service_model

OPEN = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}],
    }
)


def test_an_open_topic_is_found(aws, row):
    """A topic with a policy for everyone and without a key."""
    sns = aws("sns")
    arn = sns.create_topic(Name="alerts", Tags=[{"Key": "team", "Value": "audit"}])["TopicArn"]
    sns.set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=OPEN)

    found = row("sns", "topics")

    assert ("alerts", arn, True, {"team": "audit"}) == (
        found["topic_name"],
        found["arn"],
        found["policy_allows_everyone"],
        found["tags"],
    )
    assert pd.isna(found["kms_key"])


def test_the_topics_default_policy_is_not_open(aws, row):
    """SNS names everyone in its default policy, with a condition on the owner."""
    aws("sns").create_topic(Name="alerts")

    found = row("sns", "topics")

    assert found["policy_allows_everyone"] is False


def test_an_encrypted_queue_with_a_dead_letter_queue(aws, export):
    """Encryption by KMS, retention and the dead-letter queue are read from text attributes."""
    sqs = aws("sqs")
    sqs.create_queue(QueueName="dead")
    redrive = {
        "deadLetterTargetArn": "arn:aws:sqs:us-east-1:123456789012:dead",
        "maxReceiveCount": 3,
    }
    sqs.create_queue(
        QueueName="jobs",
        Attributes={
            "KmsMasterKeyId": "alias/jobs",
            "MessageRetentionPeriod": "86400",
            "RedrivePolicy": json.dumps(redrive),
        },
        tags={"team": "audit"},
    )

    row = export("sqs", "queues").frame.to_dict("records")[1]

    expected = {
        "queue_name": "jobs",
        "arn": "arn:aws:sqs:us-east-1:123456789012:jobs",
        "encryption": "KMS",
        "kms_key": "alias/jobs",
        "dead_letter_queue": "arn:aws:sqs:us-east-1:123456789012:dead",
        "retention_s": 86400,
        "tags": {"team": "audit"},
    }
    assert expected == {name: row[name] for name in expected}
    assert pd.notna(row["created"])


def test_every_page_of_queues_is_read(aws_replies, answers, export):
    """A page size is asked for: without one SQS stops at 1000 queues and does not say so."""
    answers.refuse_all_but("ListQueues")
    aws_replies.reply({"QueueUrls": ["https://sqs/1/a"], "NextToken": "t"})
    aws_replies.reply({"QueueUrls": ["https://sqs/1/b"]})

    assert ["a", "b"] == export("sqs", "queues").frame["queue_name"].tolist()
    assert {"MaxResults": 1000} == json.loads(aws_replies.requests[0].body)


def test_a_secret_is_exported_without_its_value(aws, export):
    """What is known of a secret, never what it holds; its age counts from its making."""
    aws("secretsmanager").create_secret(
        Name="db", SecretString="hunter2", Tags=[{"Key": "team", "Value": "audit"}]
    )

    result = export("secretsmanager", "secrets")
    [found] = result.frame.to_dict("records")

    expected = {
        "secret_name": "db",
        "rotation_enabled": False,
        "days_since_rotation": 0,
        "has_policy": False,
        "tags": {"team": "audit"},
    }
    assert expected == {name: found[name] for name in expected}
    assert "hunter2" not in str(found)
    assert {"ListSecrets", "GetResourcePolicy"} == {
        operation.removeprefix("secretsmanager:") for operation in result.operations
    }


def test_log_groups_say_how_long_they_keep(aws, export):
    """Days for those with a retention, NA for ever."""
    logs = aws("logs")
    logs.create_log_group(logGroupName="app", tags={"team": "audit"})
    logs.create_log_group(logGroupName="web")
    logs.put_retention_policy(logGroupName="web", retentionInDays=30)

    frame = export("logs", "groups").frame

    assert [True, False] == frame["retention_days"].isna().tolist()
    assert 30 == frame["retention_days"][1]
    assert "arn:aws:logs:us-east-1:123456789012:log-group:app" == frame["arn"][0]
    assert {"team": "audit"} == frame["tags"][0]


def test_certificates_of_every_key_type_are_asked_for(aws_replies, answers, export):
    """ACM leaves out other than RSA certificates unless they are named."""
    answers.refuse_all_but("ListCertificates")
    aws_replies.on("ListCertificates", {"CertificateSummaryList": []})

    export("acm", "certificates")

    for request in aws_replies.requests:
        asked = json.loads(request.body)["Includes"]["keyTypes"]
        assert list(service_model("acm").shape_for("KeyAlgorithm").enum) == asked
        assert "EC_prime256v1" in asked


def test_a_certificate(aws, row):
    """Names, state and use of a certificate."""
    aws("acm").request_certificate(
        DomainName="example.org", SubjectAlternativeNames=["www.example.org"]
    )

    found = row("acm", "certificates")

    assert ("example.org", False) == (found["domain_name"], found["is_in_use"])
    assert {"example.org", "www.example.org"} == set(found["alternative_names"])
