"""Every failure has its own cause and a true next step; the table of causes keeps its promises."""

from __future__ import annotations

import dataclasses
import gzip
import hashlib
import json
import os
import re
import socket
from pathlib import Path

import botocore
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from aibrain_jupyter.aws.accounts.caller_identity import identity_of
from aibrain_jupyter.aws.accounts.profiles import expand_profiles, known_profiles
from aibrain_jupyter.aws.errors import failures
from aibrain_jupyter.aws.errors.call_site import Where
from aibrain_jupyter.aws.errors.causes import causes
from aibrain_jupyter.aws.errors.error_codes import Kind, kind_of, stem_of
from aibrain_jupyter.aws.errors.failures import read_failure
from aibrain_jupyter.aws.errors.translate import SDK_ERRORS, translate
from aibrain_jupyter.aws.errors.words import WORDS
from aibrain_jupyter.aws.target import AwsTarget
from aibrain_jupyter.magics.grammar.run_options import RUN_OPTIONS
from aibrain_jupyter.magics.verbs.every import known
from aibrain_jupyter.shared.causes import Cause, Failure, cause_of
from aibrain_jupyter.shared.coverage import Outcome
from aibrain_jupyter.shared.error_handler import AibrainError, CredentialsError, ProviderError

TARGET = AwsTarget(account="123456789012", region="eu-west-1", profile="p")
KEYS = "aws_access_key_id = AKIA0000000000000001\naws_secret_access_key = x\n"
ROLE = "role_arn = arn:aws:iam::111122223333:role/A\n"
OPTIONS = {option.flag for option in RUN_OPTIONS} | {"--region-name"}  # the AWS CLI's own
each_cause = pytest.mark.parametrize("cause", causes(), ids=lambda cause: cause.name)


def asked(pool, profile="p"):
    """The error that asking for the identity of a profile ends in."""
    with pytest.raises(AibrainError) as info:
        identity_of(profile, clients=pool)
    return info.value


def configure(text):
    Path(os.environ["AWS_CONFIG_FILE"]).write_text(text)


@pytest.fixture
def _no_keys(monkeypatch, tmp_path):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("HOME", str(tmp_path))


def answered(code, message, *, service, operation, region="eu-west-1", endpoint="", status=400):
    """Our error for an error answer of a service."""
    exc = ClientError(
        {
            "Error": {"Code": code, "Message": message},
            "ResponseMetadata": {"HTTPStatusCode": status},
        },
        operation,
    )
    target = dataclasses.replace(TARGET, region=region, endpoint=endpoint)
    return translate(exc, service=service, operation=operation, target=target)


# -- the table ----------------------------------------------------------------------------------


def test_names_are_unique():
    """A cause is known by its name, to whoever heals it too."""
    names = [cause.name for cause in causes()]

    assert len(set(names)) == len(names)


@each_cause
def test_a_row_uses_words_and_traits_that_exist(cause):
    """No row asks for a word that nobody fills in, or waits for a fact that nobody finds out."""
    used = set(re.findall(r"{(\w+)}", " ".join((cause.what, *cause.steps))))
    listed = re.findall(r"(?m)^- (.+?):", failures.__doc__)
    told = re.findall(r"``([\w-]+)``", " ".join(listed))

    assert set() == used - set(WORDS)
    assert set() == cause.traits - {*told, *(kind.value for kind in Kind)}
    assert cause.what
    assert cause.source
    re.compile(cause.message)
    re.compile(cause.came_through)


@each_cause
def test_codes_are_stems(cause):
    """A code in the table is written as it is looked up."""
    assert cause.codes == {stem_of(code) for code in cause.codes}


@each_cause
def test_commands_in_steps_exist(cause):
    """A step names verbs of %aibrain and options that exist."""
    text = " ".join(cause.steps)

    assert set(re.findall(r"%aibrain ([\w-]+)", text)) <= set(known.all_verbs())
    assert set(re.findall(r"(?<![\w-])--[a-z-]+", text)) <= OPTIONS


def test_no_row_is_hidden_by_an_earlier_one():
    """Of two rows that ask for the same, the second could never be found."""
    seen = set()
    for cause in causes():
        asks = (
            cause.classes,
            cause.codes,
            cause.code_parts,
            cause.statuses,
            cause.message,
            cause.came_through,
            cause.services,
            cause.asked,
            cause.traits,
        )
        assert asks not in seen, cause.name
        seen.add(asks)


