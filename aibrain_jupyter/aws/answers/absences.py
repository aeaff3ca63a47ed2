"""
Error codes that are an answer: the service says that there is none of what was asked for.

An account without a password policy, a bucket without a policy: the API answers
those with an error. Only codes that can mean nothing else are here. Where the
same code also says that the resource itself does not exist (Lambda's
``ResourceNotFoundException``, IAM's ``NoSuchEntity`` for a user), a slip in its
name would read as an empty answer.
"""

import re
from typing import Final

_ANY: Final = "*"
_CODES: Final = {
    "account:GetAlternateContact": "ResourceNotFoundException",
    "account:GetContactInformation": "ResourceNotFoundException",
    "cloudtrail:GetInsightSelectors": "InsightNotEnabledException",
    "cloudtrail:GetResourcePolicy": "ResourcePolicyNotFoundException",
    "dynamodb:GetResourcePolicy": "PolicyNotFoundException",
    "ec2:DescribeSpotDatafeedSubscription": "InvalidSpotDatafeed.NotFound",
    "ecr:GetLifecyclePolicy": "LifecyclePolicyNotFoundException",
    "ecr:GetRegistryPolicy": "RegistryPolicyNotFoundException",
    "ecr:GetRepositoryPolicy": "RepositoryPolicyNotFoundException",
    "efs:DescribeBackupPolicy": "PolicyNotFound",
    "efs:DescribeFileSystemPolicy": "PolicyNotFound",
    "fms:GetAdminAccount": "ResourceNotFoundException",
    "iam:GetAccountPasswordPolicy": "NoSuchEntity",
    "mediastore:GetContainerPolicy": "PolicyNotFoundException",
    "mediastore:GetCorsPolicy": "CorsPolicyNotFoundException",
    "mediastore:GetLifecyclePolicy": "PolicyNotFoundException",
    "mediastore:GetMetricPolicy": "PolicyNotFoundException",
    f"organizations:{_ANY}": "AWSOrganizationsNotInUseException",
    "s3:GetBucketCors": "NoSuchCORSConfiguration",
    "s3:GetBucketEncryption": "ServerSideEncryptionConfigurationNotFoundError",
    "s3:GetBucketLifecycle": "NoSuchLifecycleConfiguration",
    "s3:GetBucketLifecycleConfiguration": "NoSuchLifecycleConfiguration",
    "s3:GetBucketOwnershipControls": "OwnershipControlsNotFoundError",
    "s3:GetBucketPolicy": "NoSuchBucketPolicy",
    "s3:GetBucketPolicyStatus": "NoSuchBucketPolicy",
    "s3:GetBucketReplication": "ReplicationConfigurationNotFoundError",
    "s3:GetBucketTagging": "NoSuchTagSet",
    "s3:GetBucketWebsite": "NoSuchWebsiteConfiguration",
    "s3:GetObjectLockConfiguration": "ObjectLockConfigurationNotFoundError",
    "s3:GetPublicAccessBlock": "NoSuchPublicAccessBlockConfiguration",
    "s3control:GetAccessPointPolicy": "NoSuchAccessPointPolicy",
    "s3control:GetPublicAccessBlock": "NoSuchPublicAccessBlockConfiguration",
    "shield:DescribeDRTAccess": "ResourceNotFoundException",
    "shield:DescribeSubscription": "ResourceNotFoundException",
}

_GONE: Final = re.compile(
    r"(\w+: *)?(the )?(specified |requested )?"
    r"(bucket|cluster|file system|function|group|principal|repository|role|table|topic|user"
    r"|(backup )?vault|load balancer|queue|web ?acl)\b"
    r"(?! *(access )?(policy|profile|config)| has no )",
    re.I,
)
"""
How a message begins that is about the thing itself: Lambda's "Function not found: …" where "The
resource you requested does not exist." is a function without a policy; IAM's "The user with name
… cannot be found." where "Login Profile for User … cannot be found." is a user without a password.
"""


_AMBIGUOUS: Final = frozenset(
    {"EntityNotFoundException", "NoSuchEntity", "NotFoundException", "ResourceNotFoundException"}
)
"""Codes that services use both for the thing itself and for what it may have."""


def says_gone(code: str, message: str) -> bool:
    """
    Tell whether an error of "not found" is about the thing itself, of which it cannot be said
    then that it has none: it was deleted after it was listed, or never was.

    Args:
        code: The error code as the service gave it.

        message: The service's words.
    """
    return code in _AMBIGUOUS and _GONE.match(message.strip()) is not None


def means_none(service: str, operation: str, code: str) -> bool:
    """
    Tell whether an error code says that there is none.

    Args:
        service: The service's name.

        operation: The operation as the API spells it, ``GetAccountPasswordPolicy``.

        code: The error code as the service gave it.

    Source:
        The error sections of the services' API references.
    """
    names = (f"{service}:{operation}", f"{service}:{_ANY}")
    return bool(code) and code in (_CODES.get(name) for name in names)
