"""A run over accounts of which one has expired and one is partly closed, and its resumption."""

from __future__ import annotations

import collections
import os
from pathlib import Path

import pandas as pd
import pytest

from aibrain_jupyter.aws.region_names import regions_of
from aibrain_jupyter.execution.session import get_session

REGIONS = sorted(regions_of("aws"))[:17]
CLOSED = REGIONS[3]
ACCOUNTS = {"AKIAPROD": "1" * 12, "AKIADEV": "2" * 12, "AKIANEW": "3" * 12}
DENIED = (
    "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>no</Message></Error>"
    "</Errors></Response>"
)
EXPIRED = (
    "<ErrorResponse><Error><Code>ExpiredToken</Code><Message>over</Message></Error></ErrorResponse>"
)
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
    """Three accounts in 17 regions; which regions are closed can change."""

    def __init__(self, server):
        self._server = server
        self.closed = {("2" * 12, CLOSED)}
        self.asked = collections.Counter()
        server.on("GetCallerIdentity", self._caller)
        server.on("DescribeRegions", self._regions)
        server.on("DescribeKeyPairs", self._key_pairs)

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

    def _key_pairs(self, request):
        where = (ACCOUNTS[request.access_key_id], request.region)
        self.asked[where] += 1
        if where in self.closed:
            return self._server.refusal(DENIED)
        return (
            "<DescribeKeyPairsResponse><keySet><item>"
            f"<keyName>{'-'.join(where)}</keyName>"
            "</item></keySet></DescribeKeyPairsResponse>"
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


def test_exactly_the_gaps_there_are_and_resume_fills_them(provider, run):
    """33 of 51 answer; the expired account and the closed region are gaps until they are open."""
    frame, shown = run(
        "%aibrain aws_export ec2 operation=describe_key_pairs"
        " --accounts prod,dev,lab --regions all --ttl 0.01s"
    )
    gaps = get_session().last.summary.gaps

    assert 33 == len(frame)
    assert [("2" * 12, CLOSED), ("lab", "")] == sorted((gap.account, gap.region) for gap in gaps)
    assert "2 gaps" in shown
    provider.closed.clear()
    log_in("AKIANEW")
    frame, shown = run("%aibrain resume")

    assert 51 == len(frame)
    assert sorted(f"{a}-{r}" for a in ACCOUNTS.values() for r in REGIONS) == sorted(
        frame["key_name"]
    )
    assert get_session().last.summary.is_complete
    assert {("2" * 12, CLOSED): 2} == {w: n for w, n in provider.asked.items() if n > 1}


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
