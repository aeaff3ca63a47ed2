"""
One side of a comparison: rows, and what is known of them.

An item, a run and a frame are told of in the same words, those of a manifest, so that each can
stand beside any other.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aibrain_jupyter.evidence.saving.claims import reasons_against
from aibrain_jupyter.evidence.saving.reading import rows_of
from aibrain_jupyter.evidence.store.store import INCOMPLETE
from aibrain_jupyter.shared.frames.row_key import NO_KEY, RowKey

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy as np
    import numpy.typing as npt
    import pandas as pd

    from aibrain_jupyter.evidence.store.store import Item

    Mask = npt.NDArray[np.bool_]
    Texts = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """
    Rows, and what is known of them.

    Args:
        label: What it is called: an item's id, a run's, a variable.

        frame: The rows.

        about: Sections of a manifest (``source``, ``completeness``, ``exclusions``, ``derived``,
            ``times``, ``kind``, ``is_demo``); empty where nothing is known.

        key: What tells one row from another, as declared.

        volatile: Whether a column changes by itself, by name, as the tool declares it.

        shows: Which rows of any frame its filters (``where``, ``period``) would show, a truth value
            each; None: it cannot be told. Not there: it has no filter.

        whole: The rows it was made of, where some were left out by hand and they are kept.
    """

    label: str
    frame: pd.DataFrame
    about: Mapping[str, Any] = field(default_factory=dict)
    key: RowKey = NO_KEY
    volatile: Mapping[str, bool] = field(default_factory=dict)
    shows: Callable[[pd.DataFrame], Mask | None] | None = None
    whole: pd.DataFrame | None = None

    @property
    def source(self) -> Mapping[str, Any]:
        """Where its rows are from; empty where nobody knows."""
        found: Mapping[str, Any] = self.about.get("source") or {}
        return found

    @property
    def completeness(self) -> Mapping[str, Any]:
        """What is known of whether it is complete; empty where nobody knows."""
        found: Mapping[str, Any] = self.about.get("completeness") or {}
        return found

    @property
    def is_known(self) -> bool:
        """Whether it is known where its rows are from."""
        return bool(self.source.get("tool") or self.source.get("system"))

    @property
    def against(self) -> list[str]:
        """Why it is incomplete, as sentences."""
        if self.about.get("status") == INCOMPLETE:
            return list(self.about.get("incomplete_because") or ["The item is incomplete."])
        known = dict(self.completeness)
        return [*known.pop("against", ()), *(reasons_against(known) if known else ())]

    @property
    def as_of(self) -> str:
        """As of when, in words; empty where nobody knows."""
        return str(((self.about.get("times") or {}).get("as_of") or {}).get("words", ""))

    @property
    def collected(self) -> str:
        """When its source was asked last, ISO 8601; empty where nobody knows."""
        return str(((self.about.get("times") or {}).get("collected") or {}).get("to", ""))


def side_of_item(item: Item, **more: Any) -> Side:
    """Return an item as a side; `more` are fields that are not in its manifest."""
    manifest = item.manifest()
    said = manifest.get("keys") or {}
    columns, lacking = (tuple(said.get(name) or ()) for name in ("columns", "may_lack"))
    key = RowKey(columns, lacking) if columns else RowKey(why=said.get("why") or NO_KEY.why)
    return Side(item.id, rows_of(item), manifest, key, **more)
