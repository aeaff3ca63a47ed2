"""
What the house asks a provider for besides its tools: profiles, sign-in, names, policies.

`Provider` is what a tool without one has. Nothing here sends a request.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from aibrain_jupyter.shared.causes import Cause
    from aibrain_jupyter.shared.error_handler import AibrainError
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


@dataclass(frozen=True, slots=True)
class Reading:
    """A value of one of a provider's `measures`, and what it is `of`; None: it is not known."""

    metric: str
    of: str
    value: float | None


@dataclass(frozen=True, slots=True)
class KnownLimit:
    """
    A rate that a provider was found to allow: `rate` requests a second of an operation in a place.
    """

    service: str
    operation: str
    account: str
    endpoint: str
    rate: float


GREEN: Final = "green"
AMBER: Final = "amber"
RED: Final = "red"


class Provider:
    """A source of data with accounts of its own. Every member has a default."""

    name: str = ""
    """As `ToolSpec.group` names it."""

    rpc_system: str = ""
    """What OpenTelemetry calls the way its requests are made (``aws-api``); empty: plain HTTP."""

    default_profile: str = "no profile"
    """What runs use that name no profile, in words."""

    measures: ClassVar[Mapping[str, tuple[str, str]]] = {}
    """What it can tell alerts, by metric: the unit (``share``, ``ms``, ``s``, ``count``) and a
    sentence with ``{value}``."""

    def readings(self, metrics: Sequence[str]) -> Iterable[Reading]:
        """
        Yield the values of those of its `measures` that are asked for, as they are now.

        It is asked every half minute in a thread of its own, so it sends no request, raises nothing
        and takes no time that is worth a word.
        """
        return ()

    def limits(self) -> Iterable[KnownLimit]:
        """Yield the rates that it was found to allow, as they are remembered; asks nobody."""
        return ()

    def clients(self) -> Clients | None:
        """Return what gives the clients of its calls; None: they need none."""
        return None

    def versions(self) -> dict[str, str]:
        """Return the versions of what its code is made of, by package; evidence names them."""
        return {}

    def causes(self) -> Sequence[Cause]:
        """Return the table of what its failures mean, special rows first."""
        return ()

    def explain(self, error: BaseException) -> AibrainError | None:
        """
        Return what an exception of its SDK means that a person's code met; None: it is none of its.

        It sends nothing, and claims nothing of where it was that the exception does not say.
        """
        return None

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

    def has_all_names(self) -> bool:
        """Tell whether `names` can be read: otherwise one that is not among them may exist."""
        return True

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

    def limits_at(self, target: Any) -> Mapping[str, Any]:
        """
        Return the rates it was found to allow at a target, as plain data: for `learn`.

        They go along with calls that another process makes, and come back with the answers.
        """
        return {}

    def learn(self, limits: Mapping[str, Any], *, is_spent: bool | None = None) -> None:
        """
        Take what `limits_at` gave in another process.

        Args:
            limits: What is known there.

            is_spent: Whether others have just asked for as much as they may, so that no burst is
                left for this process; None: it comes back from one that asked.
        """

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
