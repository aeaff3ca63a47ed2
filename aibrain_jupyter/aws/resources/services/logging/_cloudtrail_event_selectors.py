"""What the event selectors of a trail record, basic or advanced, in the same words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_MANAGEMENT = "Management"


def management_events(answer: Mapping[str, Any]) -> str | None:
    """
    Return which management events the answer of GetEventSelectors records.

    Returns:
        ``All``, ``ReadOnly``, ``WriteOnly`` or ``None`` as text; None: a selector narrows them in
        another way, or there is none, which is never so on AWS.
    """
    if advanced := answer.get("AdvancedEventSelectors"):
        return _advanced_management(advanced)
    if basic := answer.get("EventSelectors"):
        return _basic_management(basic)
    return None


def records_data_events(answer: Mapping[str, Any]) -> bool | None:
    """Tell whether the answer of GetEventSelectors records any data event; None: no selector."""
    if advanced := answer.get("AdvancedEventSelectors"):
        return any("Data" in _field(s, "eventCategory") for s in advanced)
    if basic := answer.get("EventSelectors"):
        return any(s.get("DataResources") for s in basic)
    return None


def _basic_management(selectors: Sequence[Mapping[str, Any]]) -> str | None:
    found = [s for s in selectors if s.get("IncludeManagementEvents")]
    if not found:
        return "None"
    if any(s.get("ExcludeManagementEventSources") for s in found):
        return None  # events of KMS, say, are left out
    kinds = {s.get("ReadWriteType", "All") for s in found}
    return kinds.pop() if len(kinds) == 1 else "All"


def _advanced_management(selectors: Sequence[Mapping[str, Any]]) -> str | None:
    found = [s for s in selectors if _MANAGEMENT in _field(s, "eventCategory")]
    if not found:
        return "None"
    kinds = set()
    for selector in found:
        fields = {f.get("Field") for f in selector.get("FieldSelectors") or ()}
        if fields - {"eventCategory", "readOnly"}:
            return None
        kinds.add(
            {"true": "ReadOnly", "false": "WriteOnly"}.get(
                "".join(_field(selector, "readOnly")).lower(), "All"
            )
        )
    return kinds.pop() if len(kinds) == 1 else "All"


def _field(selector: Mapping[str, Any], name: str) -> list[str]:
    return [
        value
        for field in selector.get("FieldSelectors") or ()
        if field.get("Field") == name
        for value in field.get("Equals") or ()
    ]
