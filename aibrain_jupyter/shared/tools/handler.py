"""
The one object of a tool: what runs it and what the house asks about it.

A spec names its handler as ``module:NAME``; it is imported on first use. A plain
function ``f(ctx, **parameters)`` does for a tool that runs once and has nothing
to say of itself. Whatever else there is, targets, views, permissions, is a
method of `ToolHandler` with a default that means "nothing of the kind".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from aibrain_jupyter.shared.frames.row_key import NO_KEY, RowKey
from aibrain_jupyter.shared.tools.provider import Provider

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Mapping, Sequence

    import pandas as pd

    from aibrain_jupyter.shared.base_tool import ToolResult
    from aibrain_jupyter.shared.coverage import Target
    from aibrain_jupyter.shared.error_handler import AibrainError
    from aibrain_jupyter.shared.frames.columns import Column
    from aibrain_jupyter.shared.tools.call_context import CallContext
    from aibrain_jupyter.shared.tools.params import Param
    from aibrain_jupyter.shared.tools.preview import Preview
    from aibrain_jupyter.shared.tools.totals import ControlTotal

    Placed = tuple[Target, AibrainError | None]


class TargetResolver(Protocol):
    """Finds the targets of one request; `notes` collects one-line remarks (a fallback taken)."""

    @property
    def notes(self) -> Sequence[str]:
        """What the user should know of how the targets were found."""

    def profiles(self, accounts: Sequence[str], profile: str) -> list[str]:
        """
        Return the profiles to go through, each once. Sends nothing.

        Args:
            accounts: What the user wrote with ``--accounts``, or is configured; may be empty.

            profile: What was written with ``--profile``, or is in use; may be empty.

        Raises:
            InputError: there is no such account or profile.
        """

    def of_profile(
        self, profile: str, regions: Sequence[str], ctx: CallContext
    ) -> Sequence[Placed]:
        """
        Return the targets of one profile, each with the error it is already known to end in.

        Args:
            profile: As `profiles` gave it.

            regions: What the user wrote with ``--regions``, or is configured; may be empty.

            ctx: Who waits for it: look at ``ctx.check()`` before each request.
        """


@dataclass(frozen=True, slots=True)
class Finding:
    """
    How a resolver may look: `cache` keeps what was found (None: nothing is kept), `is_fresh` asks
    although the cache knows, `is_offline` sends nothing: what is not known is then an error.
    """

    cache: Any = None
    is_fresh: bool = False
    is_offline: bool = False


@dataclass(frozen=True, slots=True)
class Reference:
    """
    What is known of a tool's frame and calls before it runs.

    `columns` are those of its frame, `calls` what is asked for it (operation, how often, the
    columns it fills), `traps` what a reader of the frame should know.
    """

    columns: Sequence[Column] = ()
    calls: Sequence[tuple[str, str, str]] = ()
    traps: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class CallLabels:
    """
    The words a call goes by: `title` (shown), `service` (the part of the provider that is asked:
    its calls share a limit, and its results a folder of the cache), `tags` (what results can be
    cleared by).
    """

    title: str
    service: str = ""
    tags: tuple[str, ...] = ()


class ToolHandler:
    """
    Runs a tool and answers for it. Every member but `run` has a default.

    Methods get ``params``, the typed parameters with the spec's preset, and send nothing unless
    they say so.
    """

    provider: ClassVar[Provider] = Provider()
    """Whose tool it is."""

    writes: ClassVar[bool] = False
    """Whether it changes something: then nothing of it is cached, or repeated by resuming."""

    previews: ClassVar[bool] = False
    """Whether `preview` tells of each piece of a call."""

    where_it_may_run: ClassVar[tuple[str, ...]] = ("local",)
    """The engines that may carry its calls out."""

    def run(self, ctx: CallContext, *args: Any, **params: Any) -> Any:
        """
        Make one call.

        Args:
            ctx: Where it asks, through what, and until when.

            params: The parameters of the spec, preset and defaults included.

        Returns:
            A `ToolResult`, a DataFrame or Series of pandas, a polars or Arrow table, a mapping, a
            list of mappings or dataclasses; or an awaitable of one.
        """
        raise NotImplementedError

    def check(self, params: Mapping[str, Any]) -> None:
        """Refuse with an `InputError` what one parameter's schema cannot see."""

    def check_for_preview(self, params: Mapping[str, Any]) -> None:
        """
        Refuse as `check` does, where the call is only previewed.

        What is written well and may not be done all the same (evidence that nobody approved) is
        for `preview` to show.
        """
        self.check(params)

    def more_params(self, params: Mapping[str, Any]) -> Iterable[Param]:
        """Return further parameters that those given bring (the inputs of an operation)."""
        return ()

    def asked(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Return what `run` gets of the views, for a source that can be asked for less."""
        return {}

    def shape(self, result: ToolResult, target: Target, params: Mapping[str, Any]) -> ToolResult:
        """Return a whole result as the parameters that are views ask for it."""
        return result

    def labels(self, name: str, params: Mapping[str, Any]) -> CallLabels:
        """Return the words a call of the tool `name` goes by."""
        return CallLabels(name)

    def permissions(self, params: Mapping[str, Any]) -> tuple[str, ...] | None:
        """Return what one request needs; None: what the spec says."""
        return None

    def timeout(self, params: Mapping[str, Any]) -> dt.timedelta | None:
        """Return how long one call may take when the user does not say; None: as any other."""
        return None

    def preview(self, ctx: CallContext, params: Mapping[str, Any]) -> Preview:
        """
        Return what a call would do, piece by piece. It may read what is there, and changes nothing.

        Args:
            ctx: Where it asks, through what, and until when.

            params: The parameters that `run` would get, those left out missing.
        """
        raise NotImplementedError

    def targets(self, params: Mapping[str, Any], finding: Finding) -> TargetResolver:
        """Return what finds the targets of a request, for a spec that names their parts."""
        raise NotImplementedError

    def known_targets(
        self,
        params: Mapping[str, Any],
        finding: Finding,
        accounts: Sequence[str],
        profile: str,
        regions: Sequence[str],
    ) -> Sequence[Target] | None:
        """
        Return the targets of a request, at once, where nothing is read or asked for them.

        Their order is that of `targets`. The arguments are those of `TargetResolver`. None (always
        right): they have to be looked up, or something is wrong with one of them.
        """
        return None

    def reference(self, params: Mapping[str, Any]) -> Reference:
        """Return what is known of frame and calls before anything runs."""
        return Reference()

    def key(self, params: Mapping[str, Any]) -> RowKey:
        """Return the columns that tell one row from another, besides the parts of the target."""
        return NO_KEY

    def page(self, params: Mapping[str, Any] | None) -> str | None:
        """Return a reference page as Markdown, None: there is none. Without parameters: of all."""
        return None

    def source(self, params: Mapping[str, Any]) -> Sequence[Any]:
        """
        Return what the tool is made of, for a hash of its code.

        The names of its modules; a function itself that is in no module's file. Imports nothing
        that a call would not.
        """
        return (type(self).__module__,)

    def total_permissions(self, params: Mapping[str, Any]) -> tuple[str, ...]:
        """Return what one request needs besides where control totals are wanted."""
        return ()

    def totals(
        self, ctx: CallContext, params: Mapping[str, Any], frame: pd.DataFrame
    ) -> tuple[ControlTotal, ...]:
        """
        Ask for the control totals of rows that were collected before, and compare them.

        Where they are wanted from the start (`CallContext.wants_totals`), `run` asks for them
        before and after, and gives them with its result.

        Args:
            ctx: Where and through what it asks.

            params: The parameters the rows were collected with.

            frame: The whole rows of the place of `ctx`.
        """
        return ()

    def roll_call(
        self, ctx: CallContext, asked: Sequence[Target], patterns: Sequence[str]
    ) -> tuple[ControlTotal, ...]:
        """
        Compare the places that were asked, all of one account, with an account of all its places.

        Args:
            ctx: Where and through what it asks: one of the places.

            asked: The targets of a run in this account, also those that answered nothing.

            patterns: The places as written (``--regions``); empty: what is configured.
        """
        return ()


@dataclass(frozen=True)
class FunctionHandler(ToolHandler):
    """The handler of a tool that is one function."""

    function: Callable[..., Any] = field()

    def run(self, ctx: CallContext, *args: Any, **params: Any) -> Any:
        """Call the function."""
        return self.function(ctx, *args, **params)

    def source(self, params: Mapping[str, Any]) -> Sequence[Any]:
        """Return the module of the function, or the function where a notebook's cell has it."""
        function = self.function
        while isinstance(function, partial):  # whose own module is functools
            function = function.func
        module = getattr(function, "__module__", "__main__")
        return (function if module == "__main__" else module,)
