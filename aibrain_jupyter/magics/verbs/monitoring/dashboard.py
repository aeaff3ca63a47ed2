"""``%aibrain dashboard``: everything that goes on, in one panel, live or as a file."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.shared.error_handler import GrammarError, ParameterError
from aibrain_jupyter.shared.texts.durations import parse_duration
from aibrain_jupyter.shared.verbs.message import Message
from aibrain_jupyter.shared.verbs.options import switch, valued
from aibrain_jupyter.shared.verbs.verb import Verb, VerbCall
from aibrain_jupyter.widgets.progress.display import has_front_end

if TYPE_CHECKING:
    from aibrain_jupyter.widgets.blocks import Page

_SINCE: Final = "1h"


def _dashboard(call: VerbCall) -> Any:
    from aibrain_jupyter.execution.dashboard.reading import DashboardReader
    from aibrain_jupyter.widgets.dashboard.page import dashboard_page

    if "close" in call.options:
        return _close(call)
    since = call.options.get("since") or _SINCE
    seconds = parse_duration(since, name="--since")
    if not seconds:
        raise GrammarError(
            f"--since is {since}: no time at all.", next_steps=["Write for example 1h, 24h or 7d."]
        )
    span = dt.timedelta(seconds=seconds)
    if file := call.options.get("html"):
        path = _free(Path(file).expanduser(), call)
        return _written(path, dashboard_page(DashboardReader(span, is_fresh=True).read()))
    if not has_front_end():
        return dashboard_page(DashboardReader(span, is_fresh=True).read())
    from aibrain_jupyter.widgets.dashboard.live import open_dashboard

    open_dashboard(DashboardReader(span), DashboardReader(span, is_fresh=True))
    return None


def _close(call: VerbCall) -> Message:
    from aibrain_jupyter.widgets.dashboard.live import close_dashboard

    if len(call.options) > 1:
        raise GrammarError(
            "--close stands alone.", next_steps=["Write: %aibrain dashboard --close"]
        )
    if close_dashboard():
        return Message("The dashboard is closed; what it showed last stays")
    return Message("No dashboard is open")


def _free(path: Path, call: VerbCall) -> Path:
    if path.suffix.lower() not in (".html", ".htm"):
        raise ParameterError(
            f"{path} is not the name of an HTML file.",
            next_steps=["Write: %aibrain dashboard --html dashboard.html"],
        )
    if path.exists() and "overwrite" not in call.options:
        raise ParameterError(
            f"{path} is there already.",
            next_steps=["Add --overwrite to replace it, or give another name."],
        )
    return path


def _written(path: Path, page: Page) -> Message:
    from aibrain_jupyter.widgets.dashboard.file import write_file

    try:
        size = write_file(path, page, "Dashboard of aibrain_jupyter")
    except OSError as exc:
        raise ParameterError(
            f"{path} cannot be written: {exc.strerror or exc}.",
            next_steps=["Give a path in a folder that is there and may be written to."],
        ) from exc
    return Message(f"{path}: the dashboard, {size:,} bytes", ("Any browser opens it.",))


DASHBOARD = Verb(
    name="dashboard",
    summary="everything that goes on, live: runs, rates, latency, hits, failures, sessions, sizes",
    usage=(
        "dashboard [--since 1h]",
        "dashboard --html FILE",
        "dashboard --close",
    ),
    run=_dashboard,
    options=(
        valued("--since", "since", "AGE", "the time behind it: 1h (default), 24h, 7d"),
        valued("--html", "html", "FILE", "write it as a page that needs no server"),
        switch("--overwrite", "overwrite", "replace a file of that name"),
        switch("--close", "close", "close the one that is open; what it showed last stays"),
    ),
)
