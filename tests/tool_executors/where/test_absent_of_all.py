"""No column of a curated resource drops a row in silence because its cell is absent."""

from __future__ import annotations

import pytest

from aibrain_jupyter.aws.resources.table import RESOURCES
from aibrain_jupyter.shared.frames.columns import COUNT, FLAG, NUMBER, TEXT, TIME


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda r: r.tool_name)
def test_a_row_with_nothing_is_not_lost_in_silence(resource, choose):
    """Whatever a comparison drops because a cell is absent is counted, and the step works."""
    told = [c for c in resource.columns if c.dtype in (COUNT, NUMBER, TIME, FLAG) or c.absent]
    for column in told:
        part = _condition(column)
        for where in (part, f"not ({part})"):
            if column.dtype == TEXT and where != part:
                continue  # what is absent is unequal to any text
            result = choose(where, rows=[{}], columns=resource.columns)

            [remark] = result.chosen.absent
            assert 0 == len(result.frame)
            assert (column.name, 1) == (remark.column, remark.rows)
            assert column.absent_means == remark.meaning
            back = f"{where} or {column.name}.isna()"
            assert back.rpartition(where)[2].strip() in remark.step
            assert 1 == len(choose(back, rows=[{}], columns=resource.columns).frame)


def _condition(column):
    values = {FLAG: "", TEXT: ' == "x"', TIME: ' < "2026-01-01"'}
    return column.name + values.get(column.dtype, " > 5")
