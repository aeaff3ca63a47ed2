"""
A value that came and cannot be read: a policy that is no JSON, for example.

A reader puts a `NotReadable` into the cell. ``aws/resources/details.py`` takes it out of the row,
so that the cell is not known and a gap says why; the row's other cells and all other rows stay.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NotReadable:
    """What stands in a cell whose value cannot be read; `why` is one sentence without the value."""

    why: str


class NotReadableError(ValueError):
    """Says the same inside a reading, whose caller makes a `NotReadable` of its message."""
