"""Faults of this computer: disks, folders, packages, tools of other people, the cache."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.healing.faults.world import CELL, REPAIR, Fault

_CAUGHT = "try:\n    1 / 0\nexcept ZeroDivisionError as exc:\n    caught = exc\n"
_FRAME = "import pandas as pd; frame = pd.DataFrame({'a': range(9000)})\n"


def _full_disk(world):
    """A disk with room for nothing, where one may be mounted; /dev/full is always full."""
    place = world.folder / "full"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=8k", "tmpfs", str(place)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        world.names["place"] = "/dev/full"
        return
    world.undo.callback(subprocess.run, ["umount", str(place)], check=False)
    world.names["place"] = str(place / "frame.csv")


def _full_evidence(world):
    _full_disk(world)
    world.env(AIBRAIN_EVIDENCE_DIR=str(Path(str(world.names["place"])).parent / "evidence"))


def _full_cache(world):
    """The cache falls back to memory: the run is complete, and says so."""
    _full_disk(world)
    world.env(AIBRAIN_CACHE_DIR=str(Path(str(world.names["place"])).parent / "cache"))


def _no_folder(world):
    (world.folder / "file").write_text("x")
    world.names["place"] = str(world.folder / "file" / "frame.csv")


def _without(*packages):
    def arrange(world):
        for package in packages:
            world.undo.callback(_put_back, package, sys.modules.get(package))
            sys.modules[package] = None
        world.names["place"] = str(world.folder / "frame.parquet")

    return arrange


def _put_back(package, module):
    sys.modules.pop(package, None)
    if module is not None:
        sys.modules[package] = module


def _tool(function, world, **spec):
    from aibrain_jupyter.shared.base_tool import ToolSpec
    from aibrain_jupyter.tool_registry import get_tool_registry

    globals()["_called"] = function
    handler = spec.pop("handler", f"{__name__}:_called")
    made = ToolSpec("broken_tool", "A tool.", handler, **spec)
    get_tool_registry().register(made, replace=True)
    world.undo.callback(get_tool_registry()._specs.pop, "broken_tool", None)


def _tool_with_a_fault(world):
    _tool(lambda ctx: {}["missing_key"], world)


def _tool_without_package(world):
    _tool(None, world, handler="no_such_package_of_ours.tool:run", extra="sharepoint")


def _tool_too_slow(world):
    import time

    _tool(lambda ctx: time.sleep(3), world)


def _broken_plugin(world):
    """An installed package whose tool cannot be imported: it is dropped, and said."""
    from importlib import invalidate_caches

    from aibrain_jupyter.tool_registry import GROUP, get_tool_registry

    info = world.folder / "plugins" / "their_plugin-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: their_plugin\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[{GROUP}]\ntheir_tool = no_such_module_of_ours:TOOL\n")
    sys.path.insert(0, str(info.parent))
    invalidate_caches()
    registry = get_tool_registry()
    registry._is_scanned = False
    world.undo.callback(registry.broken.pop, "their_tool", None)
    world.undo.callback(sys.path.remove, str(info.parent))


def _damaged_cache(world):
    """An entry is kept, its files damaged, memory forgotten: it is asked for again."""
    from aibrain_jupyter.advanced_cache import _made_manager

    def damage():
        for path in (world.folder / "cache").rglob("*"):
            if path.is_file() and path.suffix not in (".sqlite", ".lock"):
                path.write_bytes(b"\0" * 64)
        _made_manager.cache_clear()

    world.names["damage"] = damage


def _nothing(_world):
    pass


_KEPT = CELL.removesuffix(" --fresh")

FAULTS = (
    Fault(
        "damaged cache entry",
        "",
        "could not be used and is fetched again.*damaged: it was set aside",
        _damaged_cache,
        REPAIR,
        f"{_KEPT}\ndamage()\n{_KEPT}",
    ),
    Fault(
        "disk full, export",
        "disk-full",
        "space",
        _full_disk,
        cell=f"{_FRAME}%aibrain export frame $place",
    ),
    Fault("disk full, evidence", "disk-full", "space", _full_evidence, cell=f"{CELL} --save RFI-1"),
    Fault("disk full, cache", "", "", _full_cache, REPAIR),
    Fault(
        "folder that is a file",
        "input",
        "Make it",
        _no_folder,
        cell=f"{_FRAME}%aibrain export frame $place",
    ),
    Fault(
        "no package for Parquet",
        "package-missing",
        r"pip install .*arrow",
        _without("pyarrow", "pyarrow.parquet"),
        cell=f"{_FRAME}%aibrain export frame $place",
    ),
    Fault(
        "tool without its package",
        "package-missing",
        r"pip install .*sharepoint",
        _tool_without_package,
        cell="%aibrain broken_tool",
    ),
    Fault(
        "tool with a fault",
        "fault-of-tool",
        "KeyError",
        _tool_with_a_fault,
        cell="%aibrain broken_tool",
    ),
    Fault(
        "plugin that cannot be imported",
        "input",
        "package that brings it has a fault.*no_such_module_of_ours",
        _broken_plugin,
        cell="%aibrain their_tool",
    ),
    Fault(
        "tool too slow",
        "CallTimeoutError",
        "--timeout",
        _tool_too_slow,
        cell="%aibrain broken_tool --timeout 1",
    ),
    Fault(
        "exception of the notebook",
        "unknown",
        "ZeroDivisionError",
        _nothing,
        cell=_CAUGHT,
        ask="%aibrain fix caught",
    ),
)
