"""Python and packages: whether what is installed is what the package asks for."""

from __future__ import annotations

import platform
import sys
from importlib import metadata
from typing import TYPE_CHECKING, Final

from aibrain_jupyter._version import __version__
from aibrain_jupyter.shared.tools.provider import AMBER, GREEN, RED, Examined

if TYPE_CHECKING:
    from collections.abc import Iterator

_PACKAGE: Final = "aibrain_jupyter"
_OF_EXTRAS: Final = {
    "arrow": ("pyarrow",),
    "demo": ("moto",),
    "evidence": ("openpyxl", "xlsxwriter"),
    "notebook": ("nbconvert", "nbformat"),
    "sharepoint": ("msal",),
    "sign": ("cryptography",),
    "table": ("itables",),
}


def examine_packages() -> Iterator[Examined]:
    """Yield Python, this package, each package it needs, and the extras."""
    found = f"{sys.version.split()[0]} on {platform.system()} {platform.machine()}"
    yield Examined("Python", GREEN, found)
    yield Examined(_PACKAGE, GREEN, __version__)
    yield from _needed()
    yield from _extras()


def _needed() -> Iterator[Examined]:
    try:
        from packaging.requirements import Requirement
    except ImportError:  # it comes with Jupyter; without it versions are shown, not compared
        return
    try:
        needed = [Requirement(text) for text in metadata.requires(_PACKAGE) or ()]
    except metadata.PackageNotFoundError:
        yield Examined(f"{_PACKAGE} is installed", AMBER, "it runs from a folder", _install(""))
        return
    for one in needed:
        if one.marker is not None and not one.marker.evaluate({"extra": ""}):
            continue
        version = _version(one.name)
        if not version:
            yield Examined(one.name, RED, "it is not installed", _install(one.name, str(one)))
        elif not one.specifier.contains(version, prereleases=True):
            wrong = f"{version}, and {one.specifier} is needed"
            yield Examined(one.name, RED, wrong, _install(one.name, str(one)))
        else:
            yield Examined(one.name, GREEN, version)


def _extras() -> Iterator[Examined]:
    for extra, packages in _OF_EXTRAS.items():
        missing = [name for name in packages if not _version(name)]
        if missing:
            step = f'%pip install "{_PACKAGE}[{extra}]", then restart the kernel'
            yield Examined(f"extra {extra}", AMBER, f"without {', '.join(missing)}", step)
        else:
            found = ", ".join(f"{name} {_version(name)}" for name in packages)
            yield Examined(f"extra {extra}", GREEN, found)


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def _install(name: str, what: str = "") -> str:
    return f'%pip install -U "{what or name or _PACKAGE}", then restart the kernel'
