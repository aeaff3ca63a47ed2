"""
The same documents read by us and by cloudsplaining, a policy library that is well kept.

The documents look like real ones: every usual principal, operator, key and value, put together
by a seed, and a few written by hand. Where the two differ, one of the reviewed reasons below
must be true of the statement; a reason that explains nothing any more fails too.
"""

from __future__ import annotations

import itertools
import random
import re

import pytest

from aibrain_jupyter.aws.policies.documents import statements
from aibrain_jupyter.aws.policies.questions import (
    allows_everyone,
    allows_everything,
    is_about_action,
)

pytest.importorskip("cloudsplaining", reason="comes with the extra test")

from cloudsplaining.scan.policy_document import PolicyDocument
from cloudsplaining.scan.resource_policy_document import ResourcePolicyDocument
from policy_sentry.analysis.expand import determine_actions_to_expand
from policy_sentry.querying.all import get_all_actions

SEED = 20261129
OWN, OTHER = "111122223333", "444455556666"
ORGANIZATION = "o-a1b2c3d4e5"
PRINCIPALS = (
    "*",
    {"AWS": "*"},
    {"AWS": ["*"]},
    {"AWS": f"arn:aws:iam::{OWN}:root"},
    {"AWS": [OTHER, f"arn:aws:iam::{OWN}:role/app"]},
    {"AWS": "arn:aws:iam::*:root"},
    {"AWS": "AROADELETED000000000"},
    {"Service": "sns.amazonaws.com"},
    {"Service": ["cloudtrail.amazonaws.com", "config.amazonaws.com"]},
    {"Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"},
    {"CanonicalUser": "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"},
)
TESTS = (
    ("StringEquals", "aws:SourceAccount", OWN),
    ("StringEquals", "AWS:SourceOwner", [OWN, OTHER]),
    ("StringEquals", "aws:PrincipalOrgID", ORGANIZATION),
    ("StringEquals", "kms:CallerAccount", OWN),
    ("StringEquals", "aws:PrincipalAccount", OWN),
    ("StringEquals", "aws:SourceVpc", "vpc-0a1b2c3d"),
    ("StringEquals", "aws:SourceVpce", ["vpce-1a2b3c4d", "vpce-2b3c4d5e"]),
    ("StringEquals", "aws:SourceArn", f"arn:aws:sns:eu-west-1:{OWN}:alerts"),
    ("StringEqualsIgnoreCase", "aws:PrincipalOrgID", ORGANIZATION),
    ("ArnEquals", "aws:SourceArn", f"arn:aws:cloudtrail:eu-west-1:{OWN}:trail/main"),
    ("ArnLike", "aws:SourceArn", f"arn:aws:events:*:{OWN}:rule/*"),
    ("ArnLike", "aws:PrincipalArn", f"arn:aws:iam::{OWN}:role/deploy-*"),
    ("ArnLike", "aws:SourceArn", "arn:aws:sns:*:*:*"),
    ("ArnLike", "aws:SourceArn", "arn:aws:s3:::logs"),
    ("ArnLike", "aws:SourceArn", "arn:aws:s3:::logs-*"),
    ("StringLike", "aws:PrincipalArn", "*"),
    ("StringLike", "aws:SourceAccount", "*"),
    ("StringEquals", "aws:SourceAccount", "*"),
    ("StringLike", "aws:PrincipalOrgID", "o-*"),
    ("StringLike", "aws:PrincipalOrgID", "o-a1*"),
    ("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", f"{ORGANIZATION}/r-ab12/ou-1/*"),
    ("ForAllValues:StringLike", "aws:PrincipalOrgPaths", f"{ORGANIZATION}/*"),
    ("StringLike", "aws:userid", "AROAABCDEFGHIJKLMNOPQ:*"),
    ("StringLike", "aws:userid", "*:admin"),
    ("IpAddress", "aws:SourceIp", "203.0.113.0/24"),
    ("IpAddress", "aws:SourceIp", ["198.51.100.7", "2001:db8::/48"]),
    ("IpAddress", "aws:SourceIp", "0.0.0.0/0"),
    ("IpAddress", "aws:SourceIp", ["0.0.0.0/1", "128.0.0.0/1"]),
    ("StringEqualsIfExists", "aws:SourceAccount", OWN),
    ("ArnLikeIfExists", "aws:SourceArn", f"arn:aws:s3:*:{OWN}:*"),
    ("StringNotEquals", "aws:PrincipalAccount", OTHER),
    ("StringNotLike", "aws:PrincipalArn", f"arn:aws:iam::{OTHER}:*"),
    ("NotIpAddress", "aws:SourceIp", "203.0.113.0/24"),
    ("Null", "aws:PrincipalOrgID", "false"),
    ("Bool", "aws:SecureTransport", "true"),
    ("Bool", "elasticfilesystem:AccessedViaMountTarget", "true"),
    ("StringEquals", "lambda:FunctionUrlAuthType", "NONE"),
    ("StringEquals", "s3:x-amz-acl", "bucket-owner-full-control"),
    ("StringLike", "aws:Referer", "https://example.com/*"),
    ("StringEquals", "aws:PrincipalServiceName", "logging.s3.amazonaws.com"),
    ("StringEquals", "aws:SourceOrgID", ORGANIZATION),
    ("StringEquals", "s3:DataAccessPointAccount", OWN),
    ("StringEquals", "aws:PrincipalTag/team", "audit"),
    ("StringEquals", "aws:SourceAccount", "${aws:PrincipalAccount}"),
    ("StringEquals", "SAML:aud", "https://signin.aws.amazon.com/saml"),
    ("DateLessThan", "aws:CurrentTime", "2027-01-01T00:00:00Z"),
)
ACTIONS = ("s3:GetObject", ["s3:Get*", "s3:List*"], "sqs:SendMessage", "SNS:Publish", "kms:*", "*")
RESOURCES = ("*", f"arn:aws:sqs:eu-west-1:{OWN}:jobs", ["arn:aws:s3:::data", "arn:aws:s3:::data/*"])


