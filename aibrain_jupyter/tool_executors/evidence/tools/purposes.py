"""What the verbs of evidence are for, in the order of the work: how help groups them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Purpose:
    """Verbs that serve one end: its `title`, one `example`, and their names."""

    title: str
    example: str
    verbs: tuple[str, ...]


_PURPOSES: Final = (
    (
        "Collect: from what is asked for to saved items",
        "%aibrain evidence collect soc2-aws --dry-run",
        "requests plans collect due complete replay answered",
    ),
    (
        "Keep: put something into the store, and look at it",
        "%aibrain evidence save users --rfi RFI-014 --control soc2-2017:CC6.1",
        "save attach notebook list show rows codes retain hold release purge",
    ),
    (
        "Decide: look at items, talk about them, approve them or send them back",
        '%aibrain evidence approve iam-users --reason "compared with the console"',
        """review comment comments submit approve reject reopen supersede
        deliver accept return exclude exclusions lift""",
    ),
    (
        "Sample: draw rows, and keep what was tested",
        "%aibrain evidence sample iam-users -n 5 --seed FY2026",
        "sample sample_size sheet tested",
    ),
    (
        "Compare: what changed",
        "%aibrain evidence reperform iam-users",
        "compare reperform",
    ),
    (
        "Package: what the auditor gets",
        "%aibrain evidence package FY2026-v1.zip --codes RFI-014,CC6.1",
        "package index",
    ),
    (
        "Prove: that nothing was altered",
        "%aibrain evidence verify",
        "verify ledger sign timestamp verifier",
    ),
)
PURPOSES: Final = tuple(
    Purpose(title, example, tuple(verbs.split())) for title, example, verbs in _PURPOSES
)
"""Every verb is in one of them."""
