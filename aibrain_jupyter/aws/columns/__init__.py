"""
The columns of the curated resources as data, one module per service.

A frame has its resource's columns always, also when it has no row. Every help text says the
unit and, where it matters, what a missing value does not prove. A missing value (NA, NaT) has
one of two reasons: the service has no such value for that row, or the detail was not given,
and then a gap of the result names the operation, the row and the columns.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

TEXT: Final = "str"
FLAG: Final = "boolean"
COUNT: Final = "Int64"
TIME: Final = "datetime64[us, UTC]"
NESTED: Final = "object"
"""A list or a mapping, as Python objects."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a curated frame: name, pandas dtype, and what it says (with its unit)."""

    name: str
    dtype: str
    help: str


TAGS: Final = Column("tags", NESTED, "tags as a mapping of key to value; empty: the item has none")
