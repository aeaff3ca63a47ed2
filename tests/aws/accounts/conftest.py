"""
An organization behind a scripted server: accounts, units, tags, and roles with short sessions.

``o-1`` has the management account and six members; one is suspended, one lets nobody in. Listings
come in pages of two with an empty page in between, as AWS Organizations gives them.
"""

from __future__ import annotations

import collections
import datetime as dt
import itertools
import json
import time
import urllib.parse

import pytest

MANAGEMENT = "100000000000"
SUSPENDED = "600000000000"
CLOSED_TO_US = "500000000000"
UNITS = {
    # parent: (accounts, units)
    "r-root": ([MANAGEMENT], ["ou-root-11111111", "ou-root-22222222"]),
    "ou-root-11111111": (["200000000000"], ["ou-root-33333333"]),
    "ou-root-33333333": (["300000000000", SUSPENDED], []),
    "ou-root-22222222": (["400000000000", CLOSED_TO_US], []),
}
ACCOUNTS = sorted(account for accounts, _ in UNITS.values() for account in accounts)
MEMBERS = [a for a in ACCOUNTS if a not in (MANAGEMENT, SUSPENDED)]
TAGS = {"200000000000": "prod", "300000000000": "prod-eu", "400000000000": "dev"}
REFUSED = "<Response><Errors><Error><Code>AccessDenied</Code></Error></Errors></Response>"
EXPIRED = "<ErrorResponse><Error><Code>ExpiredToken</Code><Message>over</Message></Error>"
EXPIRED += "</ErrorResponse>"


class ScriptedOrganization:
    """
    Answers Organizations, STS and two operations of EC2.

    `lifetime_s` is how long a session of a role lasts, `closed` the accounts whose role lets
    nobody in, `assumed` every AssumeRole by its parameters, `seen` the account of each call.
    """

    management, suspended, closed_to_us = MANAGEMENT, SUSPENDED, CLOSED_TO_US
    members = MEMBERS

    def __init__(self, server, *, partition="aws"):
        self.lifetime_s = 3600.0
        self.closed = {CLOSED_TO_US, MANAGEMENT}
        self.external_id = ""
        self.assumed = []
        self.seen = collections.Counter()
        self.may_list = True
        self._server = server
        self.partition = partition
        self._sessions = {}
        self._number = itertools.count()
        for action in ("ListAccounts", "ListAccountsForParent", "ListOrganizationalUnitsForParent"):
            server.on(action, self._list)
        server.on("ListTagsForResource", self._tags)
        server.on("AssumeRole", self._assume)
        server.on("GetCallerIdentity", self._caller)
        server.on("DescribeRegions", self._regions)
        server.on("DescribeKeyPairs", self._key_pairs)

    def _list(self, request):
        asked = json.loads(request.body)
        if not self.may_list:
            return self._server.refusal(
                {"__type": "AccessDeniedException", "Message": "You don't have permissions"},
                status=400,
            )
        parent = asked.get("ParentId", "")
        if parent and parent not in UNITS:
            return self._server.refusal({"__type": "ParentNotFoundException"}, status=400)
        if request.action == "ListOrganizationalUnitsForParent":
            found = [{"Id": unit} for unit in UNITS[parent][1]]
            member = "OrganizationalUnits"
        else:
            ids = UNITS[parent][0] if parent else ACCOUNTS
            found = [self._account(account) for account in ids]
            member = "Accounts"
        return _page(member, found, asked.get("NextToken", "0"))

    def _account(self, account):
        return {
            "Id": account,
            "Name": f"account {account[0]}",
            "Arn": f"arn:{self.partition}:organizations::{MANAGEMENT}:account/o-1/{account}",
            "State": "SUSPENDED" if account == SUSPENDED else "ACTIVE",
        }

    def _tags(self, request):
        asked = json.loads(request.body)
        value = TAGS.get(asked["ResourceId"])
        tags = [{"Key": "env", "Value": value}] if value else []
        return _page("Tags", [{"Key": "team", "Value": "a"}, *tags], asked.get("NextToken", "0"))

    def _assume(self, request):
        asked = {k: v[0] for k, v in urllib.parse.parse_qs(request.body).items()}
        account = asked["RoleArn"].split(":")[4]
        self.assumed.append({**asked, "by": request.access_key_id, "region": request.region})
        if account in self.closed or asked.get("ExternalId", "") != self.external_id:
            return self._server.refusal(REFUSED)
        key = f"ASIA{account}N{next(self._number)}"
        end = time.time() + self.lifetime_s
        self._sessions[key] = (account, asked["RoleArn"].rpartition("/")[2], end)
        until = dt.datetime.fromtimestamp(end, dt.UTC).isoformat()
        return (
            f"<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>{key}</AccessKeyId>"
            f"<SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>"
            f"<Expiration>{until}</Expiration></Credentials></AssumeRoleResult>"
            "</AssumeRoleResponse>"
        )

    def _caller(self, request):
        key = request.access_key_id
        account, role, _ = self._sessions.get(key, (MANAGEMENT, "", 0))
        arn = f"arn:{self.partition}:iam::{MANAGEMENT}:user/ana"
        if role:
            arn = f"arn:{self.partition}:sts::{account}:assumed-role/{role}/aibrain_jupyter"
        return (
            f"<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>{arn}</Arn>"
            f"<UserId>U</UserId><Account>{account}</Account></GetCallerIdentityResult>"
            "</GetCallerIdentityResponse>"
        )

    def _regions(self, request):
        return (
            "<DescribeRegionsResponse><regionInfo><item><regionName>eu-west-1</regionName></item>"
            "<item><regionName>us-east-1</regionName></item></regionInfo></DescribeRegionsResponse>"
        )

    def _key_pairs(self, request):
        account, _, end = self._sessions.get(request.access_key_id, (MANAGEMENT, "", 2e10))
        if time.time() > end:
            return self._server.refusal(EXPIRED)
        self.seen[account] += 1
        return (
            "<DescribeKeyPairsResponse><keySet><item>"
            f"<keyName>{account}-{request.region}</keyName></item></keySet>"
            "</DescribeKeyPairsResponse>"
        )


def _page(member, found, token):
    """Return two of the entries; every second page is empty, also the last one."""
    number = int(token)
    at = number // 2 * 2
    page = [] if number % 2 else found[at : at + 2]
    is_last = number % 2 and at + 2 >= len(found)
    return {member: page} | ({} if is_last else {"NextToken": str(number + 1)})


@pytest.fixture
def organization(aws_replies):
    """The organization; the keys of the environment belong to its management account."""
    return ScriptedOrganization(aws_replies)
