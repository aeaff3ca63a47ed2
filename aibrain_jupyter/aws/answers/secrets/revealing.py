"""
What is shown of a secret, and what of it may be shown by its name.

`Hider` is one answer's: it knows the names whose values the user asked to see.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from botocore import xform_name

from aibrain_jupyter.aws.answers.secrets.fingerprints import Fingerprints
from aibrain_jupyter.aws.answers.secrets.names import is_no_secret, is_secret_name
from aibrain_jupyter.shared.error_handler import ParameterError
from aibrain_jupyter.shared.texts.redaction import is_secret_name as is_refused_name
from aibrain_jupyter.shared.texts.redaction import redact

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_AN_ARN: Final = "arn:"


def revealed_names(names: Iterable[str]) -> frozenset[str]:
    """
    Return the names a user wants to see the values of, as they are compared here.

    Args:
        names: Names of variables, parameters or members: ``LOG_LEVEL``, ``UserData``.

    Raises:
        ParameterError: it is the name of a secret.
    """
    for name in names:
        if is_never_shown(name):
            raise ParameterError(
                f"{name} is never shown.",
                why="Passwords, secrets, tokens and keys stay where they are.",
                next_steps=["Leave it out of reveal: its name and a salted hash are in the rows."],
            )
    # Members are known as the API spells them and in snake case.
    return frozenset(known.lower() for name in names for known in (name, xform_name(name)))


def is_never_shown(name: str) -> bool:
    """Tell whether what is called so is hidden whoever asks to see it."""
    return is_secret_name(name) or is_refused_name(name)


@dataclass(frozen=True, slots=True)
class Hider:
    """Hides secrets, but for the values of names in `revealed`."""

    revealed: frozenset[str] = frozenset()
    _prints: list[Fingerprints] = field(default_factory=list, compare=False, repr=False)

    def configuration(self, name: str, value: Any) -> Any:
        """Return what is shown of what somebody wrote as configuration; its name can reveal it."""
        if not value or (isinstance(value, str) and value.startswith(_AN_ARN)):
            return value  # an ARN names a secret and is none
        if self.revealed and name.lower() in self.revealed and not is_never_shown(name):
            return redact(value) if isinstance(value, str) else value
        return self._hidden(value) if isinstance(value, str) else self.secret(value)

    def texts(self, named: Sequence[Mapping[str, str]]) -> list[dict[str, Any]]:
        """Return the same of mappings of names to texts: a page may have thousands of texts."""
        if self.revealed:
            return [{name: self.configuration(name, one[name]) for name in one} for one in named]
        hidden = self._fingerprints().of
        shown = {
            text: hidden(text) if text and not text.startswith(_AN_ARN) else text
            for text in set(chain.from_iterable(one.values() for one in named))
        }
        return [{name: shown[text] for name, text in one.items()} for one in named]

    def named(self, value: Any) -> Any:
        """Return what is shown of the value of a name that denotes a secret."""
        if isinstance(value, str):
            return value if is_no_secret(value) else self.secret(value)
        if isinstance(value, bytes):
            return self.secret(value)
        # A number may be a secret (a PIN), a flag or a small count is none.
        is_number = isinstance(value, int) and not isinstance(value, bool)
        return self._hidden(value) if is_number and abs(value) > _COUNTS else value

    def secret(self, value: Any) -> Any:
        """Return what stands for a secret; nothing and ARNs stay."""
        if not value or (isinstance(value, str) and value.startswith(_AN_ARN)):
            return value
        if isinstance(value, bytes | bytearray):
            value = base64.b64encode(value).decode("ascii")
        return self._hidden(value)

    def _hidden(self, value: Any) -> str:
        return self._fingerprints().of(value)

    def _fingerprints(self) -> Fingerprints:
        if not self._prints:  # few answers have anything to hide
            self._prints.append(Fingerprints())
        return self._prints[0]


_COUNTS: Final = 9999
"""The largest number that is taken for a count (of characters, days, tries)."""
