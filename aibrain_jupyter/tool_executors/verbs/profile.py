"""``%aibrain profile``: which AWS profile runs use that name none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aibrain_jupyter.aws.accounts.profiles import check_configuration, known_profiles
from aibrain_jupyter.aws.clients.pool import get_client_pool
from aibrain_jupyter.shared.config import get_settings, reset_profile, use_profile
from aibrain_jupyter.shared.error_handler import GrammarError, unknown_name
from aibrain_jupyter.shared.verbs.message import Message
from aibrain_jupyter.shared.verbs.verb import VerbCall, choose

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

_SUBVERBS = ("list", "use", "reset")


def profile(call: VerbCall) -> Any:
    """List the profiles, put one in use, or fall back to the configured one."""
    subverb = choose("profile", call.word(0) or "list", _SUBVERBS)
    if subverb != "reset":
        check_configuration()  # else every profile of a broken file would seem not to exist
    if subverb == "list":
        return _list()
    name = call.word(1)
    if subverb == "use":
        _use(name)
    elif name:
        raise GrammarError("%aibrain profile reset takes no name.")
    else:
        reset_profile()
    return _in_use()


def _use(name: str) -> None:
    if not name:
        raise GrammarError(
            "%aibrain profile use needs the name of a profile.",
            next_steps=["%aibrain profile lists them."],
        )
    known = known_profiles()
    if name not in known:
        raise unknown_name("profile", name, known, next_steps=["%aibrain profile lists them."])
    use_profile(name, "%aibrain profile use")


def _in_use() -> Message:
    profile, source = get_settings().resolve("profile")
    title = f"Profile {profile}" if profile else "No profile: AWS's default chain"
    return Message(title, (f"from: {source}", "For one run: --profile NAME"))


def _list() -> pd.DataFrame:
    """Return one row per profile: ``profile``, ``region``, ``is_demo``, ``is_in_use``."""
    import pandas as pd

    pool = get_client_pool()
    in_use = get_settings().get("profile")
    rows = []
    for name in known_profiles():
        declared = pool.session_profiles.get(name)
        rows.append(
            {
                "profile": name,
                "region": declared.region if declared else pool._session(name).region_name or "",
                "is_demo": declared is not None and declared.is_demo,
                "is_in_use": name == in_use,
            }
        )
    return pd.DataFrame(rows, columns=["profile", "region", "is_demo", "is_in_use"])


def offers(before: Sequence[str]) -> Iterable[str]:
    """Return what may follow."""
    if not before:
        return _SUBVERBS
    return known_profiles() if list(before) == ["use"] else ()
