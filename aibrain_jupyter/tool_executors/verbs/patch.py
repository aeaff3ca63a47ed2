"""``%aibrain patch``: changes to tools of this session: listed, put in force, taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aibrain_jupyter.shared.error_handler import InputError
from aibrain_jupyter.shared.frames.view import as_view
from aibrain_jupyter.shared.verbs.message import Message
from aibrain_jupyter.tool_executors.healing.patches import APPLIED, session_patches
from aibrain_jupyter.tool_executors.healing.proposing import patches_frame

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from aibrain_jupyter.shared.verbs.verb import VerbCall


def patch(call: VerbCall) -> Any:
    """List the patches, put one in force by its hash, or take a tool's back."""
    patches, word = session_patches(), call.word(0)
    if "revert" in call.options:
        if not word:
            raise InputError(
                "Which tool gets its author's source back?",
                next_steps=["Write %aibrain patch TOOL --revert."],
            )
        reverted = patches.revert(word)
        said = f"Its results have entries of their own in the cache again; {_KEPT}"
        return Message(f"{reverted.proposal.tool} is as its author has it", (said,))
    if not word:
        found = list(patches.known.values())
        if found:
            return as_view(patches_frame(found), "patches")
        return Message(
            "No tool was changed in this session, and nothing is proposed",
            ("%aibrain propose_fix TOOL looks for what would mend its last failure.",),
        )
    if call.say is None:
        raise InputError(
            "Nobody is watching, so no tool is modified here.",
            why="The notebook runs unattended: a patch is for somebody who has read it.",
            next_steps=["Open the notebook, read the diff, and run the cell there."],
        )
    applied = patches.apply(word)
    tool, sha256 = applied.proposal.tool, applied.sha256
    return Message(
        f"{tool} is modified in this session",
        (
            f"Patch SHA-256 {sha256}",
            "Its runs, frames and manifests say so, and its results are kept apart.",
            f"%aibrain patch {tool} --revert takes it back.",
        ),
        is_warning=True,
    )


_KEPT = "what was collected meanwhile still says the patch."


def offers(before: Sequence[str]) -> Iterable[str]:
    """Return what may follow."""
    if before:
        return ()
    known = session_patches().known.values()
    return [
        one.proposal.tool if one.state == APPLIED else one.sha256[:12] for one in reversed([*known])
    ]
