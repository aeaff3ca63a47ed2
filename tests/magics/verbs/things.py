"""What a comparison says, as the tests of comparisons read it."""

from __future__ import annotations


def differences(frame):
    """Return the rows about cells and rows."""
    kept = frame[~frame["change"].isin(["scope", "schema"])]
    return [tuple(row) for row in kept[["id", "change", "column"]].itertuples(index=False)]


def scope(frame):
    """Return what of the scope differs."""
    return frame.loc[frame["change"] == "scope", "column"].tolist()
