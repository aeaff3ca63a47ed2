"""
What is a secret by what stands beside it: its name, a flag, the header it is compared with.

Structures of a model and mappings of a JSON text are the same here; keys are compared without case.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.aws.answers.secrets.names import (
    is_harmless_header,
    is_password_name,
    is_secret_name,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from aibrain_jupyter.aws.answers.secrets.revealing import Hider

_NAMES: Final = (
    *("headername", "httpheadername", "attributename", "parametername", "optionname", "outputkey"),
    *("propertyname", "configname", "variablename", "settingname", "tagkey", "name", "key"),
)
_VALUE_NAMES: Final = """
    value values headervalue attributevalue parametervalue outputvalue stringvalue defaultvalue
    resolvedvalue propertyvalue tagvalue default plaintext plaintextvalue currentvalue
"""
_VALUES: Final = frozenset(_VALUE_NAMES.split())
_OF_HEADERS: Final = ("headername", "httpheadername")
_FLAGS: Final = frozenset({"isvaluesecret", "issecret", "sensitive", "noecho", "issensitive"})
_SECRET_TYPES: Final = frozenset({"SecureString", "SECRET", "SECURE_STRING", "PASSWORD"})
_OF_STACKS: Final = ("parametervalue", "resolvedvalue")
"""Beside a ``ParameterKey``: the parameters of a CloudFormation stack."""
_BEANSTALK: Final = "aws:elasticbeanstalk:application:environment"
_COMPARED: Final = ("searchstring", "targetstring", "regexstring")
_HIDDEN: Final = frozenset({*_VALUES, *_OF_STACKS, *_COMPARED})
_BY_MORE: Final = frozenset(
    {*_OF_HEADERS, *_FLAGS, *_OF_STACKS, *_COMPARED, "parameterkey", "fieldtomatch", "namespace"}
    | {"type"}
)
"""Members that tell by something else than a name, or what they tell is more than a value."""
_TELLING: Final = frozenset({*_NAMES, *_FLAGS, "parameterkey", "fieldtomatch"})


def may_tell(members: Collection[str]) -> bool:
    """Tell whether a structure with these members has one that tells what another one is."""
    low = {member.lower() for member in members}
    holds = low & _VALUES or not low.isdisjoint(_COMPARED)
    return bool(holds) and not low.isdisjoint(_TELLING)


def is_told_by_name(members: Collection[str]) -> bool:
    """Tell whether in a structure with these members only a name tells what its value is."""
    low = {member.lower() for member in members}
    return low.isdisjoint(_BY_MORE)


def name_member(members: Collection[str]) -> str:
    """Return which of a structure's members is the name of its value; empty: it has no such."""
    low = {member.lower(): member for member in members}
    if low.keys().isdisjoint(_VALUES):
        return ""
    return next((low[name] for name in _NAMES if name in low), "")


def is_telling_name(name: Any, *, is_tag: bool) -> bool:
    """Tell whether what is called so, or a tag that is, is a secret."""
    if not isinstance(name, str):
        return False
    return is_password_name(name) if is_tag else is_secret_name(name)


def may_be_hidden(key: str) -> bool:
    """Tell whether what stands beside a member called so can make a secret of it."""
    return key.lower() in _HIDDEN


def hide_beside(value: Mapping[str, Any], hider: Hider, *, is_tag: bool = False) -> dict[str, Any]:
    """
    Return the members of a structure that are secrets, with what is shown of them.

    Args:
        value: The structure; not changed.

        hider: What hides them.

        is_tag: It is a tag: meant to be read by everybody, whatever it is called.
    """
    low = {key.lower(): key for key in value}
    found = {}
    if "parameterkey" in low:
        name = str(value[low["parameterkey"]])
        found = {low[k]: hider.configuration(name, value[low[k]]) for k in _OF_STACKS if k in low}
    elif value.get("Namespace") == _BEANSTALK and "value" in low:
        name = str(value.get(low.get("optionname", "")))
        found = {low["value"]: hider.configuration(name, value[low["value"]])}
    elif "fieldtomatch" in low:
        found = _compared(value, low, hider)
    if _is_flagged(value, low):
        return found | {low[k]: _each(value[low[k]], hider.secret) for k in low.keys() & _VALUES}
    how = _how(value, low, hider, is_tag)
    if how is None:
        return found
    return {low[k]: _each(value[low[k]], how) for k in low.keys() & _VALUES} | found


def _how(value: Mapping[str, Any], low: Mapping[str, str], hider: Hider, is_tag: bool) -> Any:
    """Return what hides the values that the name beside them makes secret; None: they are none."""
    key = next((name for name in _NAMES if name in low), "")
    name = value[low[key]] if key else None
    if not isinstance(name, str):
        return None
    if key in _OF_HEADERS:
        return None if is_harmless_header(name) else hider.secret
    return hider.named if is_telling_name(name, is_tag=is_tag) else None


def _is_flagged(value: Mapping[str, Any], low: Mapping[str, str]) -> bool:
    if any(value[low[flag]] in (True, "true") for flag in low.keys() & _FLAGS):
        return True
    kind = value[low["type"]] if "type" in low else None
    return isinstance(kind, str) and kind in _SECRET_TYPES


def _compared(value: Mapping[str, Any], low: Mapping[str, str], hider: Hider) -> dict[str, Any]:
    """Return what a rule of a firewall compares a header with: who knows it comes through."""
    field = value[low["fieldtomatch"]]
    if not isinstance(field, dict):
        return {}
    parts = {key.lower(): part for key, part in field.items()}
    single = parts.get("singleheader")
    if isinstance(single, dict):
        name = str(next(iter(single.values()), ""))
    elif str(parts.get("type")) == "HEADER":
        name = str(parts.get("data"))
    else:
        name = "cookie" if "cookies" in parts else ""
    if not name or is_harmless_header(name):
        return {}
    return {low[k]: hider.secret(value[low[k]]) for k in _COMPARED if k in low}


def _each(value: Any, how: Any) -> Any:
    return [how(item) for item in value] if isinstance(value, list) else how(value)
