"""Frames of odd cells, made from a seed: what exports of five formats are tried on."""

from __future__ import annotations

import random

import pandas as pd

TEXTS = (
    *("=1+1", "+49 170", "-2+3", "@SUM(A1)", "\tx", "\rx", "\n=1", "'=1", "''=1", "'quoted'", "'"),
    *(
        "＝1",
        "0012",
        "1e5",
        "TRUE",
        "not known",
        "a\r\nb",
        'say "x", y; z',
        " lead",
        "trail ",
        "ÄÖ€",
    ),
    *("\x00\x01\x1f\x7f", "_x0041_", "😀" * 3, "\u2028", "\ufeffbom", "#REF!", "mailto:a@b", ""),
    *("http://example.com/?a=b", "internal:x!A1", "<b>&amp;", "{=1}", "1/2", "NaN", "null"),
)
LONG = ("x" * 32_767, "y" * 32_768, "😀" * 20_000, "=" + "z" * 70_000)
NESTED = (
    *({}, [], {"a": {}}, [{}], ["x", ["y"]], {"a": "x"}, {"a": ["x"]}, [1, "1", 1.5, True, None]),
    *({"=k": "=v"}, {"owner": "Ann"}, [{"Action": "*"}, {"Action": ["a", "b"]}]),
)
TIMES = (
    *("2026-01-31 09:00:00", "1970-01-01", "9999-12-31 23:59:59", "1899-12-31", "1800-01-01"),
    *("2024-02-29 23:59:59.999999", "1900-02-28", "1900-03-01"),
)


def make_frame(seed: int, rows: int = 30) -> pd.DataFrame:
    """Return a frame with a column of every kind, cells drawn by `seed`, some not known."""
    chance = random.Random(seed)

    def drawn(values, absent=0.2):
        return [None if chance.random() < absent else chance.choice(values) for _ in range(rows)]

    frame = pd.DataFrame(
        {
            "account_id": pd.Categorical(drawn(["000000000012", "123456789012"], 0)),
            "text": pd.Series(drawn(TEXTS), dtype="str"),
            "long": pd.Series(drawn((*LONG, "short"), 0.8), dtype="str"),
            "flag": pd.Series(drawn([True, False]), dtype="boolean"),
            "plain_flag": drawn([True, False], 0),
            "count": pd.Series(drawn([0, -1, 2**53 + 1, 10**15, -(2**63)]), dtype="Int64"),
            "number": pd.Series(drawn([0.1, -0.0, 1e300, float("inf"), 5e-324]), dtype="Float64"),
            "float": pd.Series(drawn([0.5, float("-inf"), 3.0]), dtype="float64"),
            "seen": pd.Series(drawn(TIMES)).astype("datetime64[us, UTC]"),
            "local": pd.Series(drawn(TIMES[:2])).astype("datetime64[us, Europe/Berlin]"),
            "day": pd.Series(drawn(TIMES)).astype("datetime64[us]"),
            "tags": pd.Series(drawn([{}, {"owner": "Ann"}]), dtype=object),
            "nested": pd.Series(drawn(NESTED), dtype=object),
            "objects": pd.Series(drawn(["text", "=1"]), dtype=object),
            "=header": pd.Series(drawn(["x"]), dtype="str"),
        }
    )
    places = [chance.sample(["flag", "seen", "tags"], chance.randint(0, 2)) for _ in range(rows)]
    for row, names in enumerate(places):
        for name in names:
            frame.loc[row, name] = None
    words = [f"{', '.join(names)}: denied" if names else None for names in places]
    return frame.assign(not_known=pd.Series(words, dtype="str"))


def unknown_cells(frame: pd.DataFrame) -> set[tuple[int, str]]:
    """Return row and column of what is not known in a frame of `make_frame`."""
    return {
        (row, name)
        for row, words in enumerate(frame["not_known"])
        if isinstance(words, str)
        for name in words.removesuffix(": denied").split(", ")
    }
