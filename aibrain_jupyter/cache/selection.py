"""Which entries are meant: by tool, account, region, service, tag, pattern and age."""

from __future__ import annotations

import fnmatch
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aibrain_jupyter.cache import given
from aibrain_jupyter.cache.keys import path_part
from aibrain_jupyter.shared.error_handler import ParameterError

if TYPE_CHECKING:
    from aibrain_jupyter.cache.entries import About

LABELS = ("tool", "account", "region", "service")


@dataclass(frozen=True, slots=True)
class Selection:
    """
    Entries that fit all that is given.

    Of the exact names None fits every one, "" only the entries that have none. `tag` is one of the
    entry's tags, or several divided by commas: it has all of them. `pattern` has globs for tool,
    account, region and service, divided by ``/``; those left out fit everything: ``aws_*``,
    ``*/1234*``, ``aws_export/*/eu-*/ec2``. `older_than` is an age in seconds; entries stamped in
    the future count as older.

    Raises:
        ParameterError: the pattern has more than four parts, or a value is of no such kind.
    """

    tool: str | None = None
    account: str | None = None
    region: str | None = None
    service: str | None = None
    tag: str | None = None
    pattern: str | None = None
    older_than: float | None = None

    def __post_init__(self) -> None:
        for name in (*LABELS, "tag", "pattern"):
            if getattr(self, name) is not None:
                given.words([getattr(self, name)], name=name)
        if self.older_than is not None:
            given.number(self.older_than, name="older_than", example="3600, the seconds")
        if self.pattern is not None and self.pattern.count("/") >= len(LABELS):
            raise ParameterError(
                f"The pattern {self.pattern!r} has more than four parts.",
                next_steps=["Write tool/account/region/service, such as aws_export/*/eu-*/ec2"],
            )

    def fits(self, about: About) -> bool:
        """Tell whether an entry is meant."""
        labels = about.labels
        return (
            all(getattr(self, name) in (None, labels[name]) for name in LABELS)
            and (self.tag in (None, *about.tags) or set(str(self.tag).split(",")) <= {*about.tags})
            and all(
                fnmatch.fnmatchcase(labels[name], glob)
                for name, glob in zip(LABELS, (self.pattern or "*").split("/"), strict=False)
            )
            and (self.older_than is None or not about.birth.is_within(self.older_than))
        )

    @property
    def folders(self) -> str:
        """A glob for the folders where such entries lie; empty for all of them."""
        given = [getattr(self, name) for name in LABELS]
        parts = ["*" if value is None else path_part(value) for value in given]
        return "" if set(parts) == {"*"} else "/".join(parts)
