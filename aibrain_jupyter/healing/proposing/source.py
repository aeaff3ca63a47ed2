"""
The source of a tool as text that changes: edits by place, and the diff that says them.

Whatever stands in the file stays as it is: its line ends, its tabs, its byte order mark.
"""

from __future__ import annotations

import ast
import difflib
import hashlib
import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_LINE: Final = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")
"""As Python's tokenizer sees lines: a form feed ends none."""

_MARK: Final = "\ufeff"
_NO_END: Final = "\n\\ No newline at end of file\n"


@dataclass(frozen=True)
class Code:
    """
    The source of a tool.

    `name` is what a diff calls it (``package/tools.py``), `text` what runs, `published` what its
    author has: another one where it was modified already. Frames know it by `module`, those of a
    notebook by `file` too. `first_line` is where the text begins in its file: a function of a cell
    is in the middle of one.
    """

    name: str
    text: str
    published: str
    module: str = ""
    file: str = ""
    first_line: int = 1

    @cached_property
    def lines(self) -> list[str]:
        """The lines, each with its end."""
        return _LINE.findall(self.text)

    @cached_property
    def padded(self) -> str:
        """The text with its lines numbered as where it is from; for the parser."""
        return "\n" * (self.first_line - 1) + self.text.removeprefix(_MARK)

    @cached_property
    def tree(self) -> ast.Module:
        """The syntax tree. Raises `SyntaxError`."""
        return ast.parse(self.padded, self.name)

    @property
    def newline(self) -> str:
        """What ends its lines."""
        return next(("\r\n" for one in self.lines if one.endswith("\r\n")), "\n")

    @property
    def sha256(self) -> str:
        """The hash of what its author has."""
        return hashlib.sha256(self.published.encode()).hexdigest()

    def offset(self, line: int, column: int) -> int:
        """Return where a place of the tree (columns count UTF-8 bytes) is in the text."""
        number = line - self.first_line
        text = self.lines[number] if number < len(self.lines) else ""
        mark = _MARK if number == 0 and text.startswith(_MARK) else ""
        inside = text.removeprefix(mark).encode()[:column].decode()
        return sum(map(len, self.lines[:number])) + len(mark) + len(inside)

    def segment(self, node: ast.expr | ast.stmt | ast.keyword | ast.arg) -> str:
        """Return what stands there."""
        return self.text[slice(*self.span(node))]

    def span(self, node: ast.expr | ast.stmt | ast.keyword | ast.arg) -> tuple[int, int]:
        """Return where a node begins and ends in the text."""
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        begin = self.offset(node.lineno, node.col_offset)
        return begin, self.offset(node.end_lineno, node.end_col_offset)

    def is_exact(self, node: ast.expr) -> bool:
        """Tell whether the place of an expression is known: inside an f-string it may not be."""
        try:
            found = ast.parse(f"({self.segment(node)})", mode="eval").body
        except (SyntaxError, ValueError, UnicodeDecodeError):
            return False
        return ast.dump(found) == ast.dump(node)


@dataclass(frozen=True, order=True)
class Edit:
    """What stands from `begin` to `end` of a text becomes `text`."""

    begin: int
    end: int
    text: str


def edited(text: str, edits: Iterable[Edit]) -> str:
    """Return the text with all edits made; they do not overlap."""
    for edit in sorted(set(edits), reverse=True):
        text = text[: edit.begin] + edit.text + text[edit.end :]
    return text


def unified(name: str, before: str, after: str, *, context: int = 3) -> str:
    """Return the unified diff, as ``patch`` and ``git apply`` take it."""
    found = difflib.unified_diff(
        _LINE.findall(before), _LINE.findall(after), f"a/{name}", f"b/{name}", n=context
    )
    return "".join(row if row.endswith(("\n", "\r")) else row + _NO_END for row in found)
