"""The first words of ``%aibrain`` that are not tools. No tool may take one as its name."""

from __future__ import annotations

from typing import Final

VERBS: Final = (
    "aws_find",
    "aws_policy",
    "cache",
    "cancel",
    "config",
    "demo",
    "help",
    "history",
    "jobs",
    "last",
    "profile",
    "result",
    "resume",
    "tb",
    "tools",
)

FUTURE_VERBS: Final = (
    "evidence",
    "fix",
    "run",
    "stats",
    "timeline",
)
"""Kept free for what is planned, so that no tool takes the name before."""

RESERVED_VERBS: Final = frozenset(VERBS + FUTURE_VERBS)
