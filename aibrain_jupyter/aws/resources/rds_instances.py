"""RDS instances; their parameter groups are read once each, however many instances share one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aibrain_jupyter.aws.resources.columns.data import RDS_INSTANCES
from aibrain_jupyter.aws.resources.details import Details, Row, listed
from aibrain_jupyter.aws.resources.values import tags_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from aibrain_jupyter.shared.base_tool import CallContext, ToolResult

_TLS_PARAMETERS = ("rds.force_ssl", "require_secure_transport")
_ON = ("1", "on", "true")


def export_rds_instances(ctx: CallContext) -> ToolResult:
    """
    Export the database instances of a region: RDS, Aurora, and what else the API lists.

    Returns:
        One row per instance, ordered by identifier. ``forces_tls`` is read from the DB parameter
        group; Aurora MySQL sets it in the cluster's, and then it is NA here.

    Raises:
        PermissionDeniedError: the identity lacks ``rds:DescribeDBInstances``.

    Source:
        RDS API reference, DBInstance and DescribeDBParameters.
    """
    details = Details(ctx)
    instances = listed(ctx, "rds", "DescribeDBInstances", "DBInstances", {"MaxRecords": 100})
    groups = sorted({name for instance in instances for name in _parameter_groups(instance)})

    def tls_of(group: str) -> bool | None:
        parameters = details.ask_all(
            "rds",
            "DescribeDBParameters",
            "Parameters",
            {"DBParameterGroupName": group, "MaxRecords": 100},
            item=group,
            columns=["forces_tls"],
        )
        return None if parameters is None else forces_tls(parameters)

    tls = dict(zip(groups, ctx.map(tls_of, groups), strict=True))
    rows = []
    for instance in instances:
        row = instance_columns(instance)
        facts = [tls[name] for name in row["parameter_groups"]]
        row["forces_tls"] = facts[0] if len(facts) == 1 else None
        rows.append(row)
    return details.result(rows, RDS_INSTANCES)


def forces_tls(parameters: Iterable[Mapping[str, Any]]) -> bool | None:
    """Return what a parameter group says about connections without TLS; None: nothing."""
    for parameter in parameters:
        if parameter.get("ParameterName") in _TLS_PARAMETERS and "ParameterValue" in parameter:
            return str(parameter["ParameterValue"]).lower() in _ON
    return None


def _parameter_groups(instance: Mapping[str, Any]) -> list[str]:
    return [
        name
        for g in instance.get("DBParameterGroups") or ()
        if (name := g.get("DBParameterGroupName"))
    ]


def instance_columns(instance: Mapping[str, Any]) -> Row:
    """Return the columns of a DBInstance."""
    certificate = instance.get("CertificateDetails") or {}
    encryption_type = instance.get("StorageEncryptionType")
    return {
        "db_instance_id": instance.get("DBInstanceIdentifier"),
        "arn": instance.get("DBInstanceArn"),
        "engine": instance.get("Engine"),
        "engine_version": instance.get("EngineVersion"),
        "status": instance.get("DBInstanceStatus"),
        "instance_class": instance.get("DBInstanceClass"),
        "created": instance.get("InstanceCreateTime"),
        "cluster_id": instance.get("DBClusterIdentifier"),
        # RDS answers the flag false where its own key encrypts.
        "is_encrypted": encryption_type == "sse-rds" or instance.get("StorageEncrypted"),
        "encryption_type": encryption_type,
        "kms_key": instance.get("KmsKeyId"),
        "is_multi_az": instance.get("MultiAZ"),
        "is_publicly_accessible": instance.get("PubliclyAccessible"),
        "backup_retention_days": instance.get("BackupRetentionPeriod"),
        "latest_restorable_time": instance.get("LatestRestorableTime"),
        "deletion_protection": instance.get("DeletionProtection"),
        "iam_authentication": instance.get("IAMDatabaseAuthenticationEnabled"),
        "auto_minor_upgrade": instance.get("AutoMinorVersionUpgrade"),
        "log_exports": sorted(instance.get("EnabledCloudwatchLogsExports") or []),
        "ca_certificate": (
            instance.get("CACertificateIdentifier") or certificate.get("CAIdentifier")
        ),
        "certificate_valid_until": certificate.get("ValidTill"),
        "parameter_groups": _parameter_groups(instance),
        "vpc_id": (instance.get("DBSubnetGroup") or {}).get("VpcId"),
        "security_groups": [
            g["VpcSecurityGroupId"]
            for g in instance.get("VpcSecurityGroups") or ()
            if "VpcSecurityGroupId" in g
        ],
        "port": (instance.get("Endpoint") or {}).get("Port") or instance.get("DbInstancePort"),
        "tags": tags_of(instance.get("TagList")),
    }
