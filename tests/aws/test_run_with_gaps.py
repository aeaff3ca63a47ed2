"""Runs over accounts that expired, are partly closed or throttle, and their resumption."""

from __future__ import annotations

import collections
import functools
import os
from pathlib import Path

import pandas as pd
import pytest

from aibrain_jupyter.aws.accounts.region_names import regions_of
from aibrain_jupyter.aws.clients.current_call import call_in_progress
from aibrain_jupyter.aws.clients.pool import get_client_pool
from aibrain_jupyter.execution.runs.session import get_session
from aibrain_jupyter.shared.config import get_settings

REGIONS = sorted(regions_of("aws"))[:17]
CLOSED = REGIONS[3]
BUSY = REGIONS[5]
ACCOUNTS = {"AKIAPROD": "1" * 12, "AKIADEV": "2" * 12, "AKIANEW": "3" * 12}
DENIED = (
    "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>no</Message></Error>"
    "</Errors></Response>"
)
THROTTLED = DENIED.replace("UnauthorizedOperation", "RequestLimitExceeded")
EXPIRED = (
    "<ErrorResponse><Error><Code>ExpiredToken</Code><Message>over</Message></Error></ErrorResponse>"
)
RESOURCES = {
    # a resource, the operation and the answer it is read from
    "addresses": ("DescribeAddresses", "addressesSet", "<allocationId>{}</allocationId>"),
    "flow_logs": ("DescribeFlowLogs", "flowLogSet", "<flowLogId>{}</flowLogId>"),
    "key_pairs": ("DescribeKeyPairs", "keySet", "<keyName>{}</keyName>"),
    "network_acls": (
        "DescribeNetworkAcls",
        "networkAclSet",
        "<networkAclId>{}</networkAclId><entrySet><item><ruleNumber>9</ruleNumber></item></entrySet>",
    ),
    "route_tables": (
        "DescribeRouteTables",
        "routeTableSet",
        "<routeTableId>{}</routeTableId><routeSet><item><gatewayId>local</gatewayId></item></routeSet>",
    ),
    "vpc_endpoints": (
        "DescribeVpcEndpoints",
        "vpcEndpointSet",
        "<vpcEndpointId>{}</vpcEndpointId>",
    ),
}
CREDENTIALS = """
[prod]
aws_access_key_id = AKIAPROD
aws_secret_access_key = s
[dev]
aws_access_key_id = AKIADEV
aws_secret_access_key = s
[lab]
aws_access_key_id = {lab}
aws_secret_access_key = s
"""


class Provider:
    """Three accounts in 17 regions; which regions are closed or busy can change."""

    def __init__(self, server):
        self._server = server
        self.closed = {("2" * 12, CLOSED)}
        self.busy = set()
        self.asked = collections.Counter()
        server.on("GetCallerIdentity", self._caller)
        server.on("DescribeRegions", self._regions)
        for action, *answer in RESOURCES.values():
            server.on(action, functools.partial(self._items, action, *answer))

    def _caller(self, request):
        account = ACCOUNTS.get(request.access_key_id)
        if account is None:
            return self._server.refusal(EXPIRED)
        arn = f"arn:aws:iam::{account}:user/auditor"
        return (
            f"<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>{arn}</Arn>"
            f"<UserId>U</UserId><Account>{account}</Account></GetCallerIdentityResult>"
            "</GetCallerIdentityResponse>"
        )

    def _regions(self, request):
        names = "".join(f"<item><regionName>{name}</regionName></item>" for name in REGIONS)
        return (
            f"<DescribeRegionsResponse><regionInfo>{names}</regionInfo></DescribeRegionsResponse>"
        )

    def _items(self, action, listed, item, request):
        where = (ACCOUNTS[request.access_key_id], request.region)
        if where in self.busy:
            return self._server.refusal(THROTTLED, status=503)
        self.asked[action, *where] += 1
        if where in self.closed:
            return self._server.refusal(DENIED)
        return (
            f"<{action}Response><{listed}><item>{item.format('-'.join(where))}</item></{listed}>"
            f"</{action}Response>"
        )


@pytest.fixture
def provider(aws_replies):
    """The accounts, and profiles of which ``lab`` has credentials that are over."""
    found = Provider(aws_replies)
    log_in("AKIAOLD")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        os.environ.pop(name)  # the fixture that set them takes them back
    return found


def log_in(key):
    """Write the credentials that ``lab`` has from now on."""
    Path(os.environ["AWS_SHARED_CREDENTIALS_FILE"]).write_text(CREDENTIALS.format(lab=key))