def _statement(choose):
    """One statement: mostly Allow, mostly for everyone, with none to two tests."""
    statement = {
        "Effect": choose.choices(["Allow", "Deny"], [9, 1])[0],
        "Principal": choose.choices(PRINCIPALS, [6, 6, 3] + [1] * (len(PRINCIPALS) - 3))[0],
        "Action": choose.choice(ACTIONS),
        "Resource": choose.choice(RESOURCES),
    }
    if choose.random() < 0.03:
        statement["NotPrincipal"] = statement.pop("Principal")
    condition = {}
    for operator, key, value in choose.sample(TESTS, choose.choices([0, 1, 2], [3, 6, 1])[0]):
        condition.setdefault(operator, {})[key] = value
    if condition:
        statement["Condition"] = condition
    return statement


def _documents():
    choose = random.Random(SEED)
    for number in range(900):
        found = [_statement(choose) for _ in range(choose.choices([1, 2, 3], [6, 3, 1])[0])]
        # A third of the statements that stand alone do so without a list.
        alone = found[0] if len(found) == 1 and number % 3 == 0 else found
        yield {"Version": "2012-10-17", "Id": f"p{number}", "Statement": alone}
    # Every test once on its own, with and without everyone.
    for principal, (operator, key, value) in itertools.product(PRINCIPALS[:4], TESTS):
        yield {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Sid": "One",
                    "Effect": "Allow",
                    "Principal": principal,
                    "Action": "s3:GetObject",
                    "Resource": "*",
                    "Condition": {operator: {key: value}},
                }
            ],
        }
    yield from BY_HAND


