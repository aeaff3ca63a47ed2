"""
Causes of credentials that cannot be fetched: by class, and by the part of the SDK that failed.

botocore lets what its credential providers meet pass as it is: a program that prints no JSON is a
``JSONDecodeError``, a damaged token file a ``KeyError``. What they are about is told by the
functions they came through.
"""

from __future__ import annotations

from typing import Final

from botocore import exceptions as sdk

from aibrain_jupyter.shared.causes import Cause
from aibrain_jupyter.shared.error_handler import (
    CredentialsError,
    CredentialsExpiredError,
    UnknownNameError,
)

DEMO_STEP: Final = "Or try it without an account: %aibrain demo start"
_PROCESS: Final = r":ProcessProvider\."
_PROCESS_GUIDE: Final = "AWS CLI User Guide, Sourcing credentials with an external process"
_TRY_PROCESS: Final = (
    "Run the program that credential_process of {profile_in_words} names by itself in a terminal: "
    "it has to print JSON with Version 1, AccessKeyId and SecretAccessKey, and nothing else."
)
_NOT_FETCHED: Final = "The credentials of {account} cannot be fetched: "
_FAULTS: Final = (ValueError, LookupError, TypeError, AttributeError)

CREDENTIALS: Final = (
    Cause(
        name="no-credentials",
        error=CredentialsError,
        what="There are no AWS credentials{for_profile}.",
        steps=("{profiles_or_new_one}", DEMO_STEP),
        source="botocore, NoCredentialsError",
        classes=(sdk.NoCredentialsError, sdk.NoAuthTokenError),
    ),
    Cause(
        name="role-without-source",
        error=CredentialsError,
        what="{profile_in_words_first} names a role, but not who assumes it.",
        steps=(
            (
                "Give source_profile (another profile) or credential_source (Environment, "
                "Ec2InstanceMetadata or EcsContainer) beside role_arn in {config_file}."
            ),
        ),
        source="AWS CLI User Guide, Using an IAM role",
        classes=(sdk.PartialCredentialsError,),
        message="source_profile|credential_source",
    ),
    Cause(
        name="half-credentials",
        error=CredentialsError,
        what="The credentials of {account} are incomplete.",
        steps=("Give both the access key id and the secret access key.",),
        source="botocore, PartialCredentialsError",
        classes=(sdk.PartialCredentialsError,),
    ),
    Cause(
        name="unknown-profile",
        error=UnknownNameError,
        what="AWS profile",
        steps=("{config_file_missing}", "%aibrain profile lists them."),
        source="botocore, ProfileNotFound",
        classes=(sdk.ProfileNotFound,),
    ),
    Cause(
        name="not-signed-in",
        error=CredentialsError,
        what="Nobody has signed in to {account} yet.",
        steps=("{sign_in}",),
        source="botocore, SSOTokenLoadError and LoginTokenLoadError",
        classes=(sdk.SSOTokenLoadError, sdk.LoginTokenLoadError),
    ),
    Cause(
        name="sign-in-expired",
        error=CredentialsExpiredError,
        what="The sign-in of {account} has expired.",
        steps=("{sign_in}",),
        source="botocore, UnauthorizedSSOTokenError and others",
        classes=(
            sdk.UnauthorizedSSOTokenError,
            sdk.TokenRetrievalError,
            sdk.LoginRefreshRequired,
            sdk.LoginAuthorizationCodeError,
        ),
    ),
    Cause(
        name="sign-in-not-permitted",
        error=CredentialsError,
        what="{account} may not sign in this way.",
        steps=("Ask for the permissions named above.",),
        source="botocore, LoginInsufficientPermissions",
        classes=(sdk.LoginInsufficientPermissions,),
    ),
    Cause(
        name="mfa-session-ended",
        error=CredentialsExpiredError,
        what="The session of {account} has ended and needs an MFA code.",
        steps=("{sign_in}",),
        source="botocore, RefreshWithMFAUnsupportedError",
        classes=(sdk.RefreshWithMFAUnsupportedError,),
    ),
    Cause(
        name="package-missing",
        error=CredentialsError,
        what="The credentials of {account} need a package that is not installed.",
        steps=('Run %pip install "botocore[crt]" and restart the kernel.',),
        source="botocore, MissingDependencyException",
        classes=(sdk.MissingDependencyException,),
    ),
    Cause(
        name="credential-process-unfit",
        error=CredentialsError,
        what=_NOT_FETCHED + "what its credential_process printed has not the form it must have.",
        steps=(_TRY_PROCESS,),
        source=_PROCESS_GUIDE,
        classes=(sdk.CredentialRetrievalError,),
        message="custom-process.*(?:unsupported version|missing required key)",
    ),
    Cause(
        name="credential-process-failed",
        error=CredentialsError,
        what=_NOT_FETCHED + "its credential_process ended with an error.",
        steps=(_TRY_PROCESS,),
        source=_PROCESS_GUIDE,
        classes=(sdk.CredentialRetrievalError,),
        message="custom-process",
    ),
    Cause(
        name="credential-process-missing",
        error=CredentialsError,
        what=_NOT_FETCHED + "its credential_process cannot be started.",
        steps=(
            (
                "Check that the program exists and may be run, and write its whole path as "
                "credential_process of {profile_in_words} in {config_file}."
            ),
        ),
        source=_PROCESS_GUIDE,
        classes=(OSError, IndexError),
        came_through=_PROCESS,
    ),
    Cause(
        name="credential-process-quoting",
        error=CredentialsError,
        what=_NOT_FETCHED + "credential_process is not written as a command line.",
        steps=(
            (
                "Close every quotation mark in credential_process of {profile_in_words} in "
                "{config_file}."
            ),
        ),
        source=_PROCESS_GUIDE,
        classes=(ValueError,),
        came_through=r"compat_shell_split|_windows_shell_split",
    ),
    Cause(
        name="credential-process-expiration",
        error=CredentialsError,
        what=_NOT_FETCHED + "the Expiration that its credential_process printed is no time.",
        steps=(_TRY_PROCESS, "Expiration is written as 2030-01-31T12:00:00Z."),
        source=_PROCESS_GUIDE,
        classes=_FAULTS,
        came_through=_PROCESS + r"(?:.|\n)*(?:create_from_metadata|_expiry_datetime|dateutil)",
    ),
    Cause(
        name="credential-process-no-json",
        error=CredentialsError,
        what=_NOT_FETCHED + "its credential_process printed no JSON object.",
        steps=(_TRY_PROCESS,),
        source=_PROCESS_GUIDE,
        classes=_FAULTS,
        came_through=_PROCESS,
    ),
    Cause(
        name="credential-process-expired",
        error=CredentialsExpiredError,
        what=_NOT_FETCHED + "what its credential_process printed has expired already.",
        steps=(
            _TRY_PROCESS,
            (
                "Its Expiration must be in the future: sign in to whatever it takes the keys from, "
                "and look at the clock of this computer."
            ),
        ),
        source=_PROCESS_GUIDE,
        classes=(RuntimeError,),
        message="still expired",
        traits=frozenset({"credential-process"}),
    ),
    Cause(
        name="credential-process-without-zone",
        error=CredentialsError,
        what=_NOT_FETCHED + "the Expiration that its credential_process printed names no zone.",
        steps=(_TRY_PROCESS, "Expiration is written as 2030-01-31T12:00:00Z."),
        source=_PROCESS_GUIDE,
        classes=(TypeError,),
        message="offset-naive",
        came_through=r":RefreshableCredentials\.",
        traits=frozenset({"credential-process"}),
    ),
    Cause(
        name="credentials-still-expired",
        error=CredentialsExpiredError,
        what="The credentials of {account} were fetched anew and have expired already.",
        steps=("{sign_in}", "If that does not help, look at the clock of this computer."),
        source="botocore, RefreshableCredentials",
        classes=(RuntimeError,),
        message="still expired",
    ),
    Cause(
        name="web-identity-token-unreadable",
        error=CredentialsError,
        what=_NOT_FETCHED + "the file with its web identity token cannot be read.",
        steps=(
            (
                "AWS_WEB_IDENTITY_TOKEN_FILE or web_identity_token_file names "
                "{named_file}: it must be a text file that this user may read."
            ),
        ),
        source="AWS CLI User Guide, Using web identity",
        classes=(OSError, ValueError),
        came_through=r":FileWebIdentityTokenLoader\.",
    ),
    Cause(
        name="container-credentials",
        error=CredentialsError,
        what=_NOT_FETCHED + "the container's credentials are set up wrongly.",
        steps=(
            (
                "Check AWS_CONTAINER_CREDENTIALS_FULL_URI, AWS_CONTAINER_CREDENTIALS_RELATIVE_URI, "
                "AWS_CONTAINER_AUTHORIZATION_TOKEN and AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE."
            ),
        ),
        source="AWS SDKs Reference Guide, Container credential provider",
        classes=(OSError, *_FAULTS),
        came_through=r":Container(?:Provider|MetadataFetcher)\.",
    ),
    Cause(
        name="environment-expiration",
        error=CredentialsError,
        what="AWS_CREDENTIAL_EXPIRATION of the environment is no time.",
        steps=("Unset AWS_CREDENTIAL_EXPIRATION, or write it as 2030-01-31T12:00:00Z.",),
        source="botocore, EnvProvider",
        classes=_FAULTS,
        came_through=r":EnvProvider\.",
    ),
    Cause(
        name="saved-sign-in-damaged",
        error=CredentialsError,
        what="The saved sign-in of {account} cannot be read: its file is damaged.",
        steps=(
            "{sign_in}",
            (
                "If that does not help, delete the damaged file first: a session is kept in "
                "~/.aws/sso/cache, ~/.aws/login/cache or ~/.aws/cli/cache."
            ),
        ),
        source="botocore, JSONFileCache and SSOTokenLoader",
        classes=(OSError, *_FAULTS),
        came_through=r":(?:JSONFileCache|SSOTokenLoader|SSOTokenProvider|SSOCredentialFetcher|"
        r"SSOProvider|Login\w+)\.|:CachedCredentialFetcher\.|_SessionsOfTheCli",
    ),
    Cause(
        name="credentials-not-fetched",
        error=CredentialsError,
        what="The credentials of {account} cannot be fetched.",
        steps=("Try the same source in a terminal: aws sts get-caller-identity{with_profile}",),
        source="botocore, CredentialRetrievalError and others",
        classes=(
            sdk.CredentialRetrievalError,
            sdk.MetadataRetrievalError,
            sdk.SSOError,
            sdk.LoginError,
        ),
    ),
)
