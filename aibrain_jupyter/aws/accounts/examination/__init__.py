"""How configuration, profiles and sessions are: from files alone, or by asking STS who each is."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from aibrain_jupyter.aws.accounts.examination.asked import asked
from aibrain_jupyter.aws.accounts.examination.named import read_profile
from aibrain_jupyter.aws.accounts.examination.unnamed import (
    examine_unnamed,
    is_used,
    is_without_name,
)
from aibrain_jupyter.aws.accounts.profiles import check_configuration, known_profiles
from aibrain_jupyter.aws.clients.pool import get_client_pool
from aibrain_jupyter.shared.error_handler import AibrainError
from aibrain_jupyter.shared.tools.provider import AMBER, GREEN, RED, Examined

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST_PROFILES: Final = 40


def examine(*, is_online: bool = False) -> Iterator[Examined]:
    """
    Yield what is found of AWS's configuration; never a key.

    Args:
        is_online: Ask STS with each profile, and with the credentials that have none (keys of the
            environment, a role of this machine); the clock is compared with its answer.
    """
    get_client_pool().try_again()
    try:
        check_configuration()
    except AibrainError as exc:
        yield Examined("AWS configuration", RED, exc.what, *exc.next_steps[:1])
        return
    names = known_profiles()
    found = list(examine_unnamed(names))
    yield from found
    if endpoints := sorted(n for n in os.environ if n.startswith("AWS_ENDPOINT_URL")):
        words = f"{', '.join(endpoints)}: requests do not go to AWS itself"
        yield Examined("AWS endpoint", AMBER, words, "Unset it if AWS itself is meant.")
    is_broken = any(one.level == RED for one in found)
    if is_online and is_without_name() and is_used() and not is_broken:
        yield asked("", "who asks without a profile")
    for name in names[:_MOST_PROFILES]:
        yield asked(name, f"profile {name}") if is_online else read_profile(name)
    if len(names) > _MOST_PROFILES:
        yield Examined("AWS profiles", GREEN, f"and {len(names) - _MOST_PROFILES:,} more")
