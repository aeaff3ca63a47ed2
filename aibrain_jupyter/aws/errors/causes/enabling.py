"""
Causes of "this is not here": a service that is off, a region that is off or lacks something.

No permission is missing and no input is wrong, though the codes say so: Macie answers
``AccessDeniedException``, Security Hub ``InvalidAccessException``, a region that is not enabled
says that it does not know the access key. What the service says in so many words is believed
(`NotEnabledError`, `NotOfferedError`); what can only be guessed stays a failure with a step that
names the guess.
"""

from __future__ import annotations

from typing import Final

from botocore.exceptions import ClientError

from aibrain_jupyter.aws.errors.kinds import Kind
from aibrain_jupyter.shared.causes import Cause
from aibrain_jupyter.shared.error_handler import (
    ConnectionFailedError,
    CredentialsError,
    NotEnabledError,
    NotOfferedError,
    PermissionDeniedError,
    ServiceError,
)

_ANSWER: Final = (ClientError,)
_OFF: Final = "{service_title} is not enabled for {account}{in_region}."
_LEAVE_OUT: Final = (
    "No permission is missing: leave this account or region out (--accounts, --regions), or ask "
    "whoever looks after the account whether the service should be on."
)
_WITHOUT_REGION: Final = (
    "Leave the region out with --regions; the SDK may know an operation before every region has it."
)
_OTHER_ENDPOINT: Final = (
    "The endpoint is set to {endpoint}: what answers there may not have this operation."
)
_ONLY_S3: Final = (
    "If it is a server of S3 only, set AWS_ENDPOINT_URL_S3={endpoint} instead of AWS_ENDPOINT_URL: "
    "the other services, STS first, are then asked at AWS."
)
_NOT: Final = r"(?:is not|isn't|is currently not|has not been|hasn't been|are not|aren't|not)"

NOT_IN_USE_CODES: Final = frozenset(
    {
        "awsorganizationsnotinuse",
        "awsserviceaccessnotenabled",
        "cloudtrailaccessnotenabled",
        "homeregionnotset",
        "noavailableconfigurationrecorder",
        "norunningconfigurationrecorder",
        "nosuchconfigurationrecorder",
        "organizationallfeaturesnotenabled",
        "organizationsnotinuse",
        "outboundwebidentityfederationdisabled",
        "policytypenotenabled",
        "securityincidentresponsenotactive",
        "serviceaccessnotenabled",
        "servicequotatemplatenotinuse",
    }
)
"""Codes that say it by themselves, as stems."""

