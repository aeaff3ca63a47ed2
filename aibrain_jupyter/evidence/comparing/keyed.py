"""
Which row of one frame is which of the other: by key, whatever order the rows are in.

Keys become whole numbers, the same for the same key, so that no row is looked at by Python.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import pandas as pd

from aibrain_jupyter.evidence.comparing.cells import of_one_dtype
from aibrain_jupyter.shared.error_handler import ParameterError, unknown_name
from aibrain_jupyter.shared.frames.lineage import words_of_column
from aibrain_jupyter.shared.frames.row_key import RowKey
from aibrain_jupyter.writers.table import Kind, instants_of, kind_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from aibrain_jupyter.evidence.comparing.sides import Side

    Places = npt.NDArray[np.intp]

_SHOWN: Final = 5
_MOST_SUGGESTED: Final = 8
_NUMBERS: Final = (Kind.WHOLE, Kind.NUMBER)


class Matched(NamedTuple):
    """
    Places of rows: `old` and `new` of those that belong together, in the order of the new ones;
    `removed` of the old ones that are gone, `added` of those that are new.
    """

    old: Places
    new: Places
    removed: Places
    added: Places


def key_of(old: Side, new: Side, asked: Sequence[str]) -> RowKey:
    """
    Return what tells rows apart on both sides: the columns asked for, or those declared.

    Raises:
        ParameterError: nobody declares them.
        UnknownNameError: a side has no such column.
    """
    known = [side for side in (new, old) if side.frame.shape[1]]
    declared = [side.key for side in (new, old) if not side.key.why]
    for key in [RowKey(tuple(dict.fromkeys(asked)))] if asked else declared:
        lacking = [(s, name) for s in known for name in key.columns if name not in s.frame]
        if not lacking:
            return key
        if asked:
            side, name = lacking[0]
            names = list(map(str, side.frame))
            raise unknown_name(
                "column", name, names, of=side.label, next_steps=[f"Columns: {', '.join(names)}."]
            )
    names = [name for name in map(str, old.frame) if name in new.frame] if len(known) > 1 else []
    telling = [n for n in names if all(_tells(side.frame[n]) for side in known)]
    more = [f"Rows differ by: {', '.join(telling[:_MOST_SUGGESTED])}."] if telling else []
    raise ParameterError(
        "It is not known which columns tell one row from another.",
        why=" ".join(dict.fromkeys(f"{side.label}: {side.key.why}" for side in (old, new)))
        if not declared
        else f"{' or '.join(', '.join(key.columns) for key in declared)} is not on both sides.",
        next_steps=[*more, f"Add --key with some of: {', '.join(map(str, names))}."],
    )


def match(old: Side, new: Side, key: RowKey) -> Matched:
    """
    Return which rows belong together.

    Raises:
        ParameterError: a key is not there, or is that of several rows; rows are named.
    """
    counts = len(old.frame), len(new.frame)
    for side in (old, new):
        if len(side.frame):
            _refuse_missing(side, key)
    if not all(counts):
        none, every = np.zeros(0, dtype=np.intp), [np.arange(n, dtype=np.intp) for n in counts]
        for side in (old, new):
            if len(side.frame):
                _refuse_double(
                    side, key.columns, _codes(side.frame, side.frame.iloc[:0], key.columns)
                )
        return Matched(none, none, *every)
    codes = _codes(old.frame, new.frame, key.columns)
    first, second = codes[: counts[0]], codes[counts[0] :]
    if counts[0] == counts[1] and (first == second).all():  # the usual case costs nothing
        _refuse_double(old, key.columns, first)
        same, none = np.arange(counts[0], dtype=np.intp), np.zeros(0, dtype=np.intp)
        return Matched(same, same, none, none)
    _refuse_double(old, key.columns, first)
    _refuse_double(new, key.columns, second)
    at = np.full(int(codes.max()) + 1, -1, dtype=np.intp)
    at[first] = np.arange(counts[0])
    found = at[second]
    is_common = found >= 0
    is_gone = np.ones(counts[0], dtype=bool)
    is_gone[found[is_common]] = False
    return Matched(
        found[is_common],
        np.flatnonzero(is_common),
        np.flatnonzero(is_gone),
        np.flatnonzero(~is_common),
    )


def _codes(old: pd.DataFrame, new: pd.DataFrame, key: Sequence[str]) -> npt.NDArray[np.int64]:
    """Return a number for each row of both, old ones first: the same where the keys are."""
    found: npt.NDArray[np.int64] | None = None
    for name in key:
        codes, different = pd.factorize(_values(old[name], new[name]))
        codes = codes.astype(np.int64) + 1  # 0: there is none
        if found is None:
            found = codes
        elif (codes != codes[0]).any():  # one account for all tells nothing apart
            # Numbered anew each time: products of many columns would not fit.
            found = pd.factorize(found * (len(different) + 1) + codes)[0]
    # A set of one row has no key.
    return np.zeros(len(old) + len(new), dtype=np.int64) if found is None else found


def _values(*columns: pd.Series[Any]) -> Any:
    """Return the cells of both, so that equal ones are equal to pandas too."""
    one, other = of_one_dtype(*columns)
    kinds = {kind_of(values) for values in (one, other) if len(values)}
    if kinds <= {*_NUMBERS} or one.dtype == other.dtype == "str":
        return pd.concat([one, other], ignore_index=True)
    if kinds == {Kind.TIME}:
        return np.concatenate([instants_of(values) for values in (one, other)])
    if kinds <= {Kind.TEXT}:
        return np.concatenate([np.asarray(v.array, dtype=object) for v in (one, other)])
    words = [word for values in (one, other) for word in words_of_column(values)]
    return np.array(words, dtype=object)


def _refuse_missing(side: Side, key: RowKey) -> None:
    missing = side.frame[[name for name in key.columns if name not in key.may_lack]].isna()
    rows = missing.any(axis=1)
    if rows.any():
        names = [name for name in missing if missing[name].any()]
        raise ParameterError(
            f"{int(rows.sum()):,} rows of {side.label} have no key.",
            why=f"A cell of {', '.join(map(str, names))} is empty there.",
            next_steps=["Name other columns with --key."],
        )


def _refuse_double(side: Side, key: Sequence[str], codes: npt.NDArray[np.int64]) -> None:
    counts = np.bincount(codes)
    if counts.max(initial=0) <= 1:
        return
    is_double = counts[codes] > 1
    rows = side.frame.iloc[np.flatnonzero(is_double)]
    examples = [
        " / ".join(map(str, cells))
        for cells in rows[list(key)].drop_duplicates().head(_SHOWN).itertuples(index=False)
    ]
    more = len(rows) - int((counts > 1).sum())
    raise ParameterError(
        f"{more:,} rows of {side.label} have the key of another row.",
        why=f"The key is {', '.join(key)}. For example {'; '.join(examples)}.",
        next_steps=["Name more columns with --key.", *_apart(side.frame, key, codes)],
    )


def _apart(frame: pd.DataFrame, key: Sequence[str], codes: npt.NDArray[np.int64]) -> list[str]:
    """Return which one column more would tell the rows apart."""
    telling = []
    for name in frame:
        if name in key or frame[name].isna().any():
            continue
        try:
            more, _ = pd.factorize(frame[name])
        except TypeError:  # lists and mappings
            continue
        if not pd.DataFrame({"key": codes, "more": more}).duplicated().any():
            telling.append(str(name))
    return (
        [f"With one of these it does: {', '.join(telling[:_MOST_SUGGESTED])}."] if telling else []
    )


def _tells(values: pd.Series[Any]) -> bool:
    try:
        return bool(values.notna().all() and values.is_unique)
    except TypeError:  # lists and mappings
        return False
