"""Who a profile, or what stands in for one, is: STS is asked, and the clock compared with it."""

from __future__ import annotations

import datetime as dt
import email.utils
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import NoCredentialsError

from aibrain_jupyter.aws.clients.pool import get_client_pool
from aibrain_jupyter.aws.errors.translate import SDK_ERRORS, translate
from aibrain_jupyter.aws.target import GLOBAL_REGION, AwsTarget
from aibrain_jupyter.shared.error_handler import AibrainError
from aibrain_jupyter.shared.texts.durations import format_duration
from aibrain_jupyter.shared.tools.provider import AMBER, GREEN, RED, Examined

if TYPE_CHECKING:
    from collections.abc import Mapping

_SKEW_S: Final = 240
"""AWS refuses a signature that is 5 minutes off."""


def asked(profile: str, title: str) -> Examined:
    """Return who a profile is, as STS answers; empty: who the default chain is."""
    began, target = dt.datetime.now(dt.UTC), AwsTarget(profile=profile)
    try:
        target = replace(target, endpoint=get_client_pool().endpoint(profile, "sts"))
        answer = _answer(profile)
    except SDK_ERRORS as exc:
        error = translate(exc, service="sts", operation="GetCallerIdentity", target=target)
        # Who names profiles needs no others: none at all is not set up, rather than broken.
        is_none = isinstance(exc, NoCredentialsError) and not profile
        return Examined(title, AMBER if is_none else RED, error.what, *error.next_steps[:1])
    except AibrainError as exc:
        return Examined(title, RED, exc.what, *exc.next_steps[:1])
    took = (dt.datetime.now(dt.UTC) - began).total_seconds()
    headers = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    if date := headers.get("date"):
        off = (email.utils.parsedate_to_datetime(date) - began).total_seconds()
        if abs(off) > _SKEW_S:
            step = "Set the clock (on Linux: sudo timedatectl set-ntp true)."
            late = "slow" if off > 0 else "fast"
            return Examined(title, RED, f"the clock is {format_duration(abs(off))} {late}", step)
    return Examined(title, GREEN, f"{answer['Arn']}, answered in {format_duration(took)}")


def _answer(profile: str) -> Mapping[str, Any]:
    pool = get_client_pool()
    # STS answers everywhere; without a region of its own it is asked at home.
    region = "" if pool._session(profile).region_name else GLOBAL_REGION
    found: Mapping[str, Any] = pool.client(
        "sts", profile=profile, region=region
    ).get_caller_identity()
    return found
