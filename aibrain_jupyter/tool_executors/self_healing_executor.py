"""
The tools of self-healing, thin: a failure in, what it means and what to do out.

Their names come from the founding document: ``diagnose_error``, ``read_tool_source``,
``propose_fix``, ``test_tool``.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeAlias

from aibrain_jupyter.healing.doctor.named import examine_named
from aibrain_jupyter.healing.doctor.network import examine_network
from aibrain_jupyter.healing.doctor.packages import examine_packages
from aibrain_jupyter.healing.doctor.places import examine_folders
from aibrain_jupyter.healing.explain import explained
from aibrain_jupyter.healing.own_causes import FAULT_OF_A_TOOL, OWN_CAUSES
from aibrain_jupyter.healing.troubles import trouble_of_gap, troubles_of_error
from aibrain_jupyter.shared.config import evidence_folder, user_dir
from aibrain_jupyter.shared.error_handler import ParameterError
from aibrain_jupyter.shared.frames.stack import table_of
from aibrain_jupyter.shared.texts.redaction import redact
from aibrain_jupyter.shared.tools.handler import FunctionHandler
from aibrain_jupyter.shared.tools.provider import AMBER, GREEN, RED, Examined, Provider
from aibrain_jupyter.tool_registry import get_tool_registry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    import pandas as pd

    from aibrain_jupyter.healing.troubles import Trouble
    from aibrain_jupyter.shared.base_tool import CallContext, ToolSpec
    from aibrain_jupyter.shared.causes import Cause
    from aibrain_jupyter.shared.coverage import Gap, Target
    from aibrain_jupyter.shared.error_handler import AibrainError


_OWN: Final = "aibrain_jupyter"


class HealingProvider(Provider):
    """Whose tools these are: they look at failures and at tools, and ask nobody."""

    name = "healing"


@dataclass(frozen=True)
class Heals(FunctionHandler):
    """A tool of self-healing."""

    provider: ClassVar[Provider] = HealingProvider()


@dataclass(frozen=True)
class Proposes(Heals):
    """The one that writes a file: it is not repeated by resuming."""

    writes: ClassVar[bool] = True


@dataclass(frozen=True)
class Tries(Heals):
    """The one that takes its time: as long as its trials may."""

    def timeout(self, params: Mapping[str, Any]) -> dt.timedelta | None:
        """Return none of its own: each trial has a limit."""
        return dt.timedelta(days=1)


def explain_run(
    spec: ToolSpec,
    failed: Iterable[tuple[Target | None, AibrainError]],
    gaps: Iterable[Gap],
    cell: str,
) -> pd.DataFrame:
    """
    Return what is wrong with a run, by cause: see `explained`.

    Args:
        spec: Its tool, whose provider's table of causes is read.

        failed: The calls that failed, each with its error.

        gaps: The details that are missing, and what no error says.

        cell: The cell that asks again for what is missing.
    """
    return explain_runs([(spec, failed, gaps)], cell)


Missing: TypeAlias = "tuple[ToolSpec, Iterable[tuple[Target | None, AibrainError]], Iterable[Gap]]"
"""What is missing of a run, as `explain_run` takes it."""


def explain_runs(runs: Iterable[Missing], cell: str) -> pd.DataFrame:
    """Return what is wrong with several runs, by cause: one cause of all of them is one row."""
    registry = get_tool_registry()
    troubles: list[Trouble] = []
    own: list[Provider] = []
    number = itertools.count()
    for spec, failed, gaps in runs:
        provider = registry.handler_of(spec).provider
        own += [provider] if provider.name else []
        # Its own comes first: a tool of anybody's may ask with an SDK all the same.
        explain = _explains([*own[-1:], *registry.providers()])
        for target, error in failed:
            found = troubles_of_error(error, target, explain, f"{next(number)}")
            troubles += [_with_patch(spec, one) for one in found]
        troubles += [trouble_of_gap(gap) for gap in gaps]
    providers = list(dict.fromkeys([*own, *registry.providers()]))
    return explained(troubles, _causes(providers), _policies(providers), cell)


def _explains(providers: Sequence[Provider]) -> Callable[[BaseException], AibrainError | None]:
    def explain(error: BaseException) -> AibrainError | None:
        return next(filter(None, (one.explain(error) for one in providers)), None)

    return explain


def _causes(providers: Sequence[Provider]) -> list[Cause]:
    """Return the rows of all, those of the first last: of two of one name the last counts."""
    of_providers = (cause for one in reversed(providers) for cause in one.causes())
    return [*OWN_CAUSES, *of_providers]


def _policies(providers: Sequence[Provider]) -> Callable[[Sequence[str]], str]:
    def policy_of(actions: Sequence[str]) -> str:
        texts = (one.policy(actions, accounts=(), regions=None).text for one in providers)
        return next(filter(None, texts), "")

    return policy_of


def _with_patch(spec: ToolSpec, trouble: Trouble) -> Trouble:
    """Return the trouble with the step that looks for a change, where the tool is not ours."""
    is_ours = spec.handler.partition(".")[0] == _OWN
    if trouble.cause != FAULT_OF_A_TOOL or is_ours:
        return trouble
    step = f"%aibrain propose_fix {spec.name}: look for a change that would mend it, as a diff"
    return dataclasses.replace(trouble, steps=(step, *trouble.steps))


def explain_error(error: BaseException) -> pd.DataFrame:
    """Return what an exception means, a row; of a group a row for each cause: see `explained`."""
    providers = get_tool_registry().providers()
    troubles = troubles_of_error(error, explain=_explains(providers))
    return explained(troubles, _causes(providers), _policies(providers))


def _diagnose(ctx: CallContext, error: Any) -> pd.DataFrame:
    """Return what an exception means."""
    if not isinstance(error, BaseException):
        raise ParameterError(
            f"error is {type(error).__name__}, not an exception.",
            next_steps=["Give the exception that was caught: diagnose_error(error=exc)."],
        )
    return explain_error(error)


_LEVELS: Final = (RED, AMBER, GREEN)


def examined(more: Iterable[Examined] = (), *, is_online: bool = False) -> pd.DataFrame:
    """
    Return how what the package needs is: the worst first.

    Args:
        more: What only the caller can look at: kernel, front end, widgets.

        is_online: Whether providers may be asked: who each profile is, the clock.

    Returns:
        A row for each thing that was looked at. Columns ``level`` (red, amber, green), ``what``,
        ``found``, ``next_step`` (str). Nothing secret is in it.
    """
    registry = get_tool_registry()
    folders = {
        "cache": user_dir("cache"),
        "history": user_dir("data"),
        "evidence": evidence_folder(),
    }
    found = [*examine_packages(), *more, *examine_folders(folders), *examine_network()]
    providers = registry.providers()
    if all(provider.has_all_names() for provider in providers):
        known = {name for provider in providers for name in provider.names("profile", {})}
        found += examine_named(known)
    for provider in providers:
        found += provider.examine(is_online=is_online)
    for name, why in registry.broken.items():
        step = "%aibrain tools lists what works; ask its author, or uninstall it."
        found.append(Examined(f"plugin {name}", RED, str(why), step))
    found.sort(key=lambda one: _LEVELS.index(one.level))
    rows = [
        {
            "level": one.level,
            "what": one.name,
            "found": redact(one.found),
            "next_step": redact(one.next_step),
        }
        for one in found
    ]
    return table_of(rows, dict.fromkeys(("level", "what", "found", "next_step"), "str"))


def _read_source(ctx: CallContext, tool: str) -> pd.DataFrame:
    """
    Return what a tool is made of; reads files, changes none.

    Returns:
        A row for its declaration (``spec``, JSON) and one for each module or function of its code.
        Columns ``tool``, ``part``, ``sha256`` (of the part as it is), ``lines`` (Int64), ``source``
        (text, secrets masked; NA: nobody has it), ``why_custom`` (empty: as it was published).
    """
    from aibrain_jupyter.tool_executors.tool_source import code_of, source_of_tool

    spec = get_tool_registry().spec(tool)
    params = {"service": "", "resource": "", **spec.preset}
    found = source_of_tool(spec, params)
    code = {"spec": json.dumps(spec.json_schema(), indent=1, default=str)}
    for source in get_tool_registry().handler_of(spec).source(params):
        name = source if isinstance(source, str) else source.__qualname__
        read = code_of(source)
        code[name] = "" if read is None else read.decode("utf-8", "replace")
    rows = [
        {
            "tool": tool,
            "part": part,
            "sha256": found.parts.get(part, ""),
            "lines": len(text.splitlines()),
            "source": redact(text) or None,
            "why_custom": found.why,
        }
        for part, text in code.items()
    ]
    columns = dict.fromkeys(("tool", "part", "sha256", "source", "why_custom"), "str")
    return table_of(rows, {**columns, "lines": "Int64"})


def _propose(ctx: CallContext, **params: Any) -> Any:
    from aibrain_jupyter.tool_executors.healing.proposing import propose_fix

    return propose_fix(ctx, **params)


def _try(ctx: CallContext, **params: Any) -> Any:
    from aibrain_jupyter.tool_executors.healing.trying import try_tool

    return try_tool(ctx, **params)


DIAGNOSE_ERROR = Heals(_diagnose)
READ_TOOL_SOURCE = Heals(_read_source)
PROPOSE_FIX = Proposes(_propose)
TEST_TOOL = Tries(_try)
