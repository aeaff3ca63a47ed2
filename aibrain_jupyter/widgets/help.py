"""The help of a tool: made from its spec, so that it cannot disagree with what the tool takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aibrain_jupyter.shared.texts.durations import format_duration
from aibrain_jupyter.shared.tools.handler import Reference
from aibrain_jupyter.widgets.blocks import Block, Bullets, Code, Heading, Page, Table, dotted, line
from aibrain_jupyter.widgets.spans import Inline, code, strong

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aibrain_jupyter.shared.base_tool import ToolSpec
    from aibrain_jupyter.shared.tools.params import Param

_TYPES: dict[type, str] = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "true or false",
    dict: "mapping",
    list: "list",
    object: "any value",
}


class Markdown(str):
    """
    Markdown: rendered where it is a cell's value, plain text everywhere else.

    It is a `str`, so it can be written to a file as it is.
    """

    __slots__ = ()

    def _repr_markdown_(self) -> str:
        return str(self)

    def __repr__(self) -> str:
        """Return the text itself: what a terminal shows."""
        return str(self)


def tool_help(
    spec: ToolSpec,
    params: Sequence[Param],
    run_options: Sequence[tuple[str, str]],
    reference: Reference | None = None,
) -> Page:
    """
    Return what a tool does, takes, needs and gives.

    `params` are more than the spec's where the parameters given so far bring further ones.
    `run_options` are those every tool takes, as flag and help, `reference` is what is known of its
    frame and its calls.
    """
    known = reference or Reference()
    found: list[Block] = [
        dotted(strong(spec.name), spec.summary),
        Heading("Usage"),
        Code(f"%aibrain {_usage(spec, params)}"),
    ]
    if params:
        headers = ("parameter", "takes", "default", "what it is")
        found += [Heading("Parameters"), Table(headers, _param_rows(params), label="Parameters")]
    if spec.examples:
        found += [Heading("Examples"), *map(Code, spec.examples)]
    if known.traps:
        found += [Heading("What to know"), Bullets(known.traps)]
    if spec.permissions:
        found += [Heading("Permissions"), line(code(", ".join(spec.permissions)))]
    if known.columns:
        found.append(Heading("Columns"))
        if spec.places:
            found.append(
                line("First ", *_listed(spec.places), " (category): where the row is from.")
            )
        columns = [
            (code(column.name), column.dtype, column.help_with_absent) for column in known.columns
        ]
        found.append(Table(("column", "type", "what it says"), columns, label="Columns"))
    if known.calls:
        calls = [(code(call), often, columns) for call, often, columns in known.calls]
        table = Table(("operation", "asked", "fills"), calls, label="Calls")
        found += [Heading(f"Calls, per {_place_words(spec)}"), table]
    if run_options:
        options = [(code(flag), text) for flag, text in run_options]
        table = Table(("option", "what it does"), options, label="Run options")
        found += [Heading("Run options"), table]
    if spec.is_cacheable:
        kept = format_duration(spec.ttl.total_seconds())
        found += [Heading("Cache"), line(f"Results are served from the cache for {kept}.")]
    return Page("Help", found)


def _listed(names: Sequence[str]) -> list[Inline]:
    """Return names with commas and an "and" between them."""
    found: list[Inline] = []
    for number, name in enumerate(names):
        if number:
            found.append(" and " if number == len(names) - 1 else ", ")
        found.append(code(name))
    return found


def _place_words(spec: ToolSpec) -> str:
    """Return ``account and region``."""
    return " and ".join(name.removesuffix("_id") for name in spec.places) or "run"


def _usage(spec: ToolSpec, params: Sequence[Param]) -> str:
    words = [f"{param.name}=…" if param.is_required else f"[{param.name}=…]" for param in params]
    return " ".join([spec.name, *words, "[--run-option …]"])


def _param_rows(params: Sequence[Param]) -> list[tuple[Inline, ...]]:
    rows: list[tuple[Inline, ...]] = []
    for param in params:
        kind = _TYPES.get(param.type, param.type.__name__)
        takes = f"list of {kind}" if param.many else kind
        default = "required" if param.is_required else default_words(param.default)
        choices = f" ({', '.join(param.choices)})" if param.choices else ""
        rows.append((code(param.name), takes, default, f"{param.help}{choices}"))
    return rows


def default_words(value: Any) -> str:
    """Return a default as help shows it; ``none`` for nothing."""
    if value in (None, "", (), []):
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return ", ".join(str(item) for item in value)
    return str(value)
