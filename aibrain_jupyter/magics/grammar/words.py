"""
A magic's line, cut into words.

Our own, because a line holds three things a shell's rules get wrong: ``key=value`` pairs
whose value may be quoted, ``${name["key"]}`` with quotes that are not the line's, and
Windows paths, whose backslashes must survive.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from aibrain_jupyter.shared.error_handler import GrammarError

_KEY = re.compile(r"[^\W\d][\w.-]*")


@dataclass(frozen=True, slots=True)
class Token:
    """
    One word of a line, quotes removed.

    `is_quoted` tells whether it begins with a quote and so is no option.
    """

    text: str
    is_quoted: bool = False

    @property
    def is_option(self) -> bool:
        """Whether this is ``--name``, ``--name=value`` or ``-o``."""
        head = self.text[:2]
        return not self.is_quoted and (head == "--" or (head[:1] == "-" and head[1:].isalpha()))

    @property
    def key(self) -> str:
        """The part before ``=``, when that can be a name; else empty."""
        before, equals, _ = self.text.partition("=")
        is_key = _KEY.fullmatch(before) or before.startswith("-")
        return before if equals and is_key else ""

    @property
    def value(self) -> str:
        """The part after ``=``."""
        return self.text.partition("=")[2]


def split_line(line: str) -> list[Token]:
    """
    Return the words of a line.

    ``'…'`` and ``"…"`` group, inside double quotes ``\\"`` and ``\\\\`` stand for themselves;
    ``${…}`` is kept as it is written.

    Raises:
        GrammarError: a quote is not closed.
    """
    tokens: list[Token] = []
    i = 0
    while i < len(line):
        if line[i].isspace():
            i += 1
            continue
        token, i = _read(line, i)
        tokens.append(token)
    return tokens


def _read(line: str, start: int) -> tuple[Token, int]:
    found: list[str] = []
    quote, i = "", start
    while i < len(line) and (quote or not line[i].isspace()):
        char, two = line[i], line[i : i + 2]
        taken = 1
        if two == "$$":
            taken = 2
            found.append(two)
        elif two == "${" and "}" in line[i:]:
            taken = line.index("}", i) - i + 1
            found.append(line[i : i + taken])
        elif quote == '"' and two in ('\\"', "\\\\"):
            taken = 2
            found.append(two[1])
        elif quote:
            if char == quote:
                quote = ""
            else:
                found.append(char)
        elif char in "'\"":
            quote, opened = char, i
        else:
            found.append(char)
        i += taken
    if quote:
        raise GrammarError(
            f"The quote {quote} at column {opened + 1} of the line is not closed: {line.strip()}",
            next_steps=["Close it, or write the value in the other kind of quotes."],
        )
    return Token("".join(found), is_quoted=line[start] in "'\""), i
