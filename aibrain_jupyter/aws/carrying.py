"""
What another process needs to make calls to AWS, and as whom it asks.

Names go along, credentials do not: a process of this user reads the same files, a worker of a
cluster has a role of its own and assumes the roles that a run was planned with. The demo account is
no secret; it goes to processes of this machine, which can reach it.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.aws.accounts.assumed_roles import AssumedRole, source_of
from aibrain_jupyter.aws.accounts.caller_identity import identity_of
from aibrain_jupyter.aws.clients.pool import SessionProfile, get_client_pool
from aibrain_jupyter.aws.clients.remembered_limits import remembered_limits
from aibrain_jupyter.aws.clients.token_bucket import Limit
from aibrain_jupyter.aws.target import principal_of
from aibrain_jupyter.shared.error_handler import AibrainError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aibrain_jupyter.aws.target import AwsTarget

_LEAST_RATE: Final = 0.5
_SIGNED_IN_HERE: Final = ("sso_session", "sso_start_url", "login_session", "mfa_serial")


def carried(
    target: AwsTarget, params: Mapping[str, Any], *, is_here: bool
) -> Mapping[str, Any] | str:
    """Return what goes along with a profile, or why its calls stay: see `Provider.carried`."""
    pool, profile = get_client_pool(), target.profile
    if params.get("reveal"):
        return "it shows secrets, which stay here"
    if declared := pool.declared(profile):
        if not declared.is_demo:
            return f"the keys of session profile {declared.name} are in this kernel only"
        if not is_here:
            return "the demo account runs on this machine"
        found: dict[str, Any] = {"demo": asdict(declared)}
    else:
        found = {}
        if not is_here and _is_signed_in_here(source_of(profile)):
            return f"profile {source_of(profile) or 'default'} is signed in on this machine only"
    if role := pool.roles.get(profile):
        found["role"] = asdict(role)
    return found


def adopt(found: Mapping[str, Any]) -> None:
    """Take what `carried` gave: the roles and the demo account that this process must know."""
    pool = get_client_pool()
    if demo := found.get("demo"):
        profile = SessionProfile(**demo)
        if pool.session_profiles.get(profile.name) != profile:
            pool.add_profile(profile)
    if known := found.get("role"):
        role = AssumedRole(**known)
        if pool.roles.get(role.profile) != role:
            pool.add_role(role)


def limits_at(target: AwsTarget) -> dict[str, list[float]]:
    """Return rate and burst of the operations known in an account, by the key they have here."""
    known = remembered_limits().of_account(target.account)
    return {key: [limit.rate, limit.burst] for key, limit in known.items()}


def learn(limits: Mapping[str, Any], *, is_spent: bool | None) -> None:
    """Take what `limits_at` gave: see `Provider.learn`."""
    known = remembered_limits()
    for key, (rate, burst) in limits.items():
        limit = Limit(max(_LEAST_RATE, float(rate)), max(0.0, float(burst)))
        if is_spent is not None:
            known.take_over(key, limit, is_spent=is_spent)
            continue
        # A worker that began with nothing left has seen no burst.
        before = known.find(key)
        known.keep(key, Limit(limit.rate, max(limit.burst, before.burst if before else 0.0)))


def who_asks(target: AwsTarget) -> str | None:
    """
    Return the ARN this process would ask as, and the endpoint where it is not the planned one.

    STS is asked once for each key.
    """
    if not target.identity:
        return None
    pool = get_client_pool()
    endpoint = pool.endpoint(target.profile, target.service)
    if endpoint != target.endpoint:
        return f"at {endpoint or 'the endpoint of AWS'}"
    arn, planned = identity_of(target.profile, clients=pool).arn, target.identity.partition(" ")[0]
    return planned if principal_of(arn) == principal_of(planned) else arn


def own_identity() -> str:
    """Return who the default chain is here, or why nobody."""
    try:
        return identity_of("", clients=get_client_pool()).arn
    except AibrainError as exc:
        return f"nobody: {exc.what}"


def let_go(profile: str) -> None:
    """Forget the session and clients of a role: a worker goes through a thousand of them."""
    pool = get_client_pool()
    if profile in pool.roles:
        pool.forget(profile)


def _is_signed_in_here(profile: str) -> bool:
    from aibrain_jupyter.aws.accounts.mfa import profiles_behind

    session: Any = get_client_pool()._session(profile)
    behind = profiles_behind(session._session).values()
    return any(name in settings for settings in behind for name in _SIGNED_IN_HERE)
