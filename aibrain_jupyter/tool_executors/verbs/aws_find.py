"""``%aibrain aws_find QUESTION``: the tools and the reads of AWS that answer it, a DataFrame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aibrain_jupyter.shared.error_handler import GrammarError, unknown_name
from aibrain_jupyter.shared.verbs.message import Message
from aibrain_jupyter.shared.verbs.verb import VerbAnswer

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

    from aibrain_jupyter.shared.verbs.verb import VerbCall

_PAIRS = ("service",)
MOST_SAID: Final = 3
"""Cells that are said besides being in the frame, where a long one is cut."""


def aws_find(call: VerbCall) -> VerbAnswer | pd.DataFrame:
    """Return what answers the question, see `find_operations`; its cells are said in full."""
    from aibrain_jupyter.aws.operations.search.find import find_operations

    for key in call.pairs:
        if key not in _PAIRS:
            raise unknown_name("filter", key, _PAIRS, of="aws_find")
    service = str(call.pairs.get("service", ""))
    if not call.words and not service:
        raise GrammarError(
            "%aibrain aws_find needs something to look for.",
            next_steps=["Write: %aibrain aws_find which users have no MFA?"],
        )
    found = find_operations(call.words, service)
    answered = found[found["answers"].notna()].head(MOST_SAID)
    if answered.empty:
        return found
    lines = [f"{row.cell}: {row.answers}" for row in answered.itertuples()]
    return VerbAnswer(found, (Message("A cell that answers", tuple(lines)),))


def offers(before: Sequence[str]) -> Iterable[str]:
    """Return the services as filters."""
    from aibrain_jupyter.aws.operations.models import services

    return [f"service={name}" for name in services()]
