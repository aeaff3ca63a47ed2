"""
Cells that are not known: how a frame says so, and how that is read again.

The column `NOT_KNOWN` of a row has words such as ``policy, tags: denied; kms_key: throttled``.
Everything else that is missing in the row is absent: the service says that there is none. The
words are the same in a frame, in a CSV file and in a spreadsheet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import numpy as np
    import numpy.typing as npt
    import pandas as pd

NOT_KNOWN: Final = "not_known"


def write_reasons(reasons: Mapping[str, str]) -> str | None:
    """Return the words for reasons by column; None where everything is known."""
    by_reason: dict[str, list[str]] = {}
    for name, reason in reasons.items():
        by_reason.setdefault(reason, []).append(name)
    return "; ".join(f"{', '.join(names)}: {why}" for why, names in by_reason.items()) or None


def read_reasons(words: str | None) -> dict[str, str]:
    """Return the reasons by column from the words of one row."""
    found: dict[str, str] = {}
    for part in words.split("; ") if isinstance(words, str) else ():
        names, _, reason = part.rpartition(": ")
        found.update(dict.fromkeys(names.split(", "), reason))
    return found


def rows_by_reasons(
    frame: pd.DataFrame,
) -> Iterator[tuple[npt.NDArray[np.bool_], dict[str, str]]]:
    """Give the rows whose words are the same, a truth value each, and the reasons by column."""
    import pandas as pd

    if NOT_KNOWN not in frame or frame[NOT_KNOWN].isna().all():
        return
    said = frame[NOT_KNOWN]
    if said.dtype == object:  # somebody's own column of that name
        said = said.where(said.map(lambda cell: isinstance(cell, str)))
    codes, different = pd.factorize(said)  # the same words are in many rows; -1: none
    for code, words in enumerate(different):
        yield codes == code, read_reasons(str(words))


def follow_reasons(words: str | None, made_of: Mapping[str, Iterable[str]]) -> str | None:
    """Return the words of a row whose columns `made_of` have become others, by those names."""
    reasons = read_reasons(words)
    if reasons.keys().isdisjoint(made_of):
        return words
    return write_reasons(
        {new: why for name, why in reasons.items() for new in made_of.get(name, (name,))}
    )
