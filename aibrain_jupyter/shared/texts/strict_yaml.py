"""
YAML, read without surprises: bodies of cells, plans.

Departures from PyYAML's safe loader: a key that is given twice is refused (PyYAML
keeps the last and says nothing), so are anchors, and only what JSON knows is typed:
``012345670123`` stays an account id (YAML 1.1 reads it as an octal number),
``2026-01-01`` a text, ``no`` and ``on`` words, ``1e999`` no infinity. Who takes the
values converts texts itself, so nothing is lost by leaving them alone.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import yaml

from aibrain_jupyter.shared.tools.plain_values import DEEPEST

if TYPE_CHECKING:
    from collections.abc import Hashable


class RefusedYamlError(yaml.MarkedYAMLError):
    """Something that is YAML but not accepted here; `note` is the next step."""


class _Loader(yaml.SafeLoader):
    """YAML's structure without anchors, JSON's scalars, text keys, no key twice."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - replaces that of the base class
    _depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        # Before it is read: the loader's own stack ends sooner, and its time grows with the square.
        self._depth += 1
        if self._depth > DEEPEST:
            raise RefusedYamlError(
                problem=f"it is nested more than {DEEPEST} deep",
                problem_mark=event.start_mark,
                note="Put it into a variable, or in quotes if it is a text.",
            )
        if getattr(event, "tag", None) not in (None, "!"):
            raise RefusedYamlError(
                problem="! has a meaning of its own in YAML",
                problem_mark=event.start_mark,
                note="Put a value that begins with ! in quotes.",
            )
        if getattr(event, "anchor", None):
            # `name: &x` would silently be an empty value.
            raise RefusedYamlError(
                problem="& and * have a meaning of their own in YAML",
                problem_mark=event.start_mark,
                note="Put a value that begins with & or * in quotes.",
            )
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        found: dict[Hashable, Any] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise RefusedYamlError(
                    problem="a key is a list or a mapping",
                    problem_mark=key.start_mark,
                    note="Write `key: value`, the key a word.",
                )
            if key.value in found:
                raise RefusedYamlError(
                    problem=f"{key.value} is given twice",
                    problem_mark=key.start_mark,
                    note="Keep one of them.",
                )
            found[key.value] = self.construct_object(value, deep=deep)
        return found


for _tag, _pattern, _starts in (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"-?(?:0|[1-9][0-9]{0,98})", list("-0123456789")),
    (
        "float",
        r"-?(?:0|[1-9][0-9]{0,98})(?:\.[0-9]+)?(?:[eE][-+]?[0-9]{1,2})?",
        list("-0123456789"),
    ),
):
    _Loader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(rf"^(?:{_pattern})$"), _starts
    )


def load_yaml(text: str) -> Any:
    """Return what a YAML text says, without surprises. Raises yaml.YAMLError: it is none."""
    return yaml.load(text, _Loader)  # noqa: S506 - a subclass of SafeLoader
