"""``%aibrain doctor``: whether all that is needed is there, and what to do where it is not."""

from __future__ import annotations

import asyncio
import sys
from importlib import metadata
from typing import TYPE_CHECKING, Any

from aibrain_jupyter.execution.loop.turn_loop import can_turn
from aibrain_jupyter.shared.frames.view import as_view
from aibrain_jupyter.shared.tools.provider import AMBER, GREEN, Examined
from aibrain_jupyter.shared.verbs.options import switch
from aibrain_jupyter.shared.verbs.verb import Verb, VerbCall
from aibrain_jupyter.widgets.progress.display import has_front_end

if TYPE_CHECKING:
    from collections.abc import Iterator


def _doctor(call: VerbCall) -> Any:
    from aibrain_jupyter.tool_executors.self_healing_executor import examined

    found = examined(_kernel(), is_online="online" in call.options)
    if "json" in call.options:
        return found.to_json(orient="records", indent=1)
    return as_view(found, "doctor")


def _kernel() -> Iterator[Examined]:
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    kernel = getattr(shell, "kernel", None)
    if kernel is None:
        yield Examined("kernel", GREEN, "none: plain IPython, progress is text")
    else:
        version = metadata.version("ipykernel")
        yield Examined("kernel", GREEN, f"ipykernel {version}")
        found = "it can be clicked on" if has_front_end() else "nobody watches: no panel is shown"
        yield Examined("front end", GREEN, found)
        yield _widgets()
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        yield Examined("event loop", GREEN, "none runs: each run has its own")
        return
    name = f"{type(loop).__module__}.{type(loop).__name__}"
    how = "turned while a cell runs" if can_turn(loop) else "runs go on beside it, in a thread"
    yield Examined("event loop", GREEN, f"{name}: {how}")


def _widgets() -> Examined:
    if not _has("ipywidgets"):
        step = "%pip install ipywidgets, then restart the kernel: progress is text without it"
        return Examined("widgets", AMBER, "without ipywidgets", step)
    found = f"ipywidgets {metadata.version('ipywidgets')}"
    if _has("jupyterlab_widgets"):
        return Examined("widgets", GREEN, found)
    step = "%pip install jupyterlab_widgets, then reload the page: the panel is text without it"
    return Examined("widgets", AMBER, f"{found}, without jupyterlab_widgets here", step)


def _has(package: str) -> bool:
    try:
        metadata.version(package)
    except metadata.PackageNotFoundError:
        return False
    return True


DOCTOR = Verb(
    name="doctor",
    summary="whether Python, packages, folders, profiles and the way out are as they should be",
    usage=("doctor", "doctor --online", "doctor --json"),
    run=_doctor,
    options=(
        switch("--online", "online", "ask the provider too: who each profile is, the clock"),
        switch("--json", "json", "as JSON text, to attach to a report"),
    ),
)
