"""
HTML of what is shown: escaping, styles, and the element that sets the font.

GitHub strips ``style`` from saved notebooks, so the HTML has to read well as bare tables and bold
words; the styles only calm it down. Colours are those of the JupyterLab theme where there is one
and inherit from the page elsewhere, so that light, dark, VS Code and nbconvert need no code of
their own.
"""

from __future__ import annotations

import html
from typing import Final

MUTED: Final = "color:var(--jp-content-font-color2,inherit)"
RULE: Final = "var(--jp-border-color2,rgba(128,128,128,.35))"
CODE: Final = "font-family:var(--jp-code-font-family,monospace);font-size:.93em"
DIGITS: Final = "font-variant-numeric:tabular-nums"
ROOT: Final = (
    "font-family:var(--jp-content-font-family,inherit);font-size:var(--jp-ui-font-size1,13px);"
    "line-height:1.55;color:var(--jp-content-font-color1,inherit)"
)


def escape(text: object) -> str:
    """Return text that is safe between tags and inside quoted attributes."""
    return html.escape(str(text), quote=True)


def style(*declarations: str) -> str:
    """Return a ``style`` attribute with a space before it; nothing for no declarations."""
    joined = ";".join(part for part in declarations if part)
    return f' style="{joined}"' if joined else ""


def root(inner: str, *, label: str = "") -> str:
    """Wrap HTML in the element that sets our font, size and colour."""
    group = f' role="group" aria-label="{escape(label)}"' if label else ""
    return f"<div{group}{style(ROOT)}>{inner}</div>"
