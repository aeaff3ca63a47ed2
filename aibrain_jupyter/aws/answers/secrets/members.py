"""
What a member of an answer's model is: never a secret, always one, or a text to look into.

Numbers, flags, times and enumerations are never one, by their type. For texts the reviewed table
beside this file decides, and for a member that it does not list (nearly all; and those of a
botocore that is newer than the table) its name.

``tests/tools/secret_members.py`` makes the table from botocore's models and the reviewed lists
beside it. To hide or to show a single member, change those lists.
"""

from __future__ import annotations

import enum
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from aibrain_jupyter.aws.answers.secrets.names import is_secret_name

if TYPE_CHECKING:
    from botocore.model import Shape


class Kind(enum.Enum):
    """What the text of a member is."""

    NEVER = "never"
    """Shown as it is."""
    ALWAYS = "always"
    """Hidden, whatever it holds."""
    TEXT = "text"
    """Looked into: what is a secret in it is hidden, the rest stays."""


_TEXTS: Final = frozenset({"string", "character", "blob"})
_MARKS: Final = {"+": Kind.ALWAYS, "-": Kind.NEVER}


def kind_of(structure: str, member: str, shape: Shape) -> Kind:
    """
    Tell what a member is.

    Args:
        structure: The name of the structure's shape; empty for what is in none.

        member: Its name as the API spells it.

        shape: Its own shape, or that of the elements of its lists.
    """
    if shape.type_name not in _TEXTS or getattr(shape, "enum", None):
        return Kind.NEVER
    if (found := reviewed(structure, member)) is not None:
        return found
    return Kind.ALWAYS if is_secret_name(member) else Kind.TEXT


def reviewed(structure: str, member: str) -> Kind | None:
    """Return what the table says of a member, whatever its type; None: nothing."""
    return _table().get(f"{structure}.{member}")


@cache
def _table() -> dict[str, Kind]:
    text = files("aibrain_jupyter.aws.answers.secrets").joinpath("members.txt").read_text("utf-8")
    found: dict[str, Kind] = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            mark, name, *_ = line.split()
            found[name] = _MARKS[mark]
    return found
