"""Who was there in a period: listed now, and told by CloudTrail; what nobody tells is a gap."""

from __future__ import annotations

import pandas as pd
import pytest

from aibrain_jupyter.shared.coverage import Outcome
from aibrain_jupyter.shared.error_handler import ProviderError
from aibrain_jupyter.shared.frames.not_known import read_reasons

from .conftest import days_ago


def rows(result):
    """Return the rows by name; several of one name are a list."""
    found = {}
    for row in result.frame.to_dict("records"):
        found.setdefault(row["group_name"], []).append(row)
    return {name: own[0] if len(own) == 1 else own for name, own in found.items()}


def test_a_joiner_is_listed_with_when_it_came(account, population):
    """What was made in the period and is there still is a row of now, of the period."""
    account.groups = {"ops": days_ago(20), "old": days_ago(900)}
    account.happened(20, "CreateGroup", groupName="ops")

    result = population(40, 10)

    found = rows(result)
    assert {"ops", "old"} == found.keys()
    assert (True, days_ago(20), "now") == (
        found["ops"]["in_period"],
        found["ops"]["existed_from"],
        found["ops"]["population_source"],
    )
    assert pd.isna(found["ops"]["existed_until"])
    assert () == result.gaps


@pytest.mark.parametrize("left", [20, 5], ids=["in the period", "after it"])
def test_a_leaver_is_there_with_its_event(account, population, left):
    """What was deleted since the period began was there, and says which event tells so."""
    event = account.happened(left, "DeleteGroup", groupName="gone")

    row = rows(population(40, 10))["gone"]

    assert (True, days_ago(left)) == (row["in_period"], row["existed_until"])
    assert f"deleted: CloudTrail event {event['eventID']}" == row["population_source"]
    reasons = read_reasons(row["not_known"])
    assert {"arn": "deleted", "created": "deleted"}.items() <= reasons.items()
    assert reasons["existed_from"] == f"before {days_ago(40):%Y-%m-%d}"


def test_who_joined_and_left_within_the_period_is_found(account, population):
    """What no list of any day would show has a row, with what its events say."""
    made = {"group": {"arn": "arn:aws:iam::123456789012:group/brief"}}
    first = account.happened(30, "CreateGroup", made, groupName="brief")
    last = account.happened(20, "DeleteGroup", groupName="brief")

    row = rows(population(40, 10))["brief"]

    assert (True, days_ago(30), days_ago(20)) == (
        row["in_period"],
        row["existed_from"],
        row["existed_until"],
    )
    assert made["group"]["arn"] == row["arn"]
    assert days_ago(30) == row["created"]
    source = f"created and deleted: CloudTrail events {first['eventID']}, {last['eventID']}"
    assert source == row["population_source"]
    assert pd.isna(row["not_known"])


def test_what_was_made_after_the_period_is_marked_out(account, population):
    """Rows of later things stay, there now or gone again, and are not of the period."""
    account.groups = {"new": days_ago(5)}
    account.happened(5, "CreateGroup", groupName="new")
    account.happened(4, "CreateGroup", groupName="short")
    account.happened(3, "DeleteGroup", groupName="short")

    found = rows(population(40, 10))

    assert {"new": False, "short": False} == {n: row["in_period"] for n, row in found.items()}


def test_a_name_given_twice_is_two_rows(account, population):
    """One that was deleted and made again are two things with one name."""
    account.groups = {"ops": days_ago(5)}
    account.happened(20, "DeleteGroup", groupName="ops")
    account.happened(5, "CreateGroup", groupName="ops")

    now, gone = rows(population(40, 10))["ops"]

    assert (False, days_ago(5)) == (now["in_period"], now["existed_from"])
    assert (True, days_ago(20)) == (gone["in_period"], gone["existed_until"])


def test_a_renamed_one_is_one_row(account, population):
    """A new name is neither a leaver nor a joiner; its later deletion is found under either."""
    account.groups = {"ops": days_ago(300)}
    account.happened(25, "UpdateGroup", groupName="operators", newGroupName="ops")
    account.happened(24, "UpdateGroup", groupName="one", newGroupName="two")
    account.happened(23, "DeleteGroup", groupName="two")
    account.happened(22, "UpdateGroup", groupName="ops", newPath="/x/")

    found = rows(population(40, 10))

    assert {"ops", "two"} == found.keys()
    assert (
        "now; renamed from operators: CloudTrail event event-0"
        == (found["ops"]["population_source"])
    )
    assert days_ago(300) == found["ops"]["existed_from"]
    assert (
        "deleted, before one: CloudTrail events event-1, event-2"
        == (found["two"]["population_source"])
    )


def test_a_name_that_somebody_took_over_belongs_to_both(account, population):
    """Who was renamed to the name of one deleted before does not hide that one."""
    account.groups = {"ops": days_ago(300)}
    account.happened(25, "DeleteGroup", groupName="ops")
    account.happened(20, "UpdateGroup", groupName="operators", newGroupName="ops")

    now, gone = rows(population(40, 10))["ops"]

    assert "now; renamed from operators" in now["population_source"]
    assert days_ago(25) == gone["existed_until"]


def test_what_was_refused_changed_nothing(account, population):
    """An attempt that failed made and deleted nothing."""
    account.groups = {"ops": days_ago(300)}
    account.happened(20, "DeleteGroup", groupName="ops")["errorCode"] = "DeleteConflict"
    account.happened(20, "CreateGroup", groupName="no")["errorCode"] = "AccessDenied"

    found = rows(population(40, 10))

    assert {"ops"} == found.keys()
    assert pd.isna(found["ops"]["existed_until"])


