"""The card of ``fix`` and the doctor's table in a real JupyterLab, in any width and both themes."""

from __future__ import annotations

import pytest

from tests.browser.conftest import DARK, LIGHT

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FAILURES = """
%load_ext aibrain_jupyter
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
    notebook = open_notebook([FAILURES, "%aibrain doctor"])
    notebook.run_all()
    notebook.wait_until_idle()
    card, doctor = notebook.output(0), notebook.output(1)

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
