"""
A line as it is meant: ``iam users`` is the tool ``iam_users``, a ``?`` at the end asks.

The line is rewritten before anything else reads it, so that the history, ``resume`` and a run in
the background keep the form with one reading.
"""

from __future__ import annotations

import re
from typing import Final

from aibrain_jupyter.shared.verbs.options import HELP
from aibrain_jupyter.tool_registry import get_tool_registry

_WORD: Final = re.compile(r"\s*([A-Za-z][A-Za-z0-9-]*)(?=\s|$)")
_MOST_WORDS: Final = 5
_APOSTROPHE: Final = re.compile(r"(?<=\w)'")


def as_meant(line: str) -> str:
    """
    Return what stands after ``%aibrain`` in the form that is read.

    ``ec2 security groups`` is ``ec2_security_groups``: the words of a tool's name, also where the
    first of them is a verb (``config rules``). ``iam_users?`` is ``iam_users --help``. Of a verb
    that is asked a question the ``?`` goes, and an apostrophe is none of the line's quotes.
    """
    head, _, rest = line.strip().partition(" ")
    if any(head == verb.name for verb in get_tool_registry().known_verbs() if verb.asks):
        rest = rest.strip().removesuffix("?")
        is_quoted = rest.startswith(('"', "'"))
        return f"{head} {rest if is_quoted else _APOSTROPHE.sub('’', rest)}"
    bare = line.rstrip()
    if bare.endswith("?") and "=" not in bare.rpartition(" ")[2]:
        bare = bare.rstrip("? ")
        return f"{_with_tool(bare)} {HELP.flag}" if bare else "help"
    return _with_tool(line)


def _with_tool(line: str) -> str:
    """Return the line with the tool's name where it begins with the words of one."""
    words: list[str] = []
    ends: list[int] = []
    while len(words) < _MOST_WORDS and (found := _WORD.match(line, ends[-1] if ends else 0)):
        words.append(found[1].replace("-", "_"))
        ends.append(found.end())
    for length in range(len(words), 1, -1):
        name = "_".join(words[:length])
        if name in get_tool_registry():
            return name + line[ends[length - 1] :]
    return line
