"""Whatever stands in a cell, it ends in a result or in an error of ours."""

from __future__ import annotations

import traceback

import pytest
from IPython.utils.capture import capture_output

from .judge import complaint
from .odd_cells import cells, is_safe
from .odd_values import variables

SEED, SMALL, FULL = 20261129, 400, 26_000


def outcome(shell, line: str, body: str | None) -> str:
    """Run a cell and return what is wrong with how it ended, with where it comes from."""
    magic = shell.magics_manager.registry["AibrainMagics"]
    error = None
    with capture_output():
        try:
            magic.aibrain(line, body, variables() if "$" in f"{line}{body}" else {})
        except Exception as exc:  # noqa: BLE001 - it is judged
            error = exc
    said = complaint(error)
    if not said:
        return ""
    while error.__cause__ is not None:
        error = error.__cause__
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{said} from {last.filename}:{last.lineno} ({type(error).__name__}): {(line, body)!r}"


@pytest.mark.slow
def test_every_cell_ends_in_a_result_or_in_an_error_of_ours(shell, request):
    """No cell shows a traceback of ours, a secret, or an error without a next step."""
    count = FULL if request.config.getoption("--full") else SMALL

    found = [
        said
        for line, body in cells(SEED, count)
        if is_safe(line) and (said := outcome(shell, line, body))
    ]

    assert [] == found
