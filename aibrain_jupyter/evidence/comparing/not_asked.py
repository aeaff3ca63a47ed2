"""
Why a row of one side is not on the other, where nobody asked for it there.

What cannot be told counts as not asked: a row is removed only where it would have been seen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from aibrain_jupyter.evidence.comparing.places import not_answered
from aibrain_jupyter.evidence.comparing.scope import filters, selecting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aibrain_jupyter.evidence.comparing.sides import Side, Texts

_BY_HAND: Final = "left out of {} by hand"


def not_asked(rows: pd.DataFrame, own: Side, other: Side, key: Sequence[str]) -> Texts:
    """
    Return for each row of one side that the other has not why it was not asked for there.

    Args:
        rows: The rows, of `own`.

        own, other: The sides.

        key: The columns that tell rows apart.

    Returns:
        A text each; empty: it was asked for, and is not there.
    """
    whys = not_answered(rows, own, other)
    if not len(rows):
        return whys
    whys = _first(whys, _of_parameters(rows, own, other))
    return _first(whys, _by_hand(rows, own, other, key))


def _of_parameters(rows: pd.DataFrame, own: Side, other: Side) -> Texts:
    none = np.full(len(rows), "", dtype=object)
    if not (own.is_known and other.is_known):
        return none
    mine, theirs = selecting(own), selecting(other)
    mine["tool"], theirs["tool"] = own.source.get("tool"), other.source.get("tool")
    if names := sorted(n for n in {*mine, *theirs} if mine.get(n) != theirs.get(n)):
        return np.full(len(rows), f"{', '.join(names)} differs: it cannot be told", dtype=object)
    asked = filters(other)
    if not asked or asked == filters(own):
        return none
    words = ", ".join(f"{name}={value}" for name, value in asked.items())
    shown = other.shows(rows) if other.shows else None
    if shown is None:
        return np.full(len(rows), f"{words} differs: it cannot be told", dtype=object)
    return np.where(shown, "", f"outside of {words}").astype(object)


def _by_hand(rows: pd.DataFrame, own: Side, other: Side, key: Sequence[str]) -> Texts:
    """Tell of rows that the other side was made of, and that were left out of it."""
    none = np.full(len(rows), "", dtype=object)
    words = _BY_HAND.format(other.label)
    if other.whole is not None and all(name in other.whole for name in key):
        first, second = (
            pd.MultiIndex.from_frame(frame[list(key)].astype(str)) for frame in (rows, other.whole)
        )
        return np.where(first.isin(second), words, "").astype(object)
    derived = other.about.get("derived") or {}
    left_out = (derived.get("rows_before") or 0) - (derived.get("rows_after") or 0)
    if left_out > 0 and not own.about.get("derived"):
        return np.full(len(rows), f"{left_out:,} rows are {words}: it cannot be told", dtype=object)
    return none


def _first(whys: Texts, more: Texts) -> Texts:
    found: Texts = np.where(whys != "", whys, more)
    return found
