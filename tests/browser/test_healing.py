"""The card of ``fix`` and the doctor's table in a real JupyterLab, in any width and both themes."""

from __future__ import annotations

import pytest

from tests.browser.conftest import DARK, LIGHT

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FAILURES = """
from aibrain_jupyter.aws.errors.causes import causes
from aibrain_jupyter.aws.operations.policy import policy_for
from aibrain_jupyter.aws.target import AwsTarget
from aibrain_jupyter.healing.explain import explained
from aibrain_jupyter.healing.troubles import trouble_of_error
from aibrain_jupyter.shared.error_handler import CredentialsExpiredError, PermissionDeniedError
from aibrain_jupyter.shared.frames.view import as_view
who = "arn:aws:sts::{0:012}:assumed-role/AuditRead/ann"
def denied(account):
    action, principal = "kms:GetKeyRotationStatus", who.format(account)
    facts = {"action": action, "principal": principal, "cause": "denied"}
    why = f"AccessDeniedException: User: {principal} is not authorized to perform: {action}"
    step = f"Ask for a role with {action} (SecurityAudit has most reads an audit needs)."
    error = PermissionDeniedError("Account refused it.", why=why, next_steps=[step], facts=facts)
    return trouble_of_error(error, AwsTarget(account=f"{account:012}", region="eu-west-1"))
step = "Run %aibrain aws login corp, or in a terminal: aws sso login --profile corp"
more = {"next_steps": [step], "facts": {"cause": "sign-in-expired"}}
ended = CredentialsExpiredError("The sign-in of account 222233334444 has expired.", **more)
troubles = [denied(n) for n in range(1, 18)]
troubles += [trouble_of_error(ended, AwsTarget(account="222233334444", region="us-east-1"))]
policy = lambda actions: repr(policy_for(actions))
card = explained(troubles, causes(), policy, "%aibrain resume r7")
as_view(card, "troubles")
"""


def test_card_and_doctor_are_read_in_any_width(open_notebook):
    """Causes with their next step, then what is well; nothing is wider than the cell."""
    notebook = open_notebook(["%load_ext aibrain_jupyter", FAILURES, "%aibrain doctor"])
    notebook.run_all()
    notebook.wait_until_idle()
    card, doctor = notebook.output(1), notebook.output(2)

    for words in (
        "role AuditRead lacks kms:GetKeyRotationStatus",
        "17 calls",
        "%aibrain aws login",
    ):
        assert words in card.inner_text()
    assert "as they should be" in doctor.inner_text()
    for theme in (LIGHT, DARK):
        notebook.change_theme(theme)
        for width in (1280, 800):
            notebook.page.set_viewport_size({"width": width, "height": 2600})
            for output in (card, doctor):
                page = output.locator(".jp-RenderedHTMLCommon").last
                assert page.evaluate("e => e.scrollWidth <= e.clientWidth + 1"), (theme, width)
            notebook.keep_picture(f"healing-{theme.split()[-1].lower()}-{width}")


TOOL = """
%load_ext aibrain_jupyter
from aibrain_jupyter.shared.base_tool import ToolSpec
from aibrain_jupyter.tool_registry import get_tool_registry
def ask_for_planets():
    return [{"PlanetName": "Mercury", "Moons": 0}, {"PlanetName": "Mars", "Moons": 2}]
def my_planets(ctx):
    # one row each
    return [{"planet": row["planetName"], "moons": row["Moons"]} for row in ask_for_planets()]
get_tool_registry().register(ToolSpec("my_planets", "Planets.", "__main__:my_planets"))
import os, tempfile
os.chdir(tempfile.mkdtemp())
"""
PATCHED = """
found = proposed["hash"].item()
%aibrain patch $found
"""


def test_a_patch_is_read_tried_and_applied_where_somebody_watches(open_notebook):
    """The diff is read in any width and both themes; here it may be put in force."""
    cells = [
        TOOL,
        "try:\n    %aibrain my_planets\nexcept Exception:\n    pass",
        "proposed = %aibrain propose_fix my_planets\nproposed",
        "%aibrain test_tool my_planets",
        PATCHED,
        "%aibrain my_planets",
        "%aibrain patch",
    ]
    notebook = open_notebook(cells)
    notebook.run_all()
    notebook.wait_until_idle()

    assert '+    return [{"planet": row["PlanetName"]' in notebook.output(2).inner_text()
    assert "The new one runs" in notebook.output(3).inner_text()
    assert "my_planets is modified in this session" in notebook.output(4).inner_text()
    assert "Mercury" in notebook.output(5).inner_text()
    assert "modified in this session by the patch" in notebook.output(5).inner_text()
    for theme in (LIGHT, DARK):
        notebook.change_theme(theme)
        for width in (1280, 800):
            notebook.page.set_viewport_size({"width": width, "height": 2600})
            for number in (2, 3, 4, 6):
                page = notebook.output(number).locator(".jp-RenderedHTMLCommon").last
                assert page.evaluate("e => e.scrollWidth <= e.clientWidth + 1"), (theme, width)
            notebook.keep_picture(f"patch-{theme.split()[-1].lower()}-{width}")
