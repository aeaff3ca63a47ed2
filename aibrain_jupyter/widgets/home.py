"""The home screen of ``%aibrain``: who am I, what can I run, what now. One screen, no network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aibrain_jupyter.widgets.blocks import (
    Block,
    Bullets,
    Heading,
    Page,
    Table,
    badge,
    code,
    dotted,
    line,
    mark_command,
    muted,
    strong,
)

if TYPE_CHECKING:
    from collections.abc import Sequence


class Home(Page):
    """
    The home screen.

    Args:
        version: Of this package.

        profile: The profile in use, in words.

        identity_source: Where its credentials come from, in words; never a credential.

        tools: Groups of tools, each with the tools' names and summaries.

        runs: One line for each run worth mentioning, the newest first.

        cache_line: The cache in a line.

        next_steps: What to do now, each as `mark_command` reads it.

        is_demo: Whether the profile in use is the embedded demo account.
    """

    label = "aibrain_jupyter"

    def __init__(
        self,
        *,
        version: str,
        profile: str,
        identity_source: str,
        tools: Sequence[tuple[str, Sequence[tuple[str, str]]]],
        runs: Sequence[str] = (),
        cache_line: str = "",
        next_steps: Sequence[str] = (),
        is_demo: bool = False,
    ) -> None:
        self._version = version
        self._profile = profile
        self._identity_source = identity_source
        self._tools = tools
        self._runs = runs
        self._cache_line = cache_line
        self._next_steps = next_steps
        self._is_demo = is_demo

    def blocks(self) -> list[Block]:
        """Return profile, cache, tools, runs, next steps."""
        demo = badge("demo data") if self._is_demo else ""
        found: list[Block] = [
            dotted((strong("aibrain_jupyter"), " ", muted(self._version)), demo),
            dotted((muted("profile "), self._profile), self._identity_source),
        ]
        if self._cache_line:
            found.append(line(muted("cache "), self._cache_line))
        if self._tools:
            found += [Heading("Tools"), self._tool_table()]
        if self._runs:
            found += [Heading("Runs"), Bullets(tuple(self._runs))]
        if self._next_steps:
            found += [Heading("Next"), Bullets(tuple(map(mark_command, self._next_steps)))]
        return found

    def _tool_table(self) -> Table:
        rows = []
        for group, members in self._tools:
            for k, (name, summary) in enumerate(members):
                # The group is named once: a column of repeated words hides where it changes.
                rows.append((group if k == 0 else "", code(name), summary))
        return Table(("group", "tool", "what it gives"), tuple(rows), label="Tools")
