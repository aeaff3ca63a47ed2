"""What tells rows apart goes with a run into its item; one that does not hold costs no save."""

from __future__ import annotations

import pytest

from aibrain_jupyter.evidence.store.default import default_store
from aibrain_jupyter.execution.runs.session import get_session

from .conftest import CALLER

TABLES = "%aibrain aws_export dynamodb operation=list_tables --regions us-east-1 --save RFI-014"


@pytest.fixture(autouse=True)
def no_roll_call(monkeypatch, aws_replies):
    # Whether every region was asked is a promise of test_run_with_totals.py.
    async def nobody_calls(*_):
        return ()

    monkeypatch.setattr("aibrain_jupyter.execution.runs.run.call_the_roll", nobody_calls)
    aws_replies.on("GetCallerIdentity", CALLER)


def keys_of_the_item():
    [item] = default_store().items()
    return item.manifest()["keys"]


def test_the_key_is_in_the_manifest_and_samples_need_no_other(run, aws_replies):
    """Places and the tool's own columns; ``--key`` is not asked for."""
    aws_replies.on("ListTables", {"TableNames": ["a", "b", "c"]})
    run(TABLES)

    assert ["account_id", "region", "table_name"] == keys_of_the_item()["columns"]
    assert (
        "sample"
        in run(f"%aibrain evidence sample {default_store().items()[0].id} -n 2 --seed X")[0]
    )


def test_a_key_that_was_left_out_is_said(run, aws_replies):
    """Without its column in the data nothing is drawn, and the reason is the manifest's."""
    aws_replies.on("ListTables", {"TableNames": []})
    aws_replies.on("DescribeParameters", {"Parameters": [{"Name": "a", "Version": 1}]})
    run(
        TABLES.replace(
            "dynamodb operation=list_tables", "ssm operation=describe_parameters columns=version"
        )
    )

    keys = keys_of_the_item()
    assert ([], True) == (keys["columns"], "chosen without arn" in keys["why"])
    run(f"%aibrain evidence sample {default_store().items()[0].id} -n 1")
    assert keys["why"] in str(get_session().last_error)


def test_a_key_that_does_not_hold_costs_no_save(run, aws_replies):
    """Two rows of one key, which cannot be: the rows are kept, and nothing is drawn of them."""
    aws_replies.on("ListTables", {"TableNames": ["a", "a"]})
    run(TABLES)

    assert "1 rows have the key of another row" in keys_of_the_item()["why"]
