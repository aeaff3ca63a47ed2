"""Random queries: the same rows as a slow reference, and as pandas where all is known."""

from __future__ import annotations

import datetime as dt
import itertools
import random

import pytest

from aibrain_jupyter.shared.frames.build import frame_of
from aibrain_jupyter.shared.frames.columns import (
    COUNT,
    FLAG,
    NESTED,
    NOT_KNOWN,
    TEXT,
    TIME,
    Column,
)
from aibrain_jupyter.shared.frames.not_known import read_reasons
from aibrain_jupyter.tool_executors.where.evaluate import Evaluation
from aibrain_jupyter.tool_executors.where.parse import parse_query

NOW = dt.datetime(2026, 4, 10, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
FIRST = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
KINDS = {
    "flag": FLAG,
    "other flag": FLAG,
    "size": COUNT,
    "count": COUNT,
    "name": TEXT,
    "made": TIME,
    "tags": NESTED,
    "groups": NESTED,
}
COLUMNS = (*(Column(name, kind, "") for name, kind in KINDS.items()), NOT_KNOWN)
WORDS = ("a", "b", "ab", "c")
ABSENT = "absent"
ORDERS = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def _rows(dice, *, has_gaps):
    values = {
        FLAG: lambda name: dice.random() < 0.5,
        COUNT: lambda name: dice.randrange(4),
        TEXT: lambda name: dice.choice(WORDS),
        TIME: lambda name: FIRST + dice.choice([0, 0.5, 1, 1.5, 2]) * DAY,
        NESTED: lambda name: (
            {key: dice.choice(WORDS) for key in dice.sample("xy", dice.randrange(3))}
            if name == "tags"
            else dice.sample(WORDS, dice.randrange(3))
        ),
    }
    rows = []
    for _ in range(12):
        row, unknown = {}, []
        for name, kind in KINDS.items():
            state = dice.random() if has_gaps else 1
            if state < 0.15:
                unknown.append(name)
            elif state > 0.35:
                row[name] = values[kind](name)
        if unknown:
            row["not_known"] = f"{', '.join(unknown)}: denied"
        rows.append(row)
    return rows


def _query(dice, depth, *, in_pandas):
    """Return a text, and a function of a row's cells that gives True, False or ABSENT."""
    if depth and (kind := dice.random()) < 0.75:
        one, one_says, one_names = _query(dice, depth - 1, in_pandas=in_pandas)
        if kind < 0.25:
            return f"not ({one})", lambda cells, w: _not(one_says(cells, w)), one_names
        two, two_says, two_names = _query(dice, depth - 1, in_pandas=in_pandas)
        word = "and" if kind < 0.5 else "or"
        sign = word if in_pandas or dice.random() < 0.5 else {"and": "&", "or": "|"}[word]
        every = word == "and"
        count = len(one_names)
        return (
            f"({one}) {sign} ({two})",
            lambda cells, w: _joined(one_says(cells, w[:count]), two_says(cells, w[count:]), every),
            one_names + two_names,
        )
    text, says, names = _leaf(dice, in_pandas=in_pandas)
    return text, lambda cells, w: w[0] if w[0] is not None else says(cells), [names]


def _leaf(dice, *, in_pandas):
    number, word = dice.randrange(4), dice.choice(WORDS)
    words = dice.sample(WORDS, 2)
    sign, order = dice.choice(list(ORDERS.items()))
    leaves = [
        ("flag", lambda c: _or_absent(c["flag"]), {"flag"}),
        ("`other flag` == True", lambda c: c["other flag"] is True, {"other flag"}),
        (f"size == {number}", lambda c: c["size"] == number, {"size"}),
        (f"size != {number}", lambda c: c["size"] != number, {"size"}),
        (f"size {sign} {number}", lambda c: _ordered(c["size"], number, order), {"size"}),
        (f"size {sign} count", lambda c: _ordered(c["size"], c["count"], order), {"size", "count"}),
        (
            f"size + 1 {sign} count * 2",
            lambda c: _ordered(_times(c["size"], 1, 1), _times(c["count"], 2, 0), order),
            {"size", "count"},
        ),
        (f"size in [{number}, 3]", lambda c: c["size"] in (number, 3), {"size"}),
        (f"name == '{word}'", lambda c: c["name"] == word, {"name"}),
        (f"name != '{word}'", lambda c: c["name"] != word, {"name"}),
        (f"name {sign} '{word}'", lambda c: _ordered(c["name"], word, order), {"name"}),
        (f"name in {words}", lambda c: c["name"] in words, {"name"}),
        (f"name not in {words}", lambda c: c["name"] not in words, {"name"}),
        (
            f"name.str.contains('{word}')",
            lambda c: c["name"] is not None and word in c["name"],
            {"name"},
        ),
        ("made.dt.day == 2", lambda c: c["made"] is not None and c["made"].day == 2, {"made"}),
        ("size.isna()", lambda c: c["size"] is None, {"size"}),
        ("name.notna()", lambda c: c["name"] is not None, {"name"}),
    ]
    if not in_pandas:
        day = dice.randrange(1, 4)
        start = FIRST + (day - 1) * DAY
        when = f"'2026-01-{day:02}'"
        bounds = {"<": start, "<=": start + DAY, ">": start + DAY, ">=": start}
        late = sign.startswith(">")
        leaves += [
            (
                f"made {sign} {when}",
                lambda c: (
                    ABSENT
                    if c["made"] is None
                    else (c["made"] >= bounds[sign] if late else c["made"] < bounds[sign])
                ),
                {"made"},
            ),
            (f"made == {when}", lambda c: _is_on(c["made"], start), {"made"}),
            (f"made not in [{when}]", lambda c: not _is_on(c["made"], start), {"made"}),
            (f"'{word}' in groups", lambda c: word in (c["groups"] or ()), {"groups"}),
            (
                f"groups not in {words}",
                lambda c: not set(words) & set(c["groups"] or ()),
                {"groups"},
            ),
            (f"tags.x == '{word}'", lambda c: (c["tags"] or {}).get("x") == word, {"tags"}),
            ("'y' not in tags", lambda c: "y" not in (c["tags"] or {}), {"tags"}),
            ("(size > 1) == True", lambda c: c["size"] is not None and c["size"] > 1, {"size"}),
            ("not groups", lambda c: not c["groups"], {"groups"}),
        ]
    return dice.choice(leaves)


def _or_absent(cell):
    return ABSENT if cell is None else cell


def _ordered(a, b, order):
    return ABSENT if a is None or b is None else order(a, b)


def _times(cell, factor, more):
    return None if cell is None else cell * factor + more


def _is_on(cell, start):
    return cell is not None and start <= cell < start + DAY


def _not(says):
    return says if says is ABSENT else not says


def _joined(one, two, every):
    decisive = not every
    if one is decisive or two is decisive:
        return decisive
    return ABSENT if ABSENT in (one, two) else every


def _is_kept(row, says, leaves):
    """Try every way in which what is not known could be."""
    unknown = read_reasons(row.get("not_known")).keys()
    ways = [(True, False) if names & unknown else (None,) for names in leaves]
    cells = {name: row.get(name) for name in KINDS}
    return any(says(cells, way) is True for way in itertools.product(*ways))


@pytest.mark.parametrize("seed", range(300))
def test_the_same_as_a_slow_reference(seed):
    """A row is kept exactly if the query is true for it in one of the ways it may be."""
    dice = random.Random(seed)
    rows = _rows(dice, has_gaps=True)
    text, says, leaves = _query(dice, 3, in_pandas=False)
    frame = frame_of(rows, COLUMNS)

    kept, _ = Evaluation(frame, parse_query(text), NOW).kept()

    assert [_is_kept(row, says, leaves) for row in rows] == kept.tolist(), text


@pytest.mark.parametrize("seed", range(150))
def test_the_same_as_pandas_where_everything_is_known(seed):
    """Whoever knows pandas' queries gets the rows that pandas gives."""
    dice = random.Random(seed)
    frame = frame_of(_rows(dice, has_gaps=False), COLUMNS)
    text, _, _ = _query(dice, 3, in_pandas=True)

    kept, _ = Evaluation(frame, parse_query(text), NOW).kept()

    assert frame.query(text, engine="python").index.tolist() == frame.index[kept].tolist(), text
