"""
The error tree. Every error says what happened, why, and what to do next.

::

    AibrainError
    ├── InputError                 the cell is wrong; nothing ran
    │   ├── GrammarError           the line or the body cannot be read
    │   ├── UnknownNameError       no such tool, verb, option, parameter, service, region, …
    │   └── ParameterError         a value does not fit its parameter
    ├── ToolLoadError              the code of a tool cannot be imported
    ├── CredentialsError           none, incomplete or refused credentials
    │   ├── CredentialsExpiredError
    │   └── RoleRefusedError       a role may not be assumed
    ├── ProviderError              the provider did not give the data
    │   ├── PermissionDeniedError
    │   ├── ThrottledError
    │   ├── CallTimeoutError
    │   ├── NotOfferedError        the service does not exist in that region
    │   ├── NotEnabledError        the service, or the region, is off in the account
    │   ├── ConnectionFailedError  endpoint unreachable, TLS or proxy trouble
    │   ├── ServiceError           any other error code of a service
    │   └── IncompleteAnswerError  the answer cannot be trusted to be whole
    │       └── ListingLostError   a list lost its place between two pages; it may be read anew
    ├── OperationRefusedError      stopped before it left the client; nothing was sent
    │   ├── WriteRefusedError          it is not a known read
    │   ├── SensitiveReadRefusedError  a read of contents; passes with ``allow=`` and its name
    │   └── SecretReadRefusedError     it hands out secrets; never passes
    ├── CallCancelledError         the call was cancelled before it was done
    ├── RunFailedError             no call succeeded, or gaps under ``--strict``
    ├── StillRunningError          a background run has not ended yet
    ├── HistoryError               the history of runs was asked for and cannot be read
    ├── CacheError
    │   └── NotCachedError         only the cache was to be asked, and it has no answer
    ├── EvidenceError              the evidence store refused, or could not do, what was asked
    └── DemoError                  the embedded account cannot be started

Only `what` is positional, so that errors pickle: Dask and joblib send them
between processes. IPython shows `_render_traceback_` instead of a traceback;
the class must not derive from ``UsageError``, whose raising leaves no error
output in a notebook (nbclient, papermill and nbval then see a success).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from aibrain_jupyter.shared.coverage import Outcome
from aibrain_jupyter.shared.texts.names import did_you_mean, nearest
from aibrain_jupyter.shared.texts.redaction import redact
from aibrain_jupyter.shared.texts.shown import clipped, printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_LONGEST_NAME = 60
_LONGEST_SENTENCE = 1000
_LONGEST_WHY = 8000
"""An encoded authorization message of AWS is some thousand characters long, and needed whole."""


class AibrainError(Exception):
    """
    Base class of every error this package raises on purpose.

    Args:
        what: What happened, one sentence.

        why: The cause, in the provider's words where there are some.

        next_steps: What to do now, one sentence each; commands that can be copied.

        facts: Machine-readable details (``account``, ``region``, ``operation``,
            ``action``, ``code``), all strings; never a credential.
    """

    outcome: ClassVar[Outcome] = Outcome.FAILED
    more = ""
    """The command that says more where it was raised: only there it is known."""

    def __init__(
        self,
        what: str,
        *,
        why: str = "",
        next_steps: Sequence[str] = (),
        facts: Mapping[str, str] | None = None,
    ) -> None:
        what = _said(what, _LONGEST_SENTENCE)
        super().__init__(what)
        self.what = what
        self.why = _said(why)
        self.next_steps = tuple(_said(step, 2 * _LONGEST_SENTENCE) for step in next_steps)
        self.facts = {key: _said(str(value)) for key, value in (facts or {}).items()}

    @property
    def reason(self) -> str:
        """The cause, or what happened where nobody gave one: what a gap says."""
        return self.why or self.what

    def __str__(self) -> str:
        lines = [self.what]
        if self.why:
            lines.append(f"  Why:  {self.why}")
        lines += [f"  Next: {step}" for step in self.next_steps]
        return "\n".join(lines)

    def _render_traceback_(self) -> list[str]:
        # IPython shows these lines instead of a traceback. If this raised, the
        # message would be lost: keep it to joining strings made above.
        lines = f"{type(self).__name__}: {self}".splitlines()
        return [*lines, f"  More: {self.more}"] if self.more else lines


def _said(text: str, most: int = _LONGEST_WHY) -> str:
    # What is quoted may steer a terminal, be no valid text, or be the user's whole cell.
    return printable(redact(clipped(text, most)))


class InputError(AibrainError):
    """The cell is wrong. Nothing ran and nothing was sent."""


class GrammarError(InputError):
    """The line or the body of the cell cannot be read."""


class UnknownNameError(InputError):
    """A name that does not exist. Build it with `unknown_name`."""


class ParameterError(InputError):
    """A value that does not fit its parameter, or a parameter that is missing."""


class ToolLoadError(AibrainError):
    """The code of a tool cannot be imported: an extra is missing, or it has a fault."""


class CredentialsError(AibrainError):
    """Credentials are missing, incomplete or refused."""


class CredentialsExpiredError(CredentialsError):
    """A session token has expired."""


class RoleRefusedError(CredentialsError):
    """
    A role may not be assumed by whoever asked, so nothing of its account can be read.

    No `PermissionDeniedError`: that is about one operation, others of the account may go on.
    """

    outcome = Outcome.DENIED


class ProviderError(AibrainError):
    """The provider did not give the data."""


class PermissionDeniedError(ProviderError):
    """The identity may not do this. Never an empty table."""

    outcome = Outcome.DENIED


class ThrottledError(ProviderError):
    """The provider kept saying "slow down" until the attempts ran out."""

    outcome = Outcome.THROTTLED


class CallTimeoutError(ProviderError):
    """The call took longer than its time-out, or the connection did."""

    outcome = Outcome.TIMED_OUT


class NotOfferedError(ProviderError):
    """The service does not exist in that region: nothing can be missing there."""

    outcome = Outcome.NOT_OFFERED


class NotEnabledError(ProviderError):
    """
    The service, or the whole region, is not switched on in the account, as the provider says.

    No permission is missing. It is a gap all the same: nothing was looked at there.
    """

    outcome = Outcome.NOT_ENABLED


class ConnectionFailedError(ProviderError):
    """The endpoint could not be reached: name, network, TLS or proxy."""


class ServiceError(ProviderError):
    """The service answered with an error that has no class of its own here."""


class IncompleteAnswerError(ProviderError):
    """The answer came, but cannot be trusted to be whole (a repeated page token, say)."""


class ListingLostError(IncompleteAnswerError):
    """A list lost its place between two pages: read anew from its first it may be whole."""

    @property
    def repair(self) -> str:
        """What is to be said when it was read anew."""
        return (
            f"{self.facts.get('operation', 'A list')} lost its place between two pages "
            f"({self.facts.get('code', 'no code')}) and was read again from its first page."
        )


class OperationRefusedError(AibrainError):
    """The operation was stopped before it left the client; nothing was sent."""


class WriteRefusedError(OperationRefusedError):
    """The operation is not a known read: it could change something."""


class SensitiveReadRefusedError(OperationRefusedError):
    """The operation reads contents, not configuration, and was not allowed by its name."""


class SecretReadRefusedError(OperationRefusedError):
    """The operation reads secret values, passwords, tokens or links that carry access."""


class CallCancelledError(AibrainError):
    """The call was cancelled before it was done."""

    outcome = Outcome.CANCELLED


class RunFailedError(AibrainError):
    """No call of a run succeeded, or some did not and ``--strict`` was asked for."""


class StillRunningError(AibrainError):
    """A background run has not ended yet, and somebody did not want to wait any longer."""


class CacheError(AibrainError):
    """The cache was asked for something it cannot do."""


class NotCachedError(CacheError):
    """Only the cache was to be asked, and it does not have the result: a gap, not no rows."""


class EvidenceError(AibrainError):
    """The evidence store refused, or could not carry out, what it was asked for."""


class HistoryError(AibrainError):
    """The history of runs was asked for and cannot be read: what it holds is not known."""


class DemoError(AibrainError):
    """The embedded demo account cannot be started or reached."""


def unknown_name(
    kind: str, name: str, known: Iterable[str], *, next_steps: Sequence[str] = (), of: str = ""
) -> UnknownNameError:
    """
    Build the error for a name that does not exist, with the nearest that do.

    Args:
        kind: What the name should have been: ``service``, ``tool``, ``region``.

        name: What was written.

        known: The names that exist.

        next_steps: Commands that list the names, shown after the suggestion.

        of: Where the name was looked up (``of AWS``, ``of aws_export``).
    """
    matches = nearest(name, known)
    where = f" of {of}" if of else ""
    shown = clipped(name, _LONGEST_NAME)
    return UnknownNameError(
        f"There is no {kind}{where} named {shown!r}.",
        next_steps=[*filter(None, [did_you_mean(matches)]), *next_steps],
        facts={"kind": kind, "name": shown, "nearest": ",".join(matches)},
    )
