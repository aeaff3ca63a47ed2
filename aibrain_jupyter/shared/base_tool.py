"""
What a tool is (`ToolSpec`, `Param`), gets (`CallContext`) and gives (`ToolResult`).

A spec is data: reading it imports nothing, `ToolSpec.load` imports the tool's handler on first
use. One JSON Schema per tool drives parsing, help and completion, so that they cannot disagree.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Final

from aibrain_jupyter.shared.error_handler import ToolLoadError
from aibrain_jupyter.shared.imports import import_target
from aibrain_jupyter.shared.tools.call_context import CallContext, Clients
from aibrain_jupyter.shared.tools.handler import FunctionHandler, ToolHandler
from aibrain_jupyter.shared.tools.params import REQUIRED, Param

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd

    from aibrain_jupyter.shared.coverage import Gap
    from aibrain_jupyter.shared.frames.chosen import Chosen
    from aibrain_jupyter.shared.frames.of_arrays import FrameOfArrays
    from aibrain_jupyter.shared.tools.totals import ControlTotal

__all__ = [
    "REQUIRED",
    "CallContext",
    "Clients",
    "FunctionHandler",
    "LateResult",
    "Param",
    "ToolHandler",
    "ToolResult",
    "ToolSpec",
    "import_target",
]

LIVE: Final = "live"


NO_GROUP: Final = "other"
"""The group of tools that declare none."""


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """
    The declaration of a tool.

    Args:
        name: What the user types: lower case, digits and ``_``.

        summary: One sentence for listings.

        handler: ``module:NAME`` of its `ToolHandler` (an object, or a class without arguments), or
            of a plain function ``f(ctx, **parameters)``. Imported on first use.

        provider: ``module:NAME`` of the handler's `Provider`, where that imports less than the
            handler does: the home screen and names to complete then cost no more; empty: it is
            the handler's.

        params: The parameters, in the order help shows them.

        positional: Names of the parameters that may be given by position on the line.

        group: The provider or domain, for listings: ``aws``, ``sharepoint``, ``evidence``.

        places: The columns that tell where a row is from, as the provider's `Target` names its
            parts; empty for a tool that runs once, nowhere in particular.

        permissions: IAM actions (or Graph scopes) the tool needs, as the provider spells them.

        takes_more: Whether parameters given bring further ones (`ToolHandler.more_params`).

        ttl: How long a result may be served from the cache.

        version: Part of the cache key: raise it when the same parameters give another result.

        extra: The extra of this package that brings what the tool imports (``sharepoint``).

        preset: Parameters that are fixed and given to the code besides the user's own
            (``iam_users`` is ``aws_export`` with service and resource preset).

        cache_as: The tool name used in cache keys, when several tools give the same results.

        examples: Cells to show in help, first line included.

        is_cacheable: Whether results are kept at all.

        patch: SHA-256 of the patch that its code was modified by in this session; empty: its code
            is its author's. Never written in a declaration.
    """

    name: str
    summary: str
    handler: str
    params: tuple[Param, ...] = ()
    positional: tuple[str, ...] = ()
    group: str = NO_GROUP
    places: tuple[str, ...] = ()
    permissions: tuple[str, ...] = ()
    takes_more: bool = False
    ttl: dt.timedelta = dt.timedelta(hours=1)
    version: str = "1"
    extra: str = ""
    preset: Mapping[str, Any] = field(default_factory=dict)
    cache_as: str = ""
    examples: tuple[str, ...] = ()
    is_cacheable: bool = True
    patch: str = ""
    provider: str = ""
    views: frozenset[str] = field(init=False, repr=False, compare=False)
    """The names of the parameters that say what is shown, not what is asked."""

    def __post_init__(self) -> None:
        views = frozenset(param.name for param in self.params if param.is_view)
        object.__setattr__(self, "views", views)

    def load(self) -> ToolHandler:
        """
        Import the tool's code and return its handler.

        Raises:
            ToolLoadError: a module is missing, or the spec names what cannot run a tool.
        """
        found = import_target(self.handler, what=f"The tool {self.name}", extra=self.extra)
        if isinstance(found, type) and issubclass(found, ToolHandler):
            return found()
        if isinstance(found, ToolHandler):
            return found
        if not callable(found):
            raise ToolLoadError(
                f"The tool {self.name} points at {self.handler!r}, which is not a function.",
                next_steps=["Report it to the author of the tool."],
            )
        return FunctionHandler(found)

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
            "additionalProperties": self.takes_more,
        }


@dataclass(slots=True)
class ToolResult:
    """
    What a tool gives for one call.

    `frame` holds the rows (columns documented by the tool), `gaps` what is missing inside the
    call (an item's detail that was refused), `operations` how often each ``service:Operation``
    was answered, `collected_at` when the source was asked (aware, UTC; kept through the cache),
    `source` one of ``live``, ``memory``, ``disk``, `left_out` how many rows were read and are not
    shown (``where``, ``period``), `chosen` what that leaves to be said. `requests` are the answered
    requests of its collection, packed (``shared/call_log.py``), `entry` the name of what the cache
    keeps of it, which has a SHA-256 of the frame; empty where it is kept nowhere; `totals` the
    control totals that were asked for it.
    """

    frame: pd.DataFrame
    gaps: tuple[Gap, ...] = ()
    operations: Mapping[str, int] = field(default_factory=dict)
    collected_at: dt.datetime = field(default_factory=lambda: dt.datetime.now(dt.UTC))
    source: str = LIVE
    notes: tuple[str, ...] = ()
    left_out: int = 0
    chosen: Chosen | None = None
    requests: str = ""
    entry: str = ""
    totals: tuple[ControlTotal, ...] = ()

    arrays: ClassVar[FrameOfArrays | None] = None
    """What the frame will be made of; None: it is there, or is made of something else."""

    @property
    def rows(self) -> int:
        """How many rows the frame has."""
        return len(self.frame)


class LateResult(ToolResult):
    """
    A result whose frame is made when somebody looks at it; until then it is *whole*.

    Args:
        frame: The frame, if there is one already (`dataclasses.replace`).

        open_frame: Makes it; each call gives an independent one.

        kept_rows: How many rows it will have.

        arrays: Its columns, in place of both, where it is made of them.
    """

    __slots__ = ("_arrays", "_frame", "_kept_rows", "_open")

    def __init__(
        self,
        frame: pd.DataFrame | None = None,
        *,
        open_frame: Callable[[], pd.DataFrame] | None = None,
        kept_rows: int = 0,
        arrays: FrameOfArrays | None = None,
        **fields: Any,
    ) -> None:
        self._open, self._kept_rows, self._arrays = open_frame, kept_rows, arrays
        if arrays is not None:
            self._open, self._kept_rows = arrays.frame, arrays.rows
        self._frame: pd.DataFrame | None = None
        super().__init__(frame, **fields)  # type: ignore[arg-type]  # see `frame`

    @property
    def frame(self) -> pd.DataFrame:
        if self._frame is None:
            assert self._open is not None
            self._frame = self._open()
        return self._frame

    @frame.setter
    def frame(self, frame: pd.DataFrame) -> None:
        self._frame = frame

    def open(self) -> pd.DataFrame:
        """Return the frame without taking it: the result stays whole."""
        return self.frame if self._open is None or not self.is_whole else self._open()

    @property
    def is_whole(self) -> bool:
        """Whether it is as it was kept: nobody has taken, or given it, a frame."""
        return self._frame is None

    @property
    def arrays(self) -> FrameOfArrays | None:  # type: ignore[override]
        """What the frame will be made of; None: it is there, or is made of something else."""
        return self._arrays if self.is_whole else None

    @property
    def rows(self) -> int:
        """How many rows the frame has."""
        return self._kept_rows if self.is_whole else len(self.frame)
