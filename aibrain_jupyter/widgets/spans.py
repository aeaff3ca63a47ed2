"""
What stands in a line: pieces of text with a role, and words that fit a number.

A role says what a piece is for; how it looks is decided here once.
"""

from dataclasses import dataclass
from functools import partial

from aibrain_jupyter.widgets.html import CODE, MUTED, RULE, escape, style

_BADGE = (
    f"border:1px solid {RULE};border-radius:3px;padding:0 5px;"
    "background:var(--jp-layout-color2,rgba(128,128,128,.15))"
)
_TAGS = {
    "strong": ("b", ""),
    "muted": ("span", style(MUTED)),
    "code": ("code", style(CODE, "background:none;padding:0;color:inherit")),
    "badge": ("b", style(_BADGE)),
}


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a line; `role` is one of ``strong``, ``muted``, ``code``, ``badge``."""

    content: str
    role: str

    def html(self) -> str:
        """Return the escaped content inside the tag of its role."""
        tag, css = _TAGS[self.role]
        return f"<{tag}{css}>{escape(self.content)}</{tag}>"


Inline = str | Span | tuple["str | Span", ...]


strong = partial(Span, role="strong")
"""What the eye should find first."""
muted = partial(Span, role="muted")
"""What may be overlooked."""
code = partial(Span, role="code")
"""A name or command that can be copied into a cell."""
badge = partial(Span, role="badge")
"""A mark that must not be overlooked (demo data)."""


def plural(count: int, noun: str) -> str:
    """Return ``1 call``, ``1,204 calls``."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def format_size(count: float) -> str:
    """Return a number of bytes as ``512 bytes``, ``1.5 KiB``, ``12.0 MiB``, ``3.4 GiB``."""
    for unit in ("bytes", "KiB", "MiB"):
        if count < 1024:
            return f"{count:,.0f} {unit}" if unit == "bytes" else f"{count:,.1f} {unit}"
        count /= 1024
    return f"{count:,.1f} GiB"


def shorten(text: str, most: int = 100) -> str:
    """Return `text` on one line, cut with an ellipsis after `most` characters."""
    flat = " ".join(text.split())
    return flat if len(flat) <= most else flat[: most - 1].rstrip() + "…"


def mark_command(text: str) -> Inline:
    """
    Return a text with its command marked: ``%aibrain tools: every tool``, ``Try: %aibrain``,
    ``Run in a terminal: aws sso login``.
    """
    before, colon, after = text.partition(": ")
    if colon and text.startswith("%"):
        return (code(before), f": {after}")
    if after.startswith(("%", "aws ")):
        return (f"{before}: ", code(after))
    return text


def inline_text(part: Inline) -> str:
    """Return the plain text of a piece."""
    if isinstance(part, tuple):
        return "".join(inline_text(piece) for piece in part)
    return part.content if isinstance(part, Span) else part


def inline_html(part: Inline) -> str:
    """Return the escaped HTML of a piece."""
    if isinstance(part, tuple):
        return "".join(inline_html(piece) for piece in part)
    return part.html() if isinstance(part, Span) else escape(part)
