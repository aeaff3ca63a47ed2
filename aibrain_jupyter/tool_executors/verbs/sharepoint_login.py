"""``%aibrain sharepoint_login``: a person signs in to SharePoint, before any run."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from aibrain_jupyter.shared.verbs.message import Message
from aibrain_jupyter.sharepoint.sign_in import people, use_credential
from aibrain_jupyter.sharepoint.sign_in.token_file import forget, token_file

if TYPE_CHECKING:
    from aibrain_jupyter.shared.verbs.verb import VerbCall


def sharepoint_login(call: VerbCall) -> Message:
    """Sign in by browser, by an address to paste, or by a device code."""
    if call.options.get("forget"):
        use_credential(None)
        told = ("The token file was deleted.",) if forget() else ()
        return Message("Nobody is signed in to SharePoint in this kernel", told)
    if call.options.get("device"):
        name = people.device_code(_say)
    elif call.options.get("paste") or people.is_elsewhere():
        name = people.paste_back(_say)
    else:
        name = people.browser(_say)
    file = token_file()
    kept = (
        f"In other kernels, too: {file} keeps the sign-in, for you alone (--forget deletes it)."
        if file
        else "Until this kernel ends; the token stays in memory."
    )
    return Message(f"SharePoint is asked as {name}", (kept,))


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
