"""Whole runs over an organization: gaps where a role cannot be assumed, never anywhere else."""

from __future__ import annotations

import collections
import os
import threading
import time
from pathlib import Path

from aibrain_jupyter.aws.accounts.region_names import regions_of
from aibrain_jupyter.aws.accounts.targets import AwsTargets
from aibrain_jupyter.aws.provider import AWS
from aibrain_jupyter.execution.loop.cancel_and_ctrl_c import CancelToken
from aibrain_jupyter.execution.runs.request import Request, RunOptions
from aibrain_jupyter.execution.runs.run import run_request
from aibrain_jupyter.execution.runs.session import get_session
from aibrain_jupyter.tool_registry import get_tool_registry

EXPORT = "%aibrain aws_export ec2 operation=describe_key_pairs --regions all"


def rows_of(*accounts):
    return sorted(f"{account}-{region}" for account in accounts for region in REGIONS)


REGIONS = ("eu-west-1", "us-east-1")


def test_one_closed_account_is_one_gap(organization, run):
    """The others are complete, the gap names the account, and resume asks for it alone."""
    frame, shown = run(f"{EXPORT} --accounts role:Audit@org:all")
    open_to_us = [a for a in organization.members if a != organization.closed_to_us]
    [gap] = get_session().last.summary.gaps

    assert rows_of(organization.management, *open_to_us) == sorted(frame["key_name"])
    assert ("500000000000", "sts:AssumeRole", "denied") == (
        gap.target.account,
        gap.action,
        gap.outcome,
    )
    assert "1 failed (denied)" in shown
    assert "600000000000 (SUSPENDED)" in shown
    assert "credentials of the default profile" in shown
    organization.closed.clear()
    before = collections.Counter(organization.seen)
    frame, _ = run("%aibrain resume")

    assert {"500000000000": 2} == organization.seen - before
    assert rows_of(organization.management, *organization.members) == sorted(frame["key_name"])
    assert not get_session().last.summary.gaps


def test_a_second_run_asks_nobody(organization, run, aws_replies):
    """Listing, identities, regions and rows come from the cache."""
    organization.closed.clear()
    first, _ = run(f"{EXPORT} --accounts role:Audit@org:all")
    before = len(aws_replies.requests)
    second, _ = run(f"{EXPORT} --accounts role:Audit@org:all")

    assert before == len(aws_replies.requests)
    assert list(first["key_name"]) == list(second["key_name"])


def test_a_listing_that_is_refused_costs_its_accounts_only(organization, run):
    """A profile beside it is read; the gap says what to ask for."""
    organization.may_list = False
    Path(os.environ["AWS_CONFIG_FILE"]).write_text(
        "[profile own]\naws_access_key_id = AKIAOWN\naws_secret_access_key = s\n"
    )
    frame, _ = run(f"{EXPORT} --accounts own,role:Audit@org:all")
    [gap] = get_session().last.summary.gaps

    assert rows_of(organization.management) == sorted(frame["key_name"])
    assert ("role:Audit@org:all", "denied") == (gap.target.profile, gap.outcome)
    assert "organizations:ListAccounts" in gap.label


def test_nothing_is_asked_after_a_cancel(organization, aws_replies):
    """Of 60 accounts some have been looked up by then; the others are never asked."""
    token, is_over = CancelToken(), threading.Event()
    assume = organization._assume

    def assume_until_cancelled(request):
        found = assume(request)
        if len(organization.assumed) >= 10:
            token.cancel()
            assert is_over.wait(60)
        return found

    aws_replies.on("AssumeRole", assume_until_cancelled)
    numbers = "+".join(str(200000000000 + n) for n in range(60))
    spec = get_tool_registry().spec("aws_export")
    options = RunOptions(accounts=(f"role:Audit@{numbers}",), regions=("all",), no_cache=True)
    params = {"service": "ec2", "operation": "describe_key_pairs"}
    run = run_request(Request(spec, params, options, text=""), token=token)
    is_over.set()
    time.sleep(0.3)  # whoever would go on after an answer does so now

    assert "cancelled" == run.outcome_word
    assert 10 <= len(organization.assumed) <= 18  # eight at a time
    assert 0 == organization.seen.total()


def test_many_accounts_that_hide_their_regions_are_one_remark(organization, pool, aws_replies):
    """Each is asked in every region of its partition, and that is said once for all of them."""
    aws_replies.on(
        "DescribeRegions",
        "<Response><Errors><Error><Code>UnauthorizedOperation</Code></Error></Errors></Response>",
        status=403,
    )
    targets = AwsTargets({"service": "kms"}, clients=pool, cache=None, fresh=False)
    [written] = targets.profiles(["role:Audit@200000000000+300000000000"], "")
    placed = targets.of_profile(written, ["all"])

    assert 2 * len(regions_of("aws")) == len(placed)
    [note] = targets.notes
    assert "2 accounts (200000000000, 300000000000) refused ec2:DescribeRegions" in note


def test_the_plan_shows_the_roles(organization, run):
    """Accounts, the role each is reached by, and what cannot succeed; no row is asked for."""
    _, shown = run(f"{EXPORT} --accounts role:Audit@org:ou-root-22222222 --dry-run")

    assert "role:Audit@400000000000" in shown
    assert "500000000000" in shown
    assert "trust policy" in shown
    assert "assumes the roles needs sts:AssumeRole, organizations:ListAccountsForP" in shown
    assert not organization.seen


def test_role_and_profile_of_the_setting_and_the_line(organization, run):
    """The setting names the role, --profile who assumes it; an account id alone is enough."""
    Path(os.environ["AWS_CONFIG_FILE"]).write_text(
        "[profile corp]\naws_access_key_id = AKIACORP\naws_secret_access_key = s\n"
    )
    run("%config AibrainMagics.role = 'Reader'")
    frame, _ = run(f"{EXPORT} --accounts org:tag:env=dev --profile corp")
    assert rows_of("400000000000") == sorted(frame["key_name"])
    frame, _ = run(f"{EXPORT} --accounts 300000000000")

    assert rows_of("300000000000") == sorted(frame["key_name"])
    assert [("AKIACORP", "400000000000"), ("AKIATESTTESTTESTTEST", "300000000000")] == [
        (one["by"], one["RoleArn"].split(":")[4]) for one in organization.assumed
    ]
    assert {"org:all", "role:Reader@org:all", "role:Reader@300000000000", "corp"} <= set(
        AWS.names("accounts", {})
    )


def test_bad_accounts_are_refused_before_anything_is_sent(organization, run, aws_replies):
    """A form that cannot be read, and an organization without a role."""
    for accounts in ("role:Audit", "org:all", "org:everything"):
        run(f"{EXPORT} --accounts {accounts}")

    assert [] == aws_replies.requests
