"""Sizes in words."""

from __future__ import annotations


def format_size(count: float) -> str:
    """Return a number of bytes as ``512 bytes``, ``1.5 KiB``, ``12.0 MiB``, ``3.4 GiB``."""
    for unit in ("bytes", "KiB", "MiB"):
        if count < 1024:
            return f"{count:,.0f} {unit}" if unit == "bytes" else f"{count:,.1f} {unit}"
        count /= 1024
    return f"{count:,.1f} GiB"
