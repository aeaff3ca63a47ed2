"""``%aibrain stats --to PLACE``: the figures of this kernel for other programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aibrain_jupyter.execution.exporters.destinations import destination_of
from aibrain_jupyter.shared.error_handler import GrammarError
from aibrain_jupyter.shared.verbs.message import Message

if TYPE_CHECKING:
    from aibrain_jupyter.shared.verbs.verb import VerbCall


def send_figures(call: VerbCall) -> Message:
    """
    Send the figures, and the runs that the place has not had yet, where ``--to`` says.

    Raises:
        ParameterError: that is no place.
        SendingError: nobody took them.
        ToolLoadError: a package is missing.
    """
    if others := [name for name in ("by", "since", "against") if name in call.options]:
        raise GrammarError(
            f"--to sends all figures of this kernel and has no --{others[0]}.",
            next_steps=["%aibrain export writes a frame, such as that of stats, to a file."],
        )
    if call.words:
        raise GrammarError(
            f"--to sends all runs of this kernel, not {call.word(0)} alone.",
            next_steps=["Write: %aibrain stats --to runs.jsonl"],
        )
    word = call.options["to"]
    destination = destination_of(word)
    return Message(destination.send(), (destination.place.about,))
