"""The last rows: what nobody has explained yet."""

from __future__ import annotations

from typing import Final

from aibrain_jupyter.shared.causes import Cause
from aibrain_jupyter.shared.error_handler import AibrainError, ProviderError

UNEXPLAINED: Final = (
    Cause(
        name="own-fault",
        error=AibrainError,
        what="{call} in {place} failed with a fault of its own.",
        steps=("%aibrain tb shows where; report it to the author of the tool.",),
        source="the exception was raised by code of this package",
        traits=frozenset({"own-fault"}),
    ),
    Cause(
        name="sdk-fault",
        error=ProviderError,
        what="{call} failed in {place} within the AWS SDK.",
        steps=(
            (
                "%aibrain tb shows where; a newer SDK may help: %pip install -U boto3, then "
                "restart the kernel."
            ),
        ),
        source="no row above fits",
    ),
)
