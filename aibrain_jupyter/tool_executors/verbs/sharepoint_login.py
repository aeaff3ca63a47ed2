"""``%aibrain sharepoint_login``: a person signs in to SharePoint, before any run."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from aibrain_jupyter.shared.verbs.message import Message
from aibrain_jupyter.sharepoint import people

if TYPE_CHECKING:
    from aibrain_jupyter.shared.verbs.verb import VerbCall


def sharepoint_login(call: VerbCall) -> Message:
    """Sign in by browser, by an address to paste, or by a device code."""
    if call.options.get("device"):
        name = people.device_code(_say)
    elif call.options.get("paste") or people.is_elsewhere():
        name = people.paste_back(_say)
    else:
        name = people.browser(_say)
    return Message(
        f"SharePoint is asked as {name}", ("Until this kernel ends; the token stays in memory.",)
    )


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
