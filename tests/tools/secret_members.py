"""
Make and review ``aibrain_jupyter/aws/answers/secrets/members.txt``: members that are secrets.

The table decides what of an answer is hidden whatever it holds, so a person reads every change of
it. When botocore brings new members::

    python tests/tools/secret_members.py --diff     # what the installed botocore would change
    python tests/tools/secret_members.py --check    # the same, and fails when there is any
    python tests/tools/secret_members.py --write    # then: git diff
    python tests/tools/secret_members.py --marked   # what AWS marks as sensitive and we do not hide

Every text of every read's answer is asked for: a reviewed member (``reviewed_secrets.py``), else
its name. botocore's own `sensitive` marks are for reading only: they cover names, addresses and
descriptions of people, and leave out the environment of ECS and the keys of Direct Connect.
"""

from __future__ import annotations

import argparse
import difflib
import re
import sys
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import botocore

sys.path.insert(0, str(Path(__file__).parent))
import reviewed_secrets as reviewed
from operations_table import models

from aibrain_jupyter.aws.answers.secrets.names import is_secret_name
from aibrain_jupyter.aws.clients.reads import Access, operations

TABLE = Path(__file__).parents[2] / "aibrain_jupyter/aws/answers/secrets/members.txt"


class Member(NamedTuple):
    """
    A member of an answer that is a text, or a list or a mapping of texts.

    `structure` is the name of its structure's shape, `is_marked` whether AWS marks it as
    sensitive, `is_enum` whether its values are listed in the model.
    """

    service: str
    structure: str
    name: str
    is_marked: bool
    is_enum: bool

    @property
    def key(self) -> str:
        """The name it has in the table."""
        return f"{self.structure}.{self.name}"


@cache
def text_members() -> tuple[Member, ...]:
    """Return every text of the answers of all reads that may be sent, also of sensitive ones."""
    found = []
    for service, model in models():
        allowed = (Access.READ, Access.SENSITIVE_READ)
        names = [o.name for o in operations(service).values() if o.access in allowed]
        shapes = model["shapes"]
        answers = [model["operations"].get(name, {}).get("output") for name in names]
        open_shapes = [answer["shape"] for answer in answers if answer]
        seen: set[str] = set()
        while open_shapes:
            name = open_shapes.pop()
            if name in seen:
                continue
            seen.add(name)
            shape = shapes[name]
            for member, reference in shape.get("members", {}).items():
                open_shapes.append(reference["shape"])
                text, is_marked = _text_of(shapes, reference["shape"])
                if text is not None:
                    marked = bool(is_marked or shape.get("sensitive"))
                    found.append(Member(service, name, member, marked, "enum" in text))
            open_shapes += [shape[part]["shape"] for part in ("member", "value") if part in shape]
    return tuple(found)


def make_table() -> str:
    """Return the table for the installed botocore."""
    always, never = set(reviewed.ALWAYS.split()), set(reviewed.NEVER.split())
    texts = [member for member in text_members() if not member.is_enum]
    for key in sorted((always | never) - {member.key for member in texts}):
        print(f"! {key} is reviewed, but in no answer of a read of this botocore.")
    lines: dict[str, set[str]] = {}
    for member in texts:
        if member.key in never:
            mark = "-"
        elif member.key in always or is_secret_name(member.name):
            mark = "+"
        else:
            continue
        lines.setdefault(f"{mark} {member.key}", set()).add(member.service)
    head = (
        "# Members of answers that are always a secret (+), or never one in spite of their name "
        "(-);\n"
        "# aws/answers/secrets/members.py reads it. Made by tests/tools/secret_members.py: change\n"
        "# the names or the reviewed lists there.\n"
        f"# botocore {botocore.__version__}: {len(texts):,} texts in answers of reads, "
        f"{sum(line[0] == '+' for line in lines)} always, "
        f"{sum(line[0] == '-' for line in lines)} never, all others are looked into.\n"
        "# mark Structure.member, services that have it\n"
    )
    written = (f"{line} {' '.join(sorted(services))}" for line, services in sorted(lines.items()))
    return head + "\n".join(written) + "\n"


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    what = parser.add_mutually_exclusive_group(required=True)
    for flag in ("--diff", "--check", "--write", "--marked"):
        what.add_argument(flag, action="store_true")
    options = parser.parse_args()
    if options.marked:
        print("\n".join(_marked()))
        return 0
    old = TABLE.read_text() if TABLE.exists() else ""
    new = make_table()
    if options.write:
        TABLE.write_text(new)
        print(f"{TABLE}: {len(new):,} bytes")
        return 0
    changed = list(difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=0))
    print("\n".join(changed) or "Nothing differs.")
    return int(options.check and bool(changed))


def _text_of(shapes: dict[str, Any], name: str) -> tuple[dict[str, Any] | None, bool]:
    """Return the text that a shape is or holds, and whether a part of it is marked."""
    shape, marked = shapes[name], False
    while True:
        marked = marked or bool(shape.get("sensitive"))
        if shape["type"] in ("string", "blob"):
            return shape, marked
        part = shape.get("member") or shape.get("value")
        if shape["type"] not in ("list", "map") or part is None:
            return None, marked
        shape = shapes[part["shape"]]


def _marked() -> list[str]:
    """Return what AWS marks as sensitive, and is neither hidden nor the data of a person."""
    table = make_table()
    people = re.compile(
        r"(?i)(name|email|phone|address\w*|description|city|country|zip|postal\w*|title|comment)s?$"
    )
    return sorted(
        f"{member.service} {member.key}"
        for member in text_members()
        if member.is_marked
        and not member.is_enum
        and f" {member.key} " not in table
        and not people.search(member.name)
    )


if __name__ == "__main__":
    sys.exit(main())
