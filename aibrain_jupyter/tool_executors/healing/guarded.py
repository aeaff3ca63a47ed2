"""
What a trial process may do: limits of the system, and a guard on what Python's code asks of it.

Run first in the process of a trial, before any code of the tool. The guard (an audit hook, which
cannot be taken out again) refuses network but for one address, other programs, writing outside of
the trial's folder, and reading settings in the user's home. It keeps a tool from doing harm by
mistake. It is no prison: native code that is loaded into Python is not asked.

Memory and processor time are limits of the system where Python has ``resource`` (Linux; macOS heeds
processor time alone). Windows has neither: there only the time that the parent allows holds.
"""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_LARGEST_FILE: Final = 256 << 20
_WRITES: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_PROGRAMS: Final = (
    "_winapi.CreateProcess",
    "os.exec",
    "os.posix_spawn",
    "os.spawn",
    "os.startfile",
    "os.system",
    "pty.spawn",
    "subprocess.Popen",
)
_CHANGES: Final = {
    "os.chmod": 1,
    "os.chown": 1,
    "os.link": 2,
    "os.mkdir": 1,
    "os.remove": 1,
    "os.rename": 2,
    "os.rmdir": 1,
    "os.symlink": 2,
    "os.truncate": 1,
    "os.utime": 1,
}
"""Events that change files, and how many of their first arguments are paths."""


def limit(seconds: float, mebibytes: int) -> None:
    """Limit this process, as far as the system can."""
    try:
        import resource
    except ImportError:  # Windows
        return
    size, cpu = mebibytes << 20, int(seconds) + 1
    for kind, most in (
        ("RLIMIT_CORE", 0),
        ("RLIMIT_FSIZE", _LARGEST_FILE),
        ("RLIMIT_CPU", cpu),
        ("RLIMIT_AS", size),
    ):
        with contextlib.suppress(AttributeError, ValueError, OSError):
            which = getattr(resource, kind)
            _, hardest = resource.getrlimit(which)
            fits = hardest == resource.RLIM_INFINITY or most < hardest
            resource.setrlimit(which, (most, most) if fits else (hardest, hardest))


def guard(folder: str, home: str, code: Sequence[str], address: tuple[str, int] | None) -> None:
    """
    Refuse from here on what a trial may not do, with a `PermissionError`.

    Args:
        folder: The only one that may be written to.

        home: The user's home: what begins with a dot in it is not read.

        code: Folders whose code may be read, wherever they are.

        address: The only host and port that may be talked to; None: none at all.
    """
    own, own_process = os.path.realpath(folder), str(os.getpid())
    dotted = f"{os.path.realpath(home)}{os.sep}." if home else ""
    roots = [own, *(os.path.realpath(one) for one in (*code, sys.prefix, sys.base_prefix))]
    # A notebook's folder may be the home itself, which makes nothing dotted in it code.
    readable = [one for one in roots if dotted and one.startswith(dotted)]

    def is_in(path: str, folders: Sequence[str]) -> bool:
        return any(path == one or path.startswith(one + os.sep) for one in folders)

    def check_change(path: Any) -> None:
        if isinstance(path, int) or path is None:
            return
        real = os.path.realpath(os.fsdecode(path))
        if real != os.devnull and not is_in(real, [own]):
            raise PermissionError(
                f"A trial writes nothing outside of its folder: {Path(real).name}"
            )

    def check_read(path: Any) -> None:
        if isinstance(path, int):
            return
        real = os.path.realpath(os.fsdecode(path))
        parts = Path(real).parts
        if parts[1:2] == ("proc",) and "".join(parts[2:3]).isdigit() and parts[2] != own_process:
            raise PermissionError("A trial reads nothing of other processes.")
        if dotted and real.startswith(dotted) and not is_in(real, readable):
            raise PermissionError(f"A trial reads no settings: {Path(real).name}")

    def hook(event: str, args: tuple[Any, ...]) -> None:
        if event == "open":
            path, mode, flags = args
            writes = isinstance(mode, str) and set(mode) & set("wax+")
            if writes or (isinstance(flags, int) and flags & _WRITES):
                check_change(path)
            else:
                check_read(path)
        elif event in _CHANGES:
            for path in args[: _CHANGES[event]]:
                check_change(path)
        elif event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
            if address is None or tuple(args[1] or ())[:2] != address:
                raise PermissionError(f"A trial has no network: {args[1]}")
        elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
            if address is None or args[0] not in (address[0], None):
                raise PermissionError(f"A trial has no network: {args[0]}")
        elif event in _PROGRAMS:
            raise PermissionError("A trial starts no other program.")

    sys.addaudithook(hook)
    _start_nothing()


def _start_nothing() -> None:
    """Refuse what starts processes without asking the guard: they would have none."""
    try:
        import _posixsubprocess
    except ImportError:  # Windows, where multiprocessing is asked
        return

    def refuse(*_: object) -> int:
        raise PermissionError("A trial starts no other program.")

    _posixsubprocess.fork_exec = refuse
