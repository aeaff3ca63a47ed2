"""The order in which the demo accounts are filled. To add a service, write its ``seed_…``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aibrain_jupyter.demo import clock
from aibrain_jupyter.demo.accounts import ACCOUNTS, Account
from aibrain_jupyter.demo.seeds.audit import seed_audit
from aibrain_jupyter.demo.seeds.compute import seed_compute
from aibrain_jupyter.demo.seeds.databases import seed_databases
from aibrain_jupyter.demo.seeds.functions import seed_functions
from aibrain_jupyter.demo.seeds.iam import seed_iam
from aibrain_jupyter.demo.seeds.keys import seed_keys
from aibrain_jupyter.demo.seeds.messaging import seed_messaging
from aibrain_jupyter.demo.seeds.secrets import seed_secrets
from aibrain_jupyter.demo.seeds.shared import seed_shared
from aibrain_jupyter.demo.seeds.storage import seed_storage

if TYPE_CHECKING:
    from collections.abc import Callable

# Keys first: the others encrypt with them. Networks before databases, buckets before trails,
# what is shared after all that is.
_PARTS: Final[tuple[Callable[[Account], None], ...]] = (
    seed_keys,
    seed_iam,
    seed_storage,
    seed_compute,
    seed_functions,
    seed_databases,
    seed_shared,
    seed_messaging,
    seed_secrets,
    seed_audit,
)


def seed() -> None:
    """Fill moto's backends in this process with both demo accounts."""
    clock.install()
    for account in ACCOUNTS:
        for part in _PARTS:
            part(account)
