"""CloudTrail trails, at home and as shadows."""

from __future__ import annotations

import dataclasses

import pytest

from aibrain_jupyter.aws.resources.services.logging._cloudtrail_event_selectors import (
    management_events,
    records_data_events,
)

OWN = "123456789012"


@pytest.fixture
def trail(aws):
    """A recording multi-region trail made in us-east-1."""
    aws("s3").create_bucket(Bucket="trails")
    client = aws("cloudtrail")
    client.create_trail(
        Name="main",
        S3BucketName="trails",
        IsMultiRegionTrail=True,
        TagsList=[{"Key": "team", "Value": "audit"}],
    )
    client.put_event_selectors(
        TrailName="main",
        EventSelectors=[{"ReadWriteType": "All", "IncludeManagementEvents": True}],
    )
    client.start_logging(Name="main")
    return client


def test_a_recording_trail(trail, export):
    """Scope, state, selectors and tags; no Insights is a value, not a gap."""
    result = export("cloudtrail", "trails")
    [row] = result.frame.to_dict("records")

    expected = {
        "trail_name": "main",
        "home_region": "us-east-1",
        "is_shadow": False,
        "is_logging": True,
        "is_multi_region": True,
        "s3_bucket": "trails",
        "management_events": "All",
        "records_data_events": False,
        "insight_types": [],
        "tags": {"team": "audit"},
    }
    assert expected == {name: row[name] for name in expected}
    assert () == result.gaps


def test_another_region_sees_the_shadow(trail, ctx, export):
    """A trail made elsewhere is in the frame of every region it covers, marked, with selectors."""
    ctx.target = dataclasses.replace(ctx.target, region="eu-west-1")
    result = export("cloudtrail", "trails")
    [row] = result.frame.to_dict("records")

    assert (True, "us-east-1", "All") == (
        row["is_shadow"],
        row["home_region"],
        row["management_events"],
    )
    assert () == result.gaps


def test_a_refused_status_is_not_stopped(trail, export, answers):
    """Whether a trail records is unknown when its status is refused."""
    answers.refuse("GetTrailStatus")
    result = export("cloudtrail", "trails")

    assert result.frame["is_logging"].isna().all()
    assert ["cloudtrail:GetTrailStatus"] == [gap.action for gap in result.gaps]
    # Trails of two accounts may have one name: the ARN tells which.
    assert result.frame["arn"].tolist() == [gap.item for gap in result.gaps]


def test_a_trail_of_another_account_is_a_shadow(read):
    """The organization's trail seen from a member account is not the member's own."""
    trail = {
        "Name": "org",
        "TrailARN": "arn:aws:cloudtrail:us-east-1:999999999999:trail/org",
        "HomeRegion": "us-east-1",
    }

    here = {"account": OWN, "region": "us-east-1"}
    assert read("cloudtrail", "trails", {**trail, "here": here})["is_shadow"]


def basic(**more):
    return {"EventSelectors": [{"IncludeManagementEvents": True, **more}]}


def advanced(*selectors):
    return {
        "AdvancedEventSelectors": [
            {
                "FieldSelectors": [
                    {"Field": field, "Equals": [value]} for field, value in selector.items()
                ]
            }
            for selector in selectors
        ]
    }


MANAGEMENT = {"eventCategory": "Management"}


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        pytest.param(basic(ReadWriteType="All"), ("All", False), id="all"),
        pytest.param(basic(ReadWriteType="WriteOnly"), ("WriteOnly", False), id="writes"),
        pytest.param(
            basic(ReadWriteType="All", DataResources=[{"Type": "AWS::S3::Object"}]),
            ("All", True),
            id="with data",
        ),
        pytest.param(
            basic(ReadWriteType="All", ExcludeManagementEventSources=["kms.amazonaws.com"]),
            (None, False),
            id="narrowed",
        ),
        pytest.param(
            {"EventSelectors": [{"IncludeManagementEvents": False}]}, ("None", False), id="none"
        ),
        pytest.param(advanced(MANAGEMENT), ("All", False), id="advanced all"),
        pytest.param(
            advanced({**MANAGEMENT, "readOnly": "false"}),
            ("WriteOnly", False),
            id="advanced writes",
        ),
        pytest.param(
            advanced({**MANAGEMENT, "readOnly": "true"}, {**MANAGEMENT, "readOnly": "false"}),
            ("All", False),
            id="advanced both",
        ),
        pytest.param(
            advanced({**MANAGEMENT, "eventSource": "kms.amazonaws.com"}),
            (None, False),
            id="advanced narrowed",
        ),
        pytest.param(advanced({"eventCategory": "Data"}), ("None", True), id="advanced data"),
        pytest.param({}, (None, None), id="no selector at all"),
    ],
)
def test_selectors_are_summed_up(answer, expected):
    """Basic and advanced selectors are told in the same words; what narrows is left unsaid."""
    assert expected == (management_events(answer), records_data_events(answer))
