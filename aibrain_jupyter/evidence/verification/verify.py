"""
Verify an evidence store, or a package of one. It leaves with 0 (whole), 1 (altered) or 2
(incomplete).

A chain of hashes alone shows neither a tail that was cut nor a ledger that was rebuilt as a whole.
Both show against an anchor: a signed head, in the store and better outside it (``--head``,
``--key``).
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from aibrain_jupyter.evidence.verification.anchor_check import (
    check_anchors,
    check_expected,
    trusted_keys,
)
from aibrain_jupyter.evidence.verification.item_check import (
    check_extra,
    check_item,
    is_purged,
    items_of,
)
from aibrain_jupyter.evidence.verification.ledger_check import check_head, check_store, read_ledger
from aibrain_jupyter.evidence.verification.lock import held
from aibrain_jupyter.evidence.verification.package_check import is_package, verify_package
from aibrain_jupyter.evidence.verification.report import (
    ALTERED,
    ITEMS,
    LEDGER,
    NOTE,
    Finding,
    Report,
)

if TYPE_CHECKING:
    from collections.abc import Sequence


def verify(folder: Path | str, item: str = "", head: str = "", keys: Sequence[str] = ()) -> Report:
    """
    Verify a store, or one item of it.

    Args:
        folder: The store.

        item: The id of an item; empty: all.

        head: ``seq:hash`` as printed on a card or kept elsewhere; the hash may be shortened to 16.

        keys: Public keys (hex) that are trusted; empty: those that the store names itself.
    """
    folder, report = Path(folder), Report()
    with held(folder):
        events = read_ledger(folder, report)
        if not events:
            report.tell(ALTERED, LEDGER, "there is no event in the ledger")
            return report
        report.head = f"{events[-1]['seq']}:{events[-1]['hash']}"
        check_store(folder, events[0], report)
        check_head(folder, events, report)
        check_anchors(folder, events, report, trusted_keys(keys, report))
        if head:
            check_expected(events, head, report)
        if not item:
            check_extra(folder, events, report)
        todo = items_of(folder, events, report, item)
    # Files are read with the lock let go, so that saving goes on; what a purge removed meanwhile
    # is no finding.
    for name, event in todo.items():
        own = Report()
        check_item(folder, name, event, own)
        if own.findings and is_purged(read_ledger(folder, Report()), name):
            own.findings = [Finding(NOTE, f"{ITEMS}/{name}", "purged while it was looked at")]
        report.findings += own.findings
        report.files += own.files
    return report


def main(arguments: Sequence[str] | None = None) -> int:
    """Verify what is named on the command line, print what was found, return the status."""
    parser = argparse.ArgumentParser(description="Verify an evidence store, or a package of one.")
    parser.add_argument("store", type=Path, help="a store, a package, or a folder it unpacked to")
    parser.add_argument("--item", default="", help="the id of one item")
    parser.add_argument("--head", default="", help="seq:hash that was anchored outside the store")
    parser.add_argument("--key", action="append", default=[], help="a public key to trust, hex")
    given = parser.parse_args(arguments)
    check = verify_package if is_package(given.store) else verify
    report = check(given.store, given.item, given.head, given.key)
    for finding in report.findings:
        _print(f"{finding.kind}: {finding.where}: {finding.what}")
    _print(report.verdict)
    return report.status


def _print(line: str) -> None:
    """Print one line: what a package says neither breaks it, nor steers a terminal."""
    line = "".join(c if c.isprintable() else repr(c)[1:-1] for c in line)
    encoding = sys.stdout.encoding or "ascii"
    sys.stdout.write(line.encode(encoding, "backslashreplace").decode(encoding) + "\n")
