"""
What auditors ask, and the cell that answers: reviewed data.

A sentence, and what follows the tool's name in the cell. A number in the sentence is the one in
the cell, so that "older than 60 days" gets a cell with 60, and ``USER`` is a word nothing else is
called by. Regional tools are asked in all regions, without saying so here. The other way round
("which are encrypted?") finds the same cell: `aws_find` shows the sentence beside it.

To help a question that gets no cell, add a sentence: ``tests/demo/test_asks.py`` runs every one.
"""

from typing import Final

_INGRESS: Final = "opens_to_world"
_PORT: Final = f"where='{_INGRESS} and from_port <= {{0}} and to_port >= {{0}}'"
_NO_OWNER: Final = "where='\"owner\" not in tags' columns={},tags"
_EVENT: Final = "columns=event_time,event_name,user_name,source_ip,error_code"
_IDLE: Final = "where='days_idle > 90 or days_idle.isna()' columns={},created,days_idle"
_TRAILS: Final = "columns=trail_name,is_logging,is_multi_region,validates_log_files,is_shadow"
_ROOT: Final = (
    "columns=root_mfa_active,root_has_access_keys,root_password_last_used,root_key_last_used"
)
_ADMINS: Final = "columns=principal_name,kind,through,policy"
_PUBLIC_DATABASES: Final = (
    "where='is_publicly_accessible' columns=db_instance_id,is_publicly_accessible"
)
_SHORT: Final = "where='retention_days < 365' columns=log_group_name,retention_days"
_BUCKET: Final = "columns=bucket_name,{}"
_PUBLIC_BUCKETS: Final = f"where='is_public' {_BUCKET.format('has_public_policy,has_public_acl')}"

