"""Documents in every form that services give them, and texts that are none."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest

from aibrain_jupyter.aws.policies.columns import resource_policy, topic_policy, trust_policy
from aibrain_jupyter.aws.policies.documents import read, statements
from aibrain_jupyter.aws.policies.questions import allows_everyone
from aibrain_jupyter.shared.frames.unreadable import Unreadable

OPEN = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}],
}
TEXT = json.dumps(OPEN)


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(OPEN, id="a mapping"),
        pytest.param(TEXT, id="JSON"),
        pytest.param(json.dumps(OPEN, indent=4), id="pretty printed"),
        pytest.param("\ufeff" + TEXT, id="byte order mark"),
        pytest.param(quote(TEXT), id="percent-encoded, as IAM gives it"),
        pytest.param(TEXT.replace('"', '\\"'), id="escaped quotes, as API Gateway gives it"),
        pytest.param(json.dumps(TEXT), id="JSON within JSON"),
    ],
)
def test_every_form_is_the_same_policy(document):
    """However a service writes a policy, it is read."""
    assert OPEN == read(document)
    assert allows_everyone(read(document)) is True


def test_no_document_is_none():
    """An empty text is no policy, not an empty one."""
    assert [None, None, {"Statement": []}] == [read(t) for t in ("", None, '{"Statement": []}')]


@pytest.mark.parametrize(
    "text", ["no JSON", TEXT[:-5], "[]", "42", "null", '"text"', "true", "[" * 100_000]
)
def test_what_is_no_policy_is_not_readable(text):
    """A text that is no policy is neither none nor an empty policy, in every column."""
    row = resource_policy(text)

    assert row["has_policy"] is True
    assert isinstance(row["policy"], Unreadable)
    assert isinstance(row["policy_allows_everyone"], Unreadable)


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param("Allow", id="a text"),
        pytest.param({"Principal": "*", "Action": "*"}, id="no effect"),
        pytest.param({"Effect": "Perhaps"}, id="another effect"),
        pytest.param({"Effect": "Allow", "Action": [1]}, id="an action that is a number"),
        pytest.param({"Effect": "Allow", "Condition": "x"}, id="a condition that is a text"),
        pytest.param({"Effect": "Allow", "Condition": {"Bool": "x"}}, id="an operator of nothing"),
    ],
)
def test_a_broken_statement_answers_no_question(statement):
    """The document is shown, but what it allows is not known."""
    row = resource_policy(json.dumps({"Statement": [statement, OPEN["Statement"][0]]}))

    assert isinstance(row["policy"], dict)
    assert isinstance(row["policy_allows_everyone"], Unreadable)


def test_one_statement_may_stand_without_a_list():
    """A statement alone, and elements that are one value, are read as lists of one."""
    [found] = statements({"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}})

    assert (("s3:*",), ("*",)) == (found.actions, found.resources)


def test_a_policy_that_must_be_there_is_not_read_as_none():
    """A role always has a trust policy and a topic its policy: left out is not "trusts nobody"."""
    cells = [*trust_policy(None, account="1").values(), *topic_policy(None).values()]

    assert all(isinstance(cell, Unreadable) for cell in cells)