def test_every_page_of_events_is_read(account, population):
    """Events come a few to a page, and none is lost; each name is asked for until now."""
    for number in range(5):
        account.happened(20, "DeleteGroup", groupName=f"gone-{number}")

    result = population(40, 10)

    assert 5 == len(result.frame)
    assert 5 == result.operations["cloudtrail:LookupEvents"]
    assert all(asked["EndTime"] > days_ago(1).timestamp() for asked in account.lookups)


def test_a_refused_look_up_is_a_gap(account, population):
    """Without CloudTrail the rows of now come, and nobody says that none was deleted."""
    account.groups = {"ops": days_ago(300)}
    account.refuse("CreateGroup", "AccessDeniedException")

    result = population(40, 10)

    [gap] = result.gaps
    assert (Outcome.DENIED, "cloudtrail:LookupEvents") == (gap.outcome, gap.action)
    assert "CreateGroup, DeleteGroup, UpdateGroup" in gap.item
    assert 1 == len(account.lookups)
    assert ["ops"] == result.frame["group_name"].tolist()


def test_throttling_costs_what_it_costs(account, population, monkeypatch):
    """Events that were throttled to the end are a gap; those of the others are told."""
    monkeypatch.setattr("aibrain_jupyter.aws.clients.sources.MAX_ATTEMPTS", 1)
    account.happened(30, "CreateGroup", groupName="brief")
    account.refuse("DeleteGroup", "ThrottlingException")

    result = population(40, 10)

    row = rows(result)["brief"]
    assert (True, days_ago(30)) == (row["in_period"], row["existed_from"])
    assert "throttled" == read_reasons(row["not_known"])["existed_until"]
    assert Outcome.THROTTLED in {gap.outcome for gap in result.gaps}
    assert {"who was made or deleted (DeleteGroup)", "brief"} == {g.item for g in result.gaps}


def test_what_is_older_than_ninety_days_is_a_gap_with_its_date(account, population):
    """Who was deleted before CloudTrail's 90 days is not known, and from when it is, is said."""
    account.groups = {"ops": days_ago(300)}
    account.happened(20, "DeleteGroup", groupName="gone")

    result = population(150, 100)

    [gap] = result.gaps
    kept = f"{days_ago(89):%Y-%m-%d}"
    assert gap.why.startswith(f"Not known before {kept}: ")
    assert f"who was deleted from {days_ago(150):%Y-%m-%d} to before {kept}" == gap.item
    found = rows(result)
    assert found["ops"]["in_period"] is True
    # It was there 89 days ago; whether already in the period, nobody says.
    assert pd.isna(found["gone"]["in_period"])
    assert f"before {kept}" == read_reasons(found["gone"]["not_known"])["in_period"]


def test_one_that_is_gone_without_an_event_is_a_gap(account, population):
    """What was made, is not listed and was never deleted has an end that nobody knows."""
    account.happened(30, "CreateGroup", groupName="lost")

    result = population(40, 10)

    [gap] = result.gaps
    assert ("lost", ("existed_until",)) == (gap.item, gap.columns)
    assert "existed_until" in read_reasons(rows(result)["lost"]["not_known"])


def test_an_event_that_names_nothing_is_a_gap(account, population):
    """An event whose request was left out is not passed over."""
    account.happened(30, "DeleteGroup")["requestParameters"] = None

    [gap] = population(40, 10).gaps

    assert "event DeleteGroup event-0" == gap.item


def test_a_listing_that_is_refused_is_no_population(account, population, aws_replies):
    """Without rows of now there is no table at all, whatever CloudTrail tells."""
    error = "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error>"
    aws_replies.on("ListGroups", f"{error}</ErrorResponse>", status=403)

    with pytest.raises(ProviderError):
        population(40, 10)
    assert [] == account.lookups


def test_config_tells_of_those_who_left_before_ninety_days(account, population):
    """Who was deleted before CloudTrail's events has a row from Config's items, page by page."""
    account.recorded = {
        "a": (days_ago(300), days_ago(150)),
        "b": (None, days_ago(140)),
        "c": (days_ago(280), days_ago(130)),
        "early": (days_ago(400), days_ago(250)),
    }

    found = rows(population(200, 100))

    assert {"a", "b", "c"} == found.keys()
    assert (True, days_ago(300), days_ago(150)) == (
        found["a"]["in_period"],
        found["a"]["existed_from"],
        found["a"]["existed_until"],
    )
    assert "created and deleted: AWS Config item AGPAa" == found["a"]["population_source"]
    assert pd.isna(found["b"]["existed_from"])


def test_config_does_not_close_the_gap(account, population):
    """What Config did not record nobody knows: the gap of that time stays, with its date."""
    account.recorded = {"a": (days_ago(300), days_ago(150))}

    (gap,) = population(200, 100).gaps

    assert "AWS Config has 1 that were deleted then" in gap.why
    assert "cannot tell what it did not record" in gap.why


def test_a_refusal_of_config_is_said(account, population):
    """Without permission for Config nothing is lost but its rows, and the gap says so."""
    account.groups = {"ops": days_ago(20)}
    account.refuse("config", "AccessDeniedException")

    result = population(200, 100)

    assert ["ops"] == result.frame["group_name"].tolist()
    assert "AWS Config's history could not be read (" in result.gaps[0].why
    assert ": denied)" in result.gaps[0].why


def test_config_is_asked_only_for_what_cloudtrail_has_no_more(account, population):
    """A period within CloudTrail's 90 days asks Config nothing."""
    population(40, 10)

    assert [] == account.asked_of_config
