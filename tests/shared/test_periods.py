"""Audit periods: the words auditors use, as spans of time in UTC."""

from __future__ import annotations

import pytest

from aibrain_jupyter.shared.error_handler import ParameterError
from aibrain_jupyter.shared.texts.periods import parse_period


@pytest.mark.parametrize(
    ("text", "first_month", "expected"),
    [
        ("2026", 1, "2026-01-01 to 2026-12-31 UTC"),
        ("2026-02", 1, "2026-02-01 to 2026-02-28 UTC"),
        ("2026-Q1", 1, "2026-01-01 to 2026-03-31 UTC"),
        ("2026-q4", 1, "2026-10-01 to 2026-12-31 UTC"),
        ("2026-H2", 7, "2026-07-01 to 2026-12-31 UTC"),
        ("2026-03-31", 1, "2026-03-31 to 2026-03-31 UTC"),
        ("2026-01-01..2026-03-31", 1, "2026-01-01 to 2026-03-31 UTC"),
        ("2025-12 .. 2026-Q1", 1, "2025-12-01 to 2026-03-31 UTC"),
        ("FY2026", 1, "2026-01-01 to 2026-12-31 UTC"),
        ("FY2026", 7, "2025-07-01 to 2026-06-30 UTC"),
        ("fy2026-Q2", 10, "2026-01-01 to 2026-03-31 UTC"),
    ],
)
def test_words_are_days_of_utc(text, first_month, expected):
    """Each form is the days it names, both ends included; fiscal years end in their number."""
    period = parse_period(text, fiscal_year_start=first_month)

    assert expected == str(period)
    assert "+00:00" == period.start.isoformat()[-6:]


@pytest.mark.parametrize(
    "text", ["", "last year", "2026-13", "2026-02-30", "2026-Q5", "2026..2025", "2026-01-01.."]
)
def test_other_words_are_refused(text):
    """What is no period is refused with the forms there are."""
    with pytest.raises(ParameterError, match="is no period") as refused:
        parse_period(text)

    assert "2026-Q1" in str(refused.value)
