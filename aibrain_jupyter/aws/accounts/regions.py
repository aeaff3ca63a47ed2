"""
Where a service is asked: once per account, or in which regions.

Which services are global is a reviewed table, because the SDK's data does not say it: for half
of them only the endpoint rules show it, and single operations (S3's ListBuckets) are in no data
at all. ``tests/aws/accounts/test_regions.py`` compares the table with the endpoint rules of every
service and fails when a new botocore brings another global one: then add it here.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from botocore import xform_name

from aibrain_jupyter.aws.accounts.region_names import regions_of
from aibrain_jupyter.aws.clients.current_call import asking_for, call_in_progress
from aibrain_jupyter.aws.clients.home_regions import HOME_REGIONS, home_region
from aibrain_jupyter.aws.errors.translate import SDK_ERRORS, translate
from aibrain_jupyter.aws.resources.table import find_resource
from aibrain_jupyter.cache.keys import CacheKey
from aibrain_jupyter.shared.base_tool import CallContext
from aibrain_jupyter.shared.error_handler import PermissionDeniedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aibrain_jupyter.advanced_cache import AdvancedCacheManager
    from aibrain_jupyter.aws.clients.pool import ClientPool
    from aibrain_jupyter.aws.target import AwsTarget

_WITHOUT_REGIONS: Final = """
    account artifact bcm-dashboards bcm-data-exports bcm-pricing-calculator
    bcm-recommended-actions billing billingconductor budgets ce chime cloudfront codecatalyst
    freetier iam importexport invoicing notificationscontacts organizations
    partnercentral-channel partnercentral-revenue-measurement payments pricing-plan-manager
    route53 savingsplans shield sts support taxsettings waf
"""
"""Besides those that have one region only; sts: who the caller is does not depend on it."""
_GLOBAL_SERVICES: Final = frozenset((*HOME_REGIONS, *_WITHOUT_REGIONS.split()))
_GLOBAL_OPERATIONS: Final = frozenset(
    {
        # Operations of regional services that answer the same everywhere.
        "cloudwatch:get_dashboard",
        "cloudwatch:list_dashboards",
        "ec2:describe_regions",
        "s3:list_buckets",
        "s3control:get_multi_region_access_point",
        "s3control:get_multi_region_access_point_policy",
        "s3control:get_multi_region_access_point_policy_status",
        "s3control:list_multi_region_access_points",
    }
)
REGIONS_TTL_S: Final = 12 * 3600
_SHOWN: Final = 5


@cache
def is_global(service: str, resource_or_operation: str = "") -> bool:
    """
    Tell whether this is asked once per account rather than once per region.

    Args:
        service: The service as botocore names it.

        resource_or_operation: A curated resource (``buckets``) or an operation (``ListBuckets``,
            ``list_buckets``); empty for the service as a whole.
    """
    if service in _GLOBAL_SERVICES:
        return True
    if resource := find_resource(service, resource_or_operation):
        return resource.is_global
    operation = xform_name(resource_or_operation).replace("-", "_")
    return f"{service}:{operation}" in _GLOBAL_OPERATIONS


@dataclass(frozen=True, slots=True)
class EnabledRegions:
    """The regions of an account; `note` says so when they could not be asked for."""

    names: tuple[str, ...]
    note: str = ""


def enabled_regions(
    target: AwsTarget,
    *,
    clients: ClientPool,
    cache: AdvancedCacheManager | None = None,
    fresh: bool = False,
) -> EnabledRegions:
    """
    Return the regions that are enabled in the account of `target`, sorted.

    Kept in `cache` for twelve hours. Where EC2 refuses to tell, all regions of the partition
    that botocore knows stand in, with a note: those not enabled then fail, each by itself and
    visibly, instead of being left out unseen.

    Args:
        target: The account: `account`, `profile`, `partition` and `identity` count.

        clients, cache, fresh: As `identity_of` takes them.

    Raises:
        AibrainError: the account cannot be asked (expired session, no network).
    """
    key = CacheKey(
        tool="aws_regions",
        account=target.account,
        identity=target.identity,
        endpoint=target.endpoint,
    )
    if cache is not None and not fresh and (entry := cache.look_up(key, max_age=REGIONS_TTL_S)):
        return EnabledRegions(tuple(entry.value))
    ctx = _context(target, clients)
    try:
        names = _ask(ctx, clients)
    except PermissionDeniedError as refused:
        note = refusal_note([target.account], target.partition, refused.why)
        return EnabledRegions(tuple(regions_of(target.partition)), note)
    if cache is not None and ctx.may_be_kept:
        cache.store(key, names, meta={}, ttl=REGIONS_TTL_S)
    return EnabledRegions(tuple(names))


def refusal_note(accounts: Sequence[str], partition: str, why: str = "") -> str:
    """Return the remark that these accounts did not tell their regions, in one line."""
    shown = ", ".join(accounts[:_SHOWN]) + (", …" if len(accounts) > _SHOWN else "")
    who = f"Account {shown}" if len(accounts) == 1 else f"{len(accounts)} accounts ({shown})"
    because = f" ({why})" if why else ""
    return (
        f"{who} refused ec2:DescribeRegions: all regions of the partition {partition} are asked, "
        f"also those that are not enabled{because}."
    )


def _context(target: AwsTarget, clients: ClientPool) -> CallContext:
    """Return the context of a question about this account, that ends with the call that asks it."""
    asking = call_in_progress()
    if asking is None:
        return CallContext(target, clients=clients)
    return dataclasses.replace(asking, target=target, own=None, may_be_kept=True)


def _ask(ctx: CallContext, clients: ClientPool) -> list[str]:
    target = ctx.target
    region = home_region("ec2", partition=target.partition)
    try:
        with asking_for(ctx):
            client: Any = clients.client("ec2", profile=target.profile, region=region)
            answer = client.describe_regions()
    except SDK_ERRORS as exc:
        raise translate(exc, service="ec2", operation="DescribeRegions", target=target) from exc
    return sorted(entry["RegionName"] for entry in answer["Regions"])
