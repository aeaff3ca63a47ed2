"""Settings that name a profile or accounts: whether anybody knows what they name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from aibrain_jupyter.shared.config import get_settings
from aibrain_jupyter.shared.texts.names import did_you_mean, nearest
from aibrain_jupyter.shared.tools.provider import RED, Examined

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

_PATTERN: Final = re.compile(r"[*?\[:/]|\d{12}$")
"""Globs, roles, organizations, addresses and account ids are no names of profiles."""


def examine_named(known: Collection[str]) -> Iterator[Examined]:
    """
    Yield what a setting names and nobody has; nothing where all is known.

    Args:
        known: The profiles and sites of all providers.
    """
    for name in ("profile", "accounts"):
        text, source = get_settings().resolve(name)
        for word in filter(None, map(str.strip, str(text).split(","))):
            if word in known or _PATTERN.search(word):
                continue
            meant = did_you_mean(nearest(word, known))
            step = " ".join(filter(None, (meant, "%aibrain profile use NAME puts one in use.")))
            found = f"{word!r} (from {source}) does not exist: runs that name none fail"
            yield Examined(f"setting {name}", RED, found, step)
