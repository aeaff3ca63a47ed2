"""
Terminals that are not UTF-8 (cron, old containers): what they cannot write is spelled out.

The text forms of what is shown have a middle dot, an ellipsis, a block or somebody's name in them.
Python writes to such a stream strictly and raises, so one character would put a traceback in the
place of a result. The stream itself is told what to do: that holds for frames, errors and progress
as well, and not only for what this package shows.
"""

import codecs
import io
import sys
from typing import Final

_ERRORS: Final = "aibrain-plain"
_PLAIN: Final = {
    "·": "-",
    "…": "...",
    "–": "-",
    "—": "-",
    "×": "x",
    "→": "->",
    "←": "<-",
    "≥": ">=",
    "≤": "<=",
    "✓": "ok",
    "✗": "x",
    "•": "*",
    "‘": "'",
    "’": "'",
    "“": '"',
    "”": '"',
    "\N{NO-BREAK SPACE}": " ",
    "\N{NARROW NO-BREAK SPACE}": " ",
    **dict.fromkeys("█▉▊▋▌▍▎▏▓▒", "#"),
    **dict.fromkeys("▁▂▃▄▅▆▇░", "."),
    **dict.fromkeys("─━═", "-"),
    **dict.fromkeys("│┃║", "|"),
}


def write_what_it_can() -> None:
    """Make the standard output write other characters plainly instead of raising."""
    codecs.register_error(_ERRORS, _plainly)
    stream = sys.stdout
    # A notebook's stream is another, and UTF-8. Who chose how to deal with errors keeps that.
    if isinstance(stream, io.TextIOWrapper) and stream.errors == "strict":
        stream.reconfigure(errors=_ERRORS)


def _plainly(error: UnicodeError) -> tuple[str, int]:
    """Return what stands for the characters that cannot be written, as codecs ask for it."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    found = error.object[error.start : error.end]
    spelled = "".join(
        _PLAIN.get(c) or c.encode("ascii", "backslashreplace").decode() for c in found
    )
    return spelled, error.end
