"""A misspelt word among several does not lose the answer."""

from __future__ import annotations

import pytest

from aibrain_jupyter.aws.operations.search.find import find_operations
from aibrain_jupyter.aws.operations.search.spelling import corrected


@pytest.mark.parametrize(
    ("asked", "tool"),
    [
        ("who is an administratr?", "iam_administrators"),
        ("which bukets are public?", "s3_buckets"),
        ("secuirty groups open to the world", "ec2_security_groups"),
        ("databses without encryption", "rds_instances"),
    ],
)
def test_a_misspelt_word_is_read_as_the_nearest(asked, tool):
    """The tool that answers comes first, as if the word were written right."""
    assert tool == find_operations([asked])["tool"][0]


@pytest.mark.parametrize(
    "asked",
    [
        "which users have no MFA?",
        "buckets of Acme-Prod-Logs",
        "glacier vaults",
        "is 2026 over in eu-west-1?",
        "administrators' access keys",
        "",
    ],
)
def test_what_is_no_mistake_stays(asked):
    """Words of ours, of AWS's, and names of the user's own are left alone."""
    assert asked == corrected(asked)
