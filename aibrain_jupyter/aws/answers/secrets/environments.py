"""
Environments: names with values that somebody wrote as configuration, in all the ways they come.

A mapping, a list of ``{name, value}``, a mapping below ``Variables``, a text with either in it.
Their names stay and their values are hidden, but for those the user asked to see by name.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aibrain_jupyter.aws.answers.secrets.page_columns import WalkAll
    from aibrain_jupyter.aws.answers.secrets.revealing import Hider

    Plan = Callable[[Any, Hider], Any]

_ENVIRONMENTS: Final = (
    "environment",
    "environment_override",
    "environment_variables",
    "env_vars",
    "stage_variables",
    "stage_variable_overrides",
)
"""What the names of environments end with (``RuntimeEnvironmentVariables``)."""
_PLAIN: Final = ("environment_variables", "env_vars", "stage_variables", "stage_variable_overrides")
"""Those of them that are a mapping of names to values wherever they stand."""
_ARGUMENTS: Final = ("arguments", "airflow_configuration_options")
"""What the names of mappings end with whose values are hidden like those of environments."""
_REFERENCES: Final = ("PARAMETER_STORE", "SECRETS_MANAGER")
"""Kinds of CodeBuild variables whose value is the name of a secret, not a secret."""
_TEXTS: Final = frozenset({str})
_DICTS: Final = {dict}
_BY_NAME: Final = ("user_data", "user_data_base64")
"""What the names of texts end with that often hold secrets, and can be shown by name."""


def is_environment(name: str) -> bool:
    """Tell whether what is called so (in snake case) is an environment."""
    return name == "env" or name.endswith(_ENVIRONMENTS)


def is_variables(name: str) -> bool:
    """Tell whether a mapping called so is an environment, even where no model says so."""
    return name.endswith(_PLAIN)


def is_environment_map(name: str) -> bool:
    """Tell whether a mapping of names to texts is an environment, or as good as one."""
    return is_environment(name) or name.endswith(_ARGUMENTS)


def is_user_data(name: str) -> bool:
    """Tell whether a text called so (in snake case) is what an instance starts with."""
    return name.endswith(_BY_NAME)


def hide_variables(variables: Mapping[str, Any], hider: Hider) -> dict[str, Any]:
    """Return an environment with its values hidden; what is no text refers to something."""
    if _TEXTS.issuperset(map(type, variables.values())):
        return hider.texts([variables])[0]
    return {
        name: value if isinstance(value, dict | list) else hider.configuration(name, value)
        for name, value in variables.items()
    }


def hide_each(member: str, plan: Plan) -> WalkAll:
    """
    Return what hides the environments below one member of structures, all at once.

    Structures with further members, and environments with more than texts, go by their `plan`.
    """

    def walk_all(values: list[Any], _texts: list[Any], hider: Hider) -> list[Any]:
        if set(map(type, values)) == _DICTS and set(map(tuple, values)) == {(member,)}:
            found = [value[member] for value in values]
            if set(map(type, found)) == _DICTS and all(found):
                texts = chain.from_iterable(one.values() for one in found)
                if _TEXTS.issuperset(map(type, texts)):
                    return [{member: hidden} for hidden in hider.texts(found)]
        return [plan(value, hider) for value in values]

    return walk_all


def hide_variable(item: Any, hider: Hider, name: str | None = None) -> Any:
    """Return one ``{name, value}`` of an environment with its value hidden."""
    if not isinstance(item, dict) or item.get("type") in _REFERENCES:
        return item
    key = spelled(item, "value")
    if not key or isinstance(item[key], dict):
        return item
    if name is None:
        name = str(item.get(spelled(item, "name"), ""))
    return {**item, key: hider.configuration(name, item[key])}


def spelled(mapping: Mapping[str, Any], name: str) -> str:
    """Return the key of a mapping that is `name` in any case; empty where there is none."""
    return next((key for key in mapping if key.lower() == name), "")
