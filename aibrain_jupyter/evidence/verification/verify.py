"""
Verify an evidence store. It leaves with 0 (whole), 1 (altered) or 2 (incomplete).

A chain of hashes alone shows neither a tail that was cut nor a ledger that was rebuilt as a whole.
Both show against an anchor: a signed head, in the store and better outside it (``--head``,
``--key``).
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from aibrain_jupyter.evidence.verification.anchor_check import check_anchors, check_expected
from aibrain_jupyter.evidence.verification.item_check import check_extra, check_items, names
from aibrain_jupyter.evidence.verification.ledger_check import check_head, check_store, read_ledger
from aibrain_jupyter.evidence.verification.report import ALTERED, DRAFTS, ITEMS, LEDGER, Report

if TYPE_CHECKING:
    from collections.abc import Sequence

_ROUNDS = 5


def verify(folder: Path | str, item: str = "", head: str = "", keys: Sequence[str] = ()) -> Report:
    """
    Verify a store, or one item of it.

    Args:
        folder: The store.

        item: The id of an item; empty: all.

        head: ``seq:hash`` as printed on a card or kept elsewhere; the hash may be shortened to 16.

        keys: Public keys (hex) that are trusted; empty: those that the store names itself.
    """
    folder, before = Path(folder), -1
    for _ in range(_ROUNDS):
        # Others may save and purge meanwhile: what is odd then is looked at again.
        report = Report()
        length = _size(folder / LEDGER)
        _verify_once(folder, report, item, head, keys)
        if not report.findings or length == _size(folder / LEDGER) == before:
            break
        before = length
    return report


def _verify_once(folder: Path, report: Report, item: str, head: str, keys: Sequence[str]) -> None:
    on_disk = names(folder / ITEMS) | names(folder / DRAFTS)
    events = read_ledger(folder, report)
    if not events:
        report.tell(ALTERED, LEDGER, "there is no event in the ledger")
        return
    report.head = f"{events[-1]['seq']}:{events[-1]['hash']}"
    check_store(folder, events[0], report)
    check_head(folder, events, report)
    check_anchors(folder, events, report, keys)
    if head:
        check_expected(events, head, report)
    check_items(folder, events, report, item)
    if not item:
        check_extra(folder, events, on_disk, report)


def main(arguments: Sequence[str] | None = None) -> int:
    """Verify the store named on the command line, print what was found, return the status."""
    parser = argparse.ArgumentParser(description="Verify an evidence store.")
    parser.add_argument("store", type=Path)
    parser.add_argument("--item", default="", help="the id of one item")
    parser.add_argument("--head", default="", help="seq:hash that was anchored outside the store")
    parser.add_argument("--key", action="append", default=[], help="a public key to trust, hex")
    given = parser.parse_args(arguments)
    report = verify(given.store, given.item, given.head, given.key)
    for finding in report.findings:
        sys.stdout.write(f"{finding.kind}: {finding.where}: {finding.what}\n")
    sys.stdout.write(f"{report.verdict}\n")
    return report.status


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
