"""AWS Backup: plans, vaults, jobs, what is protected."""

from __future__ import annotations

from typing import Final

from aibrain_jupyter.aws.policies.words import ALLOWS_EVERYONE
from aibrain_jupyter.aws.resources.declaration import (
    Resource,
    declared,
    detail,
    each,
    listing,
)
from aibrain_jupyter.shared.frames.columns import COUNT, FLAG, NESTED, TEXT, TIME, Column

BACKUP_PLANS: Final = declared(
    "backup",
    "plans",
    "AWS Backup plans, one row per rule: schedule, retention, copies, what is selected.",
    (
        Column("plan_id", TEXT, "id of the plan", "BackupPlanId"),
        Column("arn", TEXT, "ARN of the plan", "BackupPlanArn"),
        Column("plan_name", TEXT, "name of the plan", "BackupPlanName"),
        Column("created", TIME, "when it was made, UTC", "CreationDate"),
        Column("last_run", TIME, "when it last ran, UTC; NaT: never", "LastExecutionDate"),
        Column("rule_name", TEXT, "name of the rule", "rule.RuleName"),
        Column("vault", TEXT, "vault it backs up to", "rule.TargetBackupVaultName"),
        Column("schedule", TEXT, "CRON expression", "rule.ScheduleExpression"),
        Column(
            "timezone",
            TEXT,
            "time zone of the schedule; NA: UTC",
            "rule.ScheduleExpressionTimezone",
        ),
        Column(
            "retention_days",
            COUNT,
            "days backups are kept; NA: for ever",
            "rule.Lifecycle.DeleteAfterDays",
        ),
        Column(
            "cold_after_days",
            COUNT,
            "days until cold storage; NA: never",
            "rule.Lifecycle.MoveToColdStorageAfterDays",
        ),
        Column(
            "is_continuous",
            FLAG,
            "whether it allows point-in-time recovery",
            "rule.EnableContinuousBackup",
        ),
        Column(
            "copies_to",
            NESTED,
            "ARNs of vaults it copies to",
            "all(rule.CopyActions[].DestinationBackupVaultArn)",
        ),
        Column(
            "selections",
            NESTED,
            "names of its resource selections",
            "all(ListBackupSelections[].SelectionName)",
        ),
    ),
    (
        listing("backup:ListBackupPlans", "BackupPlansList"),
        detail(
            "backup:GetBackupPlan",
            {"BackupPlanId": "BackupPlanId"},
            rows="GetBackupPlan.BackupPlan.Rules",
            row_name="rule",
        ),
        detail(
            "backup:ListBackupSelections",
            {"BackupPlanId": "BackupPlanId"},
            records="BackupSelectionsList",
        ),
    ),
)


BACKUP_VAULTS: Final = declared(
    "backup",
    "vaults",
    "AWS Backup vaults: lock, key, policy, recovery points.",
    (
        Column("vault_name", TEXT, "name of the vault", "BackupVaultName"),
        Column("arn", TEXT, "ARN of the vault", "BackupVaultArn"),
        Column("kind", TEXT, "BACKUP_VAULT or LOGICALLY_AIR_GAPPED_BACKUP_VAULT", "VaultType"),
        Column("created", TIME, "when it was made, UTC", "CreationDate"),
        Column("kms_key", TEXT, "ARN of its key", "EncryptionKeyArn"),
        Column("recovery_points", COUNT, "recovery points in it", "NumberOfRecoveryPoints"),
        Column("is_locked", FLAG, "whether a vault lock is set", "Locked"),
        Column(
            "lock_date",
            TIME,
            "when the lock can no longer be removed, UTC; NaT: it can be, or none",
            "LockDate",
        ),
        Column(
            "min_retention_days", COUNT, "least days of retention; NA: none", "MinRetentionDays"
        ),
        Column("max_retention_days", COUNT, "most days of retention; NA: none", "MaxRetentionDays"),
        Column(
            "has_policy",
            FLAG,
            "whether it has a policy",
            "present(GetBackupVaultAccessPolicy.Policy)",
        ),
        Column(
            "policy_allows_everyone",
            FLAG,
            ALLOWS_EVERYONE,
            "everyone(GetBackupVaultAccessPolicy.Policy)",
        ),
        Column(
            "policy",
            NESTED,
            "policy of the vault; NA: none",
            "policy(GetBackupVaultAccessPolicy.Policy)",
        ),
    ),
    (
        listing("backup:ListBackupVaults", "BackupVaultList"),
        detail(
            "backup:GetBackupVaultAccessPolicy",
            {"BackupVaultName": "BackupVaultName"},
            absent=("ResourceNotFoundException",),
        ),
    ),
)


