"""Selections apply to the events of log files as LookupEvents would apply them."""

from __future__ import annotations

import pytest

from aibrain_jupyter.aws.cloudtrail.selection import Selection

from .conftest import ACCOUNT, event

TIME = "2026-03-10T08:00:00Z"
ROLE = {
    "type": "AssumedRole",
    "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/admin/bob",
    "accessKeyId": "ASIAEXAMPLEEXAMPLE22",
}
EVENTS = (
    event(1, TIME),
    event(2, TIME, userIdentity=ROLE, readOnly=True, eventName="GetUser"),
    event(3, TIME, requestParameters={"roleArn": "arn:aws:iam::1:role/path/ops"}),
    event(4, TIME, resources=[{"ARN": "arn:aws:s3:::logs", "type": "AWS::S3::Bucket"}]),
    event(5, TIME, eventSource="s3.amazonaws.com", responseElements={"nested": [{"id": "i-1"}]}),
)


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        ({"user_name": "bob"}, [2]),
        ({"user_name": "ana", "event_source": "s3.amazonaws.com"}, [5]),
        ({"read_only": "true"}, [2]),
        ({"read_only": "false", "event_name": "CreateUser"}, [1, 3, 4, 5]),
        ({"access_key_id": "ASIAEXAMPLEEXAMPLE22"}, [2]),
        ({"event_id": "event-0003"}, [3]),
        ({"resource_name": "ops"}, [3]),
        ({"resource_name": "logs"}, [4]),
        ({"resource_name": "arn:aws:s3:::logs"}, [4]),
        ({"resource_name": "i-1"}, [5]),
        ({"resource_name": "eve"}, [1, 2, 4, 5]),
        ({"resource_type": "AWS::S3::Bucket"}, [4]),
        ({}, [1, 2, 3, 4, 5]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, dict) else "",
)
def test_events_are_selected_by_what_they_say(wanted, numbers):
    """Every selection finds the events that have the value, several those that have all."""
    selection = Selection(wanted=wanted)

    found = [number for number, told in enumerate(EVENTS, start=1) if selection.matches(told)]

    assert numbers == found


def test_the_narrowest_selection_is_asked_for():
    """Of several selections LookupEvents is asked for the one that leaves the fewest events."""
    selection = Selection(wanted={"read_only": "false", "event_id": "1", "event_name": "x"})

    expected = ("event_id", {"AttributeKey": "EventId", "AttributeValue": "1"})
    assert expected == selection.lookup_attribute()
    assert Selection().lookup_attribute() is None
