"""
Retries for the throttles botocore does not know.

botocore retries a fixed list of codes. Twenty more in its own models mean the same (SNS
``Throttled``, EFS ``TooManyRequests``, Image Builder ``CallRateLimitExceededException``, …) and
would end the call at the first refusal. They get the waits botocore gives the others, up to the
same number of attempts.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.aws.error_codes import Kind, kind_of
from aibrain_jupyter.shared.connection_pool import MAX_ATTEMPTS

if TYPE_CHECKING:
    from collections.abc import Mapping

_LONGEST_WAIT_S: Final = 20.0


def retry_rare_throttles(client: Any) -> None:
    """Make `client` retry every code that means "slow down"."""
    # Last: where botocore's own handler wants a retry, its wait counts.
    client.meta.events.register_last("needs-retry", _wait_s, unique_id="aibrain-rare-throttles")


def _wait_s(
    response: tuple[Any, Mapping[str, Any]] | None, attempts: int, **_: Any
) -> float | None:
    """Return how long to wait before the next attempt; None for no further attempt."""
    if response is None or attempts >= MAX_ATTEMPTS:
        return None
    http, answer = response
    code = str((answer.get("Error") or {}).get("Code") or "")
    if not code or kind_of(code, status=http.status_code) is not Kind.THROTTLED:
        return None
    return random.random() * min(2.0 ** (attempts - 1), _LONGEST_WAIT_S)  # noqa: S311 - jitter
