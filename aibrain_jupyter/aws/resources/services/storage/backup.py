"""AWS Backup: plans, vaults, jobs, what is protected."""

from typing import Final

from aibrain_jupyter.aws.resources.declaration import declared, detail, each, listing
from aibrain_jupyter.aws.resources.shapes import count, flag, nested, policy, text, time

BACKUP_PLANS: Final = declared(
    "backup",
    "plans",
    "AWS Backup plans, one row per rule: schedule, retention, copies, what is selected.",
    (
        text("plan_id", "id of the plan", "BackupPlanId"),
        text("arn", "ARN of the plan", "BackupPlanArn"),
        text("plan_name", "name of the plan", "BackupPlanName"),
        time("created", "when it was made, UTC", "CreationDate"),
        time("last_run", "when it last ran, UTC; NaT: never", "LastExecutionDate"),
        text("rule_name", "name of the rule", "rule.RuleName"),
        text("vault", "vault it backs up to", "rule.TargetBackupVaultName"),
        text("schedule", "CRON expression", "rule.ScheduleExpression"),
        text("timezone", "time zone of the schedule; NA: UTC", "rule.ScheduleExpressionTimezone"),
        count(
            "retention_days",
            "days backups are kept; NA: for ever",
            "rule.Lifecycle.DeleteAfterDays",
        ),
        count(
            "cold_after_days",
            "days until cold storage; NA: never",
            "rule.Lifecycle.MoveToColdStorageAfterDays",
        ),
        flag(
            "is_continuous",
            "whether it allows point-in-time recovery; false, too, where the rule does not say",
            "where(rule, present(rule.EnableContinuousBackup))",
            absent="the plan has no rule",
        ),
        nested(
            "copies_to",
            "ARNs of vaults it copies to",
            "all(rule.CopyActions[].DestinationBackupVaultArn)",
        ),
        nested(
            "selections",
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
    key=("plan_id", "rule_name?"),
)


BACKUP_VAULTS: Final = declared(
    "backup",
    "vaults",
    "AWS Backup vaults: lock, key, policy, recovery points.",
    (
        text("vault_name", "name of the vault", "BackupVaultName"),
        text("arn", "ARN of the vault", "BackupVaultArn"),
        text("kind", "BACKUP_VAULT or LOGICALLY_AIR_GAPPED_BACKUP_VAULT", "VaultType"),
        time("created", "when it was made, UTC", "CreationDate"),
        text("kms_key", "ARN of its key", "EncryptionKeyArn"),
        count("recovery_points", "recovery points in it", "NumberOfRecoveryPoints"),
        flag("is_locked", "whether a vault lock is set", "Locked"),
        time(
            "lock_date",
            "when the lock can no longer be removed, UTC; NaT: it can be, or none",
            "LockDate",
        ),
        count("min_retention_days", "least days of retention; NA: none", "MinRetentionDays"),
        count("max_retention_days", "most days of retention; NA: none", "MaxRetentionDays"),
        *policy(
            "GetBackupVaultAccessPolicy.Policy",
            "policy of the vault; NA: none",
            has="whether it has a policy",
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
        text("arn", "ARN of the recovery point", "RecoveryPointArn"),
        text("vault", "name of the vault it is in", "BackupVaultName"),
        text("resource_arn", "ARN of what was backed up", "ResourceArn"),
        text("resource_type", "such as EBS or RDS", "ResourceType"),
        text("resource_name", "name of the resource; NA: not said", "ResourceName"),
        text("status", "such as COMPLETED, PARTIAL, EXPIRED or DELETING", "Status"),
        text("message", "why it is in this state; NA: nothing said", "StatusMessage"),
        time("created", "when it was begun, UTC", "CreationDate"),
        time("completed", "when it was whole, UTC; NaT: it is not", "CompletionDate"),
        time(
            "delete_at",
            "when it is deleted, UTC; NaT: it is kept for ever",
            "CalculatedLifecycle.DeleteAt",
        ),
        time(
            "cold_at",
            "when it goes to cold storage, UTC; NaT: never",
            "CalculatedLifecycle.MoveToColdStorageAt",
        ),
        time("last_restored", "last restore, UTC; NaT: never", "LastRestoreTime"),
        flag("is_encrypted", "whether it is encrypted", "IsEncrypted"),
        text("kms_key", "ARN of its key; NA: not encrypted", "EncryptionKeyArn"),
        count("size_bytes", "size, bytes", "BackupSizeInBytes"),
        text("plan_id", "plan it belongs to; NA: on demand", "CreatedBy.BackupPlanId"),
        text("copied_from", "ARN of the vault it is a copy from; NA: none", "SourceBackupVaultArn"),
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
        text("arn", "ARN of the resource", "ResourceArn"),
        text("resource_type", "such as EBS or RDS", "ResourceType"),
        text("resource_name", "name of the resource; NA: not said", "ResourceName"),
        time("last_backup", "last backup, UTC", "LastBackupTime", absent="none on record"),
        text("last_vault", "ARN of the vault of the last backup", "LastBackupVaultArn"),
    ),
    (listing("backup:ListProtectedResources", "Results"),),
    traps=("A resource that was never backed up is not listed.",),
)


BACKUP_JOBS: Final = declared(
    "backup",
    "jobs",
    "AWS Backup jobs of the last 30 days or so: outcome, resource, size.",
    (
        text("job_id", "id of the job", "BackupJobId"),
        text("state", "COMPLETED, FAILED, EXPIRED, PARTIAL, …", "State"),
        text("message", "why it failed; NA: it did not", "StatusMessage"),
        time("created", "when it was begun, UTC", "CreationDate"),
        time("completed", "when it ended, UTC; NaT: it has not", "CompletionDate"),
        text("resource_arn", "ARN of the resource", "ResourceArn"),
        text("resource_type", "such as EBS or RDS", "ResourceType"),
        text("vault", "vault it went to", "BackupVaultName"),
        text("plan_id", "plan it belongs to; NA: on demand", "CreatedBy.BackupPlanId"),
        count("size_bytes", "size, bytes", "BackupSizeInBytes"),
        flag("is_encrypted", "whether the backup is encrypted; NA: not said", "IsEncrypted"),
    ),
    (listing("backup:ListBackupJobs", "BackupJobs"),),
    traps=("AWS Backup lists the jobs of the last 30 days: collect more often than that.",),
)
