"""The tools by which people decide about items: codes, states, retention, exclusions."""

from __future__ import annotations

import dataclasses
import datetime as dt
import warnings
from typing import TYPE_CHECKING, Any

import pandas as pd

from aibrain_jupyter.evidence.decisions import codes as coding
from aibrain_jupyter.evidence.decisions import exclusions, retention, states
from aibrain_jupyter.evidence.store.default import anchor, default_store
from aibrain_jupyter.shared.error_handler import ParameterError, unknown_name
from aibrain_jupyter.tool_executors.evidence.before_saving import day_of
from aibrain_jupyter.tool_executors.evidence.common import Decides, Reads, codes_given, decided
from aibrain_jupyter.tool_executors.evidence.reviewing import refuse_altered

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aibrain_jupyter.evidence.store.store import Store
    from aibrain_jupyter.shared.base_tool import CallContext


def _codes(store: Store, item: str, withdraw: Sequence[str], **given: Any) -> pd.DataFrame:
    """Change the codes of an item."""
    found = store.item(item)
    known = coding.codes_of(found)
    gone = [code for text in withdraw for code in coding.named(known, text)]
    coding.change_codes(store, found, add=codes_given(given), withdraw=gone)
    return decided(store, found)


def _step(name: str) -> Decides:
    """Return the tool that takes a step of `states.STEPS`."""

    def take(store: Store, item: str, reason: str, strict: bool = False) -> pd.DataFrame:
        if name == "approve":
            refuse_altered(store, store.item(item))
        _, odd = states.take_step(store, store.item(item), name, reason=reason, is_strict=strict)
        found = decided(store, store.item(item))
        if odd:
            warnings.warn(odd, stacklevel=2)
        return found

    return Decides(take)


def _code_step(name: str) -> Decides:
    """Return the tool that takes a step of `states.CODE_STEPS`."""

    def take(store: Store, item: str, codes: Sequence[str], **said: Any) -> pd.DataFrame:
        states.take_code_step(store, store.item(item), name, codes, **said)
        return decided(store, store.item(item))

    return Decides(take)


def _kept(name: str) -> Decides:
    """Return the tool that holds or releases an item."""
    change = getattr(retention, name)

    def take(store: Store, item: str, reason: str) -> pd.DataFrame:
        change(store, store.item(item), reason)
        return decided(store, store.item(item))

    return Decides(take)


def _retain(store: Store, item: str, until: str, basis: str) -> pd.DataFrame:
    """Say until when an item is kept."""
    last = day_of(until, "until")
    if last is None:
        raise ParameterError("It is not said until when.", next_steps=["Write until=2033-12-31."])
    retention.retain(store, store.item(item), last, basis)
    return decided(store, store.item(item))


def _purge(store: Store, item: str, reason: str) -> pd.DataFrame:
    """Remove the files of an item."""
    found = store.item(item)
    retention.purge(store, found.id, reason)
    return decided(store, found)


def _exclude(
    store: Store, where: Mapping[str, str] | None, reason: str, decided_by: str, until: str
) -> pd.DataFrame:
    """Exclude rows on purpose."""
    last = day_of(until, "until")
    if last and last < dt.datetime.now(dt.UTC).date():
        raise ParameterError(
            f"until={until} is over: the exclusion would apply to nothing.",
            next_steps=["Name the last day on which it applies, or leave until out."],
        )
    exclusions.exclude(store, where or {}, reason, decided_by, last)
    anchor(store)
    return _exclusions(store)


def _exclusions(store: Store) -> pd.DataFrame:
    """Return the exclusions that apply today."""
    found = exclusions.exclusions_of(store, dt.datetime.now(dt.UTC).date(), None)
    names = [field.name for field in dataclasses.fields(exclusions.Exclusion)]
    return pd.DataFrame([e.as_fact() for e in found], columns=names)


def _in_force(ctx: CallContext) -> pd.DataFrame:
    return _exclusions(default_store())


def _lift(store: Store, name: str, reason: str) -> pd.DataFrame:
    """End an exclusion."""
    known = [e.name for e in exclusions.exclusions_of(store, dt.datetime.now(dt.UTC).date(), None)]
    if name not in known:
        raise unknown_name("exclusion", name, known)
    exclusions.lift(store, name, reason)
    anchor(store)
    return _exclusions(store)


SUBMIT, APPROVE, REJECT, REOPEN, SUPERSEDE = map(_step, states.STEPS)
DELIVER, ACCEPT, RETURN = map(_code_step, states.CODE_STEPS)
HOLD, RELEASE = map(_kept, ("hold", "release"))
CODES, RETAIN, PURGE = Decides(_codes), Decides(_retain), Decides(_purge)
EXCLUDE, LIFT, EXCLUSIONS = Decides(_exclude), Decides(_lift), Reads(_in_force)
