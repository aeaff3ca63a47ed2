"""Frames made for reading: which view draws one (``widgets/views`` has them)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import pandas as pd

VIEW: Final = "aibrain_view"
"""The attribute of a frame that names its view."""


def as_view(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return the frame, marked to be drawn by the view of that name."""
    frame.attrs[VIEW] = name
    return frame
