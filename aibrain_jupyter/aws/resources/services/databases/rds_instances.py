"""RDS instances."""

from __future__ import annotations

from typing import Final

from aibrain_jupyter.aws.resources.declaration import written
from aibrain_jupyter.aws.resources.shapes import count, flag, nested, text, time
from aibrain_jupyter.shared.frames.columns import TAGS

INSTANCES: Final = written(
    "rds",
    "instances",
    "RDS instances: encryption, exposure, backups, TLS.",
    (
        text("db_instance_id", "identifier of the instance"),
        text("arn", "ARN of the instance"),
        text("engine", "such as postgres; the API lists Neptune and DocumentDB too"),
        text("engine_version", "version of the engine"),
        text("status", "such as available"),
        text("instance_class", "such as db.t3.micro"),
        time("created", "when the instance was made, UTC"),
        text("cluster_id", "cluster it belongs to; NA: none"),
        flag("is_encrypted", "whether its storage is encrypted, by whatever key"),
        text(
            "encryption_type",
            "sse-kms (a KMS key of the account), sse-rds (a key of RDS itself) or none; NA: not "
            "said",
        ),
        text("kms_key", "ARN of the storage key; NA: none of the account"),
        flag("is_multi_az", "whether it has a standby in another zone"),
        flag("is_publicly_accessible", "whether it has a public address"),
        count("backup_retention_days", "days automatic backups are kept; 0: none are made"),
        time("latest_restorable_time", "latest point it can be restored to, UTC; NaT: none"),
        flag("deletion_protection", "whether deletion is refused"),
        flag("iam_authentication", "whether database users may sign in with IAM"),
        flag("auto_minor_upgrade", "whether minor versions are installed automatically"),
        nested("log_exports", "logs sent to CloudWatch Logs"),
        text("ca_certificate", "certificate authority of its server certificate"),
        time("certificate_valid_until", "expiry of its server certificate, UTC"),
        nested("parameter_groups", "names of its DB parameter groups"),
        flag(
            "forces_tls",
            "whether its parameter group refuses connections without TLS (rds.force_ssl or "
            "require_secure_transport); NA: the group has no such parameter, or unknown",
        ),
        text("vpc_id", "VPC"),
        nested("security_groups", "ids of its VPC security groups"),
        count("port", "TCP port"),
        TAGS,
    ),
    ("rds:DescribeDBInstances", "rds:DescribeDBParameters"),
    traps=("The API also lists Neptune and DocumentDB instances: look at engine.",),
    code=f"{__package__}.rds_instances_export:export_rds_instances",
)
