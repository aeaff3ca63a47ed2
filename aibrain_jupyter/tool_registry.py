"""
The lazy tool registry: names to `ToolSpec` to `ToolHandler`, code on first use.

Built-in specs are data (``tool_executors/builtin_tools.py``) and never scanned for.
Specs of installed packages come from the entry-point group `GROUP`; the scan
runs once, on the first look at a name that is not built in or on a listing, so
that ``%load_ext`` does not pay for it.

To add tools from another package, point an entry point at a `ToolSpec` or a `Verb`,
or at a tuple of them::

    [project.entry-points."aibrain_jupyter.tools"]
    gcp_projects = "my_package.specs:GCP_PROJECTS"
"""

from __future__ import annotations

import sys
import time
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any

from aibrain_jupyter.shared.base_tool import NO_GROUP, ToolSpec
from aibrain_jupyter.shared.error_handler import (
    AibrainError,
    InputError,
    ToolLoadError,
    unknown_name,
)
from aibrain_jupyter.shared.imports import import_target
from aibrain_jupyter.shared.verbs.verb import RESERVED_VERBS, Verb

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from importlib.metadata import EntryPoint

    import pandas as pd

    from aibrain_jupyter.shared.base_tool import ToolHandler
    from aibrain_jupyter.shared.tools.provider import Provider
    from aibrain_jupyter.tool_executors.base_executor import BaseExecutor

GROUP = "aibrain_jupyter.tools"


@dataclass(slots=True)
class ToolMetrics:
    """How a tool was used in this process: seconds its import took, calls, calls that failed."""

    load_seconds: float | None = None
    calls: int = 0
    failures: int = 0


@dataclass(frozen=True, slots=True)
class FailedCall:
    """A call that failed: its typed parameters, the spec's preset among them, and its error."""

    params: Mapping[str, Any]
    error: BaseException


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool ready to be called: ``tool(service="iam", resource="users")`` gives a DataFrame."""

    spec: ToolSpec
    executor: BaseExecutor
    registry: ToolRegistry

    def __call__(self, **params: Any) -> Any:
        """Run the tool with its executor and return its frame; the first failure is raised."""
        handler = self.registry.load(self.spec.name)
        try:
            value = self.executor.execute(self.spec, handler, params)
        except AibrainError as exc:
            failure = FailedCall(params, exc)
            self.registry.count_call(self.spec.name, has_failed=True, failure=failure)
            raise
        self.registry.count_call(self.spec.name, has_failed=False)
        return value

    @property
    def __name__(self) -> str:
        """The tool's name, so that a call of it is shown under that."""
        return self.spec.name


def _family(spec: ToolSpec) -> str:
    """Return what tools of one provider have in common: their group, or else their module."""
    return spec.group if spec.group != NO_GROUP else spec.handler.partition(":")[0]


