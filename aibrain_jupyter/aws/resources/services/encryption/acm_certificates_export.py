"""
ACM certificates: two requests a certificate.

ListCertificates leaves out everything but RSA keys of up to 2048 bits, and keys made by ACME,
unless they are named, so all are named from the SDK's own model: one added later is asked for
too. Certificates of Amazon's N2 roots are listed only where nothing else is: they cost a second
listing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aibrain_jupyter.aws.operations.models import service_model
from aibrain_jupyter.aws.resources.details import Details, Row, listed
from aibrain_jupyter.aws.resources.services.encryption.acm_certificates import CERTIFICATES
from aibrain_jupyter.aws.resources.values import days_between, tags_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from aibrain_jupyter.shared.base_tool import CallContext, ToolResult


def export_acm_certificates(ctx: CallContext) -> ToolResult:
    """
    Export the certificates of a region, of every key type and in every state.

    Returns:
        One row per certificate, ordered by domain name. CloudFront uses those of us-east-1.

    Raises:
        PermissionDeniedError: the identity lacks ``acm:ListCertificates``.

    Source:
        ACM API reference, CertificateDetail and Filters.
    """
    details = Details(ctx)
    filters = {
        "Includes": {"keyTypes": _every("KeyAlgorithm")},
        "CertificateKeyPairOrigins": _every("CertificateKeyPairOrigin"),
    }
    found = listed(ctx, "acm", "ListCertificates", "CertificateSummaryList", filters)
    of_other_roots = details.ask_all(
        "acm",
        "ListCertificates",
        "CertificateSummaryList",
        {**filters, "RootHierarchyTypes": _every("RootHierarchyType")},
        columns=(),  # not columns but rows would be missing
    )
    by_arn = {
        each.get("CertificateArn", str(each)): each for each in (*found, *(of_other_roots or ()))
    }

    def row_of(summary: Mapping[str, Any]) -> Row:
        arn = summary.get("CertificateArn")
        params = {"CertificateArn": arn}
        row: Row = {"arn": arn, "domain_name": summary.get("DomainName")}
        row |= details.read(
            lambda answer: certificate_columns(answer, details.now),
            "acm",
            "DescribeCertificate",
            params,
            item=arn,
        )
        return row | details.read(tag_columns, "acm", "ListTagsForCertificate", params, item=arn)

    return details.result(ctx.map(row_of, list(by_arn.values())), CERTIFICATES.columns)


def _every(shape: str) -> list[str]:
    return list(service_model("acm").shape_for(shape).enum)  # type: ignore[attr-defined]


def certificate_columns(answer: Mapping[str, Any], now: dt.datetime) -> Row:
    """Return the columns of DescribeCertificate."""
    certificate = answer.get("Certificate") or {}
    users = certificate.get("InUseBy") or []
    logging = (certificate.get("Options") or {}).get("CertificateTransparencyLoggingPreference")
    return {
        "alternative_names": sorted(certificate.get("SubjectAlternativeNames") or []),
        "status": certificate.get("Status"),
        "certificate_type": certificate.get("Type"),
        "issuer": certificate.get("Issuer"),
        "valid_from": certificate.get("NotBefore"),
        "valid_until": certificate.get("NotAfter"),
        "days_to_expiry": days_between(now, certificate.get("NotAfter")),
        "key_algorithm": certificate.get("KeyAlgorithm"),
        "signature_algorithm": certificate.get("SignatureAlgorithm"),
        "is_in_use": bool(users),
        "in_use_by": sorted(users),
        "renewal_eligibility": certificate.get("RenewalEligibility"),
        "renewal_status": (certificate.get("RenewalSummary") or {}).get("RenewalStatus"),
        "transparency_logging": None if logging is None else logging == "ENABLED",
    }


def tag_columns(answer: Mapping[str, Any]) -> Row:
    """Return the tags."""
    return {"tags": tags_of(answer.get("Tags"))}
