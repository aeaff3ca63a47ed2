"""ECR: repositories and images."""

from typing import Final

from aibrain_jupyter.aws.resources.declaration import declared, detail, each, listing, once
from aibrain_jupyter.aws.resources.shapes import (
    count,
    flag,
    nested,
    policy,
    tags,
    text,
    time,
    volatile,
)

ECR_REPOSITORIES: Final = declared(
    "ecr",
    "repositories",
    "ECR repositories: scanning, immutable tags, encryption, policy.",
    (
        text("repository_name", "name of the repository", "repositoryName"),
        text("arn", "ARN of the repository", "repositoryArn"),
        time("created", "when it was made, UTC", "createdAt"),
        flag(
            "scans_on_push",
            "whether images are scanned when pushed, as the repository is set",
            "imageScanningConfiguration.scanOnPush",
        ),
        text(
            "registry_scanning",
            "BASIC or ENHANCED, of the whole registry",
            "GetRegistryScanningConfiguration.scanningConfiguration.scanType",
        ),
        text("tag_mutability", "MUTABLE, IMMUTABLE, or one with exclusions", "imageTagMutability"),
        text("encryption", "AES256 or KMS", "encryptionConfiguration.encryptionType"),
        text("kms_key", "ARN of its key; NA: ECR's own", "encryptionConfiguration.kmsKey"),
        *policy(
            "GetRepositoryPolicy.policyText",
            "policy of the repository; NA: none",
            has="whether it has a policy",
        ),
        flag(
            "has_lifecycle",
            "whether old images expire",
            "present(GetLifecyclePolicy.lifecyclePolicyText)",
        ),
        tags("ListTagsForResource.tags"),
    ),
    (
        listing("ecr:DescribeRepositories", "repositories", fixed={"maxResults": 1000}),
        once("ecr:GetRegistryScanningConfiguration"),
        detail(
            "ecr:GetRepositoryPolicy",
            {"repositoryName": "repositoryName"},
            absent=("RepositoryPolicyNotFoundException",),
        ),
        detail(
            "ecr:GetLifecyclePolicy",
            {"repositoryName": "repositoryName"},
            absent=("LifecyclePolicyNotFoundException",),
        ),
        detail("ecr:ListTagsForResource", {"resourceArn": "repositoryArn"}),
    ),
    traps=("Images are in ecr_images.",),
)


def _severity(name: str) -> str:
    """Return the expression for how many findings of a severity a scan had."""
    found = f"imageScanFindingsSummary.findingSeverityCounts.{name}"
    return f"imageScanFindingsSummary.imageScanCompletedAt && not_null({found}, `0`)"


ECR_IMAGES: Final = declared(
    "ecr",
    "images",
    "Images of every ECR repository: age, tags, last pull, findings of the last scan.",
    (
        text("digest", "digest of the image", "imageDigest"),
        text("repository_name", "repository it is in", "repositoryName"),
        nested("image_tags", "its tags; empty: none", "all(imageTags)"),
        time("pushed", "when it was pushed, UTC", "imagePushedAt"),
        time(
            "last_pulled",
            "last pull on record, UTC, up to a day late; NaT: none",
            "lastRecordedPullTime",
        ),
        count("size_bytes", "compressed size, bytes", "imageSizeInBytes"),
        text("kind", "media type of the artifact; NA: not said", "artifactMediaType"),
        text(
            "image_status",
            "ACTIVE, ARCHIVED (restored before it can be pulled) or ACTIVATING; NA: not said",
            "imageStatus",
        ),
        text(
            "scan_status",
            "such as COMPLETE, ACTIVE or FAILED; NA: never scanned",
            "imageScanStatus.status",
        ),
        volatile(
            time(
                "scanned",
                "when the last scan was done, UTC; NaT: no scan on record",
                "imageScanFindingsSummary.imageScanCompletedAt",
            )
        ),
        count(
            "critical",
            "critical findings of the last scan; NA: no scan on record",
            _severity("CRITICAL"),
        ),
        count("high", "high findings of the last scan; NA: no scan on record", _severity("HIGH")),
        count(
            "medium",
            "medium findings of the last scan; NA: no scan on record",
            _severity("MEDIUM"),
        ),
        count("low", "low findings of the last scan; NA: no scan on record", _severity("LOW")),
    ),
    (
        listing("ecr:DescribeRepositories", "repositories", fixed={"maxResults": 1000}),
        each(
            "ecr:DescribeImages",
            "imageDetails",
            {"repositoryName": "repositoryName"},
            fixed={"maxResults": 1000, "filter": {"imageStatus": "ANY"}},
        ),
    ),
    traps=(
        (
            "With enhanced scanning the findings are Inspector's: inspector2_findings has them, "
            "and a row here may have none."
        ),
        "Archived images are listed too: look at image_status.",
    ),
    date="pushed",
    key=("repository_name", "digest"),
)
