"""What is wrong with a call that only the cache might have answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aibrain_jupyter.shared.error_handler import NotCachedError

if TYPE_CHECKING:
    from aibrain_jupyter.shared.base_tool import ToolSpec
    from aibrain_jupyter.shared.coverage import Target


def not_cached(target: Target, spec: ToolSpec) -> NotCachedError:
    """Return the error of a call that only the cache might have answered."""
    return NotCachedError(
        f"{spec.name} on {target.label} is not in the cache, or too old.",
        why="The source was not asked (--only-cached).",
        next_steps=["Accept older results with --ttl, or leave --only-cached out."],
        facts=target.facts,
    )
