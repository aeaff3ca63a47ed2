"""
A ``?`` at the end of a line of ours, kept from IPython.

IPython takes ``policy?`` at the end of any line for a request to explain a variable and never
calls the magic. So the line is put into its other form before IPython looks at it.
"""

from __future__ import annotations

import re
from typing import Final

_ASKS: Final = re.compile(r"(\s*(?:[^\s=%?]+\s*=\s*)?%aibrain\s+)(\S.*\?)\s*$")
_TEXT_IN_QUOTES: Final = ('"""', "'''")


def asked_of_aibrain(lines: list[str]) -> list[str]:
    """Return the lines of a cell, those of ours that end in ``?`` as `as_meant` has them."""
    if lines and lines[0].lstrip().startswith("%%"):
        return lines
    found = []
    for line in lines:
        if any(quotes in line for quotes in _TEXT_IN_QUOTES):
            return lines  # what follows may be text, not a line of ours
        asks = _ASKS.match(line)
        found.append(f"{asks[1]}{_as_meant(asks[2])}\n" if asks else line)
    return found


def _as_meant(line: str) -> str:
    # Late: most cells have no such line, and loading the extension imports no grammar.
    from aibrain_jupyter.magics.grammar.meant import as_meant

    return as_meant(line)
