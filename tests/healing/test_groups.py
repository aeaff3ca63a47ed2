"""Failures by cause: one group for one reason, and nothing claimed that is not known."""

from __future__ import annotations

from aibrain_jupyter.aws.errors.causes import causes
from aibrain_jupyter.aws.target import AwsTarget
from aibrain_jupyter.healing.explain import explained
from aibrain_jupyter.healing.troubles import trouble_of_error, trouble_of_gap
from aibrain_jupyter.shared.coverage import Gap, Outcome
from aibrain_jupyter.shared.error_handler import (
    CallTimeoutError,
    ConnectionFailedError,
    ParameterError,
    PermissionDeniedError,
)

_WHO = "arn:aws:sts::{}:assumed-role/AuditRead/ann"


def _denied(account, action="kms:GetKeyRotationStatus", cause="denied"):
    facts = {"action": action, "principal": _WHO.format(account), "cause": cause}
    step = f"Ask for a role with {action}."
    error = PermissionDeniedError(f"{account} refused {action}.", next_steps=[step], facts=facts)
    return trouble_of_error(error, AwsTarget(account=account, region="eu-west-1"))


def _explained(*troubles):
    cell = "%aibrain resume r7"
    return explained(troubles, causes(), lambda actions: f"policy for {actions}", cell)


def test_one_permission_in_many_accounts_is_one_row():
    """Calls of several accounts that lack one permission are one cause, with the policy to copy."""
    accounts = [f"{number:012}" for number in range(1, 18)]
    found = _explained(*(_denied(account) for account in accounts), _denied("9", "iam:ListUsers"))

    assert [17, 1] == found["calls"].tolist()
    assert "role AuditRead lacks kms:GetKeyRotationStatus" == found["title"].iloc[0]
    assert 17 == len(found["places"].iloc[0])
    assert "policy for ['kms:GetKeyRotationStatus']" == found["policy"].iloc[0]
    assert not found["may_repeat"].iloc[0]


def test_an_explicit_denial_asks_for_no_permission():
    """Where a policy denies explicitly no permission helps, so none is offered."""
    found = _explained(_denied("1", cause="denied-explicitly"))

    assert "" == found["policy"].item()
    assert "is refused" in found["title"].item()


def test_details_are_counted_apart_with_their_columns():
    """Refused details of one call cost details, not calls, and name the columns."""
    gap = Gap(
        Outcome.DENIED,
        "no",
        AwsTarget(account="1"),
        "kms:GetKeyRotationStatus",
        "kms:GetKeyRotationStatus",
        "key-1",
        ("rotates",),
        cause="denied",
        who=_WHO.format("1"),
    )
    found = _explained(trouble_of_gap(gap), _denied("1"))

    assert (1, 1) == (found["calls"].item(), found["details"].item())
    assert ["rotates"] == found["columns"].item()


def test_a_dead_endpoint_is_one_row_for_400_calls():
    """Four hundred calls that failed for one reason are one row that lists where."""
    said = {"next_steps": ["Check the proxy."], "facts": {"cause": "proxy"}}
    error = ConnectionFailedError("No connection.", **said)
    found = _explained(
        *(trouble_of_error(error, AwsTarget(account="1", region=f"r{n}")) for n in range(400))
    )

    assert [400] == found["calls"].tolist()
    assert 400 == len(found["places"].item())


def test_what_is_not_known_is_not_claimed():
    """An exception that is not ours is unknown: no advice, and whether to repeat is not known."""
    found = _explained(trouble_of_error(ZeroDivisionError("division by zero")))

    assert ("unknown", []) == (found["cause"].item(), found["next"].item())
    assert found["may_repeat"].isna().all()


def test_input_is_not_tried_again():
    """A wrong parameter has no cell to run again, a time-out has and may be repeated."""
    found = _explained(
        trouble_of_error(ParameterError("count is red.")),
        trouble_of_error(CallTimeoutError("Too slow.", facts={"cause": "timed-out-on-the-way"})),
    )

    assert ["", "%aibrain resume r7"] == found["cell"].tolist()
    assert [False, True] == found["may_repeat"].tolist()
