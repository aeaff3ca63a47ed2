"""
What can be written for ``key=`` and as its value, on a line and in a body.

Profiles and regions come from the tool's provider, the values of a parameter from its
declaration. No network, no credentials.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.magics.grammar.parameters import more_params
from aibrain_jupyter.shared.base_tool import import_target
from aibrain_jupyter.shared.error_handler import AibrainError
from aibrain_jupyter.tool_registry import get_tool_registry

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aibrain_jupyter.shared.base_tool import ToolSpec
    from aibrain_jupyter.shared.tools.params import Param


@dataclass(frozen=True, slots=True)
class Offers:
    """
    What can stand at the cursor in place of `fragment`.

    `kind` is shown by front ends: ``tool``, ``verb``, ``option``, ``param``, ``value``.
    """

    texts: Sequence[str] = ()
    fragment: str = ""
    kind: str = "value"


NOTHING: Final = Offers()


def value_offers(param: Param, text: str, given: Mapping[str, Any]) -> Offers:
    """Return the values of a parameter; of a list, those for its last item."""
    fragment = text.rpartition(",")[2].lstrip() if param.many else text
    fragment = fragment.lstrip("'\"")
    if param.choices:
        return Offers(param.choices, fragment)
    if param.type is bool:
        return Offers(("true", "false"), fragment)
    if not param.values:
        return Offers((), fragment)
    find = import_target(param.values, what=f"The values of {param.name}")
    return Offers([str(value) for value in find(given)], fragment)


def key_offers(spec: ToolSpec, given: Mapping[str, str]) -> dict[str, Param]:
    """Return the parameters of a tool by name, those that depend on what is given included."""
    known = {param.name: param for param in spec.params}
    try:
        more = more_params(spec, typed_so_far(spec, given))
    except AibrainError:
        # What is given so far names something that does not exist: no more parameters then.
        more = []
    return {**{param.name: param for param in more}, **known}


def place_offers(option: str, text: str, spec: ToolSpec | None) -> Offers:
    """Return what an option that says where can name: as the tool's provider knows, or all."""
    registry = get_tool_registry()
    providers = (
        [registry.load(spec.name).provider] if spec and spec.places else registry.providers()
    )
    names = [name for provider in providers for name in provider.names(option, {})]
    return Offers(list(dict.fromkeys(names)), text.rpartition(",")[2].lstrip().lstrip("'\""))


def typed_so_far(spec: ToolSpec, given: Mapping[str, str]) -> dict[str, Any]:
    """Return what is given with the spec's preset, typed; without what does not fit its type."""
    typed = dict(spec.preset)
    for name, text in given.items():
        param = spec.param(name)
        try:
            typed[name] = param.parse(text) if param else text
        except AibrainError:
            continue  # a variable, or half of a value: the cell will say
    return typed