def test_six_resources_over_three_accounts_and_17_regions(provider, run, monkeypatch):
    """Expired, denied and throttled are the gaps of each cell, and resume fills just these."""
    monkeypatch.setattr("aibrain_jupyter.aws.clients.sources.MAX_ATTEMPTS", 2)
    provider.busy = {("1" * 12, BUSY)}
    for name in RESOURCES:
        frame, shown = run(f"%aibrain ec2_{name} --accounts prod,dev,lab --regions all --ttl 0.01s")
        gaps = get_session().last.summary.gaps

        assert 32 == len(frame), name
        assert [
            ("1" * 12, BUSY, "throttled"),
            ("2" * 12, CLOSED, "denied"),
            ("lab", "", "failed"),
        ] == sorted(
            (
                *(gap.target.place if gap.target.parts else (gap.target.profile, "")),
                str(gap.outcome),
            )
            for gap in gaps
        )
        assert "3 gaps" in shown
        assert "ExpiredToken" in str([gap.why for gap in gaps])

    provider.closed.clear()
    provider.busy.clear()
    log_in("AKIANEW")
    resumed = [run("%aibrain resume")[0] for _ in RESOURCES]

    assert [51] * 6 == [len(frame) for frame in resumed]
    everywhere = {(account, region) for account in ACCOUNTS.values() for region in REGIONS}
    for frame in resumed:
        assert everywhere == set(zip(frame["account_id"], frame["region"], strict=True))
    asked_twice = {(what[1:], n) for what, n in provider.asked.items() if n > 1}
    assert {(("2" * 12, CLOSED), 2)} == asked_twice
    assert 6 * 51 == len(provider.asked)


def test_a_time_out_says_that_the_provider_throttled(provider, run):
    """The gap is a time-out, and its reason is what made the call slow."""
    provider.busy = {("1" * 12, BUSY)}

    run(f"%aibrain ec2_key_pairs --accounts prod --regions {BUSY} --timeout 8s")
    [gap] = get_session().last.summary.gaps
    coverage = get_session().last.coverage

    assert ("timed out", BUSY) == (str(gap.outcome), gap.target.region)
    assert "throttled" in gap.why
    assert coverage["throttled"].sum() >= 2


def test_a_polite_run_keeps_to_its_share(provider, run):
    """`--polite`, or the setting, is what each call asks its place in the rate with."""
    seen = []

    def contexts_of(cell):
        seen.clear()
        run(cell)
        return [ctx for ctx in seen if ctx and ctx.target.parts.get("region") == BUSY]

    get_client_pool().prepare.append(
        lambda client: client.meta.events.register(
            "before-send", lambda **_: seen.append(call_in_progress())
        )
    )
    cell = f"%aibrain ec2_key_pairs --profile prod --regions {BUSY} --no-cache"
    try:
        plain = contexts_of(cell)
        polite = contexts_of(f"{cell} --polite")
        get_settings().set("polite", True, "test")
        get_settings().set("polite_percent", 20, "test")
        always = contexts_of(cell)
    finally:
        get_client_pool().prepare.clear()

    assert [{1.0}, {0.5}, {0.2}] == [
        {ctx.share for ctx in contexts} for contexts in (plain, polite, always)
    ]


def test_account_and_region_are_categories_with_and_without_the_cache(provider, run):
    """Displayed, assigned, read again from the cache, filtered: the same dtypes and rows."""
    regions = REGIONS[:3]
    cell = (
        "%aibrain aws_export ec2 operation=describe_key_pairs --accounts prod,dev"
        f" --regions {','.join(regions)}"
    )
    dtypes = {
        "account_id": pd.CategoricalDtype(["1" * 12, "2" * 12]),
        "region": pd.CategoricalDtype(regions),
    }
    live, _ = run(cell)
    run(f"{cell} -o pairs")
    again, _ = run("pairs")
    some, _ = run(f"""{cell} where="region == '{regions[0]}' and account_id in ['{"1" * 12}']" """)

    assert ["memory"] == again.attrs["aibrain"]["sources"]
    assert dtypes == {name: live[name].dtype for name in dtypes}
    assert dtypes == {name: again[name].dtype for name in dtypes}
    assert dtypes == {name: some[name].dtype for name in dtypes}
    pd.testing.assert_frame_equal(live, again)
    assert [("1" * 12, regions[0])] == list(zip(some["account_id"], some["region"], strict=True))
