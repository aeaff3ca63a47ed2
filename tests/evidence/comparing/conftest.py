"""Sides by hand: rows, and what is known of them as a manifest has it."""

from __future__ import annotations

import pandas as pd

from aibrain_jupyter.evidence.comparing.compare import compare
from aibrain_jupyter.evidence.comparing.sides import Side
from aibrain_jupyter.shared.frames.row_key import NO_KEY, RowKey

REGIONS = ("eu-west-1", "us-east-1")
ACCOUNTS = ("111122223333", "444455556666")


def about(accounts=ACCOUNTS, regions=REGIONS, *, lost=None, gaps=(), source=None, **more):
    """Return what is known of a collected set: each place answered, but those that are lost."""
    lost = lost or {}
    targets = [
        {"account_id": account, "region": region, "outcome": lost.get((account, region), "ok")}
        for account in accounts
        for region in regions
    ]
    why = [
        {"account_id": a, "region": r, "outcome": outcome, "columns": [], "label": f"{a}/{r}"}
        for (a, r), outcome in lost.items()
    ]
    return {
        "kind": "collected",
        "source": {
            "tool": "ec2_instances",
            "system": "aws",
            "version": "1",
            "sha256": "a" * 64,
            "is_standard": True,
            "parameters": {},
            "identities": ["arn:aws:sts::111122223333:role/Audit"],
            **(source or {}),
        },
        "completeness": {
            "rows": 8,
            "targets": targets,
            "gaps": [*why, *gaps],
            **more.pop("completeness", {}),
        },
        **more,
    }


def instances(accounts=ACCOUNTS, regions=REGIONS, **more):
    """Return two instances of each place."""
    rows = [
        {
            "account_id": account,
            "region": region,
            "id": f"i-{account[0]}-{region[:2]}-{n}",
            "type": "t3",
        }
        for account in accounts
        for region in regions
        for n in range(2)
    ]
    return pd.DataFrame(rows).assign(**more)


def side(frame, label="side", known=None, key=("id",), **more):
    """Return a side."""
    return Side(label, frame, known or {}, RowKey.of(*key) if key else NO_KEY, **more)


def compared(old, new, key="id", **more):
    """Return the comparison of two frames."""
    return compare(side(old, "old", key=[key]), side(new, "new", key=[key]), **more)


def rows_of(found, *columns):
    """Return the rows of a comparison as tuples."""
    names = columns or ("change", "column", "old", "new")
    return [tuple(row) for row in found.frame[list(names)].itertuples(index=False)]


def counts(found):
    """Return how many there are of each kind, those that there are none of left out."""
    return {change: count for change, count in found.counts.items() if count}