ENABLING: Final = (
    Cause(
        name="not-enabled",
        error=NotEnabledError,
        what=_OFF,
        steps=(_LEAVE_OUT,),
        source="the services' API references, Errors; organizations in no use",
        classes=_ANSWER,
        codes=NOT_IN_USE_CODES,
    ),
    Cause(
        name="macie-not-enabled",
        error=NotEnabledError,
        what=_OFF,
        steps=(_LEAVE_OUT,),
        source="turbot/steampipe-plugin-aws pull request 647; AWS re:Post on GetMacieSession",
        classes=_ANSWER,
        services=frozenset({"macie2"}),
        message=rf"macie {_NOT} (?:been )?enabled|macie is (?:disabled|paused|suspended)",
    ),
    Cause(
        name="security-hub-not-subscribed",
        error=NotEnabledError,
        what=_OFF,
        steps=(_LEAVE_OUT,),
        source="prowler-cloud/prowler pull request 1590",
        classes=_ANSWER,
        services=frozenset({"securityhub"}),
        message=rf"{_NOT} (?:subscribed|enabled|signed up)",
    ),
    Cause(
        name="guardduty-not-enabled",
        error=NotEnabledError,
        what=_OFF,
        steps=(_LEAVE_OUT,),
        source="GuardDuty API reference, Errors",
        classes=_ANSWER,
        services=frozenset({"guardduty"}),
        message=rf"guardduty {_NOT} (?:been )?enabled|no detector|{_NOT} enabled",
    ),
    Cause(
        name="inspector-not-enabled",
        error=NotEnabledError,
        what=_OFF,
        steps=(_LEAVE_OUT,),
        source="Inspector API reference, AccessDeniedException",
        classes=_ANSWER,
        services=frozenset({"inspector2"}),
        message=rf"{_NOT} (?:been )?(?:enabled|activated)|is disabled|does not have access$"
        r"|invoking account does not have access",
    ),
    Cause(
        name="shield-not-subscribed",
        error=NotEnabledError,
        what="Shield Advanced is not subscribed to by {account}.",
        steps=(_LEAVE_OUT,),
        source="Shield API reference, ResourceNotFoundException",
        classes=_ANSWER,
        services=frozenset({"shield"}),
        message=r"subscription does not exist|not subscribed",
    ),
    Cause(
        name="audit-manager-not-set-up",
        error=NotEnabledError,
        what=_OFF,
        steps=(_LEAVE_OUT,),
        source="Audit Manager User Guide, Troubleshooting",
        classes=_ANSWER,
        services=frozenset({"auditmanager"}),
        message=r"complete .*setup|not registered",
    ),
    Cause(
        name="cost-explorer-not-enabled",
        error=NotEnabledError,
        what=_OFF,
        steps=(
            (
                "Cost Explorer is switched on once per account (of the payer), and its users are "
                "let in under Billing preferences: no IAM permission is missing."
            ),
        ),
        source="Cost Management User Guide, Enabling Cost Explorer",
        classes=_ANSWER,
        services=frozenset({"ce", "cost-optimization-hub", "bcm-data-exports"}),
        message=rf"{_NOT} (?:been )?(?:enabled|enrolled|opted)",
    ),
    Cause(
        name="region-not-enabled",
        error=NotEnabledError,
        what="{region} is not enabled in {account}.",
        steps=("Leave it out with --regions, or have it enabled by whoever looks after it.",),
        source="STS API reference, RegionDisabledException",
        classes=_ANSWER,
        codes=frozenset({"regiondisabled", "invalidactiveregion"}),
    ),
    Cause(
        name=Kind.NOT_SUBSCRIBED.value,
        error=NotEnabledError,
        what="{subject} is not signed up for {service_title}{in_region}.",
        steps=(
            "Leave the account or region out (--accounts, --regions), or have somebody subscribe.",
        ),
        source="EC2 API reference, Common client error codes; Support API reference",
        classes=_ANSWER,
        codes=frozenset(
            {"kmsoptinrequired", "notsignedup", "optinrequired", "s3subscriptionrequired"}
            | {"subscriptionrequired"}
        ),
    ),
    Cause(
        name="not-offered-in-region",
        error=NotOfferedError,
        what="{call} is not offered in {place}.",
        steps=("Leave the region out with --regions.", _OTHER_ENDPOINT),
        source="EC2 API reference, UnsupportedOperation; GameLift, UnsupportedRegionException",
        classes=_ANSWER,
        message=r"(?:functionality|feature|operation|action|api|service|method)\b[^.]*\b"
        r"(?:not|n't|un)\s*(?:yet |currently )?(?:available|supported|offered|enabled|valid) in "
        r"(?:this|the|that|your|current)?\s*(?:aws )?(?:called )?region"
        r"|access denied to api version",
    ),
    Cause(
        name="not-offered-by-code",
        error=NotOfferedError,
        what="{call} is not offered in {place}.",
        steps=("Leave the region out with --regions.", _OTHER_ENDPOINT),
        source="GameLift, Elastic Beanstalk and Service Quotas API references, Errors",
        classes=_ANSWER,
        codes=frozenset(
            {
                "codebuildnotinserviceregion",
                "templatesnotavailableinregion",
                "unsupportedapiendpoint",
                "unsupportedregion",
            }
        ),
    ),
    Cause(
        name="not-enabled-in-words",
        error=NotEnabledError,
        what=_OFF,
        steps=(_LEAVE_OUT,),
        source="messages of services that say it in words only",
        classes=_ANSWER,
        message=r"^\W*(?:your |the |this |invoking )?(?:aws )?(?:account|organization|customer)\b"
        rf"[^.]*\b{_NOT} (?:been )?(?:subscribed|opted|onboarded|enrolled|signed up|registered|"
        r"activated|enabled)"
        rf"|^\W*(?:amazon |aws )?[\w ]{{2,30}} {_NOT} (?:been )?(?:enabled|activated|turned on|"
        r"set up)(?: (?:for|in) (?:this|the|your) (?:aws )?(?:account|organization|region)[^.]*)?"
        r"\W*$",
        traits=frozenset({"about-the-account"}),
    ),
    Cause(
        name="region-probably-not-enabled",
        error=CredentialsError,
        what="AWS did not accept the access key of {account}{in_region}.",
        steps=(
            (
                "{region} has to be enabled in an account before it can be used: look with "
                "aws account get-region-opt-status --region-name {region}, and leave it out with "
                "--regions where it is not."
            ),
            (
                "If other regions fail too, the key is wrong or was deleted; if the region is "
                "enabled, the session's token is of version 1 (sign in at a regional STS endpoint)."
            ),
        ),
        source="AWS re:Post, iam-validate-access-credentials; Account Management User Guide",
        classes=_ANSWER,
        traits=frozenset({"bad-key", "opt-in-region"}),
    ),
    Cause(
        name="endpoint-without-accounts",
        error=ConnectionFailedError,
        what="What answers at {endpoint} does not know who is asking: it has no STS.",
        steps=(_ONLY_S3,),
        source="answers of MinIO, Ceph, Garage, SeaweedFS and others to GetCallerIdentity",
        services=frozenset({"sts"}),
        traits=frozenset({"endpoint-set", "not-of-sts"}),
    ),
    Cause(
        name="operation-unknown",
        error=ServiceError,
        what="{service_title} does not know {operation}{in_region}.",
        steps=(_WITHOUT_REGION, _OTHER_ENDPOINT),
        source="Kinesis, DynamoDB, EC2: common errors",
        classes=_ANSWER,
        codes=frozenset(
            {
                "invalidaction",
                "notimplemented",
                "unknownaction",
                "unknownoperation",
                "unsupportedaction",
                "unsupportedcommand",
                "unsupportedoperation",
                "operationnotsupported",
                "notsupportedoperation",
            }
        ),
    ),
    Cause(
        name="not-in-region-probably",
        error=ServiceError,
        what="{call} failed in {place}: {code}.",
        steps=(_WITHOUT_REGION, _OTHER_ENDPOINT),
        source="messages that name the region as the reason",
        classes=_ANSWER,
        message=r"(?:not|n't|un)\s*(?:yet |currently )?(?:available|supported|offered|valid)\b"
        r"[^.]*\bregion|region\b[^.]*(?:not|n't|un)\s*(?:yet )?(?:available|supported)",
    ),
    Cause(
        name="account-not-let-in",
        error=PermissionDeniedError,
        what="{subject} may not use {service_title}{in_region}.",
        steps=(
            (
                "The account as a whole is not let in, so an IAM permission does not help: leave "
                "it out with --accounts or --regions, or ask whoever looks after it."
            ),
        ),
        source="services that are closed to new customers",
        classes=_ANSWER,
        message=r"\baccount is not authorized to (?:invoke|call|use|access)|no longer available to "
        r"new customers",
        traits=frozenset({"denied"}),
    ),
)
