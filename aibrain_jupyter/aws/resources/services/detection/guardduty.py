"""GuardDuty: detectors and findings."""

from typing import Final

from aibrain_jupyter.aws.resources.declaration import batch, declared, detail, each, listing
from aibrain_jupyter.aws.resources.shapes import (
    count,
    flag,
    nested,
    number,
    tags,
    text,
    time,
    volatile,
)

GUARDDUTY_DETECTORS: Final = declared(
    "guardduty",
    "detectors",
    "GuardDuty of a region, a row also where it is off: features, publishing of findings.",
    (
        text("detector_id", "id of the detector; NA: the region has none", "ListDetectors"),
        text("arn", "ARN of the detector", "arn(here, 'guardduty', 'detector', ListDetectors)"),
        flag(
            "is_enabled",
            "whether GuardDuty is on; false, too, where there is no detector",
            "flag(GetDetector.Status)",
        ),
        time(
            "created",
            "when it was made, UTC",
            "GetDetector.CreatedAt",
            absent="the region has none",
        ),
        text(
            "publishes_findings",
            "FIFTEEN_MINUTES, ONE_HOUR or SIX_HOURS",
            "GetDetector.FindingPublishingFrequency",
        ),
        nested(
            "features_on",
            "features that are on",
            "all(GetDetector.Features[?Status=='ENABLED'].Name)",
        ),
        nested(
            "features_off",
            "features that are off",
            "all(GetDetector.Features[?Status=='DISABLED'].Name)",
        ),
        text(
            "administrator",
            "account that administers it; NA: none",
            "GetAdministratorAccount.Administrator.AccountId",
        ),
        tags("GetDetector.Tags"),
    ),
    (
        listing("guardduty:ListDetectors", "DetectorIds", nothing={"is_enabled": False}),
        detail("guardduty:GetDetector", {"DetectorId": "ListDetectors"}),
        detail("guardduty:GetAdministratorAccount", {"DetectorId": "ListDetectors"}),
    ),
    traps=("A region without a row has GuardDuty off: that is a finding, not a gap.",),
)


GUARDDUTY_FINDINGS: Final = declared(
    "guardduty",
    "findings",
    "GuardDuty findings that are not archived: type, severity, resource, age.",
    (
        text("finding_id", "id of the finding", "ListFindings"),
        text("arn", "ARN of the finding", "GetFindings.Arn"),
        text("kind", "finding type", "GetFindings.Type"),
        number("severity", "severity, 1 to 10", "GetFindings.Severity"),
        text("title", "title", "GetFindings.Title"),
        text("resource_type", "kind of the resource", "GetFindings.Resource.ResourceType"),
        text("found_in", "account it is about", "GetFindings.AccountId"),
        volatile(count("count", "times it was seen", "GetFindings.Service.Count")),
        time("created", "when it was first seen, UTC", "GetFindings.CreatedAt"),
        volatile(time("updated", "when it was last seen, UTC", "GetFindings.UpdatedAt")),
    ),
    (
        listing("guardduty:ListDetectors", "DetectorIds"),
        each(
            "guardduty:ListFindings",
            "FindingIds",
            {"DetectorId": "ListDetectors"},
            fixed={"FindingCriteria": {"Criterion": {"service.archived": {"Eq": ["false"]}}}},
        ),
        batch(
            "guardduty:GetFindings",
            "Findings",
            {"FindingIds": "ListFindings"},
            shared={"DetectorId": "ListDetectors"},
            key="Id",
            size=50,
        ),
    ),
    traps=(
        "GuardDuty keeps findings for 90 days.",
        "An administrator's account lists its members' findings too: see found_in.",
    ),
)