BY_HAND = (
    {  # the default policy of an SNS topic
        "Version": "2008-10-17",
        "Statement": [
            {
                "Sid": "__default_statement_ID",
                "Effect": "Allow",
                "Principal": {"AWS": "*"},
                "Action": ["SNS:Publish", "SNS:Subscribe"],
                "Resource": f"arn:aws:sns:eu-west-1:{OWN}:alerts",
                "Condition": {"StringEquals": {"AWS:SourceOwner": OWN}},
            }
        ],
    },
    {  # a key of AWS's own, for one service
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": "*"},
                "Action": ["kms:Encrypt", "kms:Decrypt"],
                "Resource": "*",
                "Condition": {
                    "StringEquals": {
                        "kms:CallerAccount": OWN,
                        "kms:ViaService": "ebs.eu-west-1.amazonaws.com",
                    }
                },
            },
            {
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{OWN}:root"},
                "Action": "kms:Describe*",
                "Resource": "*",
            },
        ],
    },
    {  # a website in a bucket, by TLS only
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": "*",
                "Action": "s3:GetObject",
                "Resource": "arn:aws:s3:::www/*",
            },
            {
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": ["arn:aws:s3:::www", "arn:aws:s3:::www/*"],
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            },
        ],
    },
    {  # CloudFront's access to a bucket
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"Service": "cloudfront.amazonaws.com"},
            "Action": "s3:GetObject",
            "Resource": "arn:aws:s3:::site/*",
            "Condition": {
                "StringEquals": {"AWS:SourceArn": f"arn:aws:cloudfront::{OWN}:distribution/E1"}
            },
        },
    },
)


def _tests(statement):
    return [
        (operator, key.lower(), value)
        for operator, keys in statement.get("Condition", {}).items()
        for key, values in keys.items()
        for value in (values if isinstance(values, list) else [values])
    ]


def _any(pattern):
    """Tell of a statement whether one of its tests, as text, has this pattern."""
    found = re.compile(pattern)
    return lambda s: any(found.search(" ".join(test)) for test in _tests(s))


def _is_closed_by_one(statement):
    """Tell whether one of several tests alone closes a statement, as both see it."""
    alone = [
        {**statement, "Condition": {operator: {key: value}}}
        for operator, keys in statement.get("Condition", {}).items()
        for key, value in keys.items()
    ]
    return len(alone) > 1 and any(
        not _theirs({"Statement": [s]}) and not allows_everyone({"Statement": [s]}) for s in alone
    )


def _is_for_everyone(statement):
    return "*" in str(statement.get("Principal")) and "::" not in str(statement.get("Principal"))


# Ours is open and theirs is not: what is reviewed to be a finding.
OPEN = {
    "a condition with IfExists or ForAllValues is met without its key": _any("IfExists|ForAllVal"),
    "NotPrincipal with Allow is everyone but some": lambda s: "NotPrincipal" in s,
    "a range wider than /8 is everywhere, as S3 counts": _any(r"\d/1$"),
    "a bucket's name with a wildcard may be anyone's": _any(r"s3:::\S*\*"),
    "an organization's id with a wildcard may be another's": _any(r"principalorgid o-a1\*"),
    "a variable is filled in by the caller": _any(r"\$\{"),
    "an audience says nothing of who asks": _any("saml:aud"),
}
# Ours is closed and theirs is not: what is reviewed to be none.
CLOSED = {
    "somebody by name is not everyone, whatever the condition": lambda s: not _is_for_everyone(s),
    "one test that says who is enough beside one that does not": lambda s: _is_closed_by_one(s),
    "StringEquals takes a star for a star, and nobody has that account": _any(
        r"^StringEquals \S+ \*$"
    ),
    "these keys say who or from where as well": _any(
        "principalservicename|sourceorgid|dataaccesspointaccount|accessedviamounttarget"
    ),
}


def _theirs(document):
    return bool(ResourcePolicyDocument(document).internet_accessible_actions)


def test_who_is_open_to_everyone_agrees_or_is_explained():
    """Of more than 500 documents none differs without a reviewed reason, and most agree."""
    documents = list(_documents())
    used, unexplained, agreeing = set(), [], 0
    for document in documents:
        ours = allows_everyone(document)
        agreeing += ours is _theirs(document)
        found = document["Statement"]
        for statement in found if isinstance(found, list) else [found]:
            single = {**document, "Statement": [statement]}
            is_ours, is_theirs = allows_everyone(single), _theirs(single)
            if is_ours is is_theirs:
                continue
            reasons = [
                why for why, is_so in (OPEN if is_ours else CLOSED).items() if is_so(statement)
            ]
            used.update(reasons)
            if not reasons:
                unexplained.append((is_ours, statement))

    assert [] == unexplained
    assert {*OPEN, *CLOSED} == used
    assert 1000 < len(documents)
    assert 0.8 < agreeing / len(documents)


EVERY = sorted(get_all_actions())
SERVICES = ("s3", "iam", "ec2", "kms", "sts", "sqs", "lambda", "dynamodb", "logs", "rds")


def _patterns(choose):
    """Patterns of actions as people write them, from names that exist."""
    names = [a for a in EVERY if a.partition(":")[0] in SERVICES]
    for _ in range(150):
        service, _, name = choose.choice(names).partition(":")
        verb = re.match("[A-Z]*[a-z]*", name)[0]
        end = choose.randrange(1, len(name) + 1)
        pattern = choose.choice(
            [name, f"{verb}*", f"*{name[end:]}*", f"{name[:end]}*", f"*{verb}", "*", "**"]
        )
        spelled = f"{service}:{pattern}"
        yield choose.choice([spelled, spelled.upper(), spelled.lower(), spelled])


def test_action_patterns_match_the_same_actions():
    """Of every action of ten services, a pattern matches those that the library expands it to."""
    choose = random.Random(SEED)
    by_service = {
        service: [a for a in EVERY if a.startswith(f"{service}:")] for service in SERVICES
    }
    for pattern in _patterns(choose):
        [statement] = statements({"Statement": {"Effect": "Allow", "Action": pattern}})
        actions = by_service[pattern.partition(":")[0].lower()]
        # The library looks a service up as it is spelled; IAM does not mind the case.
        expanded = determine_actions_to_expand([pattern.lower()])
        # What matches nothing it leaves as it is.
        expected = {a.lower() for a in expanded} & {a.lower() for a in actions}

        assert expected == {a.lower() for a in actions if is_about_action(statement, a)}, pattern


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        pytest.param({"Action": "*"}, True, id="everything"),
        pytest.param({"Action": ["*:*"]}, True, id="by services"),
        pytest.param({"Action": ["s3:*", "ec2:*", "iam:*"]}, False, id="three services"),
        pytest.param({"Action": "iam:*"}, False, id="IAM"),
    ],
)
def test_an_administrator_has_every_action_there(statement, expected):
    """What allows everything allows every action the library knows."""
    document = {"Statement": [{"Effect": "Allow", "Resource": "*", **statement}]}
    found = set(PolicyDocument(document).all_allowed_actions)

    assert expected is allows_everything(document)
    if statement["Action"] != ["*:*"]:  # which the library does not expand
        assert expected is (found >= set(EVERY))
