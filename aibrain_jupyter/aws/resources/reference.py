"""
The reference page of a curated resource, made of the catalogue: it cannot disagree with it.

As Markdown for a wiki or an audit file; the help of a tool shows the same in the notebook.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aibrain_jupyter.aws.resources.declaration import EACH, LIST
from aibrain_jupyter.aws.resources.expressions import names_in
from aibrain_jupyter.aws.resources.table import RESOURCES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from aibrain_jupyter.aws.resources.declaration import Resource
    from aibrain_jupyter.shared.tools.params import Param


def calls_of(resource: Resource) -> list[tuple[str, str, str]]:
    """
    Return the calls of a declared resource.

    Returns:
        ``service:Operation``, how often it is asked per account and region, and the columns that
        are read from its answer; empty for a resource with code of its own, where the permissions
        are the calls.
    """
    answers = {name for call in resource.calls for name in (call.alias, call.row_name) if name}
    read_from = {c.name: names_in(c.source) for c in resource.columns if c.source}
    found = []
    for calls in resource.lists:
        # What names no answer is a member of the record that was listed last.
        last = [call for call in calls if call.kind in (LIST, EACH)][-1]
        for call in calls:
            own = {call.alias, call.row_name} - {""}
            columns = [
                name
                for name, source in read_from.items()
                if own & source or (call is last and not answers & source)
            ]
            found.append((call.operation, call.how_often, ", ".join(columns)))
    return found


def asked_where(resource: Resource) -> str:
    """Return in words how often a resource is asked."""
    return "Asked once per account." if resource.is_global else "Asked in each region."


def reference_page(resource: Resource, *, level: int = 1) -> str:
    """Return the page of one resource as Markdown, its title a heading of `level`."""
    title, part = "#" * level, "#" * (level + 1)
    blocks = [
        f"{title} {resource.tool_name}",
        f"{resource.summary} {asked_where(resource)}",
        f"```\n%aibrain {resource.tool_name}\n```",
    ]
    if resource.traps:
        blocks += [f"{part} What to know", "\n".join(f"- {trap}" for trap in resource.traps)]
    if resource.params:
        params = ((_code(p.name), _type_of(p), p.help) for p in resource.params)
        blocks += [f"{part} Parameters", _table(("parameter", "type", "what it says"), params)]
    blocks += [
        f"{part} Columns",
        "First `account_id` and `region` (category): where the row is from.",
        _table(
            ("column", "type", "what it says"),
            ((_code(c.name), c.dtype, c.help_with_absent) for c in resource.columns),
        ),
    ]
    if resource.date:
        blocks.append(f"`period=` looks at `{resource.date}`.")
    if calls := calls_of(resource):
        rows = ((_code(operation), often, columns) for operation, often, columns in calls)
        blocks += [f"{part} Calls", _table(("operation", "asked", "fills"), rows)]
    actions = "\n".join(f"- {_code(action)}" for action in resource.permissions)
    first = "Without the first there are no rows; without another its columns are not known."
    if resource.needs:
        first = "Which of them are needed follows from the parameters: --dry-run shows it."
    blocks += [f"{part} Permissions", f"{first}\n\n{actions}"]
    return "\n\n".join(blocks) + "\n"


def reference_of_all() -> str:
    """Return the pages of all resources as one Markdown text with a list of them first."""
    links = "\n".join(f"- [{r.tool_name}](#{r.tool_name}): {r.summary}" for r in RESOURCES)
    pages = "\n".join(reference_page(resource, level=2) for resource in RESOURCES)
    return f"# Curated AWS resources\n\n{links}\n\n{pages}"


def _type_of(param: Param) -> str:
    if param.choices:
        return ", ".join(param.choices)
    return "true or false" if param.type is bool else "texts" if param.many else "text"


def _code(text: str) -> str:
    return f"`{text}`"


def _table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [headers, ["---"] * len(headers), *rows]
    return "\n".join(
        f"| {' | '.join(cell.replace('|', '&#124;') for cell in row)} |" for row in lines
    )
