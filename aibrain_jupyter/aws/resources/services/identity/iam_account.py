"""The account as IAM sees it, the providers and certificates it keeps."""

from typing import Final

from aibrain_jupyter.aws.resources.declaration import declared, detail, listing, written
from aibrain_jupyter.aws.resources.shapes import count, flag, nested, tags, text, time

_DEFAULT: Final = "without a policy of its own, which is AWS's default"
_THREE: Final = "which asks for three of the four kinds"
_KINDS: Final = {
    "upper": "upper-case letter",
    "lower": "lower-case letter",
    "number": "digit",
    "symbol": "symbol",
}


ACCOUNT: Final = written(
    "iam",
    "account",
    "The account as IAM sees it, one row: root user, password policy, counts.",
    (
        text("alias", "account alias; NA: none"),
        flag("root_mfa_active", "whether the root user has an MFA device"),
        flag("root_has_access_keys", "whether the root user has access keys"),
        time("root_password_last_used", "last sign-in as root, UTC; NaT: none on record"),
        time("root_key_last_used", "last request signed by a root key, UTC; NaT: none on record"),
        time(
            "credentials_as_of",
            "when the last-used facts of root were true, UTC",
            absent="no credential report",
        ),
        count("users", "IAM users"),
        count("groups", "IAM groups"),
        count("roles", "IAM roles"),
        count("policies", "customer managed policies"),
        count("identity_providers", "SAML and OpenID Connect providers"),
        count("mfa_devices", "MFA devices"),
        count("mfa_devices_in_use", "MFA devices assigned to a user or root"),
        count("server_certificates", "server certificates kept in IAM"),
        flag("has_password_policy", "whether the account sets its own; false: AWS's default"),
        count("password_min_length", f"characters; 8 {_DEFAULT}"),
        *(
            flag(f"password_needs_{kind}", f"{words} required; false, too, {_DEFAULT}, {_THREE}")
            for kind, words in _KINDS.items()
        ),
        flag("passwords_expire", f"whether passwords expire; false, too, {_DEFAULT}"),
        count("password_max_age_days", "days until a password expires; NA: they do not expire"),
        count("password_reuse_prevention", "remembered passwords; 0: reuse is allowed"),
        flag(
            "password_hard_expiry",
            f"whether an expired password needs an administrator; false, too, {_DEFAULT}",
        ),
        flag(
            "users_may_change_password",
            "whether users may change their own password",
            absent="no password policy",
        ),
    ),
    (
        "iam:GetAccountSummary",
        "iam:ListAccountAliases",
        "iam:GetAccountPasswordPolicy",
        "iam:GetCredentialReport",
        "iam:GenerateCredentialReport",
    ),
    is_global=True,
    traps=("Without a password policy the columns say AWS's default: see has_password_policy.",),
    code=f"{__package__}.iam_account_export:export_iam_account",
    key=(),
)


IAM_IDENTITY_PROVIDERS: Final = declared(
    "iam",
    "identity_providers",
    "SAML and OpenID Connect providers that may sign in.",
    (
        text("arn", "ARN of the provider", "Arn"),
        text("kind", "SAML or OIDC", "contains(Arn || '', ':saml-provider/') && 'SAML' || 'OIDC'"),
        time(
            "created",
            "when it was made, UTC",
            "not_null(GetSAMLProvider.CreateDate, GetOpenIDConnectProvider.CreateDate, CreateDate)",
        ),
        time(
            "valid_until",
            "when its SAML metadata expire, UTC; NaT: OIDC, or not said",
            "not_null(GetSAMLProvider.ValidUntil, ValidUntil)",
        ),
        text("url", "issuer of an OIDC provider; NA: SAML", "GetOpenIDConnectProvider.Url"),
        nested(
            "client_ids",
            "audiences of an OIDC provider",
            "all(GetOpenIDConnectProvider.ClientIDList)",
        ),
        nested(
            "thumbprints",
            "thumbprints of an OIDC provider's certificates",
            "all(GetOpenIDConnectProvider.ThumbprintList)",
        ),
        text(
            "assertion_encryption",
            "Required or Allowed: encrypted SAML assertions; NA: not set",
            "GetSAMLProvider.AssertionEncryptionMode",
            absent="not set",
        ),
        tags("not_null(GetSAMLProvider.Tags, GetOpenIDConnectProvider.Tags)"),
    ),
    (
        listing("iam:ListSAMLProviders", "SAMLProviderList"),
        detail("iam:GetSAMLProvider", {"SAMLProviderArn": "Arn"}),
    ),
    (
        listing("iam:ListOpenIDConnectProviders", "OpenIDConnectProviderList"),
        detail("iam:GetOpenIDConnectProvider", {"OpenIDConnectProviderArn": "Arn"}),
    ),
    is_global=True,
)


IAM_SERVER_CERTIFICATES: Final = declared(
    "iam",
    "server_certificates",
    "TLS certificates kept in IAM and their expiry.",
    (
        text("certificate_name", "name of the certificate", "ServerCertificateName"),
        text("arn", "ARN of the certificate", "Arn"),
        time("created", "when it was uploaded, UTC", "UploadDate"),
        time("expires", "expiry, UTC", "Expiration"),
        text("path", "path of the certificate", "Path"),
    ),
    (listing("iam:ListServerCertificates", "ServerCertificateMetadataList"),),
    is_global=True,
)
