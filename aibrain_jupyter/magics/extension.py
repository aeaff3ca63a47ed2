"""
What ``%load_ext`` adds to a shell and ``%unload_ext`` takes away.

IPython has no public way to take a magic away again, so `unload` removes ours
from each table that `load` put it into: the magics, their registry, the list of
configurables, the completer's matchers, the transformers of
a cell's text and the formatters. They are found by name and not by
identity: after a reload the class may be another one.
"""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.magics import frame_display
from aibrain_jupyter.magics.magic import MATCHER, AibrainMagics, asked_of_aibrain

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

_CLASS = AibrainMagics.__name__


def load(shell: InteractiveShell) -> None:
    """
    Register the magic, its matcher and its configuration. Loading twice leaves one of each.
    Raises InputError: a value for ``AibrainMagics`` in a configuration file does not fit; nothing
    is registered then.
    """
    unload(shell)
    AibrainMagics.forget_refused(shell.config)
    try:
        magics = AibrainMagics(shell=shell)
    except Exception:
        # IPython enters an instance into the configurables before it reads the configuration.
        unload(shell)
        raise
    shell.register_magics(magics)
    magics.after_cell.load()
    shell.Completer.custom_matchers.append(magics.match)
    shell.input_transformers_cleanup.append(asked_of_aibrain)
    frame_display.load(shell)
    # What the columns of a result mean, where it is inspected (Shift+Tab, ``users?``).
    shell.inspector.mime_hooks = {**shell.inspector.mime_hooks, **_INSPECTIONS}
    _write_what_the_terminal_can()


def unload(shell: InteractiveShell) -> None:
    """Take away everything `load` brought; does nothing when it is not loaded."""
    manager = shell.magics_manager
    magics = manager.registry.pop(_CLASS, None)
    if magics is not None:
        magics.after_cell.unload()
        for table in manager.magics.values():
            table.pop("aibrain", None)
    # Imported with the first run: there is nothing to end before.
    if alerting := sys.modules.get("aibrain_jupyter.magics.alerting"):
        alerting.stop_watching()
    if live := sys.modules.get("aibrain_jupyter.widgets.dashboard.live"):
        live.close_dashboard()
    shell.configurables[:] = [c for c in shell.configurables if type(c).__name__ != _CLASS]
    frame_display.unload(shell)
    hooks = shell.inspector.mime_hooks.items()
    shell.inspector.mime_hooks = {
        kind: hook for kind, hook in hooks if getattr(hook, "__module__", "") != __name__
    }
    cleanup = shell.input_transformers_cleanup
    cleanup[:] = [t for t in cleanup if getattr(t, "__name__", "") != asked_of_aibrain.__name__]
    matchers = shell.Completer.custom_matchers
    matchers[:] = [m for m in matchers if getattr(m, "matcher_identifier", "") != MATCHER]


def _text_of_columns(data: Any, info: Any = None) -> Any:
    from aibrain_jupyter.magics import column_help

    return column_help.as_text(data)


def _html_of_columns(data: Any, info: Any = None) -> Any:
    from aibrain_jupyter.magics import column_help

    return column_help.as_html(data)


_INSPECTIONS: Final = {"text/plain": _text_of_columns, "text/html": _html_of_columns}


def _write_what_the_terminal_can() -> None:
    """Keep a character that the standard output cannot write from raising in place of a result."""
    stream = sys.stdout
    # A notebook's stream is another, and UTF-8. Who chose how to deal with errors keeps that.
    if not isinstance(stream, io.TextIOWrapper) or stream.errors != "strict":
        return
    if stream.encoding.lower().replace("-", "") == "utf8":
        stream.reconfigure(errors="backslashreplace")  # half a surrogate pair in a provider's text
        return
    from aibrain_jupyter.magics.plain_terminal import write_what_it_can

    write_what_it_can()
