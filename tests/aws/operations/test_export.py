"""Any read of any service as a frame: whole, typed, and the same whatever it holds."""

from __future__ import annotations

import json

import pytest

from aibrain_jupyter.aws.answers import absences
from aibrain_jupyter.aws.operations.export import export_operation
from aibrain_jupyter.aws.operations.models import find_operation
from aibrain_jupyter.shared.error_handler import InputError, ServiceError

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


NONE = (
    '<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><Error><Type>Sender</Type>'
    "<Code>NoSuchEntity</Code><Message>The Password Policy with domain name 1 cannot be found."
    "</Message></Error><RequestId>r</RequestId></ErrorResponse>"
)


def test_an_absence_is_an_answer(ctx, aws_replies):
    """No password policy: no row, the columns of one, and a note; nothing failed."""
    aws_replies.reply(NONE, status=404)
    result = export_operation(ctx, "iam", "get_account_password_policy", {})

    assert 0 == len(result.frame)
    assert "minimum_password_length" in result.frame.columns
    assert "none (NoSuchEntity)" in result.notes[0]
    assert {"iam:GetAccountPasswordPolicy": 1} == result.operations


def test_what_may_be_a_slip_is_no_absence(ctx, aws_replies):
    """The same code for a user means that there is no such user: that is told."""
    aws_replies.reply(NONE, status=404)
    with pytest.raises(ServiceError):
        export_operation(ctx, "iam", "get_login_profile", {"UserName": "anna"})


def test_an_account_outside_of_an_organization_has_none(ctx, aws_replies):
    """Every operation of Organizations answers so."""
    aws_replies.reply({"__type": "AWSOrganizationsNotInUseException"}, status=400)

    assert 0 == len(export_operation(ctx, "organizations", "list_accounts", {}).frame)


@pytest.mark.parametrize("name", sorted(absences._CODES))
def test_the_codes_are_those_of_the_model(name):
    """Where a model lists the errors of an operation, the code of absence is among them."""
    service, _, operation = name.partition(":")
    operation = "ListAccounts" if operation == "*" else operation
    errors = {
        shape.metadata.get("error", {}).get("code") or shape.name
        for shape in find_operation(service, operation).error_shapes
    }

    assert not errors or absences._CODES[name] in errors


def test_an_answer_as_long_as_it_may_be_is_pointed_out(ctx, aws_replies):
    """Without a token nobody can tell whether there is more; a shorter answer is whole."""
    task = {"TaskHandle": "t", "Status": "RUNNING"}
    aws_replies.reply({"Results": [task] * 10})
    aws_replies.reply({"Results": [task] * 9})
    source = {"SourceArn": "arn:aws:sqs:us-east-1:1:q"}
    full, short = (
        export_operation(ctx, "sqs", "list_message_move_tasks", source).notes for _ in range(2)
    )

    assert "there may be more" in full[0]
    assert () == short


def test_a_page_of_nothing_is_never_an_empty_table(ctx, aws_replies):
    """S3 answers a page of no keys well, and says that it is not cut off: it is not asked."""
    aws_replies.on(
        "/evidence", "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>"
    )
    for operation, name in (
        ("list_objects_v2", "MaxKeys"),
        ("list_multipart_uploads", "MaxUploads"),
    ):
        with pytest.raises(InputError) as caught:
            export_operation(ctx, "s3", operation, {"Bucket": "evidence", name: 0})
        assert name in str(caught.value)
    assert export_operation(
        ctx, "s3", "list_objects_v2", {"Bucket": "evidence", "MaxKeys": 9}
    ).frame.empty
