"""Certificates of the demo accounts: one that is renewed, one about to expire, one expired."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.demo.accounts import DEV, PROD, Account
from aibrain_jupyter.demo.clock import epoch

if TYPE_CHECKING:
    from aibrain_jupyter.demo.protocols import AwsRequest

# Domain, kind, valid from, valid until, id.
_Certificate = tuple[str, str, str, str, str]
_CERTIFICATES: Final[dict[tuple[str, str], tuple[_Certificate, ...]]] = {
    (PROD.profile, "eu-west-1"): (
        ("shop.example.com", "AMAZON_ISSUED", "2026-05-04", "2027-06-02", "1c0f"),
        ("partner.example.com", "IMPORTED", "2025-11-20", "2026-11-19", "2d1e"),
        ("old.example.com", "IMPORTED", "2024-02-27", "2025-02-26", "3e2d"),
    ),
    (DEV.profile, "us-east-1"): (
        ("dev.example.com", "IMPORTED", "2025-11-12", "2026-11-11", "4f3c"),
    ),
}


def list_certificates(account: Account, request: AwsRequest) -> dict[str, Any]:
    """``acm:ListCertificates``: those of the region."""
    found = [
        {"CertificateArn": arn, "DomainName": domain}
        for arn, (domain, *_) in _by_arn(account, request.region).items()
    ]
    return {"CertificateSummaryList": found}


def describe_certificate(account: Account, request: AwsRequest) -> dict[str, Any]:
    """``acm:DescribeCertificate``: imported ones are not renewed by themselves."""
    arn = request.params["CertificateArn"]
    domain, kind, begin, end, _ = _by_arn(account, request.region)[arn]
    return {
        "Certificate": {
            "CertificateArn": arn,
            "DomainName": domain,
            "SubjectAlternativeNames": [domain],
            "Status": "EXPIRED" if epoch(end) < epoch("2026-11-01") else "ISSUED",
            "Type": kind,
            "NotBefore": epoch(begin),
            "NotAfter": epoch(end),
            "KeyAlgorithm": "RSA-2048",
            "SignatureAlgorithm": "SHA256WITHRSA",
            "InUseBy": [],
            "RenewalEligibility": "ELIGIBLE" if kind == "AMAZON_ISSUED" else "INELIGIBLE",
            "Options": {"CertificateTransparencyLoggingPreference": "ENABLED"},
        }
    }


def _by_arn(account: Account, region: str) -> dict[str, _Certificate]:
    start = f"arn:aws:acm:{region}:{account.account_id}:certificate/"
    return {
        f"{start}{each[-1]}0000-0000-4000-8000-0000000000cc": each
        for each in _CERTIFICATES.get((account.profile, region), ())
    }
