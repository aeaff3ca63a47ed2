"""
Where the log files of an account and region are: trails, buckets, folders, days.

A trail writes to ``[prefix/]AWSLogs/ACCOUNT/CloudTrail/REGION/YYYY/MM/DD/``, a trail of an
organization to ``[prefix/]AWSLogs/o-…/ACCOUNT/CloudTrail/…``; one that was made an organization's
later has written to both. Digests and Insights are in folders of other names. The day is that of
the delivery, in UTC: a file may have events of any time before it.

Every trail that covers the region is read, for one may record what another leaves out.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.aws.answers.paging import pages
from aibrain_jupyter.shared.error_handler import IncompleteAnswerError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aibrain_jupyter.aws.cloudtrail.asked import Where
    from aibrain_jupyter.aws.cloudtrail.selection import Span
    from aibrain_jupyter.shared.base_tool import CallContext

LATEST: Final = dt.timedelta(days=1)
"""How long after an event its file is looked for. Minutes are usual, hours happen."""
_EARLIEST: Final = dt.timedelta(hours=1)
"""No file is older than its events; this is for clocks that are off."""
_LIST: Final = "ListObjectsV2"
_LOG_FILE: Final = re.compile(r".*\.json\.gz")
_DELIVERED: Final = re.compile(r"_(\d{8}T\d{4}Z)_")


@dataclass(frozen=True, slots=True)
class Place:
    """A bucket with log files: `prefix` stands before ``AWSLogs``, `region` is a first guess."""

    bucket: str
    prefix: str
    region: str
    trail: str = ""

    @property
    def base(self) -> str:
        """``prefix/AWSLogs/``."""
        return f"{self.prefix}/AWSLogs/" if self.prefix else "AWSLogs/"

    @property
    def label(self) -> str:
        """``s3://bucket/prefix/AWSLogs/``."""
        return f"s3://{self.bucket}/{self.base}"


@dataclass(frozen=True, slots=True)
class LogFile:
    """One object with events."""

    place: Place
    key: str

    @property
    def label(self) -> str:
        """``s3://bucket/key``."""
        return f"s3://{self.place.bucket}/{self.key}"

    @property
    def folder(self) -> str:
        """``s3://bucket/…/YYYY/MM/DD/``."""
        return f"{self.label.rpartition('/')[0]}/"


def places_of(ctx: CallContext, where: Where) -> list[Place]:
    """
    Return the buckets with the log files of a call's region, each once.

    Raises:
        IncompleteAnswerError: no trail covers the region, or not the one that is asked for.
        ProviderError: the trails cannot be asked for.
    """
    region = ctx.target.region
    if where.bucket:
        return [Place(where.bucket, where.prefix, region)]
    asked = {"includeShadowTrails": True}
    answers = pages(ctx, "cloudtrail", "DescribeTrails", asked, counts_rows=False)
    trails = [trail for page in answers for trail in page.get("trailList") or ()]
    found: dict[tuple[str, str], Place] = {}
    for trail in trails:
        bucket = trail.get("S3BucketName") or ""
        prefix = (trail.get("S3KeyPrefix") or "").strip("/")
        if bucket and where.trail in ("", trail.get("Name"), trail.get("TrailARN")):
            home = trail.get("HomeRegion") or region
            place = Place(bucket, prefix, home, str(trail.get("Name") or ""))
            found.setdefault((bucket, prefix), place)
    if not found:
        names = ", ".join(sorted(str(trail.get("Name")) for trail in trails))
        raise _no_files(
            f"No {f'trail {where.trail}' if where.trail else 'trail'} covers {region}.",
            why=f"Trails here: {names}." if names else "",
            operation="cloudtrail:DescribeTrails",
            ctx=ctx,
        )
    return list(found.values())


