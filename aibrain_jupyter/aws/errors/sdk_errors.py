"""
Errors the SDK raises without an answer of the service: by class, most special class first.

`_RULES` is the whole decision. A class of botocore that is in none of its rows becomes a plain
`ProviderError` with the SDK's words; ``tests/aws/errors/test_translate.py`` walks botocore's
classes and fails when one is neither here nor on its list of reviewed exceptions.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from botocore import exceptions as sdk
from botocore.parsers import ResponseParserError

from aibrain_jupyter.aws.accounts.assumed_roles import source_of
from aibrain_jupyter.aws.accounts.profiles import known_profiles
from aibrain_jupyter.aws.accounts.region_names import all_regions
from aibrain_jupyter.aws.accounts.sign_in import sign_in_step
from aibrain_jupyter.aws.operations.models import services
from aibrain_jupyter.shared.error_handler import (
    AibrainError,
    CallTimeoutError,
    ConnectionFailedError,
    CredentialsError,
    CredentialsExpiredError,
    IncompleteAnswerError,
    NotOfferedError,
    ParameterError,
    ProviderError,
    ThrottledError,
    unknown_name,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aibrain_jupyter.aws.errors.call_site import Where

    Builder = Callable[[BaseException, Where], AibrainError]

_PROXIES: Final = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy")
DEMO_STEP: Final = "Or try it without an account: %aibrain demo start"
REGION_STEPS: Final = (
    "Name one: --regions eu-west-1 (several, globs and all work too).",
    "Or set AWS_REGION, or give the profile a region: aws configure set region eu-west-1",
)


def translate_sdk_error(exc: BaseException, where: Where) -> AibrainError:
    """Return the error of our tree for an exception that carries no answer of a service."""
    for classes, build in _RULES:
        if isinstance(exc, classes):
            return build(exc, where)
    return ProviderError(
        f"{where.call} failed in {where.place}.",
        why=_why(exc),
        facts=where.facts(code=type(exc).__name__),
    )


def _why(exc: BaseException) -> str:
    return f"{type(exc).__name__}: {exc}"


def _fixed(
    error: type[AibrainError], what: str, *steps: str
) -> Callable[[BaseException, Where], AibrainError]:
    """Return a builder for an error whose text depends only on where it happened."""

    def build(exc: BaseException, where: Where) -> AibrainError:
        words = {
            "call": where.call,
            "place": where.place,
            "account": where.account,
            "profile": source_of(where.target.profile) or "default",
        }
        return error(
            what.format(**words),
            why=_why(exc),
            next_steps=[step.format(**words) for step in steps],
            facts=where.facts(code=type(exc).__name__),
        )

    return build


def _signed_out(
    error: type[AibrainError], what: str
) -> Callable[[BaseException, Where], AibrainError]:
    """Return a builder for an error that a new session puts right."""

    def build(exc: BaseException, where: Where) -> AibrainError:
        return error(
            what.format(account=where.account),
            why=_why(exc),
            next_steps=[sign_in_step(where.target.profile)],
            facts=where.facts(code=type(exc).__name__),
        )

    return build


def _no_credentials(exc: BaseException, where: Where) -> AibrainError:
    profiles = known_profiles()
    steps: Sequence[str]
    if profiles:
        named = ", ".join(profiles[:8]) + (", …" if len(profiles) > 8 else "")
        steps = (
            (
                f"Profiles here: {named}. Run `%aibrain profile use {profiles[0]}`, give "
                f"--profile {profiles[0]}, or set AWS_PROFILE."
            ),
        )
    else:
        steps = ("Make a profile in a terminal: aws configure sso (or aws configure).",)
    source = source_of(where.target.profile)
    of = f" for profile {source}" if source else ""
    return CredentialsError(
        f"There are no AWS credentials{of}.",
        why=str(exc),
        next_steps=[*steps, DEMO_STEP],
        facts=where.facts(code=type(exc).__name__),
    )


def _unknown_profile(exc: BaseException, where: Where) -> AibrainError:
    name = str(getattr(exc, "kwargs", {}).get("profile", where.target.profile))
    return unknown_name(
        "AWS profile", name, known_profiles(), next_steps=["%aibrain profile lists them."]
    )


def _unknown_service(exc: BaseException, where: Where) -> AibrainError:
    return unknown_name("service", where.service, services(), of="AWS")


def _unknown_region(exc: BaseException, where: Where) -> AibrainError:
    name = str(getattr(exc, "kwargs", {}).get("region_name", where.target.region))
    return unknown_name("region", name, all_regions(), of="AWS")


def _no_region(exc: BaseException, where: Where) -> AibrainError:
    return ParameterError(
        f"{where.call} needs a region, and none is set.",
        why=str(exc),
        next_steps=REGION_STEPS,
        facts=where.facts(code=type(exc).__name__),
    )


def _wrong_parameter(exc: BaseException, where: Where) -> AibrainError:
    return ParameterError(
        f"{where.call} does not take these parameters.",
        why=str(exc),
        next_steps=["%aibrain help aws_export lists what the operation takes."],
        facts=where.facts(code=type(exc).__name__),
    )


def _unreachable(exc: BaseException, where: Where) -> AibrainError:
    if where.target.endpoint:
        steps = [
            (
                f"The endpoint is set to {where.target.endpoint} (AWS_ENDPOINT_URL or the "
                "profile): check that it is running, or unset it to reach AWS."
            ),
        ]
    else:
        steps = [
            "Check the network, the VPN and HTTPS_PROXY.",
            "A new service may not exist in this region: %pip install -U boto3 brings its list.",
        ]
    return ConnectionFailedError(
        f"{where.service} cannot be reached in {where.place}.",
        why=_why(exc),
        next_steps=steps,
        facts=where.facts(code=type(exc).__name__),
    )


def _proxy(exc: BaseException, where: Where) -> AibrainError:
    names = [name for name in _PROXIES if name in os.environ]
    return ConnectionFailedError(
        f"The proxy on the way to {where.service} does not answer.",
        why=_why(exc),
        next_steps=[
            (
                f"Check {' and '.join(names) or 'proxies_config'}; NO_PROXY lists hosts to reach "
                "without it."
            )
        ],
        facts=where.facts(code=type(exc).__name__),
    )


_RULES: Final[tuple[tuple[tuple[type[BaseException], ...], Builder], ...]] = (
    ((sdk.NoCredentialsError, sdk.NoAuthTokenError), _no_credentials),
    (
        (sdk.PartialCredentialsError,),
        _fixed(
            CredentialsError,
            "The credentials of {account} are incomplete.",
            "Give both the access key id and the secret access key.",
        ),
    ),
    ((sdk.ProfileNotFound,), _unknown_profile),
    (
        (sdk.SSOTokenLoadError, sdk.LoginTokenLoadError),
        _signed_out(CredentialsError, "Nobody has signed in to {account} yet."),
    ),
    (
        (
            sdk.UnauthorizedSSOTokenError,
            sdk.TokenRetrievalError,
            sdk.LoginRefreshRequired,
            sdk.LoginAuthorizationCodeError,
        ),
        _signed_out(CredentialsExpiredError, "The sign-in of {account} has expired."),
    ),
    (
        (sdk.LoginInsufficientPermissions,),
        _fixed(
            CredentialsError,
            "{account} may not sign in this way.",
            "Ask for the permissions named above.",
        ),
    ),
    (
        (sdk.RefreshWithMFAUnsupportedError,),
        _signed_out(
            CredentialsExpiredError, "The session of {account} has ended and needs an MFA code."
        ),
    ),
    (
        (sdk.MissingDependencyException,),
        _fixed(
            CredentialsError,
            "The credentials of {account} need a package that is not installed.",
            'Run %pip install "botocore[crt]" and restart the kernel.',
        ),
    ),
    (
        (sdk.CredentialRetrievalError, sdk.MetadataRetrievalError, sdk.SSOError, sdk.LoginError),
        _fixed(
            CredentialsError,
            "The credentials of {account} cannot be fetched.",
            "Try the same source in a terminal: aws sts get-caller-identity --profile {profile}",
        ),
    ),
    (
        (
            sdk.ConfigNotFound,
            sdk.ConfigParseError,
            sdk.InvalidChecksumConfigError,
            sdk.InvalidConfigError,
            sdk.InvalidDefaultsMode,
            sdk.InvalidEndpointConfigurationError,
            sdk.InvalidEndpointDiscoveryConfigurationError,
            sdk.InvalidIMDSEndpointError,
            sdk.InvalidIMDSEndpointModeError,
            sdk.InvalidProxiesConfigError,
            sdk.InvalidRetryConfigurationError,
            sdk.InvalidS3AddressingStyleError,
            sdk.InvalidS3UsEast1RegionalEndpointConfigError,
            sdk.InvalidSTSRegionalEndpointsConfigError,
            sdk.UnknownCredentialError,
            sdk.UnknownTokenProviderError,
            sdk.UnsupportedS3AccesspointConfigurationError,
            sdk.UnsupportedS3ConfigurationError,
            sdk.UnsupportedS3ControlConfigurationError,
        ),
        _fixed(
            CredentialsError,
            "The AWS configuration of {account} cannot be used.",
            "Correct it in ~/.aws/config, ~/.aws/credentials or the AWS_* variables.",
        ),
    ),
    ((sdk.UnknownServiceError,), _unknown_service),
    ((sdk.InvalidRegionError, sdk.UnknownRegionError), _unknown_region),
    ((sdk.NoRegionError,), _no_region),
    (
        (sdk.ServiceNotInRegionError,),
        _fixed(NotOfferedError, "{call} is not offered in {place}."),
    ),
    (
        (sdk.BaseEndpointResolverError, sdk.EndpointProviderError),
        _fixed(
            ConnectionFailedError,
            "There is no address for {call} in {place}.",
            "Check the region and the use of FIPS or dual-stack endpoints.",
        ),
    ),
    (
        (
            sdk.ParamValidationError,
            sdk.ValidationError,
            sdk.MissingParametersError,
            sdk.UnknownClientMethodError,
            sdk.InvalidDNSNameError,
            sdk.InvalidHostLabelError,
            sdk.UnsupportedOutpostResourceError,
            sdk.UnsupportedS3ArnError,
            sdk.UnsupportedS3ControlArnError,
        ),
        _wrong_parameter,
    ),
    (
        (sdk.ConnectTimeoutError, sdk.ReadTimeoutError, TimeoutError),
        _fixed(
            CallTimeoutError,
            "{call} got no answer in time in {place}.",
            "Run it again; behind a firewall check the proxy or the VPC endpoint.",
        ),
    ),
    (
        (sdk.SSLError,),
        _fixed(
            ConnectionFailedError,
            "The certificate on the way to {call} is not trusted.",
            "If your company inspects TLS, set AWS_CA_BUNDLE=/path/to/its-ca.pem. Never switch "
            "verification off: evidence could come from anyone.",
        ),
    ),
    ((sdk.ProxyConnectionError,), _proxy),
    (
        (
            sdk.AwsChunkedWrapperError,
            sdk.ChecksumError,
            sdk.FlexibleChecksumError,
            sdk.IncompleteReadError,
            sdk.PaginationError,
            sdk.ResponseStreamingError,
        ),
        _fixed(
            IncompleteAnswerError,
            "The answer to {call} from {place} did not arrive whole.",
            "Run it again.",
        ),
    ),
    (
        (ResponseParserError,),
        _fixed(
            ConnectionFailedError,
            "Something on the network answered {call} instead of AWS.",
            "Check VPN, proxy and captive portals; with AWS_ENDPOINT_URL set, check what answers "
            "there.",
        ),
    ),
    (
        (sdk.CapacityNotAvailableError,),
        _fixed(ThrottledError, "{call} stayed throttled in {place}."),
    ),
    (
        (FileNotFoundError, PermissionError),  # a credential process, a web identity token
        _fixed(
            CredentialsError,
            "The credentials of {account} cannot be fetched.",
            "Check the program or file that the profile or the AWS_* variables name.",
        ),
    ),
    ((sdk.ConnectionError, sdk.HTTPClientError, OSError), _unreachable),
    (
        (ValueError,),  # botocore's word for an AWS_ENDPOINT_URL that is no URL
        _fixed(
            CredentialsError,
            "The AWS configuration of {account} cannot be used.",
            "Check AWS_ENDPOINT_URL and endpoint_url: they are written with http:// or https://.",
        ),
    ),
)
