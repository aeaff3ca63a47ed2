"""``%aibrain engine``: who makes the calls of runs that name nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aibrain_jupyter.execution.calls.engines.report import DASK, ENGINES
from aibrain_jupyter.execution.calls.engines.shown import engine_state
from aibrain_jupyter.execution.loop.bridge import run_blocking
from aibrain_jupyter.execution.loop.cancel_and_ctrl_c import CancelToken
from aibrain_jupyter.shared.verbs.verb import Verb, VerbCall
from aibrain_jupyter.tool_registry import get_tool_registry
from aibrain_jupyter.widgets.blocks import Block, Heading, Page, Table, dotted, line
from aibrain_jupyter.widgets.spans import code, muted, plural, strong

if TYPE_CHECKING:
    from aibrain_jupyter.execution.calls.engines.shown import EngineState

_WORDS: Final = {
    "local": "this kernel",
    "processes": "processes of this machine",
    "dask": "a Dask cluster",
}


def _engine(call: VerbCall) -> Page:
    token = CancelToken()
    return engine_page(run_blocking(engine_state, token=token))


def engine_page(state: EngineState) -> Page:
    """Return what carries calls out, its workers, and what would run where."""
    found: list[Block] = [
        dotted((strong("Engine: "), strong(state.engine)), _WORDS[state.engine], state.at),
        line(muted(f"chosen by {state.why}")),
    ]
    if state.engine == DASK:
        names = list(state.workers[0]) if state.workers else []
        rows = [[f"{one[name]}" for name in names] for one in state.workers]
        threads = sum(int(one["threads"]) for one in state.workers)
        found += [
            Heading(f"{plural(len(state.workers), 'worker')}, {plural(threads, 'thread')}"),
            Table(names, rows, label="Workers"),
            line(muted(", ".join(f"{name} {v}" for name, v in state.versions.items()))),
        ]
    if state.pages:
        found.append(
            line(
                f"Its pages are open at port {state.pages}: whoever reaches it sees workers, logs "
                "and names of tasks (no parameter, no account); ",
                code("distributed.scheduler.http.routes: []"),
                " closes them.",
            )
        )
    found += [
        Heading("What may run where"),
        Table(("tools of", "by"), _where(), label="What may run where"),
        line(
            muted(
                "Secrets that are shown, keys and sign-ins of this session and tools defined in "
            ),
            muted("a notebook are asked from here, whatever the engine; a note says so."),
        ),
        line(
            code("--engine"),
            muted(" chooses for one run · "),
            code("--dry-run"),
            muted(" shows"),
            muted(" how it would be divided"),
        ),
    ]
    return Page("Engine", found)


def _where() -> list[tuple[str, str]]:
    """Return what the tools of each group say of themselves; one is looked at for all."""
    registry = get_tool_registry()
    first = {spec.group: spec.name for spec in reversed(registry.specs())}
    return [
        (group, ", ".join(name for name in ENGINES if name in registry.load(tool).where_it_may_run))
        for group, tool in sorted(first.items())
    ]


ENGINE = Verb(
    name="engine",
    summary="who makes the calls: this kernel, processes, a Dask cluster and its workers",
    usage=("engine",),
    run=_engine,
)
