"""
aibrain_jupyter: collect cloud audit evidence in notebook cells.

``%load_ext aibrain_jupyter`` registers the magics ``%aibrain`` and ``%%aibrain``.
Importing the package imports nothing else: the names below are resolved on
first use, so that loading the extension stays cheap.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from aibrain_jupyter._version import __version__

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from aibrain_jupyter.advanced_cache import AdvancedCacheManager, get_advanced_stats
    from aibrain_jupyter.async_tool_executor import execute_tools_parallel
    from aibrain_jupyter.tool_registry import get_tool_registry
    from aibrain_jupyter.writers.export import export_frame

__all__ = [
    "AdvancedCacheManager",
    "__version__",
    "execute_tools_parallel",
    "export_frame",
    "get_advanced_stats",
    "get_tool_registry",
    "load_ipython_extension",
    "unload_ipython_extension",
]

_HOMES = {
    "AdvancedCacheManager": "aibrain_jupyter.advanced_cache",
    "execute_tools_parallel": "aibrain_jupyter.async_tool_executor",
    "export_frame": "aibrain_jupyter.writers.export",
    "get_advanced_stats": "aibrain_jupyter.advanced_cache",
    "get_tool_registry": "aibrain_jupyter.tool_registry",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Register the magics, their completer and their configuration (``%load_ext``)."""
    from aibrain_jupyter.magics.extension import load

    load(shell)


def unload_ipython_extension(shell: InteractiveShell) -> None:
    """Take away everything that loading brought (``%unload_ext``)."""
    from aibrain_jupyter.magics.extension import unload

    unload(shell)
