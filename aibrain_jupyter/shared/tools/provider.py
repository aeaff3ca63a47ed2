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


@dataclass(frozen=True, slots=True)
class OperationShape:
    """
    What is known of an operation before it is asked: `name` (``iam:ListUsers``), `members` of its
    answer. `rows` are those that are lists over several pages (empty: it has one page, or nobody
    knows), `others` those that are the same on each, `tokens` the inputs that ask for a further
    page, `more` the members that say that there is one, `limit` the input that says how much may
    come at once.
    """

    name: str
    members: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    tokens: tuple[str, ...] = ()
    more: tuple[str, ...] = ()
    limit: str = ""


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

    def operation(self, service: str, method: str) -> OperationShape | None:
        """Return what is known of an operation by the client's method; None: there is none."""
        return None

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
