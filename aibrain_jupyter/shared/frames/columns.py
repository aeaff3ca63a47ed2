"""
The columns of the curated resources as data.

A frame has its resource's columns always, also when it has no row. Every help text says the
unit and, where it matters, what a missing value does not prove.

A cell is one of three things. A value; *absent* (NA, NaT): the service says there is none for
that row; or *not known* (NA as well): the detail was not given, and then `NOT_KNOWN` of that row
names the column and why, and a gap of the result names operation and IAM action.
"""

import re
from dataclasses import dataclass
from typing import Final

from aibrain_jupyter.shared.frames import not_known
from aibrain_jupyter.shared.frames.volatile import is_volatile_name

TEXT: Final = "str"
FLAG: Final = "boolean"
COUNT: Final = "Int64"
NUMBER: Final = "Float64"
TIME: Final = "datetime64[us, UTC]"
_SAID: Final = re.compile(r"; Na?[AT]: ([^;]+)")
NESTED: Final = "object"
"""
A list or a mapping, as Python objects.

Arrow takes objects only in part: no column of empty mappings, no list beside a text, and it gives
each mapping the keys of all others. A dtype of our own that it takes as JSON would cost more: with
pandas 3.1 ``.str``, ``==``, ``+`` and ``loc[…] = {}`` are refused on it, ``explode`` does nothing,
and pandas alone cannot read the Parquet it makes ("data type not understood"). ``writers`` write
nested cells whole, and a failed ``to_parquet`` leads there (``magics/failed_write.py``).
"""

MOST_PARTS: Final = 60
"""Of more columns pandas makes one block for all of a dtype, or warns who adds to them."""


@dataclass(frozen=True, slots=True)
class Column:
    """
    A column of a curated frame: name, pandas dtype, and what it says (with its unit).

    `source` is where a declared resource reads it (see ``aws/resources/declaration.py``); empty
    where code makes it. `absent` is what an absent cell says, such as "never used"; left out: what
    stands behind ``NA:`` or ``NaT:`` in the help. `changes_by_itself` tells whether nobody needs to
    do anything for it to differ tomorrow (an age, a last use); None: as its name says.
    """

    name: str
    dtype: str
    help: str
    source: str = ""
    absent: str = ""
    changes_by_itself: bool | None = None

    @property
    def is_volatile(self) -> bool:
        """Whether a comparison lists it apart."""
        if self.changes_by_itself is None:
            return is_volatile_name(self.name)
        return self.changes_by_itself

    @property
    def absent_means(self) -> str:
        """What an absent cell says; empty where nobody says it."""
        said = _SAID.search(self.help)
        return self.absent or (said[1] if said else "")

    @property
    def help_with_absent(self) -> str:
        """The help text, and what an absent cell does to a comparison."""
        is_compared = self.absent or self.dtype in (COUNT, NUMBER, TIME, FLAG)
        if not is_compared or not self.absent_means:
            return self.help
        # It is neither less nor more than anything, neither true nor false.
        said = "" if _SAID.search(self.help) else f"; NA: {self.absent}"
        return f"{self.help}{said}; comparisons leave it out: add `or {self.name}.isna()`"


TAGS: Final = Column("tags", NESTED, "tags as a mapping of key to value; empty: the item has none")
NOT_KNOWN: Final = Column(
    not_known.NOT_KNOWN,
    TEXT,
    "columns of this row that are not known and why, such as 'policy: denied'; "
    "NA: every missing value of the row means that there is none",
)
"""
The last column of every curated frame.

One column of text, and neither a mask in ``frame.attrs`` nor a companion for each column: pandas
keeps it in step through filters, sorts, concatenations and merges, every file format takes it
unchanged, the other columns keep their dtypes, and no frame becomes twice as wide. ``attrs`` are
lost in files and in most joins, which is where evidence goes.
"""
