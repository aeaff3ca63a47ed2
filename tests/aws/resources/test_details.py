"""Details end in an answer, in "there is none", or in a gap."""

from __future__ import annotations

import pytest

from aibrain_jupyter.aws.resources.details import Details
from aibrain_jupyter.aws.resources.shapes import text
from aibrain_jupyter.shared.coverage import Gap, Outcome
from aibrain_jupyter.shared.error_handler import (
    CallCancelledError,
    CredentialsExpiredError,
    PermissionDeniedError,
)


def _rotation(answer):
    return {"rotation_enabled": answer.get("KeyRotationEnabled", False)}


def _ask(details, item):
    return details.read(_rotation, "kms", "GetKeyRotationStatus", {"KeyId": item}, item=item)


@pytest.fixture
def details(ctx, aws_replies):
    return Details(ctx)


def test_an_answer_becomes_columns(details, aws_replies):
    """What the service answers is read into columns, and nothing is missing."""
    aws_replies.reply({"KeyRotationEnabled": True})

    assert {"rotation_enabled": True} == _ask(details, "k1")
    assert () == details.gaps()


def test_what_fills_columns_is_counted_as_no_row(details, ctx, aws_replies):
    """The progress of a run counts what becomes rows, not what is told about them."""
    aliases = {"Aliases": [{"AliasName": "a"}, {"AliasName": "b"}]}
    aws_replies.reply(aliases)
    aws_replies.reply(aliases)

    details.ask_all("kms", "ListAliases", "Aliases", columns=["alias"])
    assert (1, 0) == (ctx.requests, ctx.rows)
    details.ask_all("kms", "ListAliases", "Aliases", columns=())
    assert (2, 2) == (ctx.requests, ctx.rows)


def test_the_services_no_is_a_value(details, aws_replies):
    """A code that says "there is none" is an answer, not a failure."""
    aws_replies.reply({"__type": "NotFoundException"}, status=400)

    row = details.read(
        _rotation,
        "kms",
        "GetKeyRotationStatus",
        {"KeyId": "k1"},
        item="k1",
        absent=("NotFoundException",),
    )

    assert {"rotation_enabled": False} == row
    assert () == details.gaps()


def test_a_refusal_leaves_its_columns_out_and_is_named(details, answers):
    """A refused detail has no value; the gap names operation, action, item and columns."""
    answers.refuse("GetKeyRotationStatus")

    assert {} == _ask(details, "k1")
    (gap,) = details.gaps()
    assert gap == Gap(
        Outcome.DENIED,
        "AccessDenied: User: arn:aws:iam::123456789012:user/me may not perform: "
        "kms:GetKeyRotationStatus",
        target=details.ctx.target,
        operation="kms:GetKeyRotationStatus",
        action="kms:GetKeyRotationStatus",
        item="k1",
        columns=("rotation_enabled",),
        cause="denied",
        who=gap.who,
        step=gap.step,
    )
    assert "Ask for a role with kms:GetKeyRotationStatus" in gap.step


def test_a_permission_that_lacks_for_all_is_one_gap(details, answers):
    """The same refusal for every item is one gap without an item."""
    answers.refuse("GetKeyRotationStatus")
    for item in ("k1", "k2", "k3"):
        _ask(details, item)

    assert [("", ("rotation_enabled",))] == [(gap.item, gap.columns) for gap in details.gaps()]


def test_a_refusal_for_some_names_each(details, aws_replies):
    """When others were answered, each item that was not is named."""
    for body, status in (
        ({"KeyRotationEnabled": True}, 200),
        ({"__type": "AccessDeniedException"}, 400),
        ({"__type": "AccessDeniedException"}, 400),
    ):
        aws_replies.reply(body, status=status)
    for item in ("k1", "k3", "k2"):
        _ask(details, item)

    assert ["k2", "k3"] == [gap.item for gap in details.gaps()]


def test_expired_credentials_end_the_call(details, answers):
    """An expired session is not a gap of one item: nothing more can be read."""
    answers.refuse("GetKeyRotationStatus", code="ExpiredToken")

    with pytest.raises(CredentialsExpiredError):
        _ask(details, "k1")


def test_a_cancelled_call_does_not_fill_up_with_gaps(details, ctx):
    """Cancelling ends the call, also between details."""
    ctx.cancelled.set()

    with pytest.raises(CallCancelledError):
        _ask(details, "k1")


def test_a_refused_listing_is_raised(export, answers, moto_aws):
    """Without the first permission there is no frame at all, least of all an empty one."""
    answers.refuse("ListKeys")

    with pytest.raises(PermissionDeniedError, match="kms:ListKeys"):
        export("kms", "keys")


@pytest.mark.parametrize("turned", [1, -1])
def test_why_a_cell_is_not_known_does_not_go_by_who_answers_first(details, turned):
    """Where two details about an item explain the same cell, each run names the same one."""
    gaps = [
        Gap(Outcome.THROTTLED, "", operation="kms:ListKeys", item="k1", columns=("arn", "alias")),
        Gap(Outcome.DENIED, "", operation="kms:DescribeKey", item="k1", columns=("arn",)),
        Gap(Outcome.FAILED, "", operation="kms:ListAliases", item="k2", columns=("alias", "both")),
        Gap(Outcome.CANCELLED, "", operation="kms:ListTags", item="k3", columns=("both",)),
    ]
    for gap in gaps[::turned]:
        details.missing(gap, is_of_batch=True)
    columns = [text(name, name) for name in ("id", "aliases", "arn", "alias", "both")]

    frame = details.result([{"id": "k3", "aliases": "k1"}], columns).frame

    assert ["arn: denied; alias: throttled; both: cancelled"] == frame["not_known"].tolist()
