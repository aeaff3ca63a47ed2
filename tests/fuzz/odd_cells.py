"""
Cells made of odd parts, the same for the same seed.

A cell is the text after ``%aibrain`` and the body (None: the line form). Most cells have one
odd part in an otherwise good cell, so that it is reached; the rest are odd throughout.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from aibrain_jupyter.magics.grammar.run_options import RUN_OPTIONS

from .odd_values import HEADS, NAMES, PATHS, WORDS, YAML, variables

if TYPE_CHECKING:
    from collections.abc import Iterator

PARAMS = {
    "weigh": ("text", "texts", "number", "numbers", "ratio", "flag", "pick", "map", "list", "any"),
    "iam_users": ("where", "columns", "period", "date", "tags", "flatten", "path_prefix"),
    "aws_export": ("where", "columns", "service", "resource", "operation", "allow", "PathPrefix"),
}
"""Tools and keys that they take."""
PARAMS["weigh_kept"] = PARAMS["weigh"]
VERBS = (
    *("cache list", "cache stats", "cache clear", "cache warm", "cache publish", "help", "tools"),
    *("last", "result", "history", "jobs", "tb", "config", "profile", "cancel", "aws_find", "why"),
)
_FORBIDDEN = ("demo start", "--bg")
_VARIABLES = tuple(variables())


def cells(seed: int, count: int) -> Iterator[tuple[str, str | None]]:
    """Yield `count` cells, line and body."""
    draw = random.Random(seed)
    kinds = (_value_on_line, _value_in_body, _variable, _variable, _option, _verb, _yaml, _noise)
    for _ in range(count):
        line, body = draw.choice(kinds)(draw)
        yield line.replace("\n", " "), body


def _word(draw: random.Random) -> str:
    if draw.random() < 0.25:
        return "".join(draw.choice(WORDS)[:40] for _ in range(draw.randint(2, 3)))
    return draw.choice(WORDS)


def reference(draw: random.Random) -> str:
    """Return a ``$`` reference to an odd variable."""
    name, path = draw.choice(_VARIABLES), draw.choice(PATHS)
    way = draw.random()
    if way < 0.5:
        return f"${name}"
    return f"${{{name}{path}}}" if way < 0.9 else f"a{draw.choice('-,')}${{{name}}}"


def _tool(draw: random.Random) -> tuple[str, str]:
    tool = draw.choice(("weigh", "weigh", "weigh_kept", "weigh_kept", "iam_users", "aws_export"))
    head = "aws_export iam users" if tool == "aws_export" and draw.random() < 0.5 else tool
    return head, draw.choice(PARAMS[tool])


def _value_on_line(draw: random.Random) -> tuple[str, str | None]:
    head, key = _tool(draw)
    return f"{head} {key}={_word(draw)}", None


def _value_in_body(draw: random.Random) -> tuple[str, str | None]:
    head, key = _tool(draw)
    return head, f"{key}: {_word(draw)}"


def _variable(draw: random.Random) -> tuple[str, str | None]:
    head, key = _tool(draw)
    value = reference(draw)
    if draw.random() < 0.5:
        return f"{head} {key}={value}", None
    shape = draw.choice(("{}", "{}", "[{}]", "{{a: {}}}", "[a, [{}]]", "x{}", "{{a: {{b: [{}]}}}}"))
    value = f"'{value}'" if shape != "{}" and "'" not in value else value
    return head, f"{key}: {shape.format(value)}"


def _option(draw: random.Random) -> tuple[str, str | None]:
    head, _ = _tool(draw)
    option = draw.choice([option for option in RUN_OPTIONS if option.flag not in _FORBIDDEN])
    value = reference(draw) if draw.random() < 0.4 else _word(draw)
    if option.flag == "-o":
        value = draw.choice(NAMES)
    return f"{head} {option.flag}{draw.choice('= ')}{value}", None


def _verb(draw: random.Random) -> tuple[str, str | None]:
    words = [_word(draw) for _ in range(draw.randint(0, 3))]
    if draw.random() < 0.3:
        words.append(reference(draw))
    if draw.random() < 0.3:
        words.append(f"{draw.choice(('--older-than', '--account', '--tool', '--markdown', '--n'))}")
        words.append(_word(draw))
    return " ".join([draw.choice(VERBS), *words]), None


def _yaml(draw: random.Random) -> tuple[str, str | None]:
    head, key = _tool(draw)
    body = draw.choice(YAML)
    return head, f"{key}{body[1:]}" if body.startswith("a:") else body


def _noise(draw: random.Random) -> tuple[str, str | None]:
    line = " ".join([draw.choice(HEADS), *(_word(draw) for _ in range(draw.randint(0, 4)))])
    return line, draw.choice(YAML) if draw.random() < 0.3 else None


def is_safe(line: str) -> bool:
    """Tell whether a cell may run here: it starts no server and nothing in the background."""
    return not any(word in line for word in _FORBIDDEN)
