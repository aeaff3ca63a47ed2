"""Reference pages: made of the catalogue, complete, and Markdown."""

from __future__ import annotations

import pytest

from aibrain_jupyter.aws.resources.reference import calls_of, reference_of_all, reference_page
from aibrain_jupyter.aws.resources.table import RESOURCES


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda r: r.tool_name)
def test_a_page_has_all_there_is_to_know(resource):
    """Every column, call, permission and trap is on the page of its resource."""
    page = reference_page(resource)

    missing = [c.name for c in resource.columns if f"| `{c.name}` | {c.dtype} |" not in page]
    missing += [action for action in resource.permissions if f"- `{action}`" not in page]
    missing += [call.operation for call in resource.calls if f"| `{call.operation}` |" not in page]
    assert [] == [*missing, *(trap for trap in resource.traps if trap not in page)]
    cells = {line.count("|") for line in page.splitlines() if line.startswith("|")}
    assert cells <= {4}


def test_each_declared_column_says_where_it_is_read():
    """The calls of a page fill, together, every declared column."""
    for resource in RESOURCES:
        if not resource.lists:
            continue
        filled = {n for _, _, names in calls_of(resource) for n in names.split(", ") if n}
        declared = {c.name for c in resource.columns if c.source}
        assert set() == declared - filled, resource.tool_name


def test_all_pages_are_one_text():
    """The text of all resources links to each of them."""
    text = reference_of_all()

    assert [] == [r.tool_name for r in RESOURCES if f"\n## {r.tool_name}\n" not in text]
