"""Which columns tell one row of a frame from another: for samples, comparisons and evidence."""

from __future__ import annotations

from dataclasses import dataclass

MAY_LACK = "?"


@dataclass(frozen=True, slots=True)
class RowKey:
    """
    The columns that tell one row from another.

    None of them: there is one row. A row may have no cell in those of `may_lack` (a group without
    rules has no rule's id); it is told by the others. Where nothing tells rows apart, `why` says
    why.
    """

    columns: tuple[str, ...] = ()
    may_lack: tuple[str, ...] = ()
    why: str = ""

    @classmethod
    def of(cls, *names: str) -> RowKey:
        """Return the key of these columns; one that a row may lack ends in ``?``."""
        plain = tuple(name.removesuffix(MAY_LACK) for name in names)
        lacking = tuple(n.removesuffix(MAY_LACK) for n in names if n.endswith(MAY_LACK))
        return cls(plain, lacking)

    def within(self, places: tuple[str, ...]) -> RowKey:
        """Return the key of the rows of several places, which `places` name."""
        return self if self.why else RowKey((*places, *self.columns), self.may_lack)


NO_KEY = RowKey(why="The tool does not declare which columns tell one row from another.")
