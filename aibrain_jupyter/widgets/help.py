"""The help of a tool: made from its spec, so that it cannot disagree with what the tool takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aibrain_jupyter.shared.texts.durations import format_duration
from aibrain_jupyter.shared.tools.handler import Reference
from aibrain_jupyter.widgets.blocks import (
    Block,
    Bullets,
    Code,
    Heading,
    Page,
    Table,
    code,
    dotted,
    line,
    strong,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aibrain_jupyter.shared.base_tool import ToolSpec
    from aibrain_jupyter.shared.tools.params import Param
    from aibrain_jupyter.widgets.blocks import Inline

_TYPES: dict[type, str] = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "true or false",
    dict: "mapping",
    list: "list",
    object: "any value",
}


class ToolHelp(Page):
    """
    What a tool does, takes, needs and gives.

    Args:
        spec: The tool.

        params: Its parameters, more than the spec's where the parameters given so far bring
            further ones.

        run_options: The options every tool takes, as flag and help.

        reference: What is known of its frame and its calls.
    """

    label = "Help"

    def __init__(
        self,
        spec: ToolSpec,
        params: Sequence[Param],
        run_options: Sequence[tuple[str, str]],
        reference: Reference | None = None,
    ) -> None:
        self._spec = spec
        self._params = params
        self._run_options = run_options
        self._known = reference or Reference()

    def blocks(self) -> list[Block]:
        """Return usage, parameters, examples, traps, permissions, columns, calls, run options."""
        spec = self._spec
        found: list[Block] = [
            dotted(strong(spec.name), spec.summary),
            Heading("Usage"),
            Code(f"%aibrain {_usage(spec, self._params)}"),
        ]
        if self._params:
            found += [Heading("Parameters"), self._param_table()]
        if spec.examples:
            found.append(Heading("Examples"))
            found += [Code(example) for example in spec.examples]
        if self._known.traps:
            found += [Heading("What to know"), Bullets(tuple(self._known.traps))]
        if spec.permissions:
            found += [Heading("Permissions"), line(code(", ".join(spec.permissions)))]
        if self._known.columns:
            rows = tuple((code(c.name), c.dtype, c.help) for c in self._known.columns)
            table = Table(("column", "type", "what it says"), rows, label="Columns")
            places = line("First ", *_listed(spec.places), " (category): where the row is from.")
            found += [Heading("Columns"), *([places] if spec.places else []), table]
        if self._known.calls:
            calls = tuple(
                (code(call), often, columns) for call, often, columns in self._known.calls
            )
            table = Table(("operation", "asked", "fills"), calls, label="Calls")
            found += [Heading(f"Calls, per {_place_words(spec)}"), table]
        if self._run_options:
            options = tuple((code(flag), text) for flag, text in self._run_options)
            table = Table(("option", "what it does"), options, label="Run options")
            found += [Heading("Run options"), table]
        if spec.is_cacheable:
            kept = format_duration(spec.ttl.total_seconds())
            found += [Heading("Cache"), line(f"Results are served from the cache for {kept}.")]
        return found

    def _param_table(self) -> Table:
        rows = tuple(
            (code(p.name), _type_words(p), _default_words(p), _help_words(p)) for p in self._params
        )
        headers = ("parameter", "takes", "default", "what it is")
        return Table(headers, rows, label="Parameters")


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
    words = [spec.name]
    for param in params:
        word = f"{param.name}=…"
        words.append(word if param.is_required else f"[{word}]")
    return " ".join([*words, "[--run-option …]"])


def _type_words(param: Param) -> str:
    kind = _TYPES.get(param.type, param.type.__name__)
    return f"list of {kind}" if param.many else kind


def _default_words(param: Param) -> str:
    return "required" if param.is_required else _value_words(param.default)


def _value_words(value: Any) -> str:
    if value is None or value == "" or value == () or value == []:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return ", ".join(str(item) for item in value)
    return str(value)


def _help_words(param: Param) -> str:
    choices = f" ({', '.join(param.choices)})" if param.choices else ""
    return f"{param.help}{choices}"
