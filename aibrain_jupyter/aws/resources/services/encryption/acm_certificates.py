"""ACM certificates."""

from typing import Final

from aibrain_jupyter.aws.resources.declaration import written
from aibrain_jupyter.aws.resources.shapes import count, flag, nested, text, time
from aibrain_jupyter.shared.frames.columns import TAGS

CERTIFICATES: Final = written(
    "acm",
    "certificates",
    "ACM certificates of every key type: expiry, use, renewal.",
    (
        text("domain_name", "main domain name of the certificate"),
        text("arn", "ARN of the certificate"),
        nested("alternative_names", "all names it is valid for"),
        text("status", "such as ISSUED, EXPIRED, PENDING_VALIDATION"),
        text("certificate_type", "AMAZON_ISSUED, IMPORTED or PRIVATE"),
        text("issuer", "certificate authority; NA: not issued yet"),
        time("valid_from", "start of validity, UTC; NaT: not issued yet"),
        time("valid_until", "end of validity, UTC; NaT: not issued yet"),
        count(
            "days_to_expiry",
            "whole days from the collection to its end; negative: expired",
            absent="not issued yet",
        ),
        text("key_algorithm", "such as RSA-2048 or EC_prime256v1"),
        text("signature_algorithm", "such as SHA256WITHRSA"),
        flag("is_in_use", "whether a resource uses it"),
        nested("in_use_by", "ARNs of the resources that use it"),
        text("renewal_eligibility", "ELIGIBLE or INELIGIBLE for managed renewal"),
        text("renewal_status", "state of the last managed renewal; NA: there was none"),
        flag(
            "transparency_logging", "whether it is written to transparency logs", absent="not said"
        ),
        TAGS,
    ),
    ("acm:ListCertificates", "acm:DescribeCertificate", "acm:ListTagsForCertificate"),
    traps=("Every key type, origin and root is asked for: by itself the listing has RSA only.",),
    code=f"{__package__}.acm_certificates_export:export_acm_certificates",
    key=("arn",),
)
