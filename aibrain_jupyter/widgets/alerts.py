"""The banner of alerts: what fires, what was resolved, and where to look."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aibrain_jupyter.execution.metrics.alerts.states import FIRING, PENDING, RESOLVED
from aibrain_jupyter.widgets.blocks import Block, Callout, Page, dotted, line
from aibrain_jupyter.widgets.spans import mark_command, muted, plural, strong

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aibrain_jupyter.execution.metrics.alerts.states import Alert

MOST: Final = 5
"""More than so many lines are a list, which the verb gives."""


def banner_page(alerts: Sequence[Alert]) -> Page:
    """Return the banner of the alerts there are, firing ones first."""
    firing = [one for one in alerts if one.state == FIRING]
    resolved = [one for one in alerts if one.state == RESOLVED]
    title = f"! {plural(len(firing), 'alert')}" if firing else "All alerts are resolved"
    blocks: list[Block] = [line(strong(title))]
    blocks += [_line(one) for one in firing[:MOST]]
    if len(firing) > MOST:
        blocks.append(line(muted(f"and {len(firing) - MOST} more")))
    blocks += [_line(one) for one in resolved[:MOST]]
    blocks.append(line(mark_command("%aibrain alerts: all of them; --history: what was before")))
    return Page("Alerts", [Callout(blocks, label=title, is_warning=bool(firing))])


def _line(alert: Alert) -> Block:
    state = alert.state if alert.state in (RESOLVED, PENDING) else alert.rule.severity
    since = f"{state} since {alert.since:%H:%M} UTC"
    return dotted((strong(alert.rule.name),), alert.says, since)
