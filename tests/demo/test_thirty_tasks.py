"""
What an auditor does on the first day, on the demo account: the question, then the cell it gives.

Nothing else is known to them: the second cell is the first one that the answer offers. The right
answer comes from boto3 alone, see ``plain_answers``.
"""

from __future__ import annotations

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from traitlets.config import Config

from aibrain_jupyter.aws.clients.pool import get_client_pool

from . import plain_answers as plain


@pytest.fixture(scope="module")
def cell():
    """``cell(text)`` runs a cell in a new user's shell and is its value."""
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance(config=Config({"HistoryManager": {"enabled": False}}))
    shell.run_line_magic("load_ext", "aibrain_jupyter")

    def cell(text):
        with capture_output() as shown:
            done = shell.run_cell(text)
        done.raise_error()
        cell.shown = shown.stdout + "".join(
            output.data.get("text/plain", "") for output in shown.outputs
        )
        return done.result

    cell("%aibrain demo start")
    yield cell
    cell("%aibrain demo stop")
    InteractiveShell.clear_instance()


@pytest.fixture(scope="module")
def aws(cell):
    """The same account, asked by boto3."""
    return plain.Plain(get_client_pool().session_profiles["demo-prod"])


@pytest.mark.parametrize(
    ("question", "column", "expected"),
    [
        ("Which users have no MFA?", "user_name", plain.without_mfa),
        ("Which access keys are older than 90 days?", "access_key_id", plain.old_keys),
        ("Which users have not been used for 90 days?", "user_name", plain.unused_users),
        ("Who is an administrator?", "principal_name", plain.administrators),
        ("Which S3 buckets are public?", "bucket_name", plain.public_buckets),
        ("Which S3 buckets are not encrypted?", "bucket_name", plain.unencrypted_buckets),
        ("buckets without versioning?", "bucket_name", plain.unversioned_buckets),
        ("Which EBS volumes are unencrypted?", "volume_id", plain.unencrypted_volumes),
        (
            "Which databases are public or unencrypted?",
            "db_instance_id",
            plain.databases(
                lambda each: each["PubliclyAccessible"] or not each["StorageEncrypted"]
            ),
        ),
        (
            "Which databases have backups of less than 7 days?",
            "db_instance_id",
            plain.databases(lambda each: each["BackupRetentionPeriod"] < 7),
        ),
        ("Which security groups let the world in on SSH?", "group_id", plain.open_groups(22)),
        (
            "Which security groups are open to the world on RDP?",
            "group_id",
            plain.open_groups(3389),
        ),
        ("Which security groups are open to the world?", "group_id", plain.open_groups()),
        ("Which log groups have no retention?", "log_group_name", plain.groups_kept_for_ever),
        ("Which KMS keys do not rotate?", "key_id", plain.keys_without_rotation),
        (
            "Which Lambda functions run on a runtime out of support?",
            "function_name",
            plain.old_functions,
        ),
        (
            "Which certificates expire in the next 30 days?",
            "domain_name",
            plain.expiring_certificates,
        ),
        ("What did people do in the last week?", "event_name", plain.events()),
        ("What did george.tan do?", "event_name", plain.events("george.tan")),
        ("Which roles are trusted by other accounts?", "role_name", plain.trusting_roles),
        ("Which secrets are not rotated?", "secret_name", plain.secrets_not_rotated),
        ("public database snapshots?", "snapshot_id", plain.public_database_snapshots),
        ("Which AMIs are public?", "image_id", plain.public_images),
        ("Which instances have no owner tag?", "instance_id", plain.unowned_instances),
        ("instances by owner?", "tag_owner", plain.owners),
    ],
)
def test_the_cell_that_is_offered_answers(cell, aws, question, column, expected):
    """Two cells: the question, and the one that its answer offers first."""
    offered = cell(f"%aibrain aws_find {question}")["cell"][0]
    rows = cell(offered)

    assert expected(aws) == set(rows[column].dropna())
    assert expected(aws), "nothing to find is no test"


@pytest.mark.parametrize(
    ("question", "flag", "expected"),
    [
        (
            "In which regions is GuardDuty off?",
            "is_enabled",
            plain.on_in_regions("guardduty", "list_detectors", "DetectorIds"),
        ),
        (
            "Is AWS Config recording in each region?",
            "is_recording",
            plain.on_in_regions(
                "config", "describe_configuration_recorders", "ConfigurationRecorders"
            ),
        ),
        (
            "Is Access Analyzer on in each region?",
            "is_enabled",
            plain.on_in_regions("accessanalyzer", "list_analyzers", "analyzers"),
        ),
        ("Is Security Hub on in each region?", "is_enabled", lambda aws: set()),
    ],
)
def test_a_region_has_a_row_where_it_is_off_too(cell, aws, question, flag, expected):
    """What is not switched on is seen, not missing."""
    rows = cell(cell(f"%aibrain aws_find {question}")["cell"][0])

    assert {*plain.REGIONS} == set(rows["region"])
    assert expected(aws) == set(rows["region"][rows[flag]])


def test_the_trail(cell, aws):
    """Is CloudTrail on in all regions with log file validation?"""
    question = "Is CloudTrail on in all regions with log file validation?"
    rows = cell(cell(f"%aibrain aws_find {question}")["cell"][0])

    is_good = rows["is_logging"] & rows["is_multi_region"] & rows["validates_log_files"]
    assert plain.trails(aws) == set(rows["trail_name"][is_good])


def test_the_account(cell, aws):
    """Root's MFA and keys, and the password policy: one row each."""
    root = cell(cell("%aibrain aws_find Has root MFA and access keys?")["cell"][0]).iloc[0]
    policy = cell(cell("%aibrain aws_find What is the password policy?")["cell"][0]).iloc[0]

    iam = aws.client("iam")
    summary = iam.get_account_summary()["SummaryMap"]
    expected = iam.get_account_password_policy()["PasswordPolicy"]
    assert bool(summary["AccountMFAEnabled"]) == root["root_mfa_active"]
    assert bool(summary["AccountAccessKeysPresent"]) == root["root_has_access_keys"]
    assert expected["MinimumPasswordLength"] == policy["password_min_length"]


def test_all_accounts_and_what_is_missing(cell):
    """Over all accounts a region is refused: the gap is said, listed, and can be asked again."""
    offered = cell("%aibrain aws_find Which EBS snapshots are public in all accounts?")["cell"][0]
    rows = cell(offered)

    assert ["444455556666"] == rows["account_id"].astype(str).tolist()
    assert "1 gap" in cell.shown
    missing = cell(cell("%aibrain aws_find What is missing in my run?")["cell"][0])
    assert ["eu-central-1"] == missing.loc[missing["outcome"] == "denied", "region"].tolist()
    assert "%aibrain resume" == cell("%aibrain aws_find resume my run")["cell"][0]
    cell("%aibrain resume")
    assert "eu-central-1" in cell.shown


def test_the_policy_of_a_run(cell):
    """Which permissions do I need? As JSON, no more than the tools ask."""
    assert (
        "%aibrain aws_policy TOOL" == cell("%aibrain aws_find which policy do I need?")["cell"][0]
    )
    policy = cell("%aibrain aws_policy iam_administrators")

    assert ["iam:GetAccountAuthorizationDetails"] == policy["Statement"][0]["Action"]
