"""
Causes of this computer and its network, whoever was asked: full disks, missing packages, proxies.

Rows as providers have them (``shared/causes.py``). An error of ours says itself what to do, so of
the row only name and whether to try again count; of an exception that nobody translated, its steps
too. Those of the computer are looked for in what led to the error, the deepest first; then those of
``healing/network_causes``, in their order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aibrain_jupyter.healing.behind import MOST, led_to
from aibrain_jupyter.healing.network_causes import NETWORK_CAUSES
from aibrain_jupyter.shared.causes import Cause, Failure, cause_of
from aibrain_jupyter.shared.error_handler import AibrainError, ToolLoadError
from aibrain_jupyter.shared.texts.exceptions import words_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

DISK_FULL: Final = "disk-full"

_OF_COMPUTER: Final = (
    Cause(
        name=DISK_FULL,
        error=AibrainError,
        what="There is no room left on the disk.",
        steps=("Free space, or name a folder on another disk, then run the cell again.",),
        source="errno(3): ENOSPC, EDQUOT",
        classes=(OSError,),
        message=r"no space left|errno 28\b|disk quota exceeded|not enough space",
    ),
    Cause(
        name="folder-unusable",
        error=AibrainError,
        what="A file or folder cannot be used.",
        steps=("Name a folder of yours: %aibrain doctor shows which can be written to.",),
        source="errno(3): EACCES, EROFS, ENOTDIR, EISDIR",
        classes=(OSError,),
        # A socket is refused in the same words, but names no file.
        message=r"(?:permission denied|read-only file system|(?:not|is) a directory): b?['\"]",
    ),
    Cause(
        name="package-missing",
        error=ToolLoadError,
        what="A package is not installed.",
        steps=("%pip install the package that is named above, then restart the kernel.",),
        source="Python, ModuleNotFoundError",
        classes=(ModuleNotFoundError,),
    ),
    Cause(
        name="package-too-old",
        error=ToolLoadError,
        what="A package has not what is taken from it.",
        steps=("%aibrain doctor names versions that do not fit; restart after installing others.",),
        source="Python, ImportError",
        classes=(ImportError,),
        # Neither a circular import nor a library of the system is a matter of versions.
        message=r"^(?!.*(?:partially initialized|relative import|shared object|dll load failed))",
    ),
)

OWN_CAUSES: Final = (*_OF_COMPUTER, *NETWORK_CAUSES)

FAULT_OF_A_TOOL: Final = "fault-of-tool"
"""An exception of another kind behind an error that has no class of its own."""


def own_cause(error: BaseException) -> Cause | None:
    """Return the row that explains an exception by what led to it; None where none does."""
    for one, was_handled in reversed(list(_behind(error))):
        if isinstance(one, BaseExceptionGroup) and (found := _of_all(one)):
            return found
        rows = _OF_COMPUTER[:1] if was_handled else _OF_COMPUTER
        if found := _of(one, rows):
            return found
    behind = list(led_to(error))
    return next((row for row in NETWORK_CAUSES if any(_of(one, [row]) for one in behind)), None)


def _of(error: BaseException, rows: Sequence[Cause]) -> Cause | None:
    if isinstance(error, AibrainError):
        return None
    return cause_of(Failure(error, message=words_of(error)), rows)


def _of_all(group: BaseExceptionGroup[BaseException]) -> Cause | None:
    """Return the row that explains every member of a group; None where they differ."""
    causes = [own_cause(member) for member in group.exceptions[:MOST]]
    first = causes[0]
    return first if all(cause is first for cause in causes) else None


def _behind(error: BaseException) -> Iterator[tuple[BaseException, bool]]:
    """
    Yield an exception and those that led to it, each with whether it was only being handled.

    Such a one is mostly no cause: a package was optional, a folder had a substitute. A full disk
    is one still, as nothing that cleans up after it succeeds.
    """
    current: BaseException | None = error
    was_handled = False
    for _ in range(MOST):
        if current is None:
            return
        yield current, was_handled
        if current.__cause__ is not None:
            current = current.__cause__
            continue
        was_handled = True
        current = None if current.__suppress_context__ else current.__context__
