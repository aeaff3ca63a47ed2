"""``%aibrain aws login PROFILE``: sign in to IAM Identity Center from the notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aibrain_jupyter.aws.accounts.profiles import check_configuration, known_profiles
from aibrain_jupyter.aws.accounts.sign_in import sign_in_command
from aibrain_jupyter.aws.accounts.signing_in.sso_login import begin_sign_in, portal_of
from aibrain_jupyter.aws.clients.pool import get_client_pool
from aibrain_jupyter.shared.config import get_settings
from aibrain_jupyter.shared.error_handler import CredentialsError, unknown_name
from aibrain_jupyter.shared.verbs.message import Message
from aibrain_jupyter.shared.verbs.verb import VerbAnswer, VerbCall, choose

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_SUBVERBS = ("login",)


def aws(call: VerbCall) -> VerbAnswer:
    """Show link and code, wait for the sign-in, and have what failed asked again."""
    choose("aws", call.word(0), _SUBVERBS)
    name = call.word(1) or str(get_settings().get("profile"))
    check_configuration()
    known = known_profiles()
    if name and name not in known:
        raise unknown_name("profile", name, known, next_steps=["%aibrain profile lists them."])
    portal_of(name)
    if call.say is None:
        raise CredentialsError(
            f"Nobody is watching, so nobody can sign in to {_named(name)} here.",
            why="The notebook runs unattended.",
            next_steps=[
                f"Run before it, in a terminal: {sign_in_command(name)}",
                f"Or open the notebook and run %aibrain aws login {name}".rstrip(),
            ],
            facts={"profile": name, "cause": "not-signed-in"},
        )
    begun = begin_sign_in(name)
    lines = (begun.link, "Waiting for it. Interrupt the kernel to give up.")
    call.say(Message(f"Open this link and check that it shows {begun.code}", lines))
    ends_at = begun.wait()
    # Clients of before may have remembered that there is no session.
    get_client_pool().clear()
    until = f"The session lasts until {ends_at:%Y-%m-%d %H:%M} UTC."
    return VerbAnswer(Message(f"Signed in: {_named(name)}", (until,)), then="resume")


def _named(name: str) -> str:
    return f"profile {name}" if name else "the default profile"


def offers(before: Sequence[str]) -> Iterable[str]:
    """Return what may follow."""
    if not before:
        return _SUBVERBS
    return known_profiles() if list(before) == ["login"] else ()
