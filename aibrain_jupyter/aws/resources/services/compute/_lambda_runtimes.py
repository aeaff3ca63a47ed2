"""
The days AWS deprecated Lambda runtimes. No API tells them.

The list holds runtimes whose deprecation has happened by the end of 2025; later days are
announced and often moved, so a runtime that is not here may be deprecated by now. To add one,
add its line once its day is past.

Source: Lambda Developer Guide, "Lambda runtimes", deprecated runtimes.
"""

import datetime as dt
from types import MappingProxyType
from typing import Final

DEPRECATED_ON: Final = MappingProxyType(
    {
        "dotnet5.0": dt.date(2022, 5, 10),
        "dotnet6": dt.date(2024, 12, 20),
        "dotnet7": dt.date(2024, 5, 14),
        "dotnetcore1.0": dt.date(2019, 6, 27),
        "dotnetcore2.0": dt.date(2019, 5, 30),
        "dotnetcore2.1": dt.date(2022, 1, 5),
        "dotnetcore3.1": dt.date(2023, 4, 3),
        "go1.x": dt.date(2024, 1, 8),
        "java8": dt.date(2024, 1, 8),
        "nodejs": dt.date(2016, 8, 30),
        "nodejs10.x": dt.date(2021, 7, 30),
        "nodejs12.x": dt.date(2023, 3, 31),
        "nodejs14.x": dt.date(2023, 12, 4),
        "nodejs16.x": dt.date(2024, 6, 12),
        "nodejs18.x": dt.date(2025, 9, 1),
        "nodejs4.3": dt.date(2020, 3, 5),
        "nodejs4.3-edge": dt.date(2020, 3, 5),
        "nodejs6.10": dt.date(2019, 8, 12),
        "nodejs8.10": dt.date(2020, 3, 6),
        "provided": dt.date(2024, 1, 8),
        "python2.7": dt.date(2021, 7, 15),
        "python3.6": dt.date(2022, 7, 18),
        "python3.7": dt.date(2023, 12, 4),
        "python3.8": dt.date(2024, 10, 14),
        "python3.9": dt.date(2025, 12, 15),
        "ruby2.5": dt.date(2021, 7, 30),
        "ruby2.7": dt.date(2023, 12, 7),
    }
)


def deprecated_on(runtime: str | None) -> dt.datetime | None:
    """Return the start (UTC) of the day a runtime was deprecated; None: not in the list."""
    day = DEPRECATED_ON.get(runtime or "")
    return dt.datetime.combine(day, dt.time(), dt.UTC) if day else None
