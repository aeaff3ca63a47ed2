"""
HTML of what is shown: escaping, styles, and the element that sets the font.

GitHub strips ``style`` from saved notebooks, so the HTML has to read well as bare tables and bold
words; the styles only calm it down. Colours are those of the JupyterLab theme where there is one
and inherit from the page elsewhere, so that light, dark, VS Code and nbconvert need no code of
their own.
"""

import html
from typing import Final

from aibrain_jupyter.shared.texts.shown import UNPRINTABLE, printable

MUTED: Final = "color:var(--jp-content-font-color2,inherit)"
RULE: Final = "var(--jp-border-color2,rgba(128,128,128,.35))"
CODE: Final = "font-family:var(--jp-code-font-family,monospace);font-size:.93em"
DIGITS: Final = "font-variant-numeric:tabular-nums"
ROOT: Final = (
    "font-family:var(--jp-content-font-family,inherit);font-size:var(--jp-ui-font-size1,13px);"
    "line-height:1.55;color:var(--jp-content-font-color1,inherit)"
)


def escape(text: object) -> str:
    """
    Return text that is safe between tags and inside quoted attributes.

    What steers a terminal or turns the direction of writing is shown as its code.
    """
    said = str(text)
    if UNPRINTABLE.search(said):
        said = printable(said)
    return html.escape(said, quote=True)


def style(*declarations: str) -> str:
    """Return a ``style`` attribute with a space before it; nothing for no declarations."""
    joined = ";".join(part for part in declarations if part)
    return f' style="{joined}"' if joined else ""


_BEFORE = ".jp-OutputArea-child:has(.aibrain-stand-in)"
# Every output but a widget's has its type there.
_WIDGET = ".jp-OutputArea-child .jp-OutputArea-output:not([data-mime-type])"
_STAND_IN = (  # an error is text alone, a widget has elements
    f"<style>{_BEFORE}:has(+ {_WIDGET} *){{display:none}}"
    f"{_BEFORE} + {_WIDGET}:not(:has(*)){{display:none}}</style>"
)


def stand_in(inner: str) -> str:
    """
    Return HTML for the output before a widget's: seen only where the widget is not.

    A notebook that is opened without its kernel has no model for a widget, and JupyterLab writes an
    error in its place whatever else the same output has. So a widget has an output of its own, and
    what is saved of it stands in the one before.
    """
    return f'<div class="aibrain-stand-in">{_STAND_IN}{inner}</div>'


def root(inner: str, *, label: str = "") -> str:
    """Wrap HTML in the element that sets our font, size and colour."""
    group = f' role="group" aria-label="{escape(label)}"' if label else ""
    return f"<div{group}{style(ROOT)}>{inner}</div>"
