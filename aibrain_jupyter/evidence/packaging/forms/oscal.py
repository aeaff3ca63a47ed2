"""
OSCAL assessment-results of the items of a package: observations with their files, and findings
where a check of a collection plan gave a verdict.

It states nothing that nobody said. The method of an observation is what whoever packs it, or the
item's own record, says, and ``UNKNOWN`` otherwise. There is no assessment plan: what stands in its
place says so. The same items at the same head of the ledger give the same bytes.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.evidence.decisions.states import state_of
from aibrain_jupyter.evidence.packaging.contents import DATA, Entry
from aibrain_jupyter.evidence.store.store import INCOMPLETE
from aibrain_jupyter.shared.error_handler import ParameterError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from aibrain_jupyter.evidence.packaging.contents import PackedItem
    from aibrain_jupyter.evidence.packaging.not_in_it import Lack
    from aibrain_jupyter.evidence.store.ledger import Event

METHODS: Final = ("EXAMINE", "INTERVIEW", "TEST", "UNKNOWN")
"""What OSCAL knows; the last where nobody said it."""
FILE: Final = "oscal.json"
VERSION: Final = "1.1.2"
_NS: Final = "https://github.com/aibrain-jupyter/aibrain_jupyter/oscal"
_ROOT: Final = uuid.uuid5(uuid.NAMESPACE_URL, _NS)
_TOKEN: Final = re.compile(r"[^\W\d][\w.-]*")
_VERDICTS: Final = {"passed": "satisfied", "failed": "not-satisfied"}
_NO_CONTROL: Final = "no-control-named"
_NO_PLAN: Final = (
    "This is a collection plan, not an assessment plan: it says what was exported and for which "
    "codes. Nobody planned an assessment here, and nobody assessed a control."
)


@dataclass(frozen=True, slots=True)
class Observed:
    """
    An item as it leaves: its `manifest`, the `manifest_sha256` the ledger has, its `state`, who
    collected it, and its `files` (``path`` from the OSCAL file, ``sha256``, ``media_type``) as they
    are in the package.
    """

    manifest: Mapping[str, Any]
    manifest_sha256: str
    state: str
    collector: str
    files: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, slots=True)
class Setting:
    """
    What the document is of: its `title`, the `head` of the ledger (``seq:hash``) and that event's
    `time` (ISO 8601 with ``Z``), the `methods` whoever packs it gives, and what was asked for and
    is `missing`, as sentences.
    """

    title: str
    head: str
    time: str
    methods: Sequence[str] = ()
    missing: Sequence[str] = field(default=())

    def uuid(self, *of: str) -> str:
        """Return the UUID of a part: version 5, from the head."""
        return str(uuid.uuid5(_ROOT, "\n".join((self.head, *of))))


def oscal_entry(
    name: str,
    head: Event,
    packed: Sequence[PackedItem],
    lacks: Iterable[Lack],
    methods: Sequence[str],
) -> Entry:
    """
    Return the file of a package: its `name`, the `head` of its ledger, what is packed and lacks.

    Raises:
        ParameterError: a method is none that OSCAL knows.
    """
    time = head.time.astimezone(dt.UTC).isoformat(timespec="milliseconds")
    missing = [f"{lack.code}: {lack.what} ({lack.why})" for lack in lacks if lack.kind == "missing"]
    setting = Setting(name, head.head, time.replace("+00:00", "Z"), methods, missing)
    return Entry.of(f"{DATA}/{FILE}", oscal_bytes([_observed(one) for one in packed], setting))


def _observed(one: PackedItem) -> Observed:
    types = {file["path"]: file.get("media_type") for file in one.manifest["files"]}
    files = [
        {
            "path": entry.path.removeprefix(f"{DATA}/"),
            "sha256": entry.sha256,
            "media_type": types.get(name),
        }
        for name, entry in zip(one.names(), one.entries, strict=True)
    ]
    who = one.item.saved.actor
    collector = f"{who.get('name', 'unknown')} on {who.get('host', 'unknown')}"
    state, sha256 = state_of(one.item), one.item.manifest_sha256
    return Observed(one.manifest, sha256, state, collector, files)


def oscal_bytes(items: Sequence[Observed], setting: Setting) -> bytes:
    """Return `assessment_results` as the file it is written to."""
    document = assessment_results(items, setting)
    return json.dumps(document, indent=1, ensure_ascii=False).encode() + b"\n"


def assessment_results(items: Sequence[Observed], setting: Setting) -> dict[str, Any]:
    """
    Return the items as an OSCAL document.

    Raises:
        ParameterError: a method is none that OSCAL knows.
    """
    for unknown in set(setting.methods) - set(METHODS):
        raise ParameterError(
            f"{unknown!r} is no method of OSCAL.", next_steps=[f"Methods: {', '.join(METHODS)}."]
        )
    collectors = sorted({item.collector for item in items})
    document = {
        "uuid": setting.uuid("document"),
        "metadata": {
            "title": _line(setting.title),
            "last-modified": setting.time,
            "version": setting.head.partition(":")[0],
            "oscal-version": VERSION,
            "parties": [
                {"uuid": setting.uuid("party", who), "type": "person", "name": _line(who)}
                for who in collectors
            ],
        },
        "import-ap": {"href": f"#{setting.uuid('plan')}", "remarks": _NO_PLAN},
        "local-definitions": {"objectives-and-methods": [*_objectives(items)]},
        "results": [_result(items, setting)],
        "back-matter": {"resources": [*_resources(items, setting)]},
    }
    return {"assessment-results": _filled(document)}


def _result(items: Sequence[Observed], setting: Setting) -> dict[str, Any]:
    spans = [item.manifest["times"]["collected"] for item in items]
    missing = [f"Asked for and missing: {each}" for each in setting.missing]
    findings = [finding for item in items for finding in _findings(item, setting)]
    return {
        "uuid": setting.uuid("result"),
        "title": _line(setting.title),
        "description": f"{len(items)} items of evidence, {len(findings)} findings by their checks.",
        "start": min((span["from"] for span in spans), default=setting.time),
        "end": max((span["to"] for span in spans), default=setting.time),
        "reviewed-controls": {"control-selections": [*_selections(items)]},
        "observations": [_observation(item, setting) for item in items],
        "findings": findings,
        "remarks": "\n".join(missing),
    }


def _selections(items: Sequence[Observed]) -> Iterator[dict[str, Any]]:
    """Yield the controls that items name, by framework; OSCAL wants at least one selection."""
    named: dict[str, dict[str, None]] = {}
    for item in items:
        for code in _controls(item):
            named.setdefault(_framework(code), {})[code["code"]] = None
    for framework, controls in sorted(named.items()):
        of = framework or "a framework that was not named"
        yield {
            "description": f"Controls of {of} that items are for; none of them was assessed.",
            "include-controls": [{"control-id": control} for control in sorted(controls)],
        }
    if not named:
        yield {
            "description": "No item names a control: they answer requests of an auditor. OSCAL "
            "wants one all the same, or all of them; this is a word in the place of none.",
            "include-controls": [{"control-id": _NO_CONTROL}],
        }


def _observation(item: Observed, setting: Setting) -> dict[str, Any]:
    manifest = item.manifest
    completeness = manifest.get("completeness", {})
    said = [
        *manifest.get("incomplete_because", ()),
        *manifest["times"]["remarks"],
        *(f"Check not known: {check['name']}." for check, verdict in _checks(item) if not verdict),
        "DEMO DATA: the rows are invented and prove nothing." if manifest.get("is_demo") else "",
    ]
    methods = list(manifest.get("methods") or setting.methods)
    if not methods:
        said.append("Nobody said by which method it was observed.")
    return {
        "uuid": setting.uuid("observation", manifest["id"]),
        "title": _line(manifest["title"]),
        "description": completeness.get("statement") or f"{manifest['kind']}: {manifest['title']}",
        "props": [_prop(name, value) for name, value in _facts(item) if str(value).strip()],
        "methods": methods or [METHODS[-1]],
        "origins": [
            {"actors": [{"type": "party", "actor-uuid": setting.uuid("party", item.collector)}]}
        ],
        "relevant-evidence": [
            {
                "href": f"#{setting.uuid('file', manifest['id'], file['path'])}",
                "description": file["path"],
            }
            for file in item.files
        ],
        "collected": manifest["times"]["collected"]["to"],
        "remarks": "\n".join(filter(None, said)),
    }


def _facts(item: Observed) -> Iterator[tuple[str, Any]]:
    manifest = item.manifest
    source, times = manifest.get("source", {}), manifest["times"]
    yield from (
        ("item", manifest["id"]),
        ("kind", manifest["kind"]),
        ("state", item.state),
        ("manifest-sha256", item.manifest_sha256),
        ("as-of", times["as_of"]["words"]),
        ("collected-from", times["collected"]["from"]),
        ("rows", manifest.get("rows", "")),
        ("gaps", len(manifest.get("completeness", {}).get("gaps", ()))),
        ("system", source.get("system", "")),
        ("tool", source.get("tool", "")),
        ("tool-version", source.get("version", "")),
    )
    for code in manifest["codes"]:
        yield "code", f"{_framework(code)}:{code['code']}".lstrip(":")
    for name in ("identities", "accounts", "regions"):
        for value in source.get(name, ()):
            yield name, value
    for total in manifest.get("completeness", {}).get("totals", ()):
        yield "control-total", f"{total['name']}: {total['verdict']}"


def _checks(item: Observed) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield the checks of the plan, with an ``id``, and OSCAL's word; none where not known."""
    for number, check in enumerate(item.manifest.get("collection", {}).get("checks", ()), 1):
        verdict = _VERDICTS.get(check["verdict"], "")
        if verdict == _VERDICTS["passed"] and item.manifest["status"] == INCOMPLETE:
            verdict = ""  # what is missing might not have passed
        yield {**check, "id": f"check-{item.manifest['id']}-{number}"}, verdict


