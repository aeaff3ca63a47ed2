"""A comparison as a frame: what is about the whole first, then the parts in their order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from aibrain_jupyter.evidence.comparing.cells import kind_in
from aibrain_jupyter.evidence.comparing.parts import ABOUT, CHANGES, SCHEMA, SCOPE, cells_of
from aibrain_jupyter.writers.table import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aibrain_jupyter.evidence.comparing.parts import Part
    from aibrain_jupyter.evidence.comparing.schema import Shared
    from aibrain_jupyter.evidence.comparing.scope import ScopeChange
    from aibrain_jupyter.evidence.comparing.sides import Side, Texts


def frame_of(
    parts: Sequence[Part],
    scope: Sequence[ScopeChange],
    shared: Shared,
    key: Sequence[str],
    names: dict[str, str],
    sides: tuple[Side, Side],
) -> pd.DataFrame:
    whole = [(SCOPE, c.what, c.old, c.new, _why(c)) for c in scope]
    whole += [(SCHEMA, c.column, c.old, c.new, c.why) for c in shared.changes]
    parts = sorted((p for p in parts if len(p.places)), key=lambda p: CHANGES.index(p.change))
    sizes = [len(part.places) for part in parts]
    texts: dict[str, Any] = {name: [row[at] for row in whole] for at, name in enumerate(ABOUT)}
    for name in ABOUT:
        spread = [_spread(getattr(part, name), n) for part, n in zip(parts, sizes, strict=True)]
        texts[name] = np.concatenate([_objects(texts[name]), *spread])
    keys = _keys(parts, key, sides, len(whole))
    frame = pd.DataFrame(
        {
            **{names[name]: values for name, values in keys.items()},
            **{
                name: pd.Series(values, dtype="object" if name in ("old", "new") else "str")
                for name, values in texts.items()
            },
        }
    )
    places = np.concatenate([np.full(len(whole), -1), *(part.places for part in parts)])
    ranks = frame["change"].map({change: at for at, change in enumerate(CHANGES)}).to_numpy()
    # What is about the whole stays as it is; rows of one kind are in the order of their side.
    order = np.lexsort((places, ranks)) if len(parts) > 1 else np.arange(len(frame))
    return frame if (order[:-1] < order[1:]).all() else frame.iloc[order].reset_index(drop=True)


def _why(change: ScopeChange) -> str:
    return ": ".join(part for part in (change.size, change.why) if part)


def _spread(value: Any, size: int) -> Texts:
    if isinstance(value, np.ndarray):
        return value.astype(object)
    return np.full(size, value, dtype=object)


def _objects(values: Sequence[Any]) -> Texts:
    found = np.empty(len(values), dtype=object)
    found[:] = values
    return found


def _keys(
    parts: Sequence[Part], key: Sequence[str], sides: tuple[Side, Side], before: int
) -> dict[str, pd.Series[Any]]:
    """Return the key's columns, missing in as many rows before."""
    found = {}
    for name in key:
        columns = [side.frame[name] for side in sides if name in side.frame]
        kinds = {kind for values in columns if (kind := kind_in(values)) is not None}
        dtype = _DTYPES.get(kinds.pop(), "object") if len(kinds) == 1 else "str"
        cells = [cells_of(part.side.frame[name].iloc[part.places]) for part in parts]
        values = np.concatenate([np.full(before, None, dtype=object), *cells])
        found[name] = pd.Series(list(values), dtype=dtype)
    return found


_DTYPES: Final = {
    Kind.TEXT: "str",
    Kind.FLAG: "boolean",
    Kind.WHOLE: "Int64",
    Kind.NUMBER: "Float64",
}
"""Of the other kinds objects: a key is seldom one, and a time may have a zone or none."""
