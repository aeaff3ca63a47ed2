"""
The banner of alerts in a notebook: under the cell that ends next, and kept true there.

The watch ticks in the recorder's thread, where no cell is to be disturbed. So a new alert waits for
the end of a cell; what changes later is put in the place of what is shown, by one display id.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.execution.exporters import destinations, following
from aibrain_jupyter.execution.metrics.alerts.last_words import hand_over
from aibrain_jupyter.execution.metrics.alerts.states import FIRING
from aibrain_jupyter.execution.metrics.alerts.telling import get_notifier
from aibrain_jupyter.execution.metrics.alerts.watching import get_watch
from aibrain_jupyter.execution.metrics.recording import AT_EXIT, FOLLOWERS, RECORDER
from aibrain_jupyter.widgets.alerts import banner_page
from aibrain_jupyter.widgets.progress.output import CellOutput

if TYPE_CHECKING:
    from collections.abc import Sequence

    from IPython.core.interactiveshell import InteractiveShell

    from aibrain_jupyter.execution.metrics.alerts.states import Alert

_ENDED: Final = "post_run_cell"
_banners: list[Banner] = []


def watch_alerts(shell: InteractiveShell) -> None:
    """Have the rules of alerts watched from now on, and shown in `shell`; once in a process."""
    watch = get_watch()
    if watch.tick not in FOLLOWERS:
        banner = Banner(shell)
        watch.on_change.append(banner.changed)
        FOLLOWERS.append(watch.tick)
        get_notifier().prepare()
        AT_EXIT.append(hand_over)
        _banners.append(banner)


def stop_watching() -> None:
    """Watch and show nothing any more, and end every thread behind the runs, what is left sent."""
    watch = get_watch()
    for banner in _banners:
        banner.leave()
    _banners.clear()
    watch.on_change.clear()
    if watch.tick in FOLLOWERS:
        FOLLOWERS.remove(watch.tick)
    if hand_over in AT_EXIT:
        AT_EXIT.remove(hand_over)
    RECORDER.stop()
    following.end()
    destinations.close_all()
    get_notifier().stop()


class Banner:
    """What is shown of the alerts in one shell; told from any thread."""

    def __init__(self, shell: InteractiveShell) -> None:
        self._shell = shell
        self._output = CellOutput()
        self._lock = threading.Lock()
        self._known: Sequence[Alert] = ()
        self._seen: set[tuple[Any, ...]] = set()
        self._is_waiting = self._is_shown = False

    def changed(self, known: Sequence[Alert]) -> None:
        """Take the alerts there are: new ones are shown when a cell ends, others where they are."""
        firing = {(one.rule.name, one.of, one.since) for one in known if one.state == FIRING}
        with self._lock:
            self._known = known
            is_news = bool(firing - self._seen)
            must_wait = is_news and not self._is_waiting
            self._is_waiting |= is_news
            can_replace = self._is_shown and getattr(self._shell, "kernel", None) is not None
        if can_replace:
            self._output.put(banner_page(known)._repr_mimebundle_())
        if must_wait:
            self._shell.events.register(_ENDED, self._show)

    def leave(self) -> None:
        """Show nothing any more."""
        with self._lock:
            is_waiting, self._is_waiting, self._is_shown = self._is_waiting, False, False
        if is_waiting:
            self._shell.events.unregister(_ENDED, self._show)

    def _show(self, result: object) -> None:
        self._shell.events.unregister(_ENDED, self._show)
        with self._lock:
            known, self._is_waiting, self._is_shown = self._known, False, True
            self._seen |= {(one.rule.name, one.of, one.since) for one in known}
        self._output.put(banner_page(known)._repr_mimebundle_(), again=True)
