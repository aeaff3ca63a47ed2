"""
A draw: a sample of a saved population, saved as an item of its own.

The manifest has all that is needed to draw it again, and which draw of this population it is: every
one is in the ledger, so that nobody draws until the rows please.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.evidence.decisions.exclusions import COLUMN
from aibrain_jupyter.evidence.samples.sampling import (
    METHOD,
    SEPARATOR,
    chosen,
    draw,
    draw_by,
    keys_of,
    new_seed,
)
from aibrain_jupyter.evidence.saving.reading import data_digest, rows_of
from aibrain_jupyter.evidence.saving.saving import Saving, save_frame
from aibrain_jupyter.shared.error_handler import ParameterError, unknown_name
from aibrain_jupyter.shared.frames.row_key import RowKey

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from aibrain_jupyter.evidence.store.store import Item, Store

NAMED_BY_SOMEBODY: Final = "keys that somebody named"


@dataclass(frozen=True, slots=True)
class Draw:
    """
    What is drawn: `n` rows by `seed` (empty: a new one), of each group of the columns `by`; or the
    rows that `keys` name. `key` are the columns of the key, where the item does not declare them,
    `basis` says where the size comes from.
    """

    n: int = 0
    seed: str = ""
    by: Sequence[str] = ()
    key: Sequence[str] = ()
    keys: Sequence[str] = ()
    basis: str = ""


def save_sample(store: Store, item: Item, asked: Draw, saving: Saving) -> Item:
    """
    Draw a sample of an item's rows and save it.

    Rows that are excluded on purpose are not drawn; they are counted.

    Raises:
        ParameterError: the rows have no key of their own, or neither a size nor keys are given.
        EvidenceError: the item was altered, or has no rows.
    """
    manifest, rows = item.manifest(), rows_of(item)
    is_marked = COLUMN in rows and any(e.get("rows") for e in manifest.get("exclusions", ()))
    excluded = rows[COLUMN].notna() if is_marked else None
    population = rows
    if excluded is not None:
        population = rows[~excluded].reset_index(drop=True).drop(columns=COLUMN)
    declared = manifest.get("keys", {})
    key = RowKey(tuple(asked.key or declared.get("columns", ())))
    if not asked.key:
        key = replace(key, may_lack=tuple(declared.get("may_lack", ())))
    keys = keys_of(population, key.columns, key.may_lack, why=declared.get("why", ""))
    seed = asked.seed or new_seed()
    places, unknown = _places(population, keys, asked, seed)
    about = {
        "method": NAMED_BY_SOMEBODY if asked.keys else METHOD,
        "seed": "" if asked.keys else seed,
        "seed_given_by": "the auditor or whoever ran it" if asked.seed else "drawn by chance",
        "n": asked.n or len(asked.keys),
        "by": list(asked.by),
        "key": list(key.columns),
        "basis": asked.basis or "a number that was given",
        "unknown_keys": unknown,
        "keys": [keys[place] for place in places],
        "population": {
            "item": item.id,
            "sha256": data_digest(manifest),
            "rows": len(population),
            "excluded": 0 if excluded is None else int(excluded.sum()),
            "status": manifest["status"],
        },
    }
    sections: dict[str, Any] = {"sample": about}
    sections |= {name: manifest[name] for name in ("source", "is_demo") if name in manifest}
    with store.draft(saving.title) as draft:
        with store.deciding(item) as now:
            about["draw"] = 1 + sum(event.type == "sample" for event in now.events)
            said = {name: about[name] for name in ("draw", "seed", "n")}
            store.ledger.append("sample", item=item.id, facts={"sample": draft.item, **said})
        found = population.iloc[places].reset_index(drop=True)
        return save_frame(store, draft, found, replace(saving, key=key), sections)


def _places(
    frame: pd.DataFrame, keys: list[str], asked: Draw, seed: str
) -> tuple[list[int], list[str]]:
    if asked.keys:
        return chosen(keys, asked.keys)
    if asked.n < 1:
        raise ParameterError(
            "It is not said how many rows are drawn.",
            next_steps=["Write -n 25, or --keys FILE with the keys the auditor named."],
        )
    if not asked.by:
        return draw(keys, asked.n, seed), []
    for name in asked.by:
        if name not in frame:
            raise unknown_name("column", name, map(str, frame))
    groups = [
        SEPARATOR.join(map(str, row)) for row in zip(*(frame[n] for n in asked.by), strict=True)
    ]
    return draw_by(keys, groups, asked.n, seed), []
