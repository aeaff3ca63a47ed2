"""The cell that answers a question."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from aibrain_jupyter.aws.operations.search.answering import answers
from aibrain_jupyter.aws.operations.search.asks import ASKS
from aibrain_jupyter.aws.operations.search.sentences import asks
from aibrain_jupyter.aws.resources.table import RESOURCES


def first(question):
    """Return the cell of the sentence that fits best."""
    return next((ask.cell for ask in answers(question).values()), None)


@pytest.mark.parametrize("ask", asks(), ids=lambda ask: ask.sentence[:40])
def test_a_sentence_finds_itself(ask):
    """Who asks in the reviewed words gets the reviewed cell, before all others."""
    assert ask.cell == first(ask.sentence)


def test_sentences_are_of_tools_there_are():
    """A tool that is renamed takes its sentences along."""
    assert {*ASKS} <= {resource.tool_name for resource in RESOURCES}


@pytest.mark.parametrize(
    ("question", "holds"),
    [
        ("access keys older than 60 days", "age_days > 60"),
        ("access keys older than 1 year", "age_days > 365"),
        ("What happened in the last 30 days?", "period=last-30d"),
        (
            "security groups open to the internet on port 3306",
            "from_port <= 3306 and to_port >= 3306",
        ),
        ("What did alice@example.com do?", 'user_name == "alice@example.com"'),
        ("What did one user alice do?", 'user_name == "alice"'),
        ("Which users have no MFA in all accounts?", "--accounts *"),
        ("Which EBS volumes are unencrypted?", "--regions all"),
    ],
)
def test_the_cell_has_the_number_and_the_name_of_the_question(question, holds):
    """The threshold, port, user and accounts are those that were asked for."""
    assert holds in first(question)


@pytest.mark.parametrize(
    "question",
    [
        "Which WorkSpaces are encrypted?",
        "Which DynamoDB tables are encrypted?",
        "public",
        "Which load balancers have an old TLS policy?",
        "eventbridge rules",
    ],
)
def test_another_question_has_no_cell(question):
    """A sentence that has only some of the words is no answer."""
    assert not answers(question)


@pytest.mark.parametrize(
    "question",
    yaml.safe_load(
        Path(__file__).parents[3].joinpath("data", "audit_questions.yml").read_text("utf-8")
    ),
    ids=lambda question: question["question"],
)
def test_no_question_gets_a_cell_of_another_one(question):
    """A cell that is offered first is of a tool that answers; having none is no harm."""
    heads = list(answers(question["question"]))

    assert not heads or heads[0] in question["answers"]


@pytest.mark.parametrize(
    ("question", "tool"),
    [
        ("people without 2FA", "iam_users"),
        ("show me all admins", "iam_administrators"),
        ("open S3 buckets", "s3_buckets"),
        ("unencrypted disks", "ec2_volumes"),
        ("internet facing databases", "rds_instances"),
        ("RDP exposed to internet", "ec2_security_groups"),
        ("logs kept for less than 180 days", "logs_groups"),
        ("GuardDuty status per region", "guardduty_detectors"),
        ("TLS certificates expiring in 60 days", "acm_certificates"),
        ("activity last week", "cloudtrail_events"),
        ("cross-account roles", "iam_roles"),
        ("what failed in my run", "last"),
        ("inactive users last 60 days", "iam_users"),
    ],
)
def test_other_words_get_the_same_cell(question, tool):
    """Short and plain words lead to the cell as the whole sentence does."""
    assert tool == next(iter(answers(question)), None)
