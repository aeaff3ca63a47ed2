"""
What a tool is (`ToolSpec`, `Param`), gets (`CallContext`) and gives (`ToolResult`).

A tool is a function ``f(ctx, **parameters)`` that returns a `ToolResult`, a
DataFrame or a JSON-like value. Its spec is data: reading it imports nothing,
`ToolSpec.load` imports the code on first use. One JSON Schema per tool drives
parsing, help and completion, so that they cannot disagree.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.shared.call_context import CallContext, Clients
from aibrain_jupyter.shared.error_handler import ToolLoadError
from aibrain_jupyter.shared.params import REQUIRED, Param

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd

    from aibrain_jupyter.shared.coverage import Gap
    from aibrain_jupyter.shared.frames.chosen import Chosen

__all__ = ["REQUIRED", "CallContext", "Clients", "Param", "ToolResult", "ToolSpec", "import_target"]

LIVE: Final = "live"


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """
    The declaration of a tool.

    Args:
        name: What the user types: lower case, digits and ``_``.

        summary: One sentence for listings.

        target: ``module:function`` of the code, imported on first use.

        params: The parameters, in the order help shows them.

        positional: Names of the parameters that may be given by position on the line.

        group: The provider or domain, for listings: ``aws``, ``sharepoint``, ``evidence``.

        permissions: IAM actions (or Graph scopes) the tool needs, as the provider spells them.

        permissions_of: ``module:function`` called with the parameters; returns the permissions of
            that one request, where they depend on it. Replaces `permissions` in plans.

        timeout_of: ``module:function`` called with the parameters; returns how long one call may
            take (a timedelta) when the user has not said, None for as long as any other.

        ttl: How long a result may be served from the cache.

        version: Part of the cache key: raise it when the same parameters give another result.

        targets: ``module:function`` that turns a request into targets (accounts and regions);
            empty for a tool that runs once. What it returns has ``profiles``, ``notes`` and
            ``of_profile(profile, regions)``; one that also takes ``ctx`` is told by it when its run
            was cancelled.

        check: ``module:function`` called with the typed parameters before anything runs; raises
            an `InputError` for what one parameter's schema cannot see.

        more_params: ``module:function`` called with the parameters given so far; returns further
            `Param` objects (the inputs of the AWS operation that was chosen).

        asked: ``module:function`` called with the parameters; returns what the code gets of those
            that are views, for a source that can be asked for less. It is part of the cache key.

        shape: ``module:function`` called with the whole result, its target and the parameters that
            are views; returns the result as it is shown.

        extra: The extra of this package that brings what the tool imports (``sharepoint``).

        preset: Parameters that are fixed and given to the code besides the user's own
            (``iam_users`` is ``aws_export`` with service and resource preset).

        cache_as: The tool name used in cache keys, when several tools give the same results.

        examples: Cells to show in help, first line included.

        is_cacheable: Whether results are kept at all.
    """

    name: str
    summary: str
    target: str
    params: tuple[Param, ...] = ()
    positional: tuple[str, ...] = ()
    group: str = "other"
    permissions: tuple[str, ...] = ()
    permissions_of: str = ""
    timeout_of: str = ""
    ttl: dt.timedelta = dt.timedelta(hours=1)
    version: str = "1"
    targets: str = ""
    check: str = ""
    more_params: str = ""
    asked: str = ""
    shape: str = ""
    extra: str = ""
    preset: Mapping[str, Any] = field(default_factory=dict)
    cache_as: str = ""
    examples: tuple[str, ...] = ()
    is_cacheable: bool = True

    def load(self) -> Callable[..., Any]:
        """Import the code of the tool and return its function."""
        return import_target(self.target, what=f"The tool {self.name}", extra=self.extra)

    def param(self, name: str) -> Param | None:
        """Return the parameter of that name, or None."""
        return next((p for p in self.params if p.name == name), None)

    def json_schema(self) -> dict[str, Any]:
        """Return the JSON Schema (2020-12) of the tool's parameters, an object."""
        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": self.name,
            "description": self.summary,
            "type": "object",
            "properties": {p.name: p.json_schema() for p in self.params},
            "required": [p.name for p in self.params if p.is_required],
            "additionalProperties": bool(self.more_params),
        }


def import_target(target: str, *, what: str, extra: str = "") -> Callable[..., Any]:
    """
    Import ``module:function`` and return the function.

    Raises:
        ToolLoadError: a module is missing (the next step then says what to install), or the
            target has a fault of its own (the next step then does not blame the user).
    """
    module_name, _, attribute = target.partition(":")
    try:
        found = getattr(import_module(module_name), attribute)
    except ModuleNotFoundError as exc:
        missing = exc.name or module_name
        package = f"aibrain_jupyter[{extra}]" if extra else missing.partition(".")[0]
        raise ToolLoadError(
            f"{what} needs the module {missing!r}, which is not installed.",
            next_steps=[f'Run %pip install "{package}" and try again.'],
        ) from exc
    except (ImportError, AttributeError) as exc:
        raise ToolLoadError(
            f"{what} cannot be loaded from {target!r}.",
            why=f"{type(exc).__name__}: {exc}",
            next_steps=["Report it to the author of the tool: its spec or its code has a fault."],
        ) from exc
    if not callable(found):
        raise ToolLoadError(
            f"{what} points at {target!r}, which is not a function.",
            next_steps=["Report it to the author of the tool."],
        )
    return found  # type: ignore[no-any-return]


@dataclass(slots=True)
class ToolResult:
    """
    What a tool gives for one call.

    `frame` holds the rows (columns documented by the tool), `gaps` what is missing inside the
    call (an item's detail that was refused), `operations` how often each ``service:Operation``
    was answered, `collected_at` when the source was asked (aware, UTC; kept through the cache),
    `source` one of ``live``, ``memory``, ``disk``, `left_out` how many rows were read and are not
    shown (``where``, ``period``), `chosen` what that leaves to be said.
    """

    frame: pd.DataFrame
    gaps: tuple[Gap, ...] = ()
    operations: Mapping[str, int] = field(default_factory=dict)
    collected_at: dt.datetime = field(default_factory=lambda: dt.datetime.now(dt.UTC))
    source: str = LIVE
    notes: tuple[str, ...] = ()
    left_out: int = 0
    chosen: Chosen | None = None
