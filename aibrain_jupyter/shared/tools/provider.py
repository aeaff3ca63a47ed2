"""
What the house asks a provider for besides its tools: profiles, sign-in, names, policies.

`Provider` is what a tool without one has. Nothing here sends a request.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from aibrain_jupyter.shared.causes import Cause
    from aibrain_jupyter.shared.tools.call_context import Clients


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Whose credentials runs would use: `words` say where they come from, never what they are."""

    words: str = ""
    is_demo: bool = False


@dataclass(frozen=True, slots=True)
class Permissions:
    """A policy to copy: `title`, `text`, and `notes` on what it does not tell."""

    title: str
    text: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Examined:
    """
    One thing that was looked at: its `name`, how it is (`GREEN`, `AMBER`, `RED`), what was
    `found`, and the `next_step` where there is one.
    """

    name: str
    level: str
    found: str
    next_step: str = ""


GREEN: Final = "green"
AMBER: Final = "amber"
RED: Final = "red"


class Provider:
    """A source of data with accounts of its own. Every member has a default."""

    name: str = ""
    """As `ToolSpec.group` names it."""

    default_profile: str = "no profile"
    """What runs use that name no profile, in words."""

    def clients(self) -> Clients | None:
        """Return what gives the clients of its calls; None: they need none."""
        return None

    def versions(self) -> dict[str, str]:
        """Return the versions of what its code is made of, by package; evidence names them."""
        return {}

    def causes(self) -> Sequence[Cause]:
        """Return the table of what its failures mean, special rows first."""
        return ()

    def examine(self, *, is_online: bool = False) -> Iterable[Examined]:
        """
        Yield how what its calls need is: settings, credentials, sessions; nothing secret.

        Args:
            is_online: Whether requests may be sent: who each profile is, the clock, the endpoints.
        """
        return ()

    def names(self, kind: str, given: Mapping[str, Any]) -> Sequence[str]:
        """
        Return the names that can be written for a run option or a filter.

        Args:
            kind: ``accounts``, ``regions``, ``profile``, ``account``, ``region``, ``service``.

            given: The parameters given so far.
        """
        return ()

    def account_of(self, name: str) -> str:
        """Return the account that a profile leads to, empty where its settings do not tell."""
        return ""

    def is_account(self, text: str) -> bool:
        """Tell whether a text is written like an account."""
        return True

    def check_options(self, accounts: Sequence[str], profile: str) -> None:
        """Refuse with a `ParameterError` run options that do not go together."""

    def signed_in(self, profile: str) -> SignedIn:
        """Return where the credentials of runs come from, by names alone."""
        return SignedIn()

    def carried(
        self, target: Any, params: Mapping[str, Any], *, is_here: bool
    ) -> Mapping[str, Any] | str:
        """
        Return what another process needs, besides names, to make a call there: for `adopt`.

        Or, as a text, why the call has to be made in this process. It is no credential: a process
        elsewhere has its own.

        Args:
            target: Where the call goes.

            params: The parameters of the call.

            is_here: Whether the process is on this machine, and this user's.
        """
        return {}

    def adopt(self, carried: Mapping[str, Any]) -> None:
        """Take what `carried` gave, in the process that makes the calls."""

    def who_asks(self, target: Any) -> str | None:
        """
        Return as whom this process would ask there, as ``target.identity`` says it.

        None: nobody can tell, and nothing was planned. It may send a request.
        """
        return None

    def own_identity(self) -> str:
        """Return as whom this process asks where nothing else was said; empty: nobody knows."""
        return ""

    def profile_behind(self, profile: str) -> str:
        """Return the profile whose settings a process needs for calls of `profile`; empty: none."""
        return profile

    def let_go(self, profile: str) -> None:
        """Close the clients of a profile whose calls were all made."""

    def next_steps(self) -> Sequence[str]:
        """Return what a newcomer could do first, as ``command: what it does``."""
        return ()

    def policy(
        self, actions: Iterable[str], *, accounts: Sequence[str], regions: Sequence[str] | None
    ) -> Permissions:
        """
        Return what a run needs, to be copied.

        Args:
            actions: What its calls need.

            accounts: The accounts as written.

            regions: The regions as written; None where every call goes to one place.
        """
        return Permissions("Permissions", "\n".join(dict.fromkeys(actions)))
