"""
RDS and DynamoDB of the demo accounts: public, unencrypted and without backups, and good ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from moto.dynamodb.models import dynamodb_backends
from moto.moto_api._internal import mock_random
from moto.rds.models import rds_backends

from aibrain_jupyter.demo.accounts import DEV, PROD, Account
from aibrain_jupyter.demo.clock import at, seed_ids
from aibrain_jupyter.demo.seeds.keys import key_arn


@dataclass(frozen=True, slots=True)
class _Database:
    name: str
    created: str
    engine: str = "postgres"
    version: str = "16.4"
    kind: str = "db.m6g.large"
    key: str = "alias/data"
    backup_days: int = 14
    is_public: bool = False
    is_multi_az: bool = True
    is_protected: bool = True
    has_iam: bool = True
    logs: tuple[str, ...] = ("postgresql", "upgrade")
    owner: str = "data"


@dataclass(frozen=True, slots=True)
class _Table:
    name: str
    created: str
    key: str = ""
    has_recovery: bool = False
    is_protected: bool = False


_DATABASES: Final[dict[tuple[str, str], tuple[_Database, ...]]] = {
    (PROD.profile, "us-east-1"): (
        _Database("orders", "2021-03-15", key="alias/database"),
        _Database(
            "reporting",
            "2019-06-26",
            "mysql",
            "5.7.44",
            "db.m5.xlarge",
            key="",
            backup_days=1,
            is_multi_az=False,
            is_protected=False,
            has_iam=False,
            logs=(),
            owner="finance",
        ),
    ),
    (PROD.profile, "eu-west-1"): (_Database("orders-eu", "2021-05-26"),),
    (PROD.profile, "eu-central-1"): (),
    (DEV.profile, "us-east-1"): (
        _Database(
            "orders-copy",
            "2023-03-30",
            "postgres",
            "13.7",
            "db.t3.medium",
            key="",
            backup_days=0,
            is_public=True,
            is_multi_az=False,
            is_protected=False,
            has_iam=False,
            logs=(),
        ),
    ),
    (DEV.profile, "eu-west-1"): (),
}
_TABLES: Final[dict[tuple[str, str], tuple[_Table, ...]]] = {
    (PROD.profile, "us-east-1"): (
        _Table("orders", "2021-03-16", "alias/data", True, True),
        _Table("sessions", "2021-10-07"),
        _Table("terraform-locks", "2020-02-18"),
    ),
    (PROD.profile, "eu-west-1"): (_Table("orders", "2021-05-27", "alias/data", True, True),),
    (PROD.profile, "eu-central-1"): (_Table("report-jobs", "2024-02-08", has_recovery=True),),
    (DEV.profile, "us-east-1"): (
        _Table("orders", "2021-10-13"),
        _Table("terraform-locks", "2020-02-19"),
    ),
    (DEV.profile, "eu-west-1"): (_Table("load-test-results", "2023-01-11"),),
}


def seed_databases(account: Account) -> None:
    """Fill RDS and DynamoDB of one account. KMS and EC2 must be there already."""
    for region in account.open_regions:
        seed_ids(account.account_id, "databases", region)
        for database in _DATABASES[account.profile, region]:
            _add_database(account, region, database)
        for table in _TABLES[account.profile, region]:
            _add_table(account, region, table)


def _add_database(account: Account, region: str, database: _Database) -> None:
    options: dict[str, Any] = {
        "db_instance_identifier": database.name,
        "db_instance_class": database.kind,
        "engine": database.engine,
        "engine_version": database.version,
        "allocated_storage": 100,
        "master_username": "owner",
        "master_user_password": mock_random.get_random_string(24),
        "backup_retention_period": database.backup_days,
        "publicly_accessible": database.is_public,
        "multi_az": database.is_multi_az,
        "deletion_protection": database.is_protected,
        "enable_iam_database_authentication": database.has_iam,
        "enable_cloudwatch_logs_exports": list(database.logs),
        "ca_certificate_identifier": "rds-ca-rsa2048-g1",
        "storage_encrypted": bool(database.key),
        "storage_type": "gp3",
        "tags": [{"Key": "owner", "Value": database.owner}],
    }
    if database.key:
        options["kms_key_id"] = key_arn(account, region, database.key)
    with at(database.created):
        made = rds_backends[account.account_id][region].create_db_instance(options)
    made.dbi_resource_id = f"db-{mock_random.get_random_string(26).upper()}"


def _add_table(account: Account, region: str, table: _Table) -> None:
    backend = dynamodb_backends[account.account_id][region]
    encryption = None
    if table.key:
        encryption = {"Enabled": True, "KMSMasterKeyId": key_arn(account, region, table.key)}
    with at(table.created):
        backend.create_table(
            name=table.name,
            schema=[{"AttributeName": "id", "KeyType": "HASH"}],
            throughput=None,
            attr=[{"AttributeName": "id", "AttributeType": "S"}],
            global_indexes=None,
            indexes=None,
            streams=None,
            billing_mode="PAY_PER_REQUEST",
            sse_specification=encryption,
            tags=[{"Key": "owner", "Value": "orders"}],
            deletion_protection_enabled=table.is_protected,
            warm_throughput=None,
        )
        if table.has_recovery:
            backend.update_continuous_backups(table.name, {"PointInTimeRecoveryEnabled": True})
