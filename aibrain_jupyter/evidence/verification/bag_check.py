"""
A bag (BagIt 1.0, RFC 8493): every file as it is listed, none missing, none besides; its signature.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from aibrain_jupyter.evidence.verification.ed25519 import is_signed
from aibrain_jupyter.evidence.verification.item_check import digest_or_fault
from aibrain_jupyter.evidence.verification.report import (
    ALTERED,
    INCOMPLETE,
    NOTE,
    Report,
    files_below,
    tell_extra,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

DECLARATION, PAYLOAD, TAGS = "bagit.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt"
SIGNATURE = "tagmanifest-sha256.sig"
DECLARED = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
_LINE = re.compile(r"([0-9a-f]{64})  (\S.*)")


def check_bag(bag: Path, report: Report) -> None:
    """Check every file of a bag against its lists."""
    try:
        if (bag / DECLARATION).read_bytes() != DECLARED:
            report.tell(ALTERED, DECLARATION, "it is not what a bag begins with")
    except OSError as exc:
        report.tell(ALTERED, DECLARATION, f"it cannot be read: {exc.strerror}")
    listed = {**_listed(bag, PAYLOAD, report), **_listed(bag, TAGS, report)}
    found = {path.relative_to(bag).as_posix(): path for path in files_below(bag)}
    for name in sorted(found.keys() - listed.keys() - {TAGS, SIGNATURE}):
        tell_extra(name, report)
    for name, sha256 in sorted(listed.items()):
        if name not in found:
            report.tell(ALTERED, name, "it is missing")
        elif isinstance(got := digest_or_fault(found[name]), str):
            report.tell(ALTERED, name, f"it cannot be read: {got}")
        elif got[1] != sha256:
            report.tell(ALTERED, name, f"its SHA-256 is {got[1][:16]}…, {sha256[:16]}… is listed")


def check_signature(bag: Path, own: Sequence[str], trusted: Sequence[str], report: Report) -> None:
    """Check who signed the list of all; `own` are the keys that signed the ledger."""
    try:
        signature = (bag / SIGNATURE).read_bytes()
    except OSError:
        # Whoever can alter index and lists can remove a signature, too.
        kind = ALTERED if trusted else INCOMPLETE if own else NOTE
        what = ", and its ledger is" if own else ""
        report.tell(kind, SIGNATURE, f"the package is not signed{what}")
        return
    text = (bag / TAGS).read_bytes() if (bag / TAGS).is_file() else b""
    for key in trusted or own:
        if re.fullmatch("[0-9a-f]{64}", key) and is_signed(bytes.fromhex(key), signature, text):
            report.signed_by = key
            return
    report.tell(ALTERED, SIGNATURE, "it is by no key that is trusted, or of another package")


def _listed(bag: Path, name: str, report: Report) -> dict[str, str]:
    """Return the SHA-256 of each file that a list has."""
    found: dict[str, str] = {}
    try:
        lines = (bag / name).read_bytes().decode().split("\n")
    except (OSError, ValueError):
        report.tell(ALTERED, name, "it is missing or cannot be read")
        return found
    for line in lines[:-1]:
        match = _LINE.fullmatch(line)
        if match is None or not is_inside(match[2]) or match[2] in found:
            report.tell(ALTERED, name, f"a line of it is none of a bag: {line[:80]!r}")
        elif match[2].startswith("data/") != (name == PAYLOAD):
            report.tell(ALTERED, name, f"{match[2]} does not belong in it")
        else:
            found[match[2]] = match[1]
    if not found or lines[-1]:
        report.tell(ALTERED, name, "it does not end as it was written")
    return found


def is_inside(name: str) -> bool:
    """Tell whether a path leads to a file below, on every system."""
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and not {"\\", ":"} & {*name}
