"""Columns of the RDS and DynamoDB resources."""

from __future__ import annotations

from aibrain_jupyter.aws.policies.words import ALLOWS_EVERYONE
from aibrain_jupyter.shared.frames.columns import COUNT, FLAG, NESTED, TAGS, TEXT, TIME, Column

RDS_INSTANCES: tuple[Column, ...] = (
    Column("db_instance_id", TEXT, "identifier of the instance"),
    Column("arn", TEXT, "ARN of the instance"),
    Column("engine", TEXT, "such as postgres; the API lists Neptune and DocumentDB too"),
    Column("engine_version", TEXT, "version of the engine"),
    Column("status", TEXT, "such as available"),
    Column("instance_class", TEXT, "such as db.t3.micro"),
    Column("created", TIME, "when the instance was made, UTC"),
    Column("cluster_id", TEXT, "cluster it belongs to; NA: none"),
    Column("is_encrypted", FLAG, "whether its storage is encrypted, by whatever key"),
    Column(
        "encryption_type",
        TEXT,
        "sse-kms (a KMS key of the account), sse-rds (a key of RDS itself) or none; NA: not said",
    ),
    Column("kms_key", TEXT, "ARN of the storage key; NA: none of the account"),
    Column("is_multi_az", FLAG, "whether it has a standby in another zone"),
    Column("is_publicly_accessible", FLAG, "whether it has a public address"),
    Column("backup_retention_days", COUNT, "days automatic backups are kept; 0: none are made"),
    Column("latest_restorable_time", TIME, "latest point it can be restored to, UTC; NaT: none"),
    Column("deletion_protection", FLAG, "whether deletion is refused"),
    Column("iam_authentication", FLAG, "whether database users may sign in with IAM"),
    Column("auto_minor_upgrade", FLAG, "whether minor versions are installed automatically"),
    Column("log_exports", NESTED, "logs sent to CloudWatch Logs"),
    Column("ca_certificate", TEXT, "certificate authority of its server certificate"),
    Column("certificate_valid_until", TIME, "expiry of its server certificate, UTC"),
    Column("parameter_groups", NESTED, "names of its DB parameter groups"),
    Column(
        "forces_tls",
        FLAG,
        "whether its parameter group refuses connections without TLS (rds.force_ssl or "
        "require_secure_transport); NA: the group has no such parameter, or unknown",
    ),
    Column("vpc_id", TEXT, "VPC"),
    Column("security_groups", NESTED, "ids of its VPC security groups"),
    Column("port", COUNT, "TCP port"),
    TAGS,
)

DYNAMODB_TABLES: tuple[Column, ...] = (
    Column("table_name", TEXT, "name of the table"),
    Column("arn", TEXT, "ARN of the table"),
    Column("status", TEXT, "such as ACTIVE"),
    Column("created", TIME, "when the table was made, UTC"),
    Column("encryption_key_owner", TEXT, "AWS: DynamoDB's own key; KMS: the key in kms_key"),
    Column("kms_key", TEXT, "ARN of the KMS key; NA: DynamoDB's own key encrypts the table"),
    Column("pitr_enabled", FLAG, "whether point-in-time recovery is on"),
    Column("pitr_days", COUNT, "days back it can be restored; NA: point-in-time recovery is off"),
    Column("pitr_earliest", TIME, "earliest point it can be restored to, UTC; NaT: off"),
    Column("deletion_protection", FLAG, "whether deletion is refused"),
    Column("billing_mode", TEXT, "PROVISIONED or PAY_PER_REQUEST"),
    Column("table_class", TEXT, "STANDARD or STANDARD_INFREQUENT_ACCESS"),
    Column("item_count", COUNT, "items, as counted by DynamoDB about every six hours"),
    Column("size_bytes", COUNT, "size, bytes, as counted by DynamoDB about every six hours"),
    Column("stream_enabled", FLAG, "whether a stream of changes is on"),
    Column("replica_regions", NESTED, "regions of its replicas"),
    Column("has_policy", FLAG, "whether there is a resource policy"),
    Column(
        "policy_allows_everyone",
        FLAG,
        ALLOWS_EVERYONE,
    ),
    Column("policy", NESTED, "the resource policy; NA: none"),
    TAGS,
)
