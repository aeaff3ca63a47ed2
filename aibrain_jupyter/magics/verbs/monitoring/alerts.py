"""``%aibrain alerts``: what fires now, what did, by which rules, and whether messages arrive."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.execution.runs.session import get_session
from aibrain_jupyter.shared.config import get_settings
from aibrain_jupyter.shared.error_handler import GrammarError, ParameterError
from aibrain_jupyter.shared.frames.stack import table_of
from aibrain_jupyter.shared.frames.view import as_view
from aibrain_jupyter.shared.verbs.options import switch
from aibrain_jupyter.shared.verbs.verb import Verb, VerbCall
from aibrain_jupyter.tool_registry import get_tool_registry
from aibrain_jupyter.widgets.notice import Notice

if TYPE_CHECKING:
    import pandas as pd

_SENT_IN_S: Final = 60.0
_SWITCHES: Final = ("history", "rules", "test")


def _alerts(call: VerbCall) -> Any:
    """Return the alerts as they are now: see `AlertWatch.frame`, `alerts_history`."""
    given = [name for name in _SWITCHES if name in call.options]
    if len(given) > 1:
        raise GrammarError(
            f"--{given[0]} and --{given[1]} are two questions.",
            next_steps=[f"%aibrain alerts --{name}" for name in given],
        )
    if given == ["test"]:
        return _test()
    if given == ["rules"]:
        return as_view(_rules(), "alert rules")
    history = get_session().history
    if given == ["history"]:
        from aibrain_jupyter.execution.metrics.alerts.kept import alerts_history

        return as_view(alerts_history(history), "alerts before")
    if not get_settings().get("alerts"):
        raise ParameterError(
            "Alerts are not watched: the setting alerts is off.",
            why="What would fire is not known, which is not the same as nothing.",
            next_steps=["%config AibrainMagics.alerts = True", "%aibrain alerts --history"],
        )
    from aibrain_jupyter.execution.metrics.alerts.watching import get_watch
    from aibrain_jupyter.execution.metrics.recording import record_now
    from aibrain_jupyter.magics.alerting import watch_alerts

    if call.after_cell is not None:
        watch_alerts(call.after_cell.shell)
    record_now(history)
    watch = get_watch()
    watch.tick(history, get_tool_registry().providers(all_of_them=True))
    if watch.problem is not None:
        raise watch.problem
    return as_view(watch.frame(), "alerts")


def _rules() -> pd.DataFrame:
    """
    Return the rules in force.

    Returns:
        One row per rule: ``rule``, ``metric``, ``when``, ``by``, ``severity`` (str), ``over_s``,
        ``for_s`` (Float64), ``least`` (Int64).
    """
    from aibrain_jupyter.execution.metrics.alerts.rules import read_rules

    providers = get_tool_registry().providers(all_of_them=True)
    measures = {name: how for one in providers for name, how in one.measures.items()}
    names = ("metric", "when", "by", "severity", "over_s", "for_s", "least")
    rows = [
        {"rule": rule.name, **{name: getattr(rule, name) for name in names}}
        for rule in read_rules(measures)
    ]
    texts = dict.fromkeys(("rule", *names[:4]), "str")
    return table_of(rows, {**texts, "over_s": "Float64", "for_s": "Float64", "least": "Int64"})


def _test() -> Notice:
    from aibrain_jupyter.execution.metrics.alerts.telling import check_receivers, get_notifier

    check_receivers()
    told: list[str] = []
    now = f"{dt.datetime.now(dt.UTC):%Y-%m-%d %H:%M} UTC"
    get_notifier().tell("test: aibrain alerts", f"A test message of {now}.", told.append)
    get_notifier().wait(_SENT_IN_S)
    is_bad = any(not words.endswith("told") for words in told) or not told
    title = "A test message was sent" if not is_bad else "Not every receiver was told"
    return Notice(title, sorted(told), "warning" if is_bad else "info")


ALERTS = Verb(
    name="alerts",
    summary="what is not as it should be: throttling, slowness, sessions, evidence; a DataFrame",
    usage=("alerts", "alerts --history", "alerts --rules", "alerts --test"),
    run=_alerts,
    options=(
        switch("--history", "history", "what fired and was resolved, who was told"),
        switch("--rules", "rules", "the rules in force; alerts_file names a file of your own"),
        switch("--test", "test", "send a message to every receiver (AIBRAIN_NOTIFY) and say how"),
    ),
)
