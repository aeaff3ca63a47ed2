"""
What a bar is filled with, by outcome: a colour and a pattern, so that nothing is told by colour
alone. A pattern has a name in the page, so each picture has names of its own.
"""

from __future__ import annotations

from itertools import count
from typing import Final

from aibrain_jupyter.shared.coverage import Outcome

BRAND: Final = "var(--jp-brand-color1,#1976d2)"
WARN: Final = "var(--jp-warn-color1,#f57c00)"
ERROR: Final = "var(--jp-error-color1,#d32f2f)"
GREY: Final = "var(--jp-content-font-color3,#8a8a8a)"

_HATCHES: Final = {
    str(Outcome.EMPTY): (BRAND, 0),
    str(Outcome.DENIED): (WARN, 45),
    "refused": (WARN, 45),
    "not found": (BRAND, 0),
    str(Outcome.NOT_ENABLED): (WARN, 0),
    str(Outcome.THROTTLED): (WARN, 90),
    str(Outcome.TIMED_OUT): (WARN, 135),
    str(Outcome.FAILED): (ERROR, 135),
    str(Outcome.CANCELLED): (GREY, 45),
}
_PLAIN: Final = {str(Outcome.OK): BRAND, str(Outcome.NOT_OFFERED): GREY, "waiting": GREY}
"""What goes on is hollow, and so is what no outcome is known of."""
MARKS: Final = {
    str(Outcome.OK): "=",
    str(Outcome.EMPTY): "-",
    str(Outcome.DENIED): "D",
    "refused": "D",
    "not found": ".",
    str(Outcome.NOT_ENABLED): "E",
    str(Outcome.THROTTLED): "T",
    str(Outcome.TIMED_OUT): "O",
    str(Outcome.FAILED): "F",
    str(Outcome.CANCELLED): "x",
    str(Outcome.NOT_OFFERED): "n",
    "waiting": "~",
    "running": ">",
}
"""The same in text."""


_PICTURES: Final = count(1)


class Fills:
    """
    The fills of one picture.

    Their names are of that picture alone: what another one of the page defines is not drawn while
    that one is hidden.
    """

    def __init__(self) -> None:
        self._prefix = f"aibrain-fill-{next(_PICTURES)}"

    def of(self, outcome: str) -> str:
        """Return the attributes of a shape of that outcome, with a space before them."""
        if outcome in _HATCHES:
            return f' fill="url(#{self._name(outcome)})"'
        if outcome in _PLAIN:
            return f' fill="{_PLAIN[outcome]}"'
        return f' fill="none" stroke="{BRAND}"'

    def definitions(self, outcomes: list[str]) -> str:
        """Return the patterns of these outcomes; an SVG needs them before it uses them."""
        found = "".join(self._pattern(outcome) for outcome in outcomes if outcome in _HATCHES)
        return f"<defs>{found}</defs>" if found else ""

    def swatch(self, outcome: str) -> str:
        """Return a small square for the legend, with its own definition."""
        shape = f'<rect x=".5" y=".5" width="9" height="9" rx="2"{self.of(outcome)}></rect>'
        return (
            '<svg aria-hidden="true" width="10" height="10" viewBox="0 0 10 10" '
            f'style="margin-right:6px">{shape}</svg>'
        )

    def _name(self, outcome: str) -> str:
        return f"{self._prefix}-{outcome.replace(' ', '-')}"

    def _pattern(self, outcome: str) -> str:
        colour, degrees = _HATCHES[outcome]
        return (
            f'<pattern id="{self._name(outcome)}" width="5" height="5" '
            f'patternUnits="userSpaceOnUse" patternTransform="rotate({degrees})">'
            f'<rect width="5" height="5" fill="{colour}" opacity=".5"></rect>'
            f'<rect width="5" height="3" fill="{colour}"></rect></pattern>'
        )
