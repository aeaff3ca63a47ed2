"""
The text of a query, made ready for Python's parser.

What was copied from a web page or a word processor reads as what it looks like: no-break spaces,
curly quotes, ``≥``. As in pandas, ``&`` and ``|`` mean ``and`` and ``or``, and a column whose name
is no word stands in backticks. A date without quotes, which is what ``$day`` puts in, is a text.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Final

from aibrain_jupyter.shared.error_handler import ParameterError

LONGEST: Final = 1_000_000
"""Characters of a query: a list of 20 000 ARNs fits."""

_TOKEN: Final = re.compile(
    r"""(?x)
      (?P<text>[rRuUbBfF]{0,2}(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'))
    | (?:[“„”](?P<curly>[^“”"]*)[“”"])
    | (?:[‘‚’](?P<single>[^‘’']*)[‘’'])
    | (?:`(?P<column>[^`]+)`)
    | (?P<date>\d{4}-\d{2}-\d{2}
        (?:[T\ ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:\ ?(?:Z|UTC)|[+-]\d{2}:?\d{2})?)?(?![\w:.-]))
    | (?P<word>[^\W\d]\w*)
    | (?P<sign><>|&&|\|\||[&|≥≤≠−–])
    | (?P<other>.)
    """,
    re.DOTALL,
)
_SIGNS: Final = {
    "<>": "!=",
    "&&": " and ",
    "||": " or ",
    "&": " and ",
    "|": " or ",
    "≥": ">=",
    "≤": "<=",
    "≠": "!=",
    "−": "-",
    "–": "-",
}
_UNSEEN: Final = frozenset("\u200b\u200c\u200d\u2060\ufeff\u00ad")
_COLUMN: Final = "_column_{}_"
_COMMENT: Final = "#"


@dataclass(slots=True)
class Clean:
    """`python` is what Python's parser reads, `columns` the names that stood in backticks."""

    python: str
    columns: dict[str, str] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)
    outside: str = ""


def clean_text(where: str) -> Clean:
    """
    Return a query as Python's parser reads it.

    Raises:
        ParameterError: it is too long, or names Python's own variables.
    """
    if len(where) > LONGEST:
        raise ParameterError(
            f"where= has {len(where):,} characters; {LONGEST:,} can be read.",
            next_steps=["Take the rows, and choose among them with pandas: frame.merge(…)."],
        )
    clean = Clean("")
    parts: list[str] = []
    outside: list[str] = []
    for match in _TOKEN.finditer(where):
        kind = match.lastgroup or ""
        parts.append(_read(kind, match[kind], clean))
        if kind in ("word", "sign", "other"):
            outside.append(match[kind])
    clean.python = "".join(parts).strip()
    clean.outside = "".join(outside)
    return clean


def _read(kind: str, found: str, clean: Clean) -> str:
    if kind in ("curly", "single", "date"):
        return repr(found)
    if kind == "sign":
        return _SIGNS[found]
    if kind == "column":
        name = _COLUMN.format(len(clean.columns))
        clean.columns[name] = found.strip()
        clean.words.append(found.strip())
        return name
    if kind == "word":
        clean.words.append(found)
        return found
    if kind == "other":
        return _character(found)
    return found


def _character(found: str) -> str:
    if found == "@":
        raise no_python_names("@")
    if found == _COMMENT:
        raise ParameterError(
            "where= takes no comments: there is a # outside of quotes.",
            next_steps=["Put a text in quotes, and a column with such a name in backticks."],
        )
    if found in _UNSEEN:
        return ""
    return " " if found.isspace() or unicodedata.category(found).startswith("Z") else found


def no_python_names(found: str) -> ParameterError:
    """Return the error for a query that would reach Python's own names."""
    return ParameterError(
        f"where= takes no Python names: {found}.",
        next_steps=["$name puts the value of a variable into the text."],
    )
