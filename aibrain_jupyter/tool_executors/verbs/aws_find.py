"""``%aibrain aws_find QUESTION``: the tools and the reads of AWS that answer it, a DataFrame."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aibrain_jupyter.shared.error_handler import GrammarError, unknown_name
from aibrain_jupyter.shared.frames.view import as_view

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

    from aibrain_jupyter.shared.verbs.verb import VerbCall

_PAIRS = ("service",)


def aws_find(call: VerbCall) -> pd.DataFrame:
    """Return what answers the question, see `find_operations`."""
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
    return as_view(find_operations(call.words, service), "answers")


def offers(before: Sequence[str]) -> Iterable[str]:
    """Return the services as filters."""
    from aibrain_jupyter.aws.operations.models import services

    return [f"service={name}" for name in services()]
