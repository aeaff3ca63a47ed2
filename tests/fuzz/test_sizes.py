"""Reading a cell takes time in proportion to its length: eight times the cell is no 64 times."""

from __future__ import annotations

import contextlib
import time

import pytest

from aibrain_jupyter.magics.grammar.body import read_body, read_value
from aibrain_jupyter.magics.grammar.interpolation import interpolate
from aibrain_jupyter.magics.grammar.line import read_line, words_of_line
from aibrain_jupyter.magics.grammar.meant import as_meant
from aibrain_jupyter.magics.grammar.run_options import RUN_OPTIONS
from aibrain_jupyter.magics.magic import asked_of_aibrain
from aibrain_jupyter.shared.error_handler import AibrainError
from aibrain_jupyter.shared.texts.redaction import redact
from aibrain_jupyter.tool_executors.where.parse import parse_query

TIMES = 8
PARTS = (
    *(
        "${",
        "$",
        "$$",
        "${a}",
        "${word",
        "${word.x",
        ".x",
        "[0]",
        "{",
        "[",
        "(",
        "'",
        '"',
        "\\",
        "-",
    ),
    *(
        "--a ",
        "a=b ",
        "a ",
        " ",
        "?",
        "? ",
        "=",
        ";",
        ":",
        ": ",
        "- ",
        "#",
        "\u00a0",
        "\u200b",
        "x",
    ),
    *("x: ", "&a ", "*a ", "! ", "aws_secret_access_key=", "eyJ", "a.", "://", "bearer ", "token="),
    *("\u00a0x", "not ", "a and ", "-----BEGIN PRIVATE KEY-----", "é", "1", "9.", "e9", ",", "a,"),
    *("%aibrain ", "\n", "\na: 1", "a:\n - b\n", "| ", "> ", "\t", "'a' ", "_", "a-", "secret_"),
)


def _read_line(text):
    words_of_line(as_meant(text))
    read_line(words_of_line(f"iam_users {text}"), "iam_users", RUN_OPTIONS)


READERS = {
    "line": _read_line,
    "body": read_body,
    "key": lambda text: read_body(f"a: {text}"),
    "value": lambda text: read_value(text, name="a"),
    "variables": lambda text: interpolate(text, {"a": 1, "word": "w"}),
    "path": lambda text: interpolate(f"${{word{text}}}", {"word": "w"}),
    "question mark": lambda text: asked_of_aibrain([f"%aibrain {text}", f"x{text}"]),
    "where": parse_query,
    "message": redact,
}


def _seconds(read, text: str, times: int) -> float:
    found = []
    for _ in range(times):
        began = time.thread_time()
        with contextlib.suppress(AibrainError):
            read(text)
        found.append(time.thread_time() - began)
    return min(found)


def _ratio(read, short: str, times: int) -> float:
    return _seconds(read, short * TIMES, times) / max(_seconds(read, short, times), 1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("name", READERS)
def test_the_time_grows_with_the_length(name):
    """Whatever a cell repeats. Twice the fair share is allowed, as is what is over at once."""
    read, slow = READERS[name], []
    for part in PARTS:
        short = part * (1500 // len(part))
        # What takes a few milliseconds is not worth a measure, whatever it grows like.
        if _seconds(read, short * TIMES, 1) < 0.04 or _ratio(read, short, 1) < 3 * TIMES:
            continue
        if (ratio := _ratio(read, short, 3)) > 3 * TIMES:
            slow.append(f"{part!r}: {ratio:.0f} times as long")

    assert [] == slow
