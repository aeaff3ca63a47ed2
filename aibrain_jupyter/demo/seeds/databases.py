"""
RDS and DynamoDB of the demo accounts: public, unencrypted and without backups, and good ones.
"""

import copy
from dataclasses import dataclass
from typing import Any, Final

from moto.dynamodb.models import dynamodb_backends
from moto.moto_api._internal import mock_random
from moto.rds.models import rds_backends

from aibrain_jupyter.demo.accounts import DEV, PROD, Account
from aibrain_jupyter.demo.clock import at, seed_ids
from aibrain_jupyter.demo.seeds.keys import key_arn


@dataclass(frozen=True, slots=True)
class _Table:
    name: str
    created: str
    key: str = ""
    has_recovery: bool = False
    is_protected: bool = False


# What moto is told of each database unless its row says otherwise.
_USUAL: Final = {
    "db_instance_class": "db.m6g.large",
    "engine": "postgres",
    "engine_version": "16.4",
    "allocated_storage": 100,
    "master_username": "owner",
    "backup_retention_period": 14,
    "publicly_accessible": False,
    "multi_az": True,
    "deletion_protection": True,
    "enable_iam_database_authentication": True,
    "enable_cloudwatch_logs_exports": ["postgresql", "upgrade"],
    "ca_certificate_identifier": "rds-ca-rsa2048-g1",
    "storage_type": "gp3",
    "tags": [{"Key": "owner", "Value": "data"}],
}
_NEGLECTED: Final = {
    "multi_az": False,
    "deletion_protection": False,
    "enable_iam_database_authentication": False,
    "enable_cloudwatch_logs_exports": [],
}
# Name, made, key alias (empty: not encrypted), what is not as usual.
_DATABASES: Final[dict[tuple[str, str], tuple[tuple[str, str, str, dict[str, Any]], ...]]] = {
    (PROD.profile, "us-east-1"): (
        ("orders", "2021-03-15", "alias/database", {}),
        (
            "reporting",
            "2019-06-26",
            "",
            {
                **_NEGLECTED,
                "db_instance_class": "db.m5.xlarge",
                "engine": "mysql",
                "engine_version": "5.7.44",
                "backup_retention_period": 1,
                "tags": [{"Key": "owner", "Value": "finance"}],
            },
        ),
    ),
    (PROD.profile, "eu-west-1"): (("orders-eu", "2021-05-26", "alias/data", {}),),
    (DEV.profile, "us-east-1"): (
        (
            "orders-copy",
            "2023-03-30",
            "",
            {
                **_NEGLECTED,
                "db_instance_class": "db.t3.medium",
                "engine_version": "13.7",
                "backup_retention_period": 0,
                "publicly_accessible": True,
            },
        ),
    ),
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
        for name, created, key, unusual in _DATABASES.get((account.profile, region), ()):
            options = {
                # moto keeps the lists it is given.
                **copy.deepcopy(_USUAL | unusual),
                "db_instance_identifier": name,
                "master_user_password": mock_random.get_random_string(24),
                "storage_encrypted": bool(key),
            }
            if key:
                options["kms_key_id"] = key_arn(account, region, key)
            with at(created):
                made = rds_backends[account.account_id][region].create_db_instance(options)
            made.dbi_resource_id = f"db-{mock_random.get_random_string(26).upper()}"
        for table in _TABLES[account.profile, region]:
            _add_table(account, region, table)


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
