"""What the tools of evidence have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import pandas as pd

from aibrain_jupyter.evidence.decisions import codes as coding
from aibrain_jupyter.evidence.listing import item_row
from aibrain_jupyter.evidence.store.default import anchor, default_store
from aibrain_jupyter.shared.tools.handler import FunctionHandler
from aibrain_jupyter.shared.tools.provider import Provider
from aibrain_jupyter.tool_executors.evidence.saver import said_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from aibrain_jupyter.evidence.decisions.codes import Code
    from aibrain_jupyter.evidence.store.store import Item, Store
    from aibrain_jupyter.shared.base_tool import CallContext
    from aibrain_jupyter.shared.tools.provider import Reading


class EvidenceProvider(Provider):
    """Whose tools these are: they ask nobody but the store."""

    name = "evidence"
    measures: ClassVar[Mapping[str, tuple[str, str]]] = {
        "evidence_findings": ("count", "what does not verify in the evidence store: {value}"),
        "evidence_returned": ("count", "items that were returned and wait for you: {value}"),
        "plan_late": ("count", "evidence that is late or missing: {value}"),
        "plan_gaps": ("count", "evidence that is incomplete: {value}"),
    }

    def readings(self, metrics: Sequence[str]) -> Iterable[Reading]:
        """Yield what there is to do in the store, and whether it verifies."""
        from aibrain_jupyter.tool_executors.evidence.readings import evidence_readings

        return evidence_readings(metrics)


@dataclass(frozen=True)
class Reads(FunctionHandler):
    """A tool that looks at the store."""

    provider: ClassVar[Provider] = EvidenceProvider()


@dataclass(frozen=True)
class Writes(Reads):
    """A tool that changes the store."""

    writes: ClassVar[bool] = True


@dataclass(frozen=True)
class Decides(Writes):
    """A tool that enters a decision into the ledger: its function gets the store."""

    def run(self, ctx: CallContext, *args: Any, accept: Sequence[str] = (), **params: Any) -> Any:
        """Call the function; `accept` are the facts that look like secrets and are none."""
        store = default_store()
        store.ledger.accepted = frozenset(accept)
        return self.function(store, *args, **params)


def saved(store: Store, item: Item, *, was_decided: bool = False) -> pd.DataFrame:
    """
    Anchor what was just written, and return the item as a row.

    ``attrs["evidence"]`` has its id and what is to be said of it; after a decision, that.
    """
    anchor(store)
    now = store.item(item.id)
    frame = pd.DataFrame([item_row(now)])
    frame.attrs["evidence"] = {"item": item.id, "message": said_of(now, was_decided=was_decided)}
    return frame


def decided(store: Store, item: Item) -> pd.DataFrame:
    """Anchor the decision that was just written, and return the item as a row."""
    return saved(store, item, was_decided=True)


def codes_given(given: Mapping[str, Any]) -> list[Code]:
    """Return the codes of ``rfi`` and ``control``."""
    kinds = {"rfi": coding.RFI, "control": coding.CONTROL}
    return [coding.Code.parse(text, kind) for name, kind in kinds.items() for text in given[name]]
