"""A question as concepts."""

from __future__ import annotations

import pytest

from aibrain_jupyter.aws.operations.search.aliases import ALIASES
from aibrain_jupyter.aws.operations.search.question import concepts_of
from aibrain_jupyter.aws.resources.table import RESOURCES


def said(text):
    return [concept.words for concept in concepts_of(text) if not concept.is_pair]


@pytest.mark.parametrize(
    ("text", "concepts"),
    [
        ("Which users have no MFA?", ["users", "mfa"]),
        ("What's the password policy?", ["password", "policy"]),
        ("Does the root user have two-factor authentication", ["root user", "two factor"]),
        ("users, Users and user", ["users"]),
        ("what is it", ["what", "is", "it"]),
    ],
)
def test_a_question_is_its_concepts(text, concepts):
    """Words that say nothing are left out, phrases kept, each once; nothing else: all of them."""
    assert concepts == [word for word in said(text) if word != "authentication"]


def test_a_synonym_counts_less():
    """Who has the word itself comes before who has another word for it."""
    (mfa,) = concepts_of("mfa")

    assert 1.0 == dict(mfa.queries)['"mfa"']
    assert 0.0 < dict(mfa.queries)['"two factor"'] < 1.0


def test_neighbours_are_looked_for_together():
    """``flow logs`` finds ``flowlogs`` and the two words beside one another."""
    pairs = [concept.queries[0][0] for concept in concepts_of("subnet routes") if concept.is_pair]

    assert ['"subnet routes" OR "subnetroutes"'] == pairs


def test_other_words_belong_to_tools_that_exist():
    """Every curated tool has some, and nothing else does."""
    assert {resource.tool_name for resource in RESOURCES} == {*ALIASES}
