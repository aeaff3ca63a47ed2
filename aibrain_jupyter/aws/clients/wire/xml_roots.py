"""
Which root the XML answer of an operation has.

botocore never looks at it. EC2 and the query services name it after the operation, CloudFront,
Route 53 and S3 Control after the shape of the answer or of its payload. S3 has names of its own,
which its models do not tell; servers that speak S3 use the same ones.

Source:
    S3 API reference, the response syntax of each operation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from botocore.model import OperationModel

OF_S3: Final[dict[str, tuple[str, ...]]] = {
    "GetBucketAccelerateConfiguration": ("AccelerateConfiguration",),
    "GetBucketAcl": ("AccessControlPolicy",),
    "GetBucketCors": ("CORSConfiguration",),
    "GetBucketEncryption": ("ServerSideEncryptionConfiguration",),
    "GetBucketLifecycle": ("LifecycleConfiguration",),
    "GetBucketLifecycleConfiguration": ("LifecycleConfiguration",),
    "GetBucketLocation": ("LocationConstraint",),
    "GetBucketLogging": ("BucketLoggingStatus",),
    "GetBucketNotification": ("NotificationConfiguration",),
    "GetBucketNotificationConfiguration": ("NotificationConfiguration",),
    "GetBucketOwnershipControls": ("OwnershipControls",),
    "GetBucketPolicyStatus": ("PolicyStatus",),
    "GetBucketReplication": ("ReplicationConfiguration",),
    "GetBucketRequestPayment": ("RequestPaymentConfiguration",),
    "GetBucketTagging": ("Tagging",),
    "GetBucketVersioning": ("VersioningConfiguration",),
    "GetBucketWebsite": ("WebsiteConfiguration",),
    "GetObjectAcl": ("AccessControlPolicy",),
    "GetObjectAttributes": ("GetObjectAttributesResponse",),
    "GetObjectLegalHold": ("LegalHold",),
    "GetObjectLockConfiguration": ("ObjectLockConfiguration",),
    "GetObjectRetention": ("Retention",),
    "GetObjectTagging": ("Tagging",),
    "GetPublicAccessBlock": ("PublicAccessBlockConfiguration",),
    "ListBucketAnalyticsConfigurations": ("ListBucketAnalyticsConfigurationResult",),
    "ListBucketIntelligentTieringConfigurations": (
        "ListBucketIntelligentTieringConfigurationsResult",
        "ListBucketIntelligentTieringConfigurationsOutput",
    ),
    "ListBucketInventoryConfigurations": ("ListInventoryConfigurationsResult",),
    "ListBucketMetricsConfigurations": ("ListMetricsConfigurationsResult",),
    "ListBuckets": ("ListAllMyBucketsResult",),
    "ListDirectoryBuckets": ("ListAllMyDirectoryBucketsResult",),
    "ListMultipartUploads": ("ListMultipartUploadsResult",),
    "ListObjectVersions": ("ListVersionsResult",),
    "ListObjects": ("ListBucketResult",),
    "ListObjectsV2": ("ListBucketResult",),
    "ListParts": ("ListPartsResult",),
}
S3_ROOTS: Final = frozenset(root for roots in OF_S3.values() for root in roots)


def is_own(model: OperationModel, root: str) -> bool:
    """Tell whether an answer of the operation has this root."""
    key = (model.service_model.service_name, model.name)
    if key not in _ROOTS:
        _ROOTS[key] = _roots(*key, model.output_shape)
    return root in _ROOTS[key]


_ROOTS: Final[dict[tuple[str, str], frozenset[str]]] = {}


def _roots(service: str, operation: str, shape: Any) -> frozenset[str]:
    found = {f"{operation}{ending}" for ending in ("Response", "Result", "Output")}
    found |= {shape.name, shape.serialization.get("name", "")}
    if payload := shape.serialization.get("payload"):
        member = shape.members[payload]
        found |= {payload, member.name, member.serialization.get("name", "")}
    if service == "s3":
        found |= set(OF_S3.get(operation, ()))
    return frozenset(found - {""})
