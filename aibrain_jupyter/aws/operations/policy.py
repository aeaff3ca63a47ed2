"""
The least-privilege IAM policy for what is read, as a mapping that shows itself as JSON.

Actions are those of the reviewed table (``aws/clients/reads.py``), where an operation's IAM action
often has another name than the operation. Resources are ``*``: what lists a whole account cannot be
narrowed, and most describing actions take no other.
"""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.aws.clients.reads import operations, services

if TYPE_CHECKING:
    from collections.abc import Iterable

ALL_REGIONS: Final = "ec2:DescribeRegions"
"""Looking up which regions are enabled needs it (``--regions all``)."""
MOST_CHARACTERS: Final = 6_144
"""IAM's limit for a managed policy; white space does not count."""


class Policy(dict[str, Any]):
    """An IAM policy document. Its text form is JSON that can be pasted into IAM."""

    def __repr__(self) -> str:
        return json.dumps(self, indent=2)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        for k, line in enumerate(repr(self).splitlines()):
            if k:
                printer.break_()
            printer.text(line)

    @property
    def actions(self) -> list[str]:
        """The actions it allows, sorted."""
        return [action for statement in self["Statement"] for action in statement["Action"]]

    @property
    def notes(self) -> list[str]:
        """What somebody who puts it in place should know."""
        found = []
        unpublished = [action for action in self.actions if action not in _published()]
        if unpublished:
            found.append(
                "Named after the operation, because AWS publishes no action for it: "
                f"{', '.join(unpublished)}."
            )
        length = len(json.dumps(self, separators=(",", ":")))
        if length > MOST_CHARACTERS:
            found.append(
                f"It has {length:,} characters and a managed policy holds {MOST_CHARACTERS:,}: "
                "make several, or use the AWS managed policy SecurityAudit."
            )
        return found


def policy_for(actions: Iterable[str]) -> Policy:
    """
    Return the policy that allows `actions` and nothing else.

    Args:
        actions: IAM actions, ``s3:ListAllMyBuckets``; doubles count once.

    Returns:
        ``Version`` and one ``Statement`` with ``Sid``, ``Effect``, ``Action`` (sorted) and
        ``Resource``.
    """
    return Policy(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Sid": "AibrainReads",
                    "Effect": "Allow",
                    "Action": sorted(set(actions), key=str.lower),
                    "Resource": "*",
                }
            ],
        }
    )


@cache
def _published() -> frozenset[str]:
    return frozenset(
        operation.action
        for service in services()
        for operation in operations(service).values()
        if operation.is_published
    )
