"""What a kernel does to a store until it is killed: it saves, holds, releases, purges and signs."""

from __future__ import annotations

import datetime as dt
import random
import sys

from aibrain_jupyter.evidence.decisions.retention import hold, is_held, purge, release, retain
from aibrain_jupyter.evidence.store.anchors import sign_head
from aibrain_jupyter.evidence.store.store import Store
from aibrain_jupyter.shared.error_handler import EvidenceError
from tests.evidence.conftest import save


def main(folder: str, seed: int, rounds: int = 1 << 30) -> None:
    """Work at the store in `folder`, and print the id of each item that was saved."""
    store, chance = Store(folder), random.Random(seed)
    for _ in range(rounds):
        item = save(store, f"Set {chance.randrange(9)}", rows=chance.randrange(200))
        print(item.id, flush=True)
        retain(store, item, dt.date(2020, 1, 1), "test")
        other = chance.choice(store.items())
        try:
            if is_held(other):
                release(store, other, "over")
            elif chance.randrange(2):
                hold(store, other, "litigation")
            else:
                purge(store, other.id, "past its time")
        except EvidenceError:
            continue  # the other kernel was faster
        sign_head(store)


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