def folders_of(ctx: CallContext, place: Place, account: str, where: Where) -> list[str]:
    """
    Return the folders of an account's regions in a bucket: ``…/CloudTrail/``.

    Raises:
        IncompleteAnswerError: the bucket has no log file of the account.
        ProviderError: the bucket cannot be listed.
    """
    named = [where.organization] if where.organization else []
    organizations = named or names_below(ctx, place, f"{place.base}o-")
    roots = [place.base, *(f"{place.base}{name}/" for name in organizations)]
    candidates = [f"{root}{account}/CloudTrail/" for root in roots]
    found = [folder for folder in candidates if names_below(ctx, place, folder)]
    if not found:
        raise _no_files(
            f"{place.label} has no log file of account {account}.",
            why=f"Looked for {', '.join(candidates)}.",
            operation=f"s3:{_LIST}",
            ctx=ctx,
        )
    return found


def days_of(ctx: CallContext, place: Place, folder: str, span: Span) -> list[dt.date]:
    """Return the days of delivery that have a folder and may have events of a (closed) span."""
    begin, end = _delivered_in(span)
    first, last = begin.date(), min(end, dt.datetime.now(dt.UTC) + LATEST).date()
    days = (first + dt.timedelta(days=number) for number in range((last - first).days + 1))
    found: list[dt.date] = []
    for month, in_month in groupby(days, key=lambda day: f"{day:%Y/%m}"):
        # One request for a month instead of one for each day on which nothing happened.
        names = names_below(ctx, place, f"{folder}{month}/")
        found += [day for day in in_month if f"{day:%d}" in names]
    return found


def files_of(
    ctx: CallContext, place: Place, folder: str, day: dt.date, span: Span
) -> tuple[list[LogFile], list[str]]:
    """
    Return the log files delivered on a day that may have events of a span.

    And the keys that are no log files: nothing is left out unseen.
    """
    begin, end = _delivered_in(span)
    found: list[LogFile] = []
    others: list[str] = []
    for page in _listed(ctx, place, f"{folder}{day:%Y/%m/%d}/"):
        for item in page.get("Contents") or ():
            key = item["Key"]
            if not _LOG_FILE.fullmatch(key):
                others += [] if key.endswith("/") else [key]  # consoles make objects for folders
                continue
            delivered = _delivered(key)
            if delivered is None or begin <= delivered <= end:
                found.append(LogFile(place, key))
    return found, others


def names_below(ctx: CallContext, place: Place, folder: str) -> list[str]:
    """Return the names of the folders right below a folder, or of those that begin like it."""
    found: list[str] = []
    for page in _listed(ctx, place, folder, Delimiter="/"):
        below = (item["Prefix"] for item in page.get("CommonPrefixes") or ())
        found += [prefix.removesuffix("/").rpartition("/")[2] for prefix in below]
    return found


def _listed(ctx: CallContext, place: Place, prefix: str, **more: str) -> Iterator[dict[str, Any]]:
    request = {"Bucket": place.bucket, "Prefix": prefix, **more}
    # Names of files are no rows of the export.
    return pages(ctx, "s3", _LIST, request, region=place.region, counts_rows=False)


def _delivered_in(span: Span) -> tuple[dt.datetime, dt.datetime]:
    if span.start is None or span.end is None:
        raise ValueError("log files are read for a closed span only")
    return span.start - _EARLIEST, span.end + LATEST


def _delivered(key: str) -> dt.datetime | None:
    """Return when a file was delivered, as its name says; None: it does not say."""
    found = _DELIVERED.search(key.rpartition("/")[2])
    try:
        return dt.datetime.fromisoformat(found[1]) if found else None
    except ValueError:
        return None


def _no_files(what: str, *, why: str, operation: str, ctx: CallContext) -> IncompleteAnswerError:
    reason = "Data events, and what is older than 90 days, are only in the log files of a trail."
    return IncompleteAnswerError(
        what,
        why=f"{reason} {why}".rstrip(),
        next_steps=[
            "Say where the files are: bucket=, prefix=, organization=.",
            (
                "For a central bucket ask its own account: --accounts LOG_ARCHIVE "
                "source=s3 bucket=… log_accounts=111122223333."
            ),
            "LookupEvents has 90 days without any trail: a shorter period needs no files.",
        ],
        facts={**ctx.target.facts, "operation": operation},
    )