class ToolRegistry:
    """
    The tools by name, and the verbs that providers bring.

    `broken` holds the entry points that could not be read, with the reason: a broken package
    hides no other tool.
    """

    def __init__(
        self, specs: Iterable[ToolSpec] = (), verbs: Iterable[Verb] = (), *, group: str = GROUP
    ) -> None:
        self._specs: dict[str, ToolSpec] = {}
        self._verbs = {verb.name: verb for verb in verbs}
        self._handlers: dict[str, ToolHandler] = {}
        self._metrics: defaultdict[str, ToolMetrics] = defaultdict(ToolMetrics)
        self._failures: dict[str, FailedCall] = {}
        self._group = group
        self._is_scanned = False
        self.broken: dict[str, str] = {}
        for spec in specs:
            self.register(spec)

    def register(self, spec: ToolSpec, *, replace: bool = False) -> None:
        """
        Add a tool.

        Raises:
            InputError: the name is taken (and not `replace`), is a verb of ``%aibrain``, or is
                no name.
        """
        if not spec.name.isidentifier() or spec.name != spec.name.lower():
            raise InputError(
                f"{spec.name!r} cannot name a tool.",
                next_steps=["Use lower-case letters, digits and _, beginning with a letter."],
            )
        if spec.name in RESERVED_VERBS or spec.name in self._verbs:
            raise InputError(
                f"{spec.name!r} is a verb of %aibrain and cannot name a tool.",
                next_steps=["Give the tool a name of its own, such as provider_thing."],
            )
        if spec.name in self._specs and not replace:
            raise InputError(
                f"A tool named {spec.name!r} is registered already.",
                next_steps=["Pass replace=True to put yours in its place."],
            )
        self._specs[spec.name] = spec
        self._handlers.pop(spec.name, None)

    def names(self) -> list[str]:
        """Return the names of all tools, sorted; reads the entry points once."""
        self._scan()
        return sorted(self._specs)

    def specs(self) -> list[ToolSpec]:
        """Return all specs, sorted by name; reads the entry points once."""
        return [self._specs[name] for name in self.names()]

    def __contains__(self, name: str) -> bool:
        """Tell whether a tool of that name is known by now; reads nothing."""
        return name in self._specs

    def spec(self, name: str) -> ToolSpec:
        """
        Return the spec of a tool. Imports no tool.

        Raises:
            UnknownNameError: no such tool, with the nearest that exist.
            InputError: the name is no text.
        """
        if type(name) is not str:
            raise InputError(
                f"A tool is named by a text, not by {type(name).__name__}.",
                next_steps=["%aibrain tools lists all tools."],
            )
        if name not in self._specs:
            self._scan()
        if name not in self._specs:
            steps = ["%aibrain tools lists all tools."]
            if name in self.broken:
                steps.insert(0, f"The package that brings it has a fault: {self.broken[name]}")
            raise unknown_name("tool", name, self._specs, next_steps=steps)
        return self._specs[name]

    def own_name(self, tool: str, words: Iterable[str]) -> str:
        """Return the tool that is `tool` with some of these words preset: ``iam_users``."""
        said = set(words)
        made = (spec for spec in self._specs.values() if spec.cache_as == tool and spec.preset)
        return next((spec.name for spec in made if said.issuperset(spec.preset.values())), tool)

    def load(self, name: str) -> ToolHandler:
        """
        Import the code of a tool once and return its handler.

        Raises:
            ToolLoadError: a package is missing, or the tool has a fault of its own.
        """
        found = self._handlers.get(name)
        if found is None:
            spec, began = self.spec(name), time.perf_counter()
            found = self._handlers[name] = spec.load()
            self._metrics[name].load_seconds = time.perf_counter() - began
        return found

    def handler_of(self, spec: ToolSpec) -> ToolHandler:
        """Return the handler of a spec, also of one that is not registered (any more)."""
        if self._specs.get(spec.name) is spec:
            return self.load(spec.name)
        return spec.load()

    def verbs(self) -> dict[str, Verb]:
        """Return the verbs that providers bring, by name; reads the entry points once."""
        self._scan()
        return dict(self._verbs)

    def known_verbs(self) -> list[Verb]:
        """Return the verbs that are known by now; reads nothing."""
        return list(self._verbs.values())

    def verb(self, name: str) -> Verb | None:
        """Return a provider's verb, None if there is none of that name. Imports no code of it."""
        if name not in self._verbs and name not in self._specs:
            self._scan()
        return self._verbs.get(name)

    def used_providers(self) -> list[Provider]:
        """Return the providers of the tools whose code was imported already, each once."""
        names: dict[str, list[str]] = {}
        used = set(self.used_modules())
        for spec in list(self._specs.values()):
            if spec.handler.partition(":")[0] in used:
                names.setdefault(_family(spec), []).append(spec.name)
        found = dict.fromkeys(filter(None, map(self._provider_of_any, names.values())))
        return [provider for provider in found if provider.name]

    def used_modules(self) -> list[str]:
        """Return the modules of tools that were imported already."""
        names = dict.fromkeys(spec.handler.partition(":")[0] for spec in self._specs.values())
        return [name for name in names if name in sys.modules]

    def providers(self, *, all_of_them: bool = False) -> list[Provider]:
        """
        Return the providers of the tools that ask somebody, each once; imports a tool of each.
        With `all_of_them` also of those that ask nobody, such as evidence.

        A tool that cannot be imported hides no other's provider: it is in `broken`.
        """
        names: dict[str, list[str]] = {}
        for spec in self.specs():
            if spec.places or all_of_them:
                names.setdefault(_family(spec), []).append(spec.name)
        found = dict.fromkeys(filter(None, map(self._provider_of_any, names.values())))
        return [provider for provider in found if provider.name]

    def _provider_of_any(self, names: Iterable[str]) -> Provider | None:
        for name in names:
            try:
                found = self._provider_of(name)
            except ToolLoadError as exc:
                self.broken[name] = exc.what
                continue
            self.broken.pop(name, None)
            return found
        return None

    def _provider_of(self, name: str) -> Provider:
        spec = self.spec(name)
        if not spec.provider or name in self._handlers:
            return self.load(name).provider
        found: Provider = import_target(spec.provider, what=f"What the tool {name} is from")
        return found

    def get_tool(self, name: str, executor_instance: BaseExecutor | None = None) -> Tool:
        """
        Return a tool ready to be called.

        `executor_instance` runs it (which profile, which region); None: those configured.
        """
        spec = self.spec(name)
        if executor_instance is None:
            from aibrain_jupyter.tool_executors.base_executor import BaseExecutor

            executor_instance = BaseExecutor()
        return Tool(spec, executor_instance, self)

    def count_call(self, name: str, *, has_failed: bool, failure: FailedCall | None = None) -> None:
        """Record that a call of the tool ended; `failure` says more of one that failed."""
        metrics = self._metrics[name]
        metrics.calls += 1
        metrics.failures += has_failed
        if failure is not None:
            self._failures[name] = failure

    def last_failure(self, name: str) -> FailedCall | None:
        """Return the last call of a tool that failed in this process, None: none did."""
        return self._failures.get(name)

    def metrics(self) -> dict[str, ToolMetrics]:
        """Return the metrics of every tool that was loaded or called in this process."""
        return dict(self._metrics)

    def frame(self) -> pd.DataFrame:
        """
        Return the tools as a DataFrame.

        Returns:
            One row per tool, sorted by group and name, columns ``tool``, ``group``, ``summary``,
            ``parameters`` (names, required ones with ``*``), ``permissions`` (all str),
            ``is_loaded`` (bool), ``load_ms`` (float, NaN: not loaded yet), ``calls`` and
            ``failures`` (int, of this process).
        """
        import pandas as pd

        rows = []
        for spec in sorted(self.specs(), key=lambda s: (s.group, s.name)):
            metrics = self._metrics.get(spec.name, ToolMetrics())
            seconds = metrics.load_seconds
            rows.append(
                {
                    "tool": spec.name,
                    "group": spec.group,
                    "summary": spec.summary,
                    "parameters": ", ".join(p.name + "*" * p.is_required for p in spec.params),
                    "permissions": ", ".join(spec.permissions),
                    "is_loaded": spec.name in self._handlers,
                    "load_ms": float("nan") if seconds is None else round(seconds * 1000, 1),
                    "calls": metrics.calls,
                    "failures": metrics.failures,
                }
            )
        return pd.DataFrame(rows)

    def _scan(self) -> None:
        if self._is_scanned:
            return
        self._is_scanned = True
        for entry in entry_points(group=self._group):
            try:
                found = entry.load()
                parts = (found,) if isinstance(found, ToolSpec | Verb) else tuple(found)
            except (Exception, SystemExit) as exc:  # noqa: BLE001 - somebody else's code
                from aibrain_jupyter.shared.texts.exceptions import words_of

                self.broken[entry.name] = f"{entry.value}: {words_of(exc)}"
                continue
            for part in parts:
                self._add(entry, part)

    def _add(self, entry: EntryPoint, part: Any) -> None:
        """Add what an entry point names; what clashes drops only itself."""
        try:
            if isinstance(part, ToolSpec):
                self.register(part)
            elif isinstance(part, Verb):
                if part.name in {*RESERVED_VERBS, *self._verbs, *self._specs}:
                    raise InputError(f"There is a verb or a tool named {part.name!r} already.")
                self._verbs[part.name] = part
            else:
                raise InputError(f"A {type(part).__name__} is neither a ToolSpec nor a Verb.")
        except InputError as exc:
            self.broken[getattr(part, "name", entry.name)] = f"{entry.value}: {exc.what}"


@cache
def get_tool_registry() -> ToolRegistry:
    """Return the registry of this process, with the built-in tools in it."""
    from aibrain_jupyter.tool_executors.builtin_tools import BUILTIN
    from aibrain_jupyter.tool_executors.builtin_verbs import BUILTIN_VERBS

    return ToolRegistry(BUILTIN, BUILTIN_VERBS)
