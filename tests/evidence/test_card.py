"""The card says what an auditor asks of a set: which count agrees, by what, and where."""

from __future__ import annotations

import pytest

from aibrain_jupyter.evidence.saving.card import card_html, card_text
from tests.evidence.packaging.conftest import save

TOTAL = {"name": "vpcs", "verdict": "match", "before": 8, "listed": 8, "after": 8}


@pytest.mark.parametrize("card", [card_html, card_text])
def test_totals_are_of_a_place_and_by_a_source(store, card):
    """Two regions with a total each are told apart, and the call that counted is named."""
    places = "1/eu-central-1", "1/us-east-1"
    totals = [{**TOTAL, "place": place, "source": "ec2:Count"} for place in places]
    about = {"rows": 3, "targets": [{"outcome": "ok"}], "gaps": (), "totals": totals}
    source = {"tool": "vpcs", "version": "8", "sha256": "ab", "why_custom": "it was changed"}
    item = save(store, "VPCs", completeness=about, source={"system": "AWS", **source})

    text = card(item.manifest(), "")
    for place in places:
        assert f"Total vpcs, {place}" in text
    assert "match: before 8, listed 8, after 8, by ec2:Count" in text
    assert "custom (it was changed), source ab" in text
