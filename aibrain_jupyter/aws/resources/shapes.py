"""
What the declarations of many services share: a column of each kind, tags, policies, page sizes.

A column's `source` is JMESPath (``aws/resources/declaration.py``); it is left out where code
makes the column. `absent` is what an absent cell says, see `Column`.
"""

import dataclasses
from typing import Final, Protocol

from aibrain_jupyter.aws.policies.words import ALLOWS_EVERYONE
from aibrain_jupyter.shared.frames.columns import (
    COUNT,
    FLAG,
    NESTED,
    NUMBER,
    TAGS,
    TEXT,
    TIME,
    Column,
)


class _Shape(Protocol):
    """Makes a column of one kind."""

    def __call__(self, name: str, says: str, source: str = "", *, absent: str = "") -> Column:
        """Return the column; with `absent`, rows that a comparison leaves out are counted."""


PAGE: Final = {"MaxResults": 1000}
"""EC2 answers without MaxResults in one page, which times out in large accounts."""

MAX_RECORDS: Final = {"MaxRecords": 100}
"""The largest page of RDS and its kin."""


def _of(dtype: str) -> _Shape:
    def column(name: str, says: str, source: str = "", *, absent: str = "") -> Column:
        return Column(name, dtype, says, source, absent)

    return column


text, flag, count, number = _of(TEXT), _of(FLAG), _of(COUNT), _of(NUMBER)
"""Columns of texts, truth values (with one for unknown), whole numbers, numbers with a fraction."""
time, nested = _of(TIME), _of(NESTED)
"""Columns of times (UTC), and of lists or mappings."""


def volatile(column: Column) -> Column:
    """Return a column that changes by itself, although its name does not tell."""
    return dataclasses.replace(column, changes_by_itself=True)


def tags(source: str) -> Column:
    """Return the column of the tags at `source`, in whatever spelling the service has."""
    return nested(TAGS.name, TAGS.help, f"tags({source})")


NAME_TAG: Final = text("name", "value of the tag Name; NA: not tagged so", "tag(Tags, 'Name')")


def policy(
    source: str, says: str, *, has: str = "", is_always_there: bool = False
) -> tuple[Column, ...]:
    """
    Return the columns of a resource policy.

    Args:
        source: The document, as text or as a mapping; empty where code makes the columns.

        says: What the policy is.

        has: What ``has_policy`` says; empty: there is no such column.

        is_always_there: Whether there is no resource without a policy, so that one that did not
            come is not known.
    """
    has_policy = [flag("has_policy", has, source and f"present({source})")] if has else []
    if is_always_there:
        source = f"always({source})"
    return (
        *has_policy,
        flag("policy_allows_everyone", ALLOWS_EVERYONE, source and f"everyone({source})"),
        nested("policy", says, source and f"policy({source})"),
    )
