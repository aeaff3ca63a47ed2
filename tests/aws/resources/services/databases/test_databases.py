"""RDS instances and DynamoDB tables."""

from __future__ import annotations

import pandas as pd
import pytest


def rds_xml(operation, result):
    return (
        f'<{operation}Response xmlns="http://rds.amazonaws.com/doc/2014-10-31/">'
        f"<{operation}Result>{result}</{operation}Result></{operation}Response>"
    )


def database_xml(name, group="own"):
    return (
        f"<DBInstance><DBInstanceIdentifier>{name}</DBInstanceIdentifier><Engine>postgres</Engine>"
        f"<DBParameterGroups><DBParameterGroup><DBParameterGroupName>{group}"
        "</DBParameterGroupName></DBParameterGroup></DBParameterGroups></DBInstance>"
    )


def parameters_xml(*parameters, marker=""):
    listed = "".join(
        f"<Parameter><ParameterName>{name}</ParameterName>"
        f"<ParameterValue>{value}</ParameterValue></Parameter>"
        for name, value in parameters
    )
    more = f"<Marker>{marker}</Marker>" if marker else ""
    return rds_xml("DescribeDBParameters", f"<Parameters>{listed}</Parameters>{more}")


def test_a_database(aws, row):
    """Encryption, exposure, backups and protection of an instance."""
    aws("rds").create_db_instance(
        DBInstanceIdentifier="db",
        DBInstanceClass="db.t3.micro",
        Engine="postgres",
        StorageEncrypted=True,
        PubliclyAccessible=True,
        BackupRetentionPeriod=7,
        DeletionProtection=True,
        Tags=[{"Key": "team", "Value": "audit"}],
    )

    found = row("rds", "instances")

    expected = {
        "db_instance_id": "db",
        "engine": "postgres",
        "is_encrypted": True,
        "is_publicly_accessible": True,
        "backup_retention_days": 7,
        "deletion_protection": True,
        "tags": {"team": "audit"},
    }
    assert expected == {name: found[name] for name in expected}
    assert found["arn"].endswith(":db:db")


def test_a_shared_parameter_group_is_read_once_and_whole(aws_replies, export):
    """Every page of the databases and of the group they share is read, the group once."""
    first, second = database_xml("a"), database_xml("b")
    aws_replies.reply(
        rds_xml("DescribeDBInstances", f"<DBInstances>{first}</DBInstances><Marker>m</Marker>")
    )
    aws_replies.reply(rds_xml("DescribeDBInstances", f"<DBInstances>{second}</DBInstances>"))
    aws_replies.reply(parameters_xml(("other", "1"), marker="p"))
    aws_replies.reply(parameters_xml(("rds.force_ssl", "1")))

    frame = export("rds", "instances").frame

    assert ["a", "b"] == frame["db_instance_id"].tolist()
    assert [True, True] == frame["forces_tls"].tolist()


def test_refused_parameters_are_not_plain_connections(aws_replies, answers, export):
    """Without the parameters nothing is said about TLS, and the gap names the group."""
    answers.refuse("DescribeDBParameters")
    listed = f"<DBInstances>{database_xml('a')}</DBInstances>"
    aws_replies.reply(rds_xml("DescribeDBInstances", listed))

    result = export("rds", "instances")

    assert [True] == result.frame["forces_tls"].isna().tolist()
    assert [("own", ("forces_tls",))] == [(gap.item, gap.columns) for gap in result.gaps]


@pytest.mark.parametrize(
    ("parameter", "expected"),
    [
        pytest.param(("rds.force_ssl", "1"), True, id="postgres on"),
        pytest.param(("rds.force_ssl", "0"), False, id="postgres off"),
        pytest.param(("require_secure_transport", "ON"), True, id="mysql on"),
        pytest.param(("max_connections", "1"), None, id="another"),
    ],
)
def test_engines_say_tls_in_their_own_way(parameter, expected, read):
    """Both parameters count, and none of them is no answer."""
    name, value = parameter

    group = [{"ParameterName": name, "ParameterValue": value}]

    assert expected is read("rds", "instances", {"DescribeDBParameters": group})["forces_tls"]


def test_a_table(aws, export):
    """A table without a policy and without point-in-time recovery has values, not gaps."""
    aws("dynamodb").create_table(
        TableName="orders",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        Tags=[{"Key": "team", "Value": "audit"}],
        DeletionProtectionEnabled=True,
    )
    result = export("dynamodb", "tables")
    [row] = result.frame.to_dict("records")

    expected = {
        "table_name": "orders",
        "arn": "arn:aws:dynamodb:us-east-1:123456789012:table/orders",
        "encryption_key_owner": "AWS",
        "pitr_enabled": False,
        "deletion_protection": True,
        "billing_mode": "PAY_PER_REQUEST",
        "has_policy": False,
        "tags": {"team": "audit"},
    }
    assert expected == {name: row[name] for name in expected}
    assert pd.isna(row["policy"])
    assert () == result.gaps


def test_every_page_of_tables_is_read(ctx, aws_replies, answers, export):
    """The listing is followed to its end."""
    answers.refuse_all_but("ListTables")
    aws_replies.reply({"TableNames": ["aaa"], "LastEvaluatedTableName": "aaa"})
    aws_replies.reply({"TableNames": ["bbb"]})

    assert ["aaa", "bbb"] == export("dynamodb", "tables").frame["table_name"].tolist()


def test_a_kms_key_is_told_from_the_services_own(read):
    """An enabled SSE description means a KMS key; anything else is DynamoDB's own."""
    key = {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": "arn:k"}
    tables = [{"DescribeTable": {"SSEDescription": d}} for d in (key, {}, None)]
    described = [read("dynamodb", "tables", table) for table in tables]

    assert ["KMS", "AWS", "AWS"] == [columns["encryption_key_owner"] for columns in described]
    assert ["arn:k", None, None] == [columns["kms_key"] for columns in described]


def test_recovery_that_is_off_has_no_days(read):
    """A period that is not in force is 0 days, which is less than any that is asked for."""
    off = {"PointInTimeRecoveryStatus": "DISABLED", "RecoveryPeriodInDays": 35}
    columns = read("dynamodb", "tables", {"DescribeContinuousBackups": off})

    expected = {"pitr_enabled": False, "pitr_days": 0, "pitr_earliest": None}
    assert expected == {name: columns[name] for name in expected}
