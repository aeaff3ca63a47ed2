"""Causes in the AWS configuration: files, settings, names of services and regions, inputs."""

from __future__ import annotations

from typing import Final

from botocore import exceptions as sdk

from aibrain_jupyter.shared.causes import Cause
from aibrain_jupyter.shared.error_handler import (
    ConnectionFailedError,
    CredentialsError,
    NotOfferedError,
    ParameterError,
    UnknownNameError,
)

REGION_STEPS: Final = (
    "Name one: --regions eu-west-1 (several, globs and all work too).",
    "Or set AWS_REGION, or give the profile a region: aws configure set region eu-west-1",
)
_BOTOCORE: Final = "botocore's exceptions"

UNREADABLE_FILE: Final = Cause(
    name="configuration-unreadable",
    error=CredentialsError,
    what="The AWS configuration file {named_file} cannot be parsed.",
    steps=(
        "Correct line {line} of {named_file}; no profile can be used before.",
        "{without_line}",
    ),
    source="AWS CLI User Guide, Configuration and credential file settings",
    classes=(sdk.ConfigParseError,),
)

CONFIGURATION: Final = (
    UNREADABLE_FILE,
    Cause(
        name="source-profile",
        error=CredentialsError,
        what="The source_profile of {profile_in_words} does not lead to credentials.",
        steps=("Correct source_profile in {config_file}; %aibrain profile lists what exists.",),
        source="AWS CLI User Guide, Using an IAM role",
        classes=(sdk.InvalidConfigError,),
        message="source.?profile|infinite loop",
    ),
    Cause(
        name="configuration",
        error=CredentialsError,
        what="The AWS configuration of {account} cannot be used.",
        steps=(
            "Correct {setting}.",
            "Correct it in {config_file}, {credentials_file} or the AWS_* variables.",
        ),
        source=_BOTOCORE,
        classes=(
            sdk.ConfigNotFound,
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
    ),
    Cause(
        name="endpoint-no-url",
        error=CredentialsError,
        what="The endpoint that is set for {service} is no URL.",
        steps=(
            (
                "Check AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_* and endpoint_url in {config_file}: "
                "they are written with http:// or https://."
            ),
        ),
        source="botocore, EndpointCreator",
        classes=(ValueError,),
        message="invalid endpoint|invalid ipv6 url|port (?:out of range|could not be cast)",
    ),
    Cause(
        name="setting-no-value",
        error=CredentialsError,
        what="A setting in the AWS configuration of {account} has a value that cannot be used.",
        steps=(
            "Correct {setting}.",
            (
                "Correct the setting in {config_file} or the AWS_* variables: its value is quoted "
                "above."
            ),
        ),
        source="botocore, ConfigValueStore",
        classes=(ValueError, TypeError, AttributeError),
        came_through=r"^botocore\.(?:configprovider|args):|:Session\.get_config_variable|"
        r":Session\._resolve_\w+|ConfigValueStore",
    ),
    Cause(
        name="unknown-service",
        error=UnknownNameError,
        what="service",
        steps=(),
        source=_BOTOCORE,
        classes=(sdk.UnknownServiceError,),
    ),
    Cause(
        name="unknown-region",
        error=UnknownNameError,
        what="region",
        steps=(),
        source=_BOTOCORE,
        classes=(sdk.InvalidRegionError, sdk.UnknownRegionError),
    ),
    Cause(
        name="no-region",
        error=ParameterError,
        what="{call} needs a region, and none is set.",
        steps=REGION_STEPS,
        source=_BOTOCORE,
        classes=(sdk.NoRegionError,),
    ),
    Cause(
        name="not-offered",
        error=NotOfferedError,
        what="{call} is not offered in {place}.",
        steps=("Leave the region out with --regions.",),
        source=_BOTOCORE,
        classes=(sdk.ServiceNotInRegionError,),
    ),
    Cause(
        name="no-address",
        error=ConnectionFailedError,
        what="There is no address for {call} in {place}.",
        steps=("Check the region and the use of FIPS or dual-stack endpoints.",),
        source=_BOTOCORE,
        classes=(sdk.BaseEndpointResolverError, sdk.EndpointProviderError),
    ),
    Cause(
        name="wrong-parameter",
        error=ParameterError,
        what="{call} does not take these parameters.",
        steps=("%aibrain help aws_export lists what the operation takes.",),
        source=_BOTOCORE,
        classes=(
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
    ),
)