RECOVERY_POINTS: Final = declared(
    "backup",
    "recovery_points",
    "Recovery points of every AWS Backup vault: of what, how old, how long kept, encrypted.",
    (
        Column("arn", TEXT, "ARN of the recovery point", "RecoveryPointArn"),
        Column("vault", TEXT, "name of the vault it is in", "BackupVaultName"),
        Column("resource_arn", TEXT, "ARN of what was backed up", "ResourceArn"),
        Column("resource_type", TEXT, "such as EBS or RDS", "ResourceType"),
        Column("resource_name", TEXT, "name of the resource; NA: not said", "ResourceName"),
        Column("status", TEXT, "such as COMPLETED, PARTIAL, EXPIRED or DELETING", "Status"),
        Column("message", TEXT, "why it is in this state; NA: nothing said", "StatusMessage"),
        Column("created", TIME, "when it was begun, UTC", "CreationDate"),
        Column("completed", TIME, "when it was whole, UTC; NaT: it is not", "CompletionDate"),
        Column(
            "delete_at",
            TIME,
            "when it is deleted, UTC; NaT: it is kept for ever",
            "CalculatedLifecycle.DeleteAt",
        ),
        Column(
            "cold_at",
            TIME,
            "when it goes to cold storage, UTC; NaT: never",
            "CalculatedLifecycle.MoveToColdStorageAt",
        ),
        Column("last_restored", TIME, "last restore, UTC; NaT: never", "LastRestoreTime"),
        Column("is_encrypted", FLAG, "whether it is encrypted", "IsEncrypted"),
        Column("kms_key", TEXT, "ARN of its key; NA: not encrypted", "EncryptionKeyArn"),
        Column("size_bytes", COUNT, "size, bytes", "BackupSizeInBytes"),
        Column("plan_id", TEXT, "plan it belongs to; NA: on demand", "CreatedBy.BackupPlanId"),
        Column(
            "copied_from",
            TEXT,
            "ARN of the vault it is a copy from; NA: none",
            "SourceBackupVaultArn",
        ),
    ),
    (
        listing("backup:ListBackupVaults", "BackupVaultList"),
        each(
            "backup:ListRecoveryPointsByBackupVault",
            "RecoveryPoints",
            {"BackupVaultName": "BackupVaultName"},
            fixed={"MaxResults": 1000},
        ),
    ),
    traps=(
        (
            "That a recovery point is there does not prove that it can be restored: last_restored "
            "is the last time somebody did."
        ),
    ),
)


PROTECTED_RESOURCES: Final = declared(
    "backup",
    "protected_resources",
    "What AWS Backup has backed up, and when last.",
    (
        Column("arn", TEXT, "ARN of the resource", "ResourceArn"),
        Column("resource_type", TEXT, "such as EBS or RDS", "ResourceType"),
        Column("resource_name", TEXT, "name of the resource; NA: not said", "ResourceName"),
        Column("last_backup", TIME, "last backup, UTC", "LastBackupTime"),
        Column("last_vault", TEXT, "ARN of the vault of the last backup", "LastBackupVaultArn"),
    ),
    (listing("backup:ListProtectedResources", "Results"),),
    traps=("A resource that was never backed up is not listed.",),
)


BACKUP_JOBS: Final = declared(
    "backup",
    "jobs",
    "AWS Backup jobs of the last 30 days or so: outcome, resource, size.",
    (
        Column("job_id", TEXT, "id of the job", "BackupJobId"),
        Column("state", TEXT, "COMPLETED, FAILED, EXPIRED, PARTIAL, …", "State"),
        Column("message", TEXT, "why it failed; NA: it did not", "StatusMessage"),
        Column("created", TIME, "when it was begun, UTC", "CreationDate"),
        Column("completed", TIME, "when it ended, UTC; NaT: it has not", "CompletionDate"),
        Column("resource_arn", TEXT, "ARN of the resource", "ResourceArn"),
        Column("resource_type", TEXT, "such as EBS or RDS", "ResourceType"),
        Column("vault", TEXT, "vault it went to", "BackupVaultName"),
        Column("plan_id", TEXT, "plan it belongs to; NA: on demand", "CreatedBy.BackupPlanId"),
        Column("size_bytes", COUNT, "size, bytes", "BackupSizeInBytes"),
        Column(
            "is_encrypted", FLAG, "whether the backup is encrypted; NA: not said", "IsEncrypted"
        ),
    ),
    (listing("backup:ListBackupJobs", "BackupJobs"),),
    traps=("AWS Backup lists the jobs of the last 30 days: collect more often than that.",),
)


RESOURCES: Final[tuple[Resource, ...]] = (
    BACKUP_JOBS,
    BACKUP_PLANS,
    BACKUP_VAULTS,
    PROTECTED_RESOURCES,
    RECOVERY_POINTS,
)