ASKS: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "accessanalyzer_analyzers": (
        (
            "In which regions is Access Analyzer on or off? Its status.",
            "columns=is_enabled,analyzer_name",
        ),
    ),
    "accessanalyzer_findings": (
        ("What is shared outside of the account?", "where='status == \"ACTIVE\"'"),
    ),
    "account_regions": (("Which regions are switched on or off?", ""),),
    "acm_certificates": (
        (
            "Which certificates expire in the next 30 days, or have expired?",
            "where='days_to_expiry < 30' columns=domain_name,valid_until,days_to_expiry,is_in_use",
        ),
    ),
    "backup_protected_resources": (("What is backed up?", ""),),
    "backup_jobs": (("Which backups failed?", "where='state != \"COMPLETED\"'"),),
    "cloudtrail_events": (
        ("What happened in the last 7 days? Who did what?", f"period=last-7d {_EVENT}"),
        ("What did people do in the last week?", f"period=last-7d {_EVENT}"),
        ("What did root do, when did root sign in?", f"where='user_type == \"Root\"' {_EVENT}"),
        (
            "What did USER do? Activity and events of one user.",
            f"where='user_name == \"USER\"' {_EVENT}",
        ),
        (
            "Which logins, sign-ins failed?",
            "where='event_name == \"ConsoleLogin\" and is_failed'",
        ),
        ("Who deleted something?", f"where='event_name.str.startswith(\"Delete\")' {_EVENT}"),
        (
            "Who signed in to the console without MFA?",
            "where='event_name == \"ConsoleLogin\" and not used_mfa'",
        ),
        ("Which events failed or were denied?", f"where='is_failed' {_EVENT}"),
    ),
    "cloudtrail_trails": (
        ("Is CloudTrail on, logging in all regions, with log file validation?", _TRAILS),
        ("Is CloudTrail enabled everywhere?", _TRAILS),
    ),
    "config_recorders": (
        (
            "In which regions is Config on or off, recording? Status of the recorder.",
            "columns=is_recording,records_all_types,recorder_name",
        ),
    ),
    "config_compliance": (
        ("Which resources are not compliant?", "where='compliance == \"NON_COMPLIANT\"'"),
    ),
    "ec2_images": (
        ("Which AMIs, machine images are public?", "where='is_public' columns=image_id,name"),
    ),
    "ec2_instances": (
        (
            "Which instances do not require IMDSv2?",
            "where='not is_imdsv2_required' columns=instance_id,name,imds_endpoint",
        ),
        (
            "Which instances have a public IP address?",
            "where='public_ip.notna()' columns=instance_id,name,public_ip",
        ),
        ("Instances by owner", "tags=owner columns=instance_id,name,state"),
        ("Which instances have no owner tag? Untagged instances.", _NO_OWNER.format("instance_id")),
    ),
    "ec2_security_groups": (
        ("Which security groups are open to the world on any port?", f"where='{_INGRESS}'"),
        ("Which firewall rules are open to anyone?", f"where='{_INGRESS}'"),
        ("Which security groups are open to the world on port 443?", _PORT.format(443)),
        ("Which security groups are open to the world on SSH?", _PORT.format(22)),
        ("Which security groups are open to the world on RDP?", _PORT.format(3389)),
        ("Which security groups are unused?", "where='attached_interfaces == 0'"),
    ),
    "ec2_snapshots": (
        (
            "Which EBS snapshots are public?",
            "where='is_public' columns=snapshot_id,volume_id,description,is_public",
        ),
    ),
    "ec2_volumes": (
        (
            "Which EBS volumes, disks are unencrypted?",
            "where='not is_encrypted' columns=volume_id,name,state,attached_to",
        ),
        ("Which volumes are unattached, unused?", "where='state == \"available\"'"),
        ("Which volumes have no owner tag? Untagged volumes.", _NO_OWNER.format("volume_id")),
    ),
    "guardduty_detectors": (
        ("In which regions is GuardDuty on or off? Its status.", "columns=is_enabled,detector_id"),
    ),
    "iam_access_keys": (
        (
            "Which access keys are older than 90 days, not rotated?",
            "where='status == \"Active\" and age_days > 90'",
        ),
        (
            "Which access keys are unused for 90 days?",
            "where='status == \"Active\" and days_since_used > 90'",
        ),
    ),
    "iam_account": (
        ("Has root MFA, has root access keys, when was root used?", _ROOT),
        ("Has the root user MFA?", _ROOT),
        ("Is the root account protected by MFA?", _ROOT),
        (
            "What is the password policy?",
            (
                "columns=has_password_policy,password_min_length,password_needs_upper,"
                "password_needs_lower,password_needs_number,password_needs_symbol,"
                "password_max_age_days,password_reuse_prevention"
            ),
        ),
    ),
    "iam_administrators": (
        ("Who is an administrator?", _ADMINS),
        ("Which users have admin access?", f"where='kind == \"user\"' {_ADMINS}"),
        ("Which roles are administrators?", f"where='kind == \"role\"' {_ADMINS}"),
    ),
    "iam_groups": (
        (
            "Which groups are administrators, and their members?",
            "where='is_administrator' columns=group_name,members,attached_policies",
        ),
    ),
    "iam_policies": (
        ("Which policies allow everything?", "where='allows_everything' columns=policy_name"),
    ),
    "iam_roles": (
        (
            "Which roles are trusted by, can be assumed by other accounts, third parties?",
            "where='is_cross_account' columns=role_name,trusted_accounts,requires_external_id",
        ),
        ("Which roles are unused for 90 days?", _IDLE.format("role_name")),
    ),
    "iam_users": (
        (
            "Which users have no MFA?",
            "where='not mfa_active' columns=user_name,mfa_active,console_access",
        ),
        (
            "Which users sign in to the console with a password and have no MFA?",
            "where='console_access and not mfa_active' columns=user_name,password_last_used",
        ),
        ("Which users are inactive, have not signed in for 90 days?", _IDLE.format("user_name")),
        ("Which users have not been used for 90 days?", _IDLE.format("user_name")),
    ),
    "kms_keys": (
        (
            "Which KMS keys do not rotate?",
            (
                "where='key_manager == \"CUSTOMER\" and not rotation_enabled' "
                "columns=key_id,aliases,state,key_spec,rotation_enabled"
            ),
        ),
    ),
    "lambda_functions": (
        (
            "Which Lambda functions have a runtime out of support, deprecated?",
            (
                "where='runtime_deprecated_on < \"today\"' "
                "columns=function_name,runtime,runtime_deprecated_on"
            ),
        ),
        ("Which functions have a public URL?", "where='has_public_url' columns=function_name"),
    ),
    "logs_groups": (
        (
            "Which log groups have no retention, are kept for ever?",
            "where='retention_days.isna()' columns=log_group_name,retention_days,created",
        ),
        ("Which log groups have a retention under 365 days?", _SHORT),
        ("Which logs are kept for less than 365 days?", _SHORT),
    ),
    "rds_instances": (
        ("Which RDS databases are public?", _PUBLIC_DATABASES),
        ("Which RDS instances are publicly accessible?", _PUBLIC_DATABASES),
        (
            "Which RDS databases are not encrypted?",
            "where='not is_encrypted' columns=db_instance_id,engine,is_encrypted",
        ),
        (
            "Which RDS databases are public or not encrypted?",
            (
                "where='is_publicly_accessible or not is_encrypted' "
                "columns=db_instance_id,is_publicly_accessible,is_encrypted"
            ),
        ),
        (
            "Which databases have backups of less than 7 days?",
            "where='backup_retention_days < 7' columns=db_instance_id,backup_retention_days",
        ),
    ),
    "rds_snapshots": (
        (
            "Which RDS database snapshots are public?",
            "where='is_public' columns=snapshot_id,source_id,is_public",
        ),
    ),
    "resourcegroupstaggingapi_resources": (
        ("Untagged resources, of those that ever had a tag", _NO_OWNER.format("arn")),
        (
            "Which resources have no owner tag, of those that ever had one?",
            _NO_OWNER.format("arn"),
        ),
        ("Resources by owner", "tags=owner columns=arn"),
    ),
    "s3_buckets": (
        ("Which S3 buckets are public?", _PUBLIC_BUCKETS),
        ("Which S3 buckets are open, readable by the world?", _PUBLIC_BUCKETS),
        (
            "Which buckets do not block public access?",
            f"where='not is_public_access_blocked' {_BUCKET.format('is_public')}",
        ),
        (
            "Which S3 buckets are not encrypted?",
            f"where='sse_algorithm == \"none\"' {_BUCKET.format('sse_algorithm')}",
        ),
        (
            "Which buckets have no versioning?",
            f"where='versioning != \"Enabled\"' {_BUCKET.format('versioning')}",
        ),
        (
            "Which buckets have no access log?",
            f"where='not has_logging' {_BUCKET.format('logging_target_bucket')}",
        ),
        (
            "Which buckets allow plain HTTP, without TLS?",
            f"where='not is_tls_only' {_BUCKET.format('is_tls_only')}",
        ),
    ),
    "secretsmanager_secrets": (
        (
            "Which secrets are not rotated?",
            "where='not rotation_enabled' columns=secret_name,last_rotated,days_since_rotation",
        ),
    ),
    "securityhub_standards": (
        ("In which regions is Security Hub on or off? Its status.", "columns=is_enabled,standard"),
    ),
    "sqs_queues": (("Which queues are open to everyone?", "where='policy_allows_everyone'"),),
    "ssm_managed_instances": (
        ("Which instances have missing patches?", "where='missing_patches > 0'"),
    ),
}
"""Sentence and rest of the cell, by tool."""

VERB_ASKS: Final = (
    ("What is missing in my run?", "last --coverage"),
    ("Which gaps has the last run, what was refused, denied?", "last --coverage"),
    ("What failed in the last run?", "last --coverage"),
    ("Where do the rows come from, source, provenance of the last run?", "last --provenance"),
    ("Resume a run", "resume"),
    ("Continue a run that was interrupted, cancelled", "resume"),
    ("Ask again for what failed", "resume"),
    ("Export, save the rows as a file: Excel, CSV", "export FRAME FILE.xlsx"),
    ("Export to Excel", "export FRAME FILE.xlsx"),
    ("Save as CSV", "export FRAME FILE.csv"),
    ("Which permissions, IAM policy do I need?", "aws_policy TOOL"),
    ("Which permissions does a tool need?", "aws_policy TOOL"),
    ("Earlier runs, history of runs", "history"),
    ("Which profiles, accounts are there?", "profile list"),
)
"""The same of the verbs: sentence and the cell without its magic."""
