"""
What an item was asked with, so that it can be asked again, and who keeps what comes of it.

The new item answers the same codes for the same audit period, and says which one it is beside.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.evidence.decisions.codes import codes_of
from aibrain_jupyter.evidence.decisions.exclusions import row_named
from aibrain_jupyter.evidence.decisions.states import SUPERSEDED, state_of, take_step
from aibrain_jupyter.evidence.saving.times import audit_of
from aibrain_jupyter.evidence.store.default import default_store
from aibrain_jupyter.evidence.store.store import INCOMPLETE
from aibrain_jupyter.shared.base_tool import LIVE
from aibrain_jupyter.shared.error_handler import EvidenceError
from aibrain_jupyter.shared.texts.redaction import HIDDEN
from aibrain_jupyter.tool_executors.evidence.comparing import period_then
from aibrain_jupyter.tool_executors.evidence.plans.checks import check_of, judged_run
from aibrain_jupyter.tool_executors.evidence.saver import RunSaver
from aibrain_jupyter.tool_registry import get_tool_registry

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aibrain_jupyter.evidence.saving.saving import Saving
    from aibrain_jupyter.evidence.store.store import Item
    from aibrain_jupyter.shared.collected import Collected
    from aibrain_jupyter.tool_executors.evidence.known import Known

_NOWHERE: Final = "global"
"""The region of what has none: it cannot be asked for."""


@dataclass(frozen=True, slots=True)
class AskedAgain:
    """
    What an item was asked with: `tool`, its `parameters` (a relative period as the days it meant),
    `places` (patterns of ``accounts`` and ``regions``), `profile`, and `since` when (aware). `item`
    is its id, `missing` what it lacks: sentences.
    """

    item: str
    tool: str
    parameters: Mapping[str, Any]
    places: Mapping[str, Sequence[str]] = field(default_factory=dict)
    profile: str = ""
    since: dt.datetime | None = None
    missing: Sequence[str] = ()


def asked_of(name: str, *, resolved: bool = True) -> AskedAgain:
    """
    Return what the item of that name was asked with, its period `resolved` to days or as written.

    Raises:
        UnknownNameError: there is no such item, or no such tool any more.
        EvidenceError: no tool gave it, or what it was asked with is not known in full.
    """
    item = default_store().item(name)
    manifest = item.manifest()
    source = manifest.get("source") or {}
    if manifest.get("kind") != "collected" or not source.get("tool"):
        raise EvidenceError(
            f"{item.id} cannot be asked for again: it is {manifest.get('kind', 'of no tool')}.",
            why="Only what a tool collected has a source that can be asked.",
            next_steps=["%aibrain evidence list: the item, or the runs, that it was made of"],
        )
    spec = get_tool_registry().spec(source["tool"])
    given = {**(source.get("parameters") or {}), **(period_then(source) if resolved else {})}
    parameters = {name: value for name, value in given.items() if name not in spec.preset}
    odd = [n for n, v in parameters.items() if HIDDEN[:-1] in str(v) or str(v).startswith("<")]
    if odd:
        raise EvidenceError(
            f"{item.id} cannot be asked for again: {', '.join(odd)} was not kept.",
            why="It was hidden, or was an object of Python.",
            next_steps=["Run its cell again with --save."],
        )
    asked, targets = source.get("asked") or {}, manifest["completeness"].get("targets") or ()
    profiles = list(dict.fromkeys(t["profile"] for t in targets if t.get("profile")))
    accounts = _patterns(asked.get("accounts")) or (profiles if len(profiles) > 1 else [])
    regions = _patterns(asked.get("regions")) or list(source.get("regions") or ())
    places = {"accounts": accounts, "regions": [] if _NOWHERE in regions else regions}
    profile = "" if accounts else str(asked.get("profile") or "".join(profiles[:1]))
    moments = [source["window"]["from"], manifest["times"]["collected"]["from"]]
    return AskedAgain(
        item.id,
        spec.name,
        parameters,
        places if spec.places else {},
        profile,
        min(map(dt.datetime.fromisoformat, moments)),
        tuple(gap["label"] for gap in manifest["completeness"].get("gaps") or ()),
    )


def _patterns(asked: Any) -> list[str]:
    if isinstance(asked, str):
        return [part.strip() for part in asked.split(",") if part.strip()]
    return list(asked or ())


class AgainSaver(RunSaver):
    """
    Who keeps what an item's source says now.

    Args:
        name: The item that was asked for again.

        section: What the manifest calls it: ``reperforms`` or ``completes``.

        supersedes: Whether the new item is in place of the old one, as far as nothing is missing.
    """

    def __init__(self, name: str, section: str, *, supersedes: bool = False) -> None:
        item = default_store().item(name)
        self._manifest = item.manifest()
        super().__init__((), self._manifest["source"]["tool"])
        self._codes, self._item = list(codes_of(item)), item
        self._section, self._supersedes = section, supersedes
        self.kept = ""

    def keep(self, collected: Collected) -> Item:
        """Save what came, and return the item."""
        new = super().keep(collected)
        self.kept = new.id
        is_whole = new.saved.facts["status"] != INCOMPLETE
        if self._supersedes and is_whole and state_of(self._item) != SUPERSEDED:
            take_step(self._store, self._item, "supersede", reason=f"completed by {new.id}")
        return new

    def _known(self, collected: Collected) -> Known:
        known = super()._known(collected)
        return replace(known, sections={**known.sections, **self._sections(collected, known)})

    def _sections(self, collected: Collected, known: Known) -> dict[str, Any]:
        old = self._manifest
        live = [target for target in collected.targets if target.source in (LIVE, "")]
        about = {
            "item": self._item.id,
            "manifest_sha256": self._item.manifest_sha256,
            "windows": [
                old["source"].get("window"),
                {"from": f"{collected.started_at:%FT%TZ}", "to": f"{collected.ended_at:%FT%TZ}"},
            ],
            "asked_again": [dict(target.place) for target in live],
            "kept": len(collected.targets) - len(live),
        }
        planned = old.get("collection")
        if not planned:
            return {self._section: about}
        checks = [check_of(check) for check in planned["checks"]]
        verdicts = judged_run(checks, collected, known, self._store, row_named(planned))
        return {self._section: about, "collection": {**planned, "checks": verdicts}}

    def _saving(self, known: Known) -> Saving:
        saving = super()._saving(known)
        supplements = self._item.id if self._supersedes else ""
        title, audit = str(self._manifest["title"]), audit_of(self._manifest)
        return replace(saving, title=title, audit=audit, supplements=supplements)