def _findings(item: Observed, setting: Setting) -> Iterator[dict[str, Any]]:
    observed = [{"observation-uuid": setting.uuid("observation", item.manifest["id"])}]
    for check, verdict in _checks(item):
        if verdict:
            yield {
                "uuid": setting.uuid("finding", check["id"]),
                "title": _line(check["name"]),
                "description": f"{_prose(check)} {_counted(check)}: {check['verdict']}.",
                "target": {
                    "type": "objective-id",
                    "target-id": check["id"],
                    "status": {"state": verdict},
                    "remarks": "The check of the rows; whether a control is met is not said.",
                },
                "related-observations": observed,
            }


def _objectives(items: Sequence[Observed]) -> Iterator[dict[str, Any]]:
    """Yield the checks as objectives, each once, at the first control its item is for."""
    for item in items:
        controls = [code["code"] for code in _controls(item)]
        parts = [
            {"id": check["id"], "name": "objective", "prose": _prose(check)}
            for check, verdict in _checks(item)
            if verdict
        ]
        if controls and parts:
            said = f"A check of rows, for {', '.join(controls)}."
            yield {"control-id": controls[0], "description": said, "parts": parts}


def _resources(items: Sequence[Observed], setting: Setting) -> Iterator[dict[str, Any]]:
    plans = sorted({c["plan"] for i in items if (c := i.manifest.get("collection"))})
    yield {
        "uuid": setting.uuid("plan"),
        "title": "Collection plan, not an assessment plan",
        "description": " ".join([_NO_PLAN, *(f"Plan: {plan}." for plan in plans)]),
    }
    for item in items:
        for file in item.files:
            hashed = [{"algorithm": "SHA-256", "value": file["sha256"]}]
            link = {"href": file["path"], "media-type": file.get("media_type"), "hashes": hashed}
            yield {
                "uuid": setting.uuid("file", item.manifest["id"], file["path"]),
                "title": file["path"],
                "rlinks": [link],
            }


