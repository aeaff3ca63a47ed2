"""How failures by cause, and what the doctor found, are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aibrain_jupyter.widgets.blocks import Block, Bullets, Callout, Code, Heading, line
from aibrain_jupyter.widgets.spans import code, mark_command, muted, plural, strong
from aibrain_jupyter.widgets.views.cells import Row, code_of, rows_of, table_of_cells, text_of

if TYPE_CHECKING:
    import pandas as pd

_MOST_PLACES: Final = 6
_MARKS: Final = {"red": "✖", "amber": "!", "green": "✓"}
_WORDS: Final = {"red": "wrong", "amber": "may matter", "green": "well"}


def troubles(frame: pd.DataFrame) -> list[Block]:
    """Return a card for each cause: what it cost, where, why, what to do, what to copy."""
    found: list[Block] = []
    for row in rows_of(frame):
        blocks = _card(row)
        if row["policy"]:
            blocks += [line(muted("The permission to ask for:")), Code(str(row["policy"]))]
        found.append(Callout(blocks, label=str(row["title"]), is_warning=True))
    return found


def _card(row: Row) -> list[Block]:
    places = list(row["places"] or ())
    cost = [plural(row["calls"], "call") if row["calls"] and places else ""]
    cost.append(plural(row["details"], "detail") if row["details"] else "")
    where = f" in {plural(len(places), 'place')}" if len(places) > 1 else ""
    counted = " and ".join(filter(None, cost))
    said = muted(f" · {counted}{where}") if counted else ""
    blocks: list[Block] = [line(strong(f"! {row['title']}"), said)]
    if row["why"] and row["why"] not in row["title"]:
        blocks.append(line(muted(f"Why: {row['why']}")))
    if places:
        shown = places[:_MOST_PLACES]
        more = len(places) - len(shown)
        blocks.append(Bullets([*shown, *([f"and {more:,} more"] if more else [])]))
    if row["columns"]:
        blocks.append(line(muted("Not known because of it: "), code(", ".join(row["columns"]))))
    steps = [str(step) for step in row["next"] or ()]
    blocks += [_next(step) for step in steps]
    if row["cell"]:
        then = "at once: it may succeed" if row["may_repeat"] else "then, for what is missing"
        blocks.append(line(code(str(row["cell"])), muted(f" {then}")))
    return blocks


def patches(frame: pd.DataFrame) -> list[Block]:
    """Return each patch: what it would mend, what a person has to judge, the diff, what next."""
    found: list[Block] = []
    for row in rows_of(frame):
        tool, state = str(row["tool"]), str(row["state"])
        blocks: list[Block] = [line(strong(f"{tool}: {row['what'] or state}"))]
        if row["what"]:
            where = f"{state} · {row['kind']} · line {row['line']:,}"
            blocks.append(line(muted(f"{where} · SHA-256 {str(row['hash'])[:12]}")))
            blocks.append(line("Judge yourself: ", str(row["not_known"])))
            blocks.append(Code(_changes(str(row["diff"]))))
            blocks.append(line(muted("The whole diff is in "), code(str(row["file"]))))
        else:
            blocks.append(line(str(row["not_known"])))
        blocks += [_next(str(step)) for step in row["next"] or ()]
        is_open = state == "applied"
        found.append(Callout(blocks, label=f"{tool}: {state}", is_warning=is_open))
    return found


def trials(frame: pd.DataFrame) -> list[Block]:
    """Return what came of the old and the new source, case by case."""
    columns = {
        "case": code_of("case"),
        "old": lambda row: _trial(row, "old"),
        "new": lambda row: _trial(row, "new"),
        "difference": text_of("difference"),
    }
    networks = " and ".join(dict.fromkeys(str(row["network"]) for row in rows_of(frame)))
    said = f"each in a process of its own, without credentials or settings; network: {networks}"
    return [*table_of_cells("case", frame, columns, left=tuple(columns)), line(muted(said))]


def _trial(row: Row, which: str) -> str:
    rows, seconds = row[f"{which}_rows"], row[f"{which}_seconds"]
    parts = [str(row[f"{which}_outcome"])]
    parts += [plural(int(rows), "row")] if rows is not None else []
    parts += [f"{seconds:.2f} s"] if seconds is not None else []
    return " · ".join(parts)


def _next(step: str) -> Block:
    if step.startswith("%") and ": " in step:
        return line("Next: ", mark_command(step))
    return line(mark_command(f"Next: {step}"))


def _changes(diff: str) -> str:
    """Return a diff without its head, which is said beside it."""
    return diff[diff.find("\n@@") + 1 :].replace("\r", "").rstrip("\n")


def doctor(frame: pd.DataFrame) -> list[Block]:
    """Return what is wrong or may matter with its next step, then what is well."""
    found: list[Block] = []
    for level in ("red", "amber"):
        rows = rows_of(frame[frame["level"] == level])
        lines = []
        for row in rows:
            step = f" · {row['next_step']}" if row["next_step"] else ""
            lines.append(line(strong(f"{_MARKS[level]} {row['what']}"), f": {row['found']}"))
            if step:
                lines.append(line(mark_command(f"  Next: {row['next_step']}")))
        if lines:
            found.append(Callout(lines, label=_WORDS[level], is_warning=level == "red"))
    well = frame[frame["level"] == "green"]
    columns = {"": lambda row: _MARKS["green"], "what": text_of("what"), "found": text_of("found")}
    table, *_ = table_of_cells("thing", well, columns, left=tuple(columns), most=len(well))
    return [*found, Heading(f"{len(well):,} as they should be"), table]
