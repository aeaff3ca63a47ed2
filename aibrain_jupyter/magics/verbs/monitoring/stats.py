"""``%aibrain stats``: what was asked and how it went, in all runs or one; or against before."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.execution.metrics.stats import GROUPS
from aibrain_jupyter.execution.runs.session import get_session
from aibrain_jupyter.magics.after_cell import show
from aibrain_jupyter.shared.error_handler import GrammarError, unknown_name
from aibrain_jupyter.shared.frames.view import as_view
from aibrain_jupyter.shared.texts.durations import parse_duration
from aibrain_jupyter.shared.verbs.options import valued
from aibrain_jupyter.shared.verbs.verb import Verb, VerbCall
from aibrain_jupyter.tool_registry import get_tool_registry
from aibrain_jupyter.widgets.notice import Notice
from aibrain_jupyter.widgets.spans import plural

if TYPE_CHECKING:
    import pandas as pd

_EARLIER: Final = {"yesterday": "1d", "last-week": "7d", "last-month": "28d"}
_SINCE: Final = "7d"


def _stats(call: VerbCall) -> Any:
    """Return the figures: see `stats_frame`, `compared_frame`; with ``--to`` what was sent."""
    if "to" in call.options:
        from aibrain_jupyter.magics.verbs.monitoring.sending import send_figures

        return send_figures(call)
    by, missing = _groups(call), None
    if call.word(0):
        found = _of_run(call, by)
    elif "against" in call.options:
        found = _against(call, by)
    else:
        found, missing = _of_all(call, by)
    if missing is not None:
        show(missing)
    elif found.empty:
        hints = ["A run that asks a provider is measured: %aibrain history lists the runs."]
        show(Notice("Nothing was measured in this time", hints))
    return found


def _of_all(call: VerbCall, by: list[str]) -> tuple[pd.DataFrame, Notice | None]:
    """Return the figures of a time, and what is to be said of what is missing in them."""
    from aibrain_jupyter.execution.metrics.reading import Metrics
    from aibrain_jupyter.execution.metrics.stats import totals_frame

    since = _now() - _span("--since", call.options.get("since") or _SINCE)
    columns = [name for group in by for name in GROUPS[group]]
    metrics = Metrics(get_session().history)
    totals, unfinished = metrics.totals(columns, since=since), metrics.unfinished(since)
    unmeasured = sum(total.ended["unmeasured"] for total in totals)
    hints, said = [], []
    if unmeasured:
        said.append(f"{plural(unmeasured, 'call')} asked while metrics were off")
        hints += [
            "%config AibrainMagics.metrics = True measures what is asked from now on.",
            "%aibrain stats RUN has a run of this kernel, from its call log.",
        ]
    if runs := sum(unfinished):
        said.append(f"{plural(runs, 'run')} not ended, or ended with the kernel")
        hints.append("%aibrain history lists the runs; their calls count when they have ended.")
    notice = Notice(f"Missing in the figures: {'; '.join(said)}", hints, "warning")
    return as_view(totals_frame(totals, columns), "stats"), notice if said else None


def _groups(call: VerbCall) -> list[str]:
    default = "operation" if call.word(0) else "tool"
    names: list[str] = call.options.get("by") or [default]
    if "against" in call.options and "day" in names:
        raise GrammarError(
            "Two times have no day in common to compare.",
            next_steps=[
                "%aibrain stats --against last-week --by operation",
                "%aibrain stats --by day",
            ],
        )
    return list(dict.fromkeys(names))


def _of_run(call: VerbCall, by: list[str]) -> pd.DataFrame:
    from aibrain_jupyter.execution.metrics.stats import run_totals, totals_frame

    if wrong := [name for name in ("since", "against") if name in call.options]:
        raise GrammarError(
            f"A run has no --{wrong[0]}: it is one time.",
            next_steps=[f"%aibrain stats {call.word(0)}", f"%aibrain stats --{wrong[0]} …"],
        )
    if "day" in by:
        raise GrammarError(
            "A run is not told by day.", next_steps=["%aibrain stats --by day: all runs."]
        )
    run = get_session().find(call.word(0))
    if run is None:
        raise _no_such_run(call.word(0))
    columns = [name for group in by for name in GROUPS[group]]
    tool = get_tool_registry().own_name(run.request.spec.name, run.plan.title.split())
    totals = run_totals(run.calls, tool, columns)
    return as_view(totals_frame(totals, columns), "stats")


def _no_such_run(run_id: str) -> Exception:
    known = dict.fromkeys(get_session().history.frame()["run"])
    if run_id in known:
        return GrammarError(
            f"{run_id} ran in another kernel, which alone knew its requests one by one.",
            next_steps=[
                f"%aibrain history {run_id}: its calls, how long they took and how they ended.",
                "%aibrain stats --since 7d: the figures of all kernels.",
            ],
        )
    own = [run.id for run in get_session().runs]
    return unknown_name("run", run_id, own, next_steps=["%aibrain history lists the runs."])


def _against(call: VerbCall, by: list[str]) -> pd.DataFrame:
    from aibrain_jupyter.execution.metrics.comparing import compared_frame

    word = call.options["against"]
    if word not in _EARLIER and not word[:1].isdigit():
        steps = [f"Write one of: {', '.join(_EARLIER)}; or so long ago, such as 14d."]
        raise unknown_name("time before", word, list(_EARLIER), next_steps=steps)
    before = _span("--against", _EARLIER.get(word, word))
    until = _now()
    span = _span("--since", call.options["since"]) if "since" in call.options else before
    found = compared_frame(
        get_session().history, by, since=until - span, until=until, before=before
    )
    return as_view(found, "compared stats")


def _span(option: str, text: str) -> dt.timedelta:
    seconds = parse_duration(text, name=option)
    if not seconds:
        raise GrammarError(
            f"{option} is {text}: no time at all.",
            next_steps=["Write for example 12h, 7d or 4w."],
        )
    return dt.timedelta(seconds=seconds)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _offers(before: Any) -> list[str]:
    return [run.id for run in reversed(get_session().runs)]


STATS = Verb(
    name="stats",
    summary="requests, latency, throttling, failures and hits over all runs, a DataFrame",
    usage=(
        "stats [--by operation] [--since 7d]",
        "stats --against last-week [--by service,region]",
        "stats RUN [--by operation]",
        "stats --to FILE.prom",
    ),
    run=_stats,
    most_words=1,
    offers=_offers,
    options=(
        valued(
            "--by",
            "by",
            "NAMES",
            "grouped by tool (default), service, operation, account, region, day; several with ,",
            choices=tuple(GROUPS),
            many=True,
        ),
        valued("--since", "since", "AGE", "of the last 12h, 7d (default), 4w"),
        valued(
            "--against",
            "against",
            "TIME",
            "beside the time before: yesterday, last-week, last-month, or so long ago (14d)",
        ),
        valued(
            "--to",
            "to",
            "PLACE",
            "send this kernel's figures and runs: FILE.prom, FILE.jsonl, push:http://HOST:9091, "
            "port:9464, otlp:http://HOST:4318, log; the setting metrics_to does so after each run",
        ),
    ),
)
