"""What a line means: tools by their words, a ``?`` at the end."""

from __future__ import annotations

import pytest

from aibrain_jupyter.magics.grammar.meant import as_meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("iam users", "iam_users"),
        ("s3 buckets --fresh", "s3_buckets --fresh"),
        ("ec2 security groups where='direction == \"ingress\"'", None),
        ("sso-admin assignments;", "sso-admin assignments;"),
        ("config rules", "config_rules"),
        ("ec2 security_groups", "ec2_security_groups"),
        ("--fresh iam users", "--fresh iam_users"),
        ("--regions all --ttl=1h iam users --show", "--regions all --ttl=1h iam_users --show"),
        ("--accounts 'a, b' iam users", "--accounts 'a, b' iam_users"),
        ("-o iam users", "-o iam users"),
        ("config show", "config show"),
        ("aws_export iam users", "aws_export iam users"),
        ("iam_users", "iam_users"),
        ("", ""),
    ],
)
def test_the_words_of_a_tool_are_the_tool(written, meant):
    """Also where the first one is a verb's; a tool or verb as it is written stays."""
    expected = "ec2_security_groups where='direction == \"ingress\"'" if meant is None else meant

    assert expected == as_meant(written)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("iam_users?", "iam_users --help"),
        ("iam users ?", "iam_users --help"),
        ("cache??", "cache --help"),
        ("?", "help"),
        ("aws_find Who has no MFA?", "aws_find Who has no MFA"),
        ("aws_find What's in the users' groups?", "aws_find What’s in the users’ groups"),
        ("aws_find 'no MFA?'", "aws_find 'no MFA?'"),
        ("aws_export service=iam where=a?", "aws_export service=iam where=a?"),
    ],
)
def test_a_question_mark_asks(written, meant):
    """It is ``--help``, unless the verb is asked a question or it belongs to a value."""
    assert meant == as_meant(written)
