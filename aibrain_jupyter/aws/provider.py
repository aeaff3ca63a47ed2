"""What the house asks AWS for besides its tools: profiles, regions, sign-in, IAM policies."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any, ClassVar, Final

from aibrain_jupyter.aws.clients.pool import get_client_pool
from aibrain_jupyter.shared.config import get_settings
from aibrain_jupyter.shared.error_handler import CredentialsError, NotCachedError, ParameterError
from aibrain_jupyter.shared.tools.provider import KnownLimit, Permissions, Provider, SignedIn

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from aibrain_jupyter.shared.causes import Cause
    from aibrain_jupyter.shared.error_handler import AibrainError
    from aibrain_jupyter.shared.tools.provider import Examined, OperationShape, Reading

_ACCOUNT: Final = re.compile(r"\d{12}")


class AwsProvider(Provider):
    """Amazon Web Services."""

    name = "aws"
    rpc_system = "aws-api"
    default_profile = "AWS default chain"

    measures: ClassVar[Mapping[str, tuple[str, str]]] = {
        "session_ends_in_s": ("s", "the session ends in {value}: %aibrain aws login opens another")
    }

    clients = staticmethod(get_client_pool)

    def offline_clients(self) -> Any:
        """Return the same without clients: what it does not know already stays unknown."""
        return _NoRequests()

    def versions(self) -> dict[str, str]:
        """Return the versions of the SDK."""
        import boto3
        import botocore

        return {"boto3": boto3.__version__, "botocore": botocore.__version__}

    def causes(self) -> Sequence[Cause]:
        """Return the table of causes of AWS."""
        from aibrain_jupyter.aws.errors.causes import causes

        return causes()

    def explain(self, error: BaseException) -> AibrainError | None:
        """Return what an exception of boto3 or botocore means."""
        from aibrain_jupyter.aws.errors.raised import explain_raised

        return explain_raised(error)

    def operation(self, service: str, method: str) -> OperationShape | None:
        """Return what botocore's models know of an operation by the client's method."""
        from aibrain_jupyter.aws.operations.shapes import shape_of

        return shape_of(service, method)

    def examine(self, *, is_online: bool = False) -> Iterable[Examined]:
        """Yield how configuration, profiles, sessions and endpoints are."""
        from aibrain_jupyter.aws.accounts.examination import examine

        return examine(is_online=is_online)

    def readings(self, metrics: Sequence[str]) -> Iterable[Reading]:
        """Yield when the sessions end that were used here."""
        from aibrain_jupyter.aws.accounts.session_ends import session_ends

        return session_ends()

    def limits(self) -> Iterable[KnownLimit]:
        """Yield what throttling showed, of the last month."""
        from aibrain_jupyter.aws.clients.remembered_limits import remembered_limits

        for key, limit in remembered_limits().known().items():
            account, service, endpoint, operation = key.split(" ")
            yield KnownLimit(service, operation, account, endpoint, limit.rate)

    def names(self, kind: str, given: Mapping[str, Any]) -> Sequence[str]:
        """Return profiles, accounts, regions or services, from files and the SDK's own tables."""
        from aibrain_jupyter.aws.accounts.profiles import known_accounts, known_profiles
        from aibrain_jupyter.aws.accounts.region_names import all_regions
        from aibrain_jupyter.aws.operations.models import services

        if kind == "accounts":
            return known_accounts(role=str(get_settings().get("role")))
        if kind == "regions":
            return ["all", *sorted(get_client_pool()._session().get_available_regions("ec2"))]
        if kind == "region":
            return ["global", *all_regions()]
        if kind == "service":
            return services()
        return known_profiles() if kind in ("profile", "account") else ()

    def has_all_names(self) -> bool:
        """Tell whether the configuration can be parsed."""
        from aibrain_jupyter.aws.accounts.profiles import check_configuration

        try:
            check_configuration()
        except CredentialsError:
            return False
        return True

    def account_of(self, name: str) -> str:
        """Return the account of a profile, where its settings tell."""
        from aibrain_jupyter.aws.accounts.profiles import account_of_profile, known_profiles

        return account_of_profile(name) if name in known_profiles() else ""

    def is_account(self, text: str) -> bool:
        """Tell whether a text is an account id."""
        return bool(_ACCOUNT.fullmatch(text))

    def check_options(self, accounts: Sequence[str], profile: str) -> None:
        """Refuse two options that both say where to ask."""
        from aibrain_jupyter.aws.accounts.account_patterns import is_account_pattern

        if profile and not all(map(is_account_pattern, accounts)):
            raise ParameterError(
                "--accounts and --profile both say where to ask.",
                next_steps=[
                    "Add the profile to --accounts, or leave one of them out.",
                    "Beside role:NAME@ACCOUNT and org:all, --profile is what assumes the roles.",
                ],
            )

    def signed_in(self, profile: str) -> SignedIn:
        """Say where the credentials will come from. From names alone: looking may take long."""
        declared = get_client_pool().session_profiles.get(profile)
        return SignedIn(_source(profile), is_demo=declared is not None and declared.is_demo)

    def carried(
        self, target: Any, params: Mapping[str, Any], *, is_here: bool
    ) -> Mapping[str, Any] | str:
        """Return the role, or the demo account, that goes along with a profile."""
        from aibrain_jupyter.aws.carrying import carried

        return carried(target, params, is_here=is_here)

    def adopt(self, carried: Mapping[str, Any]) -> None:
        """Take the same in another process."""
        from aibrain_jupyter.aws.carrying import adopt

        adopt(carried)

    def limits_at(self, target: Any) -> Mapping[str, Any]:
        """Return what throttling showed in its account."""
        from aibrain_jupyter.aws.carrying import limits_at

        return limits_at(target)

    def learn(self, limits: Mapping[str, Any], *, is_spent: bool | None = None) -> None:
        """Take the same of another process."""
        from aibrain_jupyter.aws.carrying import learn

        learn(limits, is_spent=is_spent)

    def who_asks(self, target: Any) -> str | None:
        """Return the ARN that this process would ask as."""
        from aibrain_jupyter.aws.carrying import who_asks

        return who_asks(target)

    def own_identity(self) -> str:
        """Return the ARN of the default chain, or why there is none; STS is asked once a key."""
        from aibrain_jupyter.aws.carrying import own_identity

        return own_identity()

    def profile_behind(self, profile: str) -> str:
        """Return the profile that assumes a role; any other is its own."""
        from aibrain_jupyter.aws.accounts.assumed_roles import source_of

        return source_of(profile)

    def let_go(self, profile: str) -> None:
        """Close the clients of an assumed role."""
        from aibrain_jupyter.aws.carrying import let_go

        let_go(profile)

    def next_steps(self) -> Sequence[str]:
        """Return how to ask, and how to start the demo account unless it runs."""
        ask = "%aibrain aws_find which users have no MFA?: the cell that answers a question"
        if any(profile.is_demo for profile in get_client_pool().session_profiles.values()):
            return (ask,)
        return (ask, "%aibrain demo start: an embedded AWS account, no credentials needed")

    def policy(
        self, actions: Iterable[str], *, accounts: Sequence[str], regions: Sequence[str] | None
    ) -> Permissions:
        """Return the IAM policy that is just enough."""
        from aibrain_jupyter.aws.accounts.account_patterns import actions_for
        from aibrain_jupyter.aws.operations.policy import ALL_REGIONS, policy_for

        has_pattern = any(text == "all" or "*" in text or "?" in text for text in regions or ())
        policy = policy_for([*actions, *([ALL_REGIONS] if has_pattern else [])])
        to_get_in = ", ".join(actions_for(name for text in accounts for name in text.split(",")))
        notes = [f"The profile that assumes the roles needs {to_get_in}."] if to_get_in else []
        return Permissions(
            "IAM policy: what this run needs and no more", repr(policy), (*policy.notes, *notes)
        )


AWS: Final = AwsProvider()


def _source(profile: str) -> str:
    if profile:
        return f"set by {get_settings().resolve('profile')[1]}"
    if "AWS_ACCESS_KEY_ID" in os.environ:
        return "keys in the environment"
    if name := os.environ.get("AWS_PROFILE"):
        return f"AWS_PROFILE={name}"
    if "default" in AWS.names("profile", {}):
        return "profile default of the AWS configuration"
    return "nothing is configured: a role of this machine, if it has one"


class _NoRequests:
    """The client pool without clients."""

    is_offline = True

    def __init__(self) -> None:
        self._pool = get_client_pool()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._pool, name)

    def caller(self, profile: str, *_key: Any, **_how: Any) -> Any:
        """Refuse as well: it would ask STS."""
        return self.client("sts", profile=profile)

    def client(self, service: str, **where: Any) -> Any:
        """Refuse: an explanation sends nothing."""
        raise NotCachedError(
            f"not known yet: {service} would have to be asked for accounts or regions first"
        )
