"""Any read of any service as a frame: whole, typed, and the same whatever it holds."""

from __future__ import annotations

import json

import pytest

from aibrain_jupyter.aws.export import export_operation
from aibrain_jupyter.shared.error_handler import InputError

VAULTS = {
    "BackupVaultName": "main",
    "CreationDate": 1706691600.0,
    "NumberOfRecoveryPoints": 3,
    "Locked": False,
}


def test_rows_of_all_pages_are_one_frame(ctx, aws_replies):
    """Two pages, one table; provenance says how often was asked."""
    aws_replies.reply({"BackupVaultList": [VAULTS], "NextToken": "t"})
    aws_replies.reply({"BackupVaultList": [{"BackupVaultName": "other"}]})

    result = export_operation(ctx, "backup", "list_backup_vaults", {})

    assert ["main", "other"] == result.frame["backup_vault_name"].tolist()
    assert {"backup:ListBackupVaults": 2} == result.operations
    assert () == result.gaps
    assert "live" == result.source


def test_an_empty_answer_has_the_columns_and_dtypes_of_a_full_one(ctx, aws_replies):
    """Nothing found looks like something found, without the rows."""
    aws_replies.reply({"BackupVaultList": [VAULTS]})
    aws_replies.reply({"BackupVaultList": []})

    full = export_operation(ctx, "backup", "list_backup_vaults", {}).frame
    empty = export_operation(ctx, "backup", "list_backup_vaults", {}).frame

    assert 0 == len(empty)
    assert full.dtypes.to_dict() == empty.dtypes.to_dict()
    assert {
        "backup_vault_name": "str",
        "creation_date": "datetime64[us, UTC]",
        "number_of_recovery_points": "Int64",
        "locked": "boolean",
    }.items() <= {name: str(dtype) for name, dtype in full.dtypes.items()}.items()


def test_a_note_names_the_lists_that_are_not_in_the_rows(ctx, aws_replies):
    """An answer with several lists gives one; the others are not left out in silence."""
    answer = {
        "MetricAlarms": [{"AlarmName": "m"}],
        "CompositeAlarms": [{"AlarmName": "c"}],
        "LogAlarms": [],
    }
    aws_replies.reply(answer)
    aws_replies.reply(answer)

    first = export_operation(ctx, "cloudwatch", "describe_alarms", {})
    other = export_operation(ctx, "cloudwatch", "describe_alarms", {}, rows="CompositeAlarms")

    assert ["m"] == first.frame["alarm_name"].tolist()
    (note,) = first.notes
    assert "answered more than MetricAlarms: CompositeAlarms." in note
    assert "rows=CompositeAlarms" in note
    assert ["c"] == other.frame["alarm_name"].tolist()


def test_bytes_are_base64_text(ctx, aws_replies):
    """A frame holds what JSON can hold."""
    aws_replies.reply({"KeyId": "k", "PublicKey": "AAEC", "KeySpec": "RSA_2048"})

    frame = export_operation(ctx, "kms", "get_public_key", {"KeyId": "k"}).frame

    assert "AAEC" == frame["public_key"][0]


def test_inputs_are_sent(ctx, aws_replies):
    """What the user asks for is what AWS is asked for."""
    aws_replies.reply({"KeyMetadata": {"KeyId": "k", "Enabled": True}})

    frame = export_operation(ctx, "kms", "describe_key", {"KeyId": "k"}).frame

    assert {"KeyId": "k"} == json.loads(aws_replies.requests[0].body)
    assert [("k", True)] == list(zip(frame["key_id"], frame["enabled"], strict=True))


def test_a_stream_is_refused_before_anything_is_sent(ctx, aws_replies):
    """An object's contents are no table."""
    with pytest.raises(InputError):
        export_operation(ctx, "s3", "get_object", {"Bucket": "b", "Key": "k"})

    assert [] == aws_replies.requests