def _controls(item: Observed) -> list[Mapping[str, str]]:
    """Return the controls of an item whose names OSCAL can hold; its properties have all codes."""
    codes: Iterable[Mapping[str, str]] = item.manifest["codes"]
    return [c for c in codes if c["kind"] == "control" and _TOKEN.fullmatch(c["code"])]


def _framework(code: Mapping[str, str]) -> str:
    return f"{code['framework']}-{code['version']}" if code["framework"] else ""


def _prose(check: Mapping[str, Any]) -> str:
    rule = str(check.get("rule") or f"no row where {check['where']}")
    return f"{rule[0].upper()}{rule[1:]}."


def _counted(check: Mapping[str, Any]) -> str:
    """Return what a check found: rows that met it, or accounts without one that does."""
    if check.get("counts") == "account":
        return f"{check['rows']} accounts have none"
    return f"{check['rows']} rows met it"


def _prop(name: str, value: Any) -> dict[str, str]:
    return {"name": name, "ns": _NS, "value": _line(value)}


def _line(text: Any) -> str:
    """Return a text as one line without blanks at its ends, as OSCAL's strings are."""
    return " ".join(str(text).split())


def _filled(value: Any) -> Any:
    """Return a value without members that are empty, which OSCAL does not allow."""
    if isinstance(value, dict):
        kept = {name: _filled(each) for name, each in value.items()}
        return {name: each for name, each in kept.items() if each not in (None, "", [], {})}
    return [_filled(each) for each in value] if isinstance(value, list) else value
