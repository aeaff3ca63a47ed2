"""The home screen of ``%aibrain``: who am I, what can I run, what now. One screen, no network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aibrain_jupyter.widgets.blocks import Block, Bullets, Heading, Page, Table, dotted, line
from aibrain_jupyter.widgets.spans import badge, code, mark_command, muted, strong

if TYPE_CHECKING:
    from collections.abc import Sequence


def home_page(
    *,
    version: str,
    profile: str,
    identity_source: str,
    tools: Sequence[tuple[str, Sequence[tuple[str, str]]]],
    runs: Sequence[str] = (),
    cache_line: str = "",
    next_steps: Sequence[str] = (),
    is_demo: bool = False,
) -> Page:
    """
    Return the home screen.

    `profile`, `identity_source` (where its credentials come from, never a credential) and
    `cache_line` are in words. `tools` are groups, each with the tools' names and summaries, `runs`
    has a line for each run worth mentioning, the newest first, `next_steps` are as `mark_command`
    reads them. `is_demo`: the profile in use is the embedded demo account.
    """
    demo = badge("demo data") if is_demo else ""
    found: list[Block] = [
        dotted((strong("aibrain_jupyter"), " ", muted(version)), demo),
        dotted((muted("profile "), profile), identity_source),
    ]
    if cache_line:
        found.append(line(muted("cache "), cache_line))
    if tools:
        rows = [
            # The group is named once: a column of repeated words hides where it changes.
            ("" if number else group, code(name), summary)
            for group, members in tools
            for number, (name, summary) in enumerate(members)
        ]
        found += [Heading("Tools"), Table(("group", "tool", "what it gives"), rows, label="Tools")]
    if runs:
        found += [Heading("Runs"), Bullets(runs)]
    if next_steps:
        found += [Heading("Next"), Bullets([mark_command(step) for step in next_steps])]
    return Page("aibrain_jupyter", found)
