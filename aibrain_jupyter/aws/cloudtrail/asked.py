"""
What is asked of CloudTrail: which events, of which time, from which source.

LookupEvents has the management events of 90 days and needs no trail. What is older, and every data
event, is only in the log files that a trail wrote. With ``source=auto`` a period is cut in two at
a midnight a little less than 90 days ago: files before it, LookupEvents from it on. So no event is
asked for twice, and none is in neither part.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.aws.cloudtrail.params import AUTO, FILES, LOOKUP, MANAGEMENT, SELECTIONS
from aibrain_jupyter.aws.cloudtrail.selection import Selection, Span
from aibrain_jupyter.shared.error_handler import ParameterError
from aibrain_jupyter.shared.texts.periods import parse_period

if TYPE_CHECKING:
    from collections.abc import Mapping

KEPT_DAYS: Final = 90
"""How long LookupEvents has an event (its API reference)."""
LOOK_UP: Final = "cloudtrail:LookupEvents"
_ACCOUNT: Final = re.compile(r"\d{12}")
_ORGANIZATION: Final = re.compile(r"o-[a-z0-9]{10,32}")


@dataclass(frozen=True, slots=True)
class Where:
    """Where the log files are said to be, by the names of the parameters; empty: find out."""

    trail: str = ""
    bucket: str = ""
    prefix: str = ""
    organization: str = ""
    log_accounts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """What one export is asked for; `lookup` and `files` are None where a source is not used."""

    selection: Selection
    lookup: Span | None
    files: Span | None
    where: Where


def asked_for(params: Mapping[str, Any], now: dt.datetime | None = None) -> Asked:
    """
    Return what the parameters of ``cloudtrail_events`` ask for.

    Data events are in log files only; with ``auto`` files are read alone where a place is given.

    Args:
        params: The parameters (``cloudtrail/params.py``) and ``period``; those left out have
            their defaults.

        now: When it is asked, aware, UTC; None: now.

    Raises:
        ParameterError: they contradict each other, or ask a source for what it has not.
    """
    now = now or dt.datetime.now(dt.UTC)
    source = params.get("source") or AUTO
    category = params.get("category") or MANAGEMENT
    span = _span(str(params.get("period") or ""), now)
    where = _where(params)
    selection = _selection(params, category)
    # Whoever says where the files are wants them read.
    files_only = source == FILES or category != MANAGEMENT or where != Where()
    if source == LOOKUP:
        _refuse_for_lookup(category, where, span, now)
        return Asked(selection, span, None, where)
    if files_only:
        if span.start is None or span.end is None:
            raise ParameterError(
                "Log files are read for a period only: there may be years of them.",
                next_steps=["Write period=, for example period=2026-Q1 or period=2026-03-31."],
            )
        return Asked(selection, None, span, where)
    lookup, files = cut(span, kept_since(now))
    return Asked(selection, lookup, files, where)


def permissions_of_events(params: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the IAM actions that these parameters need, in the order they are used."""
    asked = asked_for(params)
    needed = [LOOK_UP] if asked.lookup else []
    if asked.files:
        needed += [] if asked.where.bucket else ["cloudtrail:DescribeTrails"]
        needed += ["s3:ListBucket", "s3:GetObject"]
    return tuple(needed)


def kept_since(now: dt.datetime) -> dt.datetime:
    """Return the midnight from which on LookupEvents has every event, with hours to spare."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - dt.timedelta(days=KEPT_DAYS - 1)


def cut(span: Span, kept: dt.datetime) -> tuple[Span | None, Span | None]:
    """Return the part of a span for LookupEvents and the part for files; None: it has none."""
    if span.start is None or span.start >= kept:
        return span, None
    if span.end is None or span.end > kept:
        return Span(kept, span.end), Span(span.start, kept)
    return None, span


def _span(period: str, now: dt.datetime) -> Span:
    if not period:
        return Span()
    found = parse_period(period, now=now)
    if found.start is None:
        raise ParameterError(
            f"period={period} has no beginning, and events are not read from the first one on.",
            next_steps=["Write the first day as well: period=2026-01-01..2026-03-31."],
        )
    # An open end is the end of today.
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return Span(found.start, found.end or max(midnight, found.start) + dt.timedelta(days=1))


def _selection(params: Mapping[str, Any], category: str) -> Selection:
    wanted: dict[str, str] = {}
    for param in SELECTIONS:
        value = params.get(param.name)
        if value not in (None, ""):
            wanted[param.name] = str(value).lower() if isinstance(value, bool) else str(value)
    return Selection(category, wanted)


def _where(params: Mapping[str, Any]) -> Where:
    where = Where(
        trail=params.get("trail") or "",
        bucket=(params.get("bucket") or "").removeprefix("s3://").strip("/"),
        prefix=(params.get("prefix") or "").strip("/").removesuffix("AWSLogs").strip("/"),
        organization=params.get("organization") or "",
        log_accounts=tuple(params.get("log_accounts") or ()),
    )
    if where.bucket and where.trail:
        raise ParameterError(
            "trail= and bucket= both say where the log files are.",
            next_steps=["Write one of them."],
        )
    if where.prefix and not where.bucket:
        raise ParameterError(
            "prefix= is about a bucket that is not given.", next_steps=["Write bucket= as well."]
        )
    for account in where.log_accounts:
        if not _ACCOUNT.fullmatch(account):
            raise ParameterError(
                f"log_accounts= takes account ids of 12 digits, not {account!r}.",
                next_steps=["Write log_accounts=111122223333,444455556666."],
            )
    if where.organization and not _ORGANIZATION.fullmatch(where.organization):
        raise ParameterError(
            f"{where.organization!r} is no id of an organization.",
            next_steps=["Write organization=o-… as it is in the path of the log files."],
        )
    return where


def _refuse_for_lookup(category: str, where: Where, span: Span, now: dt.datetime) -> None:
    if category != MANAGEMENT:
        raise ParameterError(
            "LookupEvents has management events only.",
            next_steps=[f"Write source={FILES} for category={category}."],
        )
    for name, value in asdict(where).items():
        if value:
            raise ParameterError(
                f"{name}= is about log files, and source={LOOKUP} reads none.",
                next_steps=[f"Leave it out, or write source={AUTO} or source={FILES}."],
            )
    if span.start is not None and span.start < now - dt.timedelta(days=KEPT_DAYS):
        raise ParameterError(
            f"LookupEvents has {KEPT_DAYS} days, and the period begins {span.start:%Y-%m-%d}.",
            next_steps=[
                f"Write source={AUTO}: what is older is read from the trail's files in S3.",
                f"Or let the period begin {now - dt.timedelta(days=KEPT_DAYS - 1):%Y-%m-%d}.",
            ],
        )
