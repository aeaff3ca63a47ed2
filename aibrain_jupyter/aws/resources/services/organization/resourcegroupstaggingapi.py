"""Tags of everything."""

from typing import Final

from aibrain_jupyter.aws.resources.declaration import declared, listing
from aibrain_jupyter.aws.resources.shapes import flag, nested, text

TAGGED_RESOURCES: Final = declared(
    "resourcegroupstaggingapi",
    "resources",
    "Everything with tags, one row per resource.",
    (
        text("arn", "ARN of the resource", "ResourceARN"),
        nested("tags", "tags as a mapping; empty: it had some once", "tags(Tags)"),
        flag(
            "complies",
            "whether it complies with the tag policies; NA: none applies",
            "ComplianceDetails.ComplianceStatus",
        ),
        nested(
            "keys_missing",
            "keys that a tag policy requires and it does not have",
            "all(ComplianceDetails.MissingTagKeys)",
        ),
        nested(
            "keys_not_allowed",
            "its keys that do not comply with a tag policy",
            "all(ComplianceDetails.NoncompliantKeys)",
        ),
        nested(
            "keys_with_wrong_values",
            "its keys whose value or case a tag policy does not allow",
            "all(ComplianceDetails.KeysWithNoncompliantValues)",
        ),
    ),
    (
        listing(
            "resourcegroupstaggingapi:GetResources",
            "ResourceTagMappingList",
            fixed={"ResourcesPerPage": 100, "IncludeComplianceDetails": True},
            action="tag:GetResources",
        ),
    ),
    traps=("What never had a tag is not listed: it does not prove that everything is tagged.",),
)
