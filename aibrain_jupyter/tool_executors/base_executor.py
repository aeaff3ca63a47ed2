"""
Running a tool directly: parameters typed, each call answered by the cache or its source.

Runs in notebook cells go through ``execution/``, which plans, parallelises and shows.
`BaseExecutor.execute` is the direct way, ``get_tool(name, executor)(**params)``, for scripts and
for other tools.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from aibrain_jupyter.shared.base_tool import CallContext, ToolResult
from aibrain_jupyter.shared.config import get_settings
from aibrain_jupyter.shared.frames.stack import at_targets
from aibrain_jupyter.shared.tools.call_policy import CallPolicy
from aibrain_jupyter.shared.tools.handler import Finding
from aibrain_jupyter.tool_executors.cached_call import call_tool
from aibrain_jupyter.tool_executors.stamp import make_stamp
from aibrain_jupyter.tool_executors.typed_parameters import typed_parameters

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

    from aibrain_jupyter.shared.base_tool import ToolHandler, ToolSpec


class BaseExecutor:
    """
    Runs tools one call after the other, on one profile and in one place of it.

    Args:
        profile: A profile of the tool's provider; empty: the configured one, else the provider's
            default.

        region: Where in it; empty: what is configured, else the profile's own.
    """

    def __init__(self, profile: str = "", region: str = "") -> None:
        self.profile = profile
        self.region = region

    def execute(
        self, spec: ToolSpec, handler: ToolHandler, params: Mapping[str, Any]
    ) -> pd.DataFrame:
        """
        Run a tool and return its rows.

        Args:
            spec: The tool.

            handler: What runs it.

            params: Its parameters, as a cell would give them.

        Returns:
            The tool's frame, stamped as by `make_stamp`; a frame with gaps is also warned about.

        Raises:
            InputError: a parameter is unknown, missing or does not fit; nothing ran.
            AibrainError: the call failed.
        """
        typed = {**spec.preset, **typed_parameters(spec, handler, params)}
        handler.check(typed)
        policy = CallPolicy.configured()
        results = [
            (context.target, call_tool(context, spec, handler, typed, policy))
            for context in self._contexts(spec, handler, typed, policy)
        ]
        frame = _rows(spec, results)
        gaps = [gap.label for _, result in results for gap in result.gaps]
        frame.attrs["aibrain"] = make_stamp(
            spec.name,
            typed,
            [target for target, _ in results],
            [result for _, result in results],
            gaps=len(gaps),
            patch=spec.patch,
        )
        if gaps:
            warnings.warn(f"{spec.name} is incomplete: {'; '.join(gaps)}", stacklevel=3)
        return frame

    def _contexts(
        self, spec: ToolSpec, handler: ToolHandler, params: Mapping[str, Any], policy: CallPolicy
    ) -> Iterable[CallContext]:
        """Yield one context per call."""
        if not spec.places:
            yield CallContext()
            return
        from aibrain_jupyter.tool_executors.cached_call import cache_of

        settings, clients = get_settings(), handler.provider.clients()
        targets = handler.targets(params, Finding(cache_of(policy)))
        regions = _words(self.region or settings.get("regions"))
        for profile in targets.profiles([], self.profile or settings.get("profile")):
            for target, problem in targets.of_profile(profile, regions, CallContext()):
                if problem is not None:
                    raise problem
                yield CallContext(target, clients=clients)


def _rows(spec: ToolSpec, results: list[tuple[Any, ToolResult]]) -> pd.DataFrame:
    """Return one frame of the results of all calls."""
    if not spec.places:
        return results[0][1].frame
    return at_targets([(result.frame, target) for target, result in results], spec.places)


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())
