"""The tools that hand evidence over: a package, or the index of what it would have."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from aibrain_jupyter.evidence.packaging.choosing import Asked, missing_of
from aibrain_jupyter.evidence.packaging.indexing import index_file
from aibrain_jupyter.evidence.packaging.not_in_it import FAILING, KINDS, counted
from aibrain_jupyter.evidence.packaging.packing import Options, pack
from aibrain_jupyter.evidence.packaging.people.masking import Masking
from aibrain_jupyter.evidence.packaging.people.pseudonyms import key_in, key_of_store
from aibrain_jupyter.evidence.plans.due import due_of
from aibrain_jupyter.evidence.store.default import anchor, default_store
from aibrain_jupyter.shared.error_handler import ParameterError
from aibrain_jupyter.tool_executors.evidence.common import Reads, Writes
from aibrain_jupyter.tool_executors.evidence.plans.planning import plan_of
from aibrain_jupyter.tool_executors.views import period_of
from aibrain_jupyter.writers.files import placed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aibrain_jupyter.evidence.packaging.choosing import Missing
    from aibrain_jupyter.evidence.packaging.not_in_it import Lack
    from aibrain_jupyter.evidence.store.store import Store
    from aibrain_jupyter.shared.base_tool import CallContext

_SIZE: Final = re.compile(r"(?i)\s*(\d+(?:\.\d+)?)\s*([kmg]?)i?b?\s*")
_UNITS: Final = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9}
_COLUMNS: Final = ("file", "part", "items", "bytes", "sha256")


def _package(ctx: CallContext, file: str, **given: Any) -> pd.DataFrame:
    """Make a package: a row a part; ``attrs["evidence"]`` has verdict and status."""
    store = default_store()
    options = Options(
        given["raw"],
        given["for"],
        _bytes_of(given["max_size"]),
        given["pdf"],
        given["oscal"],
        tuple(given["methods"]),
    )
    missing, masking = _missing(given, store, ctx), _masking(given, store)
    made = pack(store, Path(file), _asked(given), options, missing=missing, masking=masking)
    if not made.already:
        anchor(store)
    rows = [
        (_short(part.file), number, len(part.items), part.length, part.sha256)
        for number, part in enumerate(made.parts, 1)
    ]
    frame = pd.DataFrame(rows, columns=list(_COLUMNS))
    already = ", which was there already" if made.already else ""
    items = counted(sum(len(part.items) for part in made.parts), "item")
    what = f"{made.name}: {items}{already}, not encrypted"
    frame.attrs["evidence"] = _verdict(what, made.lacks)
    if made.people:
        columns = ", ".join(dict.fromkeys(str(one["column"]) for one in made.people))
        frame.attrs["evidence"]["verdict"] += f". People as they are in: {columns} (--mask COLUMN)"
    return frame


def _index(ctx: CallContext, file: str, **given: Any) -> pd.DataFrame:
    """Write the index of what a package would have, and return what it would not, a row each."""
    path = Path(file).expanduser().absolute()
    store = default_store()
    text, lacks = index_file(store, path, _asked(given), _missing(given, store, ctx))
    with placed(path, overwrite=True) as target:
        target.write(text)
    names = ("kind", "code", "item", "title", "what", "why")
    frame = pd.DataFrame([lack.as_record() for lack in lacks], columns=list(names))
    frame.attrs["evidence"] = _verdict(_short(path), lacks)
    return frame


def _masking(given: Mapping[str, Any], store: Store) -> Masking | None:
    """Return how people are masked; None: nobody asked for it."""
    if not given["mask"]:
        return None
    key = key_in(Path(given["mask_key"])) if given["mask_key"] else key_of_store(store.id)
    return Masking(given["mask"], key, given["accept"])


def _asked(given: Mapping[str, Any]) -> Asked:
    period = period_of(given["period"]) if given["period"] else None
    return Asked(tuple(given["codes"]), tuple(given["items"]), period, given["unapproved"])


def _missing(given: Mapping[str, Any], store: Store, ctx: CallContext) -> list[Missing]:
    """Return what the plan still waits for at this moment, if one is named."""
    if not given["plan"]:
        return []
    plan = plan_of(given["plan"], given["period"], ctx.asked_at)
    return missing_of(due_of(plan, store.items(), ctx.asked_at), _asked(given))


def _verdict(what: str, lacks: Sequence[Lack]) -> dict[str, Any]:
    """Return what is said of a package: status 2 where something asked for is not in it, whole."""
    counts = {kind: sum(lack.kind == kind for lack in lacks) for kind in KINDS}
    said = ", ".join(f"{count} {kind}" for kind, count in counts.items() if count)
    status = 2 if any(counts[kind] for kind in FAILING) else 0
    return {
        "verdict": f"{what}. {f'Not in it: {said}' if said else 'Nothing is missing'}",
        "status": status,
    }


def _short(path: Path) -> str:
    """Return a path as it is written from here, where it is below."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def _bytes_of(text: str) -> int | None:
    """Return a size in bytes; MB are millions. None: nothing is written."""
    if not text:
        return None
    found = _SIZE.fullmatch(text)
    if found is None:
        raise ParameterError(f"{text!r} is no size.", next_steps=["Write max_size=50MB."])
    return int(float(found[1]) * _UNITS[found[2].lower()])


PACKAGE, INDEX = Writes(_package), Reads(_index)