def test_the_first_row_that_fits_explains():
    """All that a row asks for must hold; a general row comes after the special ones."""
    special = Cause(
        name="special",
        error=ProviderError,
        what="w",
        steps=(),
        source="s",
        classes=(KeyError,),
        message="needle",
        came_through="json",
        traits=frozenset({"t"}),
    )
    general = Cause(name="general", error=ProviderError, what="w", steps=(), source="s")
    whole = Failure(
        KeyError(), message="a Needle", came_through=("json:loads",), traits=frozenset({"t", "u"})
    )

    assert special is cause_of(whole, (special, general))
    for change in (
        {"exception": ValueError()},
        {"message": "hay"},
        {"came_through": ()},
        {"traits": frozenset()},
    ):
        assert general is cause_of(dataclasses.replace(whole, **change), (special, general))
    assert None is cause_of(whole, ())


def test_a_step_whose_word_is_not_known_is_left_out():
    """No advice names an endpoint that is not set; a word of several lines is several steps."""
    cause = Cause(
        name="n", error=ProviderError, what="w", steps=("Look at {a}.", "{b}"), source="s"
    )

    assert ["one", "two"] == cause.steps_with({"a": "", "b": "one\ntwo"})
    assert ["Look at {b}."] == cause.steps_with({"a": "{b}", "b": ""})


REVIEWED_CODES = {
    # About one thing that is off (a key, a trail's insights, a domain), not about the service.
    "AcceleratorNotDisabledException",
    "CloudHsmClusterNotActiveException",
    "CopyToRegionDisabledFault",
    "DaemonNotActiveException",
    "DirectoryAlreadyInRegionException",
    "DirectoryNotDisabledException",
    "DirectoryNotEnabledException",
    "DistributionNotDisabled",
    "FeatureNotEnabled",
    "HttpEndpointNotEnabledException",
    "InsightNotEnabledException",
    "OperationNotEnabledException",
    "PointInTimeRestoreNotEnabled",
    "ResourceNotDisabled",
    "S3LocationNotInServiceRegionException",
    "ServiceNotActiveException",
    "StreamingDistributionNotDisabled",
    "UserPoolAddOnNotEnabledException",
    "WebAuthnNotEnabledException",
}


def test_no_code_of_any_service_says_unseen_that_something_is_off():
    """Codes in botocore's models that say "not enabled" or "not in this region" have a row."""
    looks = re.compile(
        r"(?i)not(en|dis)abled|notinuse|optin|subscriptionrequired|notsignedup|notactive"
        r"|unknownop|unknownaction|unsupported(operation|action|region|command)(exception|$)"
        r"|notin(service)?region|inregionexception|regiondisabled|homeregionnotset"
    )
    data = Path(botocore.__file__).parent / "data"
    unseen = set()
    for folder in sorted(data.iterdir()):
        for newest in sorted(folder.glob("*/service-2.json.gz"))[-1:]:
            shapes = json.loads(gzip.decompress(newest.read_bytes()))["shapes"]
            for name, shape in shapes.items():
                code = (shape.get("error") or {}).get("code", name)
                if not shape.get("exception") or not looks.search(code):
                    continue
                exc = ClientError({"Error": {"Code": code, "Message": "x"}}, "ListThings")
                where = Where(folder.name, "ListThings", TARGET)
                if cause_of(read_failure(exc, where), causes()).name == Kind.OTHER.value:
                    unseen.add(code)

    assert REVIEWED_CODES == unseen


# -- credentials and configuration --------------------------------------------------------------

GOOD = '{"Version":1,"AccessKeyId":"A","SecretAccessKey":"b","SessionToken":"t","Expiration":"%s"}'
PROGRAMS = {
    "a greeting": ("echo Welcome", "credential-process-no-json"),
    "nothing": ("true", "credential-process-no-json"),
    "a list": ("echo '[]'", "credential-process-no-json"),
    "null": ("echo null", "credential-process-no-json"),
    "no text": ("printf '\\377'", "credential-process-no-json"),
    "a time that is none": (f"echo '{GOOD % 'soon'}'", "credential-process-expiration"),
    "no zone": (f"echo '{GOOD % '2001-01-01T00:00:00'}'", "credential-process-without-zone"),
    "expired": (f"echo '{GOOD % '2001-01-01T00:00:00Z'}'", "credential-process-expired"),
    "no key": ("echo '{\"Version\":1}'", "credential-process-unfit"),
    "an error": ("echo no >&2; exit 3", "credential-process-failed"),
}


