"""
What stands in a line: pieces of text with a role, and words that fit a number.

A role says what a piece is for; how it looks is decided here once.
"""

from __future__ import annotations

from dataclasses import dataclass

from aibrain_jupyter.widgets.bundle import CODE, MUTED, RULE, escape, style

_TAGS = {
    "strong": ("<b>", "</b>"),
    "muted": (f"<span{style(MUTED)}>", "</span>"),
    "code": (f"<code{style(CODE, 'background:none', 'padding:0', 'color:inherit')}>", "</code>"),
    "badge": (
        "<b"
        + style(
            f"border:1px solid {RULE}",
            "border-radius:3px",
            "padding:0 5px",
            "background:var(--jp-layout-color2,rgba(128,128,128,.15))",
        )
        + ">",
        "</b>",
    ),
}


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a line; `role` is one of ``strong``, ``muted``, ``code``, ``badge``."""

    content: str
    role: str

    def html(self) -> str:
        """Return the escaped content inside the tag of its role."""
        before, after = _TAGS[self.role]
        return f"{before}{escape(self.content)}{after}"


Inline = str | Span | tuple["str | Span", ...]


def strong(content: object) -> Span:
    """Return what the eye should find first."""
    return Span(str(content), "strong")


def muted(content: object) -> Span:
    """Return what may be overlooked."""
    return Span(str(content), "muted")


def code(content: object) -> Span:
    """Return a name or command that can be copied into a cell."""
    return Span(str(content), "code")


def badge(content: object) -> Span:
    """Return a mark that must not be overlooked (demo data)."""
    return Span(str(content), "badge")


def plural(count: int, noun: str) -> str:
    """Return ``1 call``, ``1,204 calls``."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


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
