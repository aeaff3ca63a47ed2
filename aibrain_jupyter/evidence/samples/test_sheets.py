"""
Test sheets: a sample with a column for each attribute that is tested, as a workbook and as CSV.

It is read back as an item of its own, whose rows and keys must be those of the sample: an answer to
a row that was not drawn, or a row that is gone, is refused.
"""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.evidence.samples.sampling import names_of
from aibrain_jupyter.evidence.saving.reading import rows_of
from aibrain_jupyter.shared.error_handler import EvidenceError, ParameterError
from aibrain_jupyter.writers.cells import unquoted
from aibrain_jupyter.writers.table import Table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd

    from aibrain_jupyter.evidence.store.store import Item

KEY: Final = "sample_key"
ANSWERS: Final = ("pass", "fail", "n/a")
NOTES: Final = ("note", "reference")


def sheet_of(sample: Item, attributes: Sequence[str]) -> pd.DataFrame:
    """
    Return the sheet: the key, the sample's columns, one for each attribute, note and reference.

    Raises:
        EvidenceError: the item is no sample.
        ParameterError: an attribute is a column already, or none is named.
    """
    about, rows = _sample(sample), _rows_of(sample)
    for name in attributes:
        if name in rows or name in (KEY, *NOTES):
            raise ParameterError(f"{name!r} is a column of the sample already.")
    if not attributes:
        raise ParameterError(
            "It is not said what is tested.",
            next_steps=["Name attributes: attributes='approved,removed in time'"],
        )
    rows.insert(0, KEY, names_of(about["keys"]))
    return rows.assign(**dict.fromkeys((*attributes, *NOTES), ""))


def read_sheet(sample: Item, path: Path) -> tuple[pd.DataFrame, list[str], dict[str, Any]]:
    """
    Return a filled-in sheet: its rows in the sample's order, its attributes, and what came out.

    The last counts the answers by attribute: ``{"approved": {"pass": 24, "fail": 1}}``; a cell
    without an answer counts as ``not answered``.

    Raises:
        EvidenceError: its rows or keys are not those of the sample.
        ParameterError: an answer is none of pass, fail, n/a; the file cannot be read.
    """
    about, found = _sample(sample), _table(path)
    if KEY not in found:
        raise EvidenceError(f"{path.name} has no column {KEY}: it is no test sheet.")
    wanted = names_of(about["keys"])
    given = found[KEY].tolist()
    missing, extra = sorted(set(wanted) - set(given)), sorted(set(given) - set(wanted))
    if missing or extra or len(given) != len(wanted):
        parts = [f"missing: {', '.join(missing[:3])}"] if missing else []
        parts += [f"not drawn: {', '.join(extra[:3])}"] if extra else []
        raise EvidenceError(
            f"The rows of {path.name} are not those of the sample.",
            why="; ".join(parts) or "A row occurs twice.",
            next_steps=["Fill in the sheet that was written for this sample, and keep its rows."],
        )
    rows = _rows_of(sample)
    known = {KEY, *NOTES, *(field.header for field in Table(rows, is_demo=True).fields)}
    attributes = [str(name) for name in found if name not in known]
    said = found.set_index(KEY).loc[wanted].reset_index(drop=True)
    counts = {name: _counted(said[name], name, path) for name in attributes}
    # What was sampled is taken from the sample: a sheet only says what was found of it.
    rows.insert(0, KEY, wanted)
    answers = {name: said[name] for name in (*attributes, *NOTES) if name in said}
    return rows.assign(**answers), attributes, counts


def _counted(answers: pd.Series[Any], attribute: str, path: Path) -> dict[str, int]:
    counts: dict[str, int] = {}
    for row, cell in enumerate(answers, 2):
        answer = str(cell).strip().lower()
        if answer and answer not in ANSWERS:
            raise ParameterError(
                f"{path.name}, row {row}: {attribute} is {cell!r}.",
                next_steps=[f"Answers are {', '.join(ANSWERS)}; more goes into note."],
            )
        counts[answer or "not answered"] = counts.get(answer or "not answered", 0) + 1
    return counts


def _sample(item: Item) -> dict[str, Any]:
    about = item.manifest().get("sample")
    if not about:
        raise EvidenceError(
            f"{item.id} is no sample.", next_steps=["%aibrain evidence sample ITEM -n 25"]
        )
    return dict(about)


def _rows_of(sample: Item) -> pd.DataFrame:
    """Return the rows of a sample; columns named as those of the sheet are marked as its own."""
    rows = rows_of(sample)
    return rows.rename(columns={name: f"{name} (own)" for name in (KEY, *NOTES) if name in rows})


def _table(path: Path) -> pd.DataFrame:
    """Return a workbook's first sheet, or a CSV file, as text."""
    import pandas as pd

    try:
        if path.suffix.lower() == ".xlsx":
            found = pd.read_excel(path, dtype=str, keep_default_na=False)
        else:
            with path.open(encoding="utf-8-sig", newline="") as file:
                head, *rows = csv.reader(file)
            found = pd.DataFrame(
                [[unquoted(cell) for cell in row] for row in rows],
                columns=[unquoted(cell) for cell in head],
                dtype="str",
            )
    except (OSError, ValueError) as exc:
        raise ParameterError(f"{path.name} cannot be read.", why=str(exc)) from exc
    if found.columns.has_duplicates:
        twice = found.columns[found.columns.duplicated()][0]
        raise ParameterError(f"{path.name} has more than one column {twice!r}.")
    return found.fillna("")
