"""
Samples: the rows with the lowest SHA-256 of seed and key.

Order, versions and machine do not matter, and a larger sample keeps the rows of a smaller one.
Whoever knows the seed draws the same rows again with any tool that hashes.
"""

from __future__ import annotations

import hashlib
import json
import math
import secrets
from collections import Counter
from typing import TYPE_CHECKING, Final

from aibrain_jupyter.shared.error_handler import ParameterError, unknown_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd

SEPARATOR: Final = "\x1f"
METHOD: Final = "lowest SHA-256 of SHA-256(seed) and key, as UTF-8"
_NAMED: Final = 5


def new_seed() -> str:
    """Return a seed nobody chose."""
    return secrets.token_hex(8)


def keys_of(
    frame: pd.DataFrame, columns: Sequence[str], may_lack: Sequence[str] = (), *, why: str = ""
) -> list[str]:
    """
    Return the key of each row: its cells in `columns`, with `SEPARATOR` between.

    Args:
        frame: The rows.

        columns: The columns of the key.

        may_lack: Those of them in which a row may have no cell, which is then an empty text.

        why: Why no columns are known, where none are.

    Raises:
        ParameterError: no columns are named, a key is missing or occurs twice.
        UnknownNameError: there is no such column.
    """
    if not columns:
        raise ParameterError(
            "It is not known which columns tell one row from another.",
            why=why,
            next_steps=[f"Add --key with some of: {', '.join(map(str, frame))}."],
        )
    for name in columns:
        if name not in frame:
            raise unknown_name("column", name, map(str, frame))
    missing = frame[[name for name in columns if name not in may_lack]].isna().any(axis=1)
    if missing.any():
        raise ParameterError(
            f"{int(missing.sum())} rows have no key.",
            why=f"A cell of {', '.join(columns)} is empty there.",
            next_steps=["Name other columns with --key."],
        )
    try:
        parts = [_texts_of(frame[name], name in may_lack) for name in columns]
    except ValueError as exc:
        raise ParameterError(
            f"Keys are texts, and a cell of {', '.join(columns)} is none.",
            why=str(exc),
            next_steps=["Name other columns with --key."],
        ) from exc
    keys = [SEPARATOR.join(cells) for cells in zip(*parts, strict=True)]
    if len(set(keys)) < len(keys):
        twice = [readable(key) for key, count in Counter(keys).items() if count > 1]
        raise ParameterError(
            f"{len(keys) - len(set(keys))} rows have the key of another row.",
            why=f"For example {', '.join(sorted(twice)[:_NAMED])}.",
            next_steps=["Name more columns with --key."],
        )
    return keys


def _texts_of(cells: pd.Series, may_lack: bool) -> pd.Series:
    texts = cells.astype("str")
    return texts.where(cells.notna(), "") if may_lack else texts


def readable(key: str) -> str:
    """Return a key as it is shown."""
    return key.replace(SEPARATOR, " / ")


def names_of(keys: Sequence[str]) -> list[str]:
    """Return each key as it is shown, those that would be shown alike as lists of their cells."""
    names = list(map(readable, keys))
    if len(set(names)) == len(names):
        return names
    count = Counter(names)
    return [
        name if count[name] == 1 else json.dumps(key.split(SEPARATOR), ensure_ascii=False)
        for name, key in zip(names, keys, strict=True)
    ]


def draw(keys: Sequence[str], n: int, seed: str) -> list[int]:
    """
    Return the places of the `n` rows drawn, in the order of the draw; fewer if there are fewer.

    Args:
        keys: The key of each row, each once.

        n: How many, 1 or more.

        seed: Any text.
    """
    # A seed of fixed length: seed and key together cannot be read another way.
    prefix, sha256 = hashlib.sha256(seed.encode("utf-8", "surrogatepass")).digest(), hashlib.sha256
    best: list[tuple[bytes, int]] = []
    worst = b"\xff" * 33  # of the best n so far: more than any hash until there are so many
    for place, key in enumerate(keys):
        rank = sha256(prefix + key.encode()).digest()
        if rank < worst:
            best.append((rank, place))
            if len(best) > 2 * n:
                best = sorted(best)[:n]
                worst = best[-1][0]
    return [place for _, place in sorted(best)[:n]]


def draw_by(keys: Sequence[str], groups: Sequence[str], n: int, seed: str) -> list[int]:
    """Return the places of `n` rows of each group, groups in order of their name."""
    places: dict[str, list[int]] = {}
    for place, group in enumerate(groups):
        places.setdefault(group, []).append(place)
    found = []
    for group in sorted(places):
        own = places[group]
        found += [own[at] for at in draw([keys[place] for place in own], n, seed)]
    return found


def chosen(keys: Sequence[str], wanted: Iterable[str]) -> tuple[list[int], list[str]]:
    """Return the places of the rows that somebody named, and the names that are no row's key."""
    place_of: Mapping[str, int] = {name: place for place, name in enumerate(names_of(keys))}
    found, unknown = [], []
    for name in dict.fromkeys(wanted):
        if (place := place_of.get(name.strip())) is None:
            unknown.append(name)
        else:
            found.append(place)
    return found, unknown


def size_for(population: int, tolerable: float, risk: float) -> int:
    """
    Return how many rows show, if none deviates, that at most a part of all does.

    Attribute arithmetic as a help, no table as law: the smallest sample in which `population` rows,
    ``ceil(tolerable * population)`` of them deviating, would show none with a chance of at most
    `risk`.

    Args:
        population: How many rows there are.

        tolerable: The largest part that may deviate, 0.05 for 5 %.

        risk: The chance to be wrong, 0.1 for 10 %.

    Raises:
        ParameterError: there are no rows, or a part is not between 0 and 1.
    """
    if population < 1 or not 0 < tolerable <= 1 or not 0 < risk < 1:
        raise ParameterError(
            "There is no size for these numbers.",
            why="A population has rows; what may deviate, and the risk, are parts of 1.",
            next_steps=["Write population=1000 tolerable=0.05 risk=0.1"],
        )
    deviations = math.ceil(round(tolerable * population, 9))
    chance, size = 1.0, 0
    while chance > risk and size < population:
        # The next row drawn is one that does not deviate, either.
        chance *= max(population - deviations - size, 0) / (population - size)
        size += 1
    return size
