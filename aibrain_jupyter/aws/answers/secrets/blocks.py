"""Secrets in YAML: what stands in another line than the name that makes it one."""

import re
from typing import Final

from aibrain_jupyter.aws.answers.secrets.fingerprints import hidden
from aibrain_jupyter.aws.answers.secrets.names import is_no_secret, is_secret_name

_LINE: Final = re.compile(r"([ \t]*)(- )?([\w./-]+):[ \t]*(.*)")
"""A line of YAML: how deep, a new item of a list, name, value."""
_SCALAR: Final = re.compile(r"[|>][-+]?\d?")
_DEFAULTS: Final = ("default", "value")
_NAMES: Final = ("name", "key")


def without_block_secrets(text: str) -> str:
    """
    Return YAML without secrets in lines of their own.

    ``Default: x`` below the name of a parameter, ``value: x`` beside ``name: DB_PASSWORD``, the
    lines below ``password: |``. What is in one line, ``password: x``, is any text's.
    """
    above: list[tuple[int, str]] = []
    beside: tuple[int, str] = (-1, "")
    scalar = -1
    lines = text.split("\n")
    for at, line in enumerate(lines):
        depth = len(line) - len(line.lstrip())
        if scalar >= 0 and (depth > scalar or not line.strip()):
            if line.strip():
                lines[at] = f"{line[:depth]}{hidden(line.strip())}"
            continue
        scalar = -1
        found = _LINE.fullmatch(line)
        if found is None:
            continue
        depth = len(found[1]) + len(found[2] or "")
        name, value = found[3], found[4].strip("\"' \r")
        while above and above[-1][0] >= depth:
            above.pop()
        if name.lower() in _NAMES:
            beside = (depth, value)
        elif found[2]:
            beside = (-1, "")
        if name.lower() in _DEFAULTS and value and not is_no_secret(value):
            said = [beside[1]] if beside[0] == depth else []
            if any(map(is_secret_name, [*said, above[-1][1]] if above else said)):
                lines[at] = f"{line[: found.start(4)]}{hidden(value)}"
        elif _SCALAR.fullmatch(value) and is_secret_name(name):
            scalar = depth
        above.append((depth, name))
    return "\n".join(lines)
