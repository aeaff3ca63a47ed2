"""What is known of a frame that is saved: sections of a manifest, times, key, requests."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aibrain_jupyter.evidence.saving.times import MOMENT, Times

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a frame; `kind` is ``collected`` or ``derived``."""

    title: str
    kind: str
    times: Times
    key: Sequence[str] = ()
    sections: Mapping[str, Any] = field(default_factory=dict)
    requests: Sequence[Mapping[str, Any]] = ()


def what_is_known(collected: Any, frame: pd.DataFrame, now: dt.datetime) -> Known:
    """Return what is known of a frame; `collected` None: nothing but its rows."""
    derived = {"kind": "derived, source not comparable", "rows_after": len(frame)}
    stamp = frame.attrs.get("aibrain") or {}
    sections = {"derived": derived, "is_demo": bool(stamp.get("is_demo"))}
    return Known("frame", "derived", Times(MOMENT, now, now, now, now), (), sections)