@pytest.mark.usefixtures("_no_keys")
@pytest.mark.parametrize(("body", "cause"), PROGRAMS.values(), ids=PROGRAMS)
def test_a_credential_process_is_what_is_named(pool, tmp_path, body, cause):
    """Whatever the program does wrong, the cause is the program, and it is tried by itself."""
    program = tmp_path / "program.sh"
    program.write_text(f"#!/bin/sh\n{body}\n")
    program.chmod(0o755)
    configure(f"[profile p]\nregion = us-east-1\ncredential_process = {program}\n")

    error = asked(pool)

    assert cause == error.facts["cause"]
    assert isinstance(error, CredentialsError)
    assert "AWS_ENDPOINT_URL" not in str(error)
    assert "credential_process of profile p" in error.next_steps[0]


@pytest.mark.usefixtures("_no_keys")
@pytest.mark.parametrize(
    ("line", "cause"),
    [
        ('/bin/echo "x', "credential-process-quoting"),
        ("/no/such/program", "credential-process-missing"),
        ("/", "credential-process-missing"),
    ],
)
def test_a_command_that_cannot_be_run(pool, line, cause):
    """An open quotation mark, a program that is not there, a folder."""
    configure(f"[profile p]\nregion = us-east-1\ncredential_process = {line}\n")

    error = asked(pool)

    assert cause == error.facts["cause"]
    assert "credential_process" in error.next_steps[0]


SSO = (
    "[sso-session corp]\nsso_start_url = https://corp.example/start\nsso_region = us-east-1\n"
    "[profile p]\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = Audit\n"
    "region = us-east-1\n"
)
LEGACY = (
    "[profile p]\nsso_start_url = https://corp.example/start\nsso_region = us-east-1\n"
    "sso_account_id = 111122223333\nsso_role_name = Audit\nregion = us-east-1\n"
)


@pytest.mark.usefixtures("_no_keys")
@pytest.mark.parametrize(
    "content",
    ["{", "", "null", "3", '{"accessToken":"x","expiresAt":"soon"}'],
    ids=["cut off", "empty", "null", "number", "bad date"],
)
@pytest.mark.parametrize(
    ("config", "key"), [(SSO, "corp"), (LEGACY, "https://corp.example/start")], ids=["sso", "old"]
)
def test_a_damaged_sign_in_leads_to_a_new_one(pool, tmp_path, monkeypatch, config, key, content):
    """A half-written token file is no fault of ours: signing in again is the way out."""
    folder = tmp_path / "sso"
    folder.mkdir()
    name = hashlib.sha1(key.encode()).hexdigest()
    (folder / f"{name}.json").write_text(content)
    monkeypatch.setattr("botocore.credentials.SSOProvider._SSO_TOKEN_CACHE_DIR", str(folder))
    monkeypatch.setattr("botocore.tokens.SSOTokenProvider._SSO_TOKEN_CACHE_DIR", str(folder))
    configure(config)

    error = asked(pool)

    assert "saved-sign-in-damaged" == error.facts["cause"]
    assert "aws sso login --profile p" in error.next_steps[0]


@pytest.mark.usefixtures("_no_keys")
@pytest.mark.parametrize(
    ("settings", "cause", "step"),
    [
        (ROLE, "role-without-source", "source_profile"),
        (f"{ROLE}source_profile = nope\n", "source-profile", "source_profile"),
        (f"{ROLE}source_profile = p\n", "source-profile", "source_profile"),
        (f"{ROLE}credential_source = Moon\n", "configuration", "credential_source of profile p"),
        ("aws_access_key_id = A\n", "half-credentials", "secret access key"),
        (f"{ROLE}web_identity_token_file = /tmp\n", "web-identity-token-unreadable", "/tmp"),
        (
            f"{ROLE}web_identity_token_file = /no/token\n",
            "web-identity-token-unreadable",
            "/no/token",
        ),
        (
            f"{KEYS}metadata_service_timeout = soon\n",
            "setting-no-value",
            "metadata_service_timeout of profile p",
        ),
    ],
)
def test_a_profile_that_does_not_lead_to_credentials(pool, settings, cause, step):
    """Each fault of a profile has a cause of its own, and the step names the setting."""
    configure(f"[profile p]\nregion = us-east-1\n{settings}")

    error = asked(pool)

    assert cause == error.facts["cause"]
    assert step in error.next_steps[0]
    assert "AWS_ENDPOINT_URL" not in str(error)


