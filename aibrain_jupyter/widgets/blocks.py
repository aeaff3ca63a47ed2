"""
The building blocks of what is shown: lines, headings, tables, code.

A `Page` lists its blocks once and each block knows its text and its HTML, so
the two forms cannot disagree and escaping happens in one place. To show
something new, make a `Page` of blocks.

A front end without HTML (terminal, diff, nbval) gets the text, every other the HTML.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from aibrain_jupyter.shared.texts.shown import UNPRINTABLE, printable
from aibrain_jupyter.widgets.html import CODE, MUTED, RULE, escape, root, style
from aibrain_jupyter.widgets.spans import Inline, inline_html, inline_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_WRAP_FROM = 40
"""Characters up to which a cell that is not the last of its row stays on one line."""


class Block(Protocol):
    """A part of a page."""

    def text(self) -> str:
        """Return the plain-text form."""

    def html(self) -> str:
        """Return the HTML form, every value in it escaped."""


class Page:
    """
    Something a cell shows: display it, or let it be the cell's value.

    Args:
        label: Its name for screen readers.

        blocks: What it is made of, from the top.
    """

    def __init__(self, label: str, blocks: Sequence[Block]) -> None:
        self.label = label
        self.blocks = blocks

    def text(self) -> str:
        """Return the plain-text form: complete, no trailing line break, no control characters."""
        said = _texts(self.blocks).strip("\n")
        return printable(said) if UNPRINTABLE.search(said) else said

    def html(self) -> str:
        """Return the HTML form, every value in it escaped."""
        return root(_htmls(self.blocks), label=self.label)

    def _repr_mimebundle_(self, **options: Any) -> dict[str, str]:
        # IPython passes `include` and `exclude`; it filters a bundle that has too much.
        return {"text/plain": self.text(), "text/html": self.html()}

    def __repr__(self) -> str:
        return self.text()


@dataclass(frozen=True, slots=True)
class Line:
    """One line. Its parts are put together with `separator`."""

    parts: Sequence[Inline]
    separator: str = ""

    def text(self) -> str:
        return self.separator.join(inline_text(part) for part in self.parts)

    def html(self) -> str:
        between = f"<span{style(MUTED)}>{escape(self.separator)}</span>" if self.separator else ""
        return f"<div>{between.join(inline_html(part) for part in self.parts)}</div>"


def line(*parts: Inline) -> Line:
    """Return a line of parts that follow one another directly."""
    return Line(parts)


def dotted(*parts: Inline) -> Line:
    """Return a line of parts with a middle dot between them; empty parts are left out."""
    return Line(tuple(part for part in parts if part), " · ")


@dataclass(frozen=True, slots=True)
class Heading:
    """The title of a section, an empty line above it in text."""

    title: str

    def text(self) -> str:
        return f"\n{self.title}"

    def html(self) -> str:
        # Not h1 to h6: those would join the notebook's outline.
        return f"<div{style('margin-top:10px')}><b>{escape(self.title)}</b></div>"


@dataclass(frozen=True, slots=True)
class Code:
    """Lines that can be copied into a cell."""

    source: str

    def text(self) -> str:
        return "\n".join(f"  {row}".rstrip() for row in self.source.splitlines())

    def html(self) -> str:
        css = style(
            CODE,
            "margin:4px 0;padding:6px 10px;border-radius:3px",
            "background:var(--jp-layout-color2,rgba(128,128,128,.12))",
            "white-space:pre-wrap;color:inherit;line-height:1.45",
        )
        return f"<pre{css}>{escape(self.source)}</pre>"


@dataclass(frozen=True, slots=True)
class Table:
    """
    Rows under headers. Columns that are empty in every row are left out.

    `label` names the table for screen readers, `right` holds the headers of right-aligned
    (numeric) columns. The last column may wrap, the others only where a cell is long.
    """

    headers: Sequence[str]
    rows: Sequence[Sequence[Inline]]
    label: str
    right: Sequence[str] = ()

    def text(self) -> str:
        columns = self._columns()
        rows = (self.headers, *self.rows)
        grid = [[inline_text(row[i]) for i in columns] for row in rows]
        widths = [max(len(row[k]) for row in grid) for k in range(len(columns))]
        is_right = [self.headers[i] in self.right for i in columns]
        return "\n".join(
            "  "
            + "  ".join(
                cell.rjust(width) if right else cell.ljust(width)
                for cell, width, right in zip(row, widths, is_right, strict=True)
            ).rstrip()
            for row in grid
        )

    def html(self) -> str:
        columns = self._columns()
        table = style("border-collapse:collapse;border:none;margin:4px 0;font-size:inherit")
        tr = f"<tr{style('background:none;border:none')}>"
        head = "".join(
            f'<th scope="col"{self._cell_style(i, columns)}>{escape(self.headers[i])}</th>'
            for i in columns
        )
        body = ""
        for row in self.rows:
            cells = (
                f"<td{self._cell_style(i, columns, row[i])}>{inline_html(row[i])}</td>"
                for i in columns
            )
            body += f"{tr}{''.join(cells)}</tr>"
        return (
            f'<div{style("overflow-x:auto")}><table aria-label="{escape(self.label)}"{table}>'
            f"<thead>{tr}{head}</tr></thead><tbody>{body}</tbody></table></div>"
        )

    def _columns(self) -> list[int]:
        return [
            i for i in range(len(self.headers)) if any(inline_text(row[i]) for row in self.rows)
        ]

    def _cell_style(self, i: int, columns: list[int], cell: Inline | None = None) -> str:
        align = "right" if self.headers[i] in self.right else "left"
        is_head = cell is None
        if i == columns[-1] and align == "left":
            wrap = "min-width:18em;max-width:60em;white-space:normal"
        elif cell is not None and len(inline_text(cell)) > _WRAP_FROM:
            wrap = "white-space:normal;overflow-wrap:anywhere"
        else:
            wrap = "white-space:nowrap"
        return style(
            f"text-align:{align};vertical-align:top;line-height:1.45;padding:2px 20px 2px 0",
            f"border:none;border-bottom:1px solid {RULE}" if is_head else "border:none",
            f"font-weight:normal;{MUTED}" if is_head else "",
            wrap,
        )


@dataclass(frozen=True, slots=True)
class Bullets:
    """A short list."""

    items: Sequence[Inline]

    def text(self) -> str:
        return "\n".join(f"  - {inline_text(item)}" for item in self.items)

    def html(self) -> str:
        items = "".join(f"<li>{inline_html(item)}</li>" for item in self.items)
        return f"<ul{style('margin:2px 0', 'padding-left:18px')}>{items}</ul>"


@dataclass(frozen=True, slots=True)
class Callout:
    """
    Blocks set apart by a bar at their side.

    The bar is only a help for the eye: the words inside have to say what it means.
    """

    blocks: Sequence[Block]
    label: str
    is_warning: bool = True

    def text(self) -> str:
        return _texts(self.blocks)

    def html(self) -> str:
        colour = "--jp-warn-color1,#f57c00" if self.is_warning else "--jp-brand-color1,#1976d2"
        css = style(f"border-left:3px solid var({colour})", "padding-left:10px", "margin:6px 0 2px")
        label = escape(self.label)
        return f'<div role="note" aria-label="{label}"{css}>{_htmls(self.blocks)}</div>'


def _texts(blocks: Iterable[Block]) -> str:
    return "\n".join(block.text() for block in blocks)


def _htmls(blocks: Iterable[Block]) -> str:
    return "".join(block.html() for block in blocks)