def test_an_endpoint_that_is_no_url(pool, monkeypatch):
    """The one ValueError that is about AWS_ENDPOINT_URL still says so."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "localhost:4566")

    error = asked(pool, "")

    assert "endpoint-no-url" == error.facts["cause"]
    assert "AWS_ENDPOINT_URL" in error.next_steps[0]


@pytest.mark.parametrize(
    ("content", "cause"), [(None, "ca-bundle-missing"), ("no pem", "ca-bundle-damaged")]
)
@pytest.mark.usefixtures("aws_replies")
def test_a_ca_bundle_that_cannot_be_read(pool, tmp_path, monkeypatch, content, cause):
    """No certificate was looked at: the file is what is wrong, and it is named."""
    path = tmp_path / "corp.pem"
    if content:
        path.write_text(content)
    monkeypatch.setenv("AWS_CA_BUNDLE", str(path))
    url = os.environ["AWS_ENDPOINT_URL"]
    monkeypatch.setenv("AWS_ENDPOINT_URL", url.replace("http:", "https:"))

    error = asked(pool, "")

    assert cause == error.facts["cause"]
    assert f"AWS_CA_BUNDLE names {path}" in error.what
    assert "is not trusted" not in str(error)


GOOD_FILE = f"[profile p]\nregion = us-east-1\n{KEYS}"
FILES = {
    "a section twice": (f"{GOOD_FILE}[profile p]\n", "line 5"),
    "a setting twice": (f"{GOOD_FILE}region = x\n", "line 5"),
    "no section": (f"aws_secret_access_key = hush\n{GOOD_FILE}", "line 1"),
    "an open bracket": (f"{GOOD_FILE}[profile q\naws_secret_access_key hush\n", "line 5"),
    "no text": ("\ud800", ""),
}


@pytest.mark.parametrize(("text", "line"), FILES.values(), ids=FILES)
def test_a_file_that_cannot_be_parsed_is_no_missing_profile(pool, text, line):
    """The file is named, and the line; what stands in the line is not quoted."""
    path = Path(os.environ["AWS_CONFIG_FILE"])
    path.write_bytes(text.encode("utf-8", "surrogatepass"))

    for ask in (lambda: expand_profiles(["p"], pool=pool), lambda: asked_or_raise(pool)):
        with pytest.raises(CredentialsError) as info:
            ask()
        assert "configuration-unreadable" == info.value.facts["cause"]
        assert f"{path} cannot be parsed" in info.value.what
        assert line in info.value.next_steps[0]
        assert "hush" not in str(info.value)
    assert [] == known_profiles(pool)  # completion goes on


def asked_or_raise(pool):
    return identity_of("p", clients=pool)


def test_a_named_file_that_is_not_there_is_told_of(pool, monkeypatch, tmp_path):
    """A profile that does not exist may be in a file that AWS_CONFIG_FILE does not name."""
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "nowhere"))

    with pytest.raises(AibrainError) as info:
        expand_profiles(["prod"], pool=pool)

    assert f"AWS_CONFIG_FILE names {tmp_path / 'nowhere'}" in info.value.next_steps[0]


# -- services and regions that are not there ----------------------------------------------------

OFF = [
    ("macie2", "GetMacieSession", "AccessDeniedException", "Macie is not enabled."),
    ("macie2", "ListFindings", "AccessDeniedException", "Macie is not enabled"),
    ("macie2", "ListMembers", "AccessDeniedException", "Amazon Macie is not enabled for account 1"),
    (
        "securityhub",
        "DescribeHub",
        "InvalidAccessException",
        "Account 123456789012 is not subscribed to AWS Security Hub",
    ),
    ("securityhub", "GetFindings", "InvalidAccessException", "Account 1 is not subscribed"),
    ("organizations", "ListAccounts", "AWSOrganizationsNotInUseException", "not a member"),
    ("cloudtrail", "ListTrails", "OrganizationsNotInUseException", ""),
    ("guardduty", "ListMembers", "BadRequestException", "GuardDuty is not enabled"),
    ("inspector2", "ListFindings", "AccessDeniedException", "Inspector2 is not enabled"),
    (
        "inspector2",
        "ListCoverage",
        "AccessDeniedException",
        "Invoking account does not have access",
    ),
    ("shield", "ListProtections", "ResourceNotFoundException", "The subscription does not exist."),
    (
        "auditmanager",
        "ListAssessments",
        "AccessDeniedException",
        "Please complete AWS Audit Manager setup from home page to enable this action.",
    ),
    ("ce", "GetCostAndUsage", "AccessDeniedException", "User not enabled for cost explorer access"),
    ("support", "DescribeCases", "SubscriptionRequiredException", "Premium Support is required"),
    ("compute-optimizer", "GetEnrollmentStatus", "OptInRequiredException", "opt in first"),
    ("ec2", "DescribeInstances", "OptInRequired", "You are not subscribed to this service."),
    ("sts", "AssumeRole", "RegionDisabledException", "STS is not activated in this region"),
    ("securitylake", "ListSubscribers", "ResourceNotFoundException", "Security Lake isn't enabled"),
    ("detective", "ListGraphs", "AccessDeniedException", "This account is not enrolled"),
]


@pytest.mark.parametrize(
    ("service", "operation", "code", "message"), OFF, ids=[f"{o[0]}-{o[1]}" for o in OFF]
)
def test_a_service_that_is_off_is_no_refusal(service, operation, code, message):
    """No permission is missing and no input is wrong; it is a gap with an outcome of its own."""
    error = answered(code, message, service=service, operation=operation)

    assert Outcome.NOT_ENABLED is error.outcome, error
    assert error.outcome.is_gap
    assert "Ask for a role" not in str(error)
    assert "Check the inputs" not in str(error)


NOT_OFF = [
    # They speak of one thing, or of a permission: the words alone decide nothing.
    (
        "iam",
        "ListUsers",
        "AccessDenied",
        "User: arn:aws:iam::1:user/a is not authorized to perform",
    ),
    ("dynamodb", "DescribeStream", "ValidationException", "Stream is not enabled"),
    (
        "rds",
        "DescribeDBInstances",
        "InvalidParameterValue",
        "Point in time recovery is not enabled",
    ),
    ("kms", "DescribeKey", "DisabledException", "arn:aws:kms:eu-west-1:1:key/1 is disabled."),
    (
        "macie2",
        "GetMacieSession",
        "AccessDeniedException",
        "User: a is not authorized to perform: macie2:GetMacieSession",
    ),
    ("s3", "GetBucketReplication", "InvalidRequest", "Versioning is not enabled on this bucket"),
]


@pytest.mark.parametrize(
    ("service", "operation", "code", "message"), NOT_OFF, ids=[f"{o[0]}-{o[1]}" for o in NOT_OFF]
)
def test_something_that_is_off_is_not_the_service(service, operation, code, message):
    """One thing that is off, and a permission that is missing, stay what they are."""
    error = answered(code, message, service=service, operation=operation)

    assert Outcome.NOT_ENABLED is not error.outcome, error


ELSEWHERE = [
    ("kinesis", "ListStreams", "UnknownOperationException", ""),
    ("ec2", "DescribeManagedPrefixLists", "InvalidAction", "The action is not valid"),
    (
        "ec2",
        "DescribeManagedPrefixLists",
        "UnsupportedOperation",
        "The functionality you requested is not available in this region.",
    ),
    (
        "dax",
        "DescribeClusters",
        "InvalidParameterValueException",
        "Access Denied to API Version: DAX",
    ),
    ("lightsail", "GetInstances", "InvalidInputException", "Not supported in me-south-1 region"),
    ("gamelift", "ListFleets", "UnsupportedRegionException", "no"),
    ("efs", "DescribeFileSystems", "BadRequest", "This operation is not supported in this region"),
]


@pytest.mark.parametrize(
    ("service", "operation", "code", "message"),
    ELSEWHERE,
    ids=[f"{o[0]}-{o[2]}" for o in ELSEWHERE],
)
def test_an_operation_that_a_region_lacks(service, operation, code, message):
    """It is not offered, or the step says that the region may not have it."""
    error = answered(code, message, service=service, operation=operation, region="me-south-1")

    assert "--regions" in error.next_steps[0]
    assert "Check the inputs" not in str(error)


def test_only_what_is_said_in_words_counts_as_not_offered():
    """A code alone may come from an old SDK or an emulator: a gap, with the endpoint named."""
    guessed = answered(
        "UnknownOperationException",
        "",
        service="kinesis",
        operation="ListStreams",
        endpoint="http://e",
    )
    said = answered(
        "UnsupportedOperation",
        "The functionality you requested is not available in this region.",
        service="ec2",
        operation="DescribeManagedPrefixLists",
    )

    assert (Outcome.FAILED, Outcome.NOT_OFFERED) == (guessed.outcome, said.outcome)
    assert "http://e" in guessed.next_steps[-1]
    assert 1 == len(said.next_steps)


@pytest.mark.parametrize(
    "code", ["InvalidClientTokenId", "UnrecognizedClientException", "AuthFailure"]
)
def test_a_key_that_a_region_does_not_know(code):
    """Where a region has to be enabled first that is said first; elsewhere it is the key."""
    there = answered(code, "invalid", service="ec2", operation="DescribeVpcs", region="me-south-1")
    here = answered(code, "invalid", service="ec2", operation="DescribeVpcs", region="us-east-1")
    late = answered(
        code, "Signature expired: now", service="ec2", operation="DescribeVpcs", region="me-south-1"
    )

    assert "me-south-1 has to be enabled" in there.next_steps[0]
    assert "enabled" not in str(here)
    assert "clock" in late.what
    assert (CredentialsError, CredentialsError) == (type(there), type(here))


def test_a_host_that_does_not_exist_is_no_dead_network():
    """Where a service is not offered its name has no address: the region is named first."""
    error = EndpointConnectionError(endpoint_url="https://dax.me-south-1.amazonaws.com/")
    error.__context__ = OSError()
    error.__context__.__cause__ = socket.gaierror(-2, "Name or service not known")
    target = dataclasses.replace(TARGET, region="me-south-1")

    ours = translate(error, service="dax", operation="DescribeClusters", target=target)

    assert "host-not-found" == ours.facts["cause"]
    assert "may not exist in me-south-1" in ours.next_steps[0]
    assert ours.outcome.is_gap


@pytest.mark.parametrize(
    ("status", "code"),
    [(405, "MethodNotAllowed"), (403, "AccessDenied"), (400, "InvalidRequest")],
)
def test_an_endpoint_of_s3_only_leads_to_its_own_variable(pool, aws_replies, status, code):
    """An S3-compatible server cannot say who is asking: the other variable is named."""
    body = f"<Error><Code>{code}</Code><Message>no</Message></Error>"
    aws_replies.on("GetCallerIdentity", body, status=status)
    url = os.environ["AWS_ENDPOINT_URL"]

    error = asked(pool, "")

    assert "endpoint-without-accounts" == error.facts["cause"], error
    assert f"AWS_ENDPOINT_URL_S3={url}" in error.next_steps[0]


# -- faults -------------------------------------------------------------------------------------


def test_an_answer_that_does_not_parse_is_no_endpoint(pool, aws_replies):
    """An answer that breaks off is the answer's fault."""
    aws_replies.on("DescribeInstances", "<DescribeInstancesResponse><reservationSet><item>")
    with pytest.raises(SDK_ERRORS) as info:
        pool.client("ec2", region="eu-west-1").describe_instances()

    error = translate(info.value, service="ec2", operation="DescribeInstances", target=TARGET)

    assert "answer-breaks-off" == error.facts["cause"]
    assert "AWS_ENDPOINT_URL" not in str(error)


def test_a_fault_of_our_own_is_called_so():
    """What our code raises in the middle of a request is not laid to AWS or the user."""
    space = {"__name__": "aibrain_jupyter.somewhere"}
    exec(compile("def fail(): raise KeyError('x')", "somewhere.py", "exec"), space)
    with pytest.raises(KeyError) as info:
        space["fail"]()

    error = translate(info.value, service="kms", operation="ListKeys", target=TARGET)

    assert "own-fault" == error.facts["cause"]
    assert "a fault of its own" in error.what


def test_kinds_are_rows():
    """What a code stands for and the row that explains it cannot disagree."""
    assert {kind.value for kind in Kind} <= {cause.name for cause in causes()}
    assert Kind.DENIED is kind_of("AccessDeniedException")
