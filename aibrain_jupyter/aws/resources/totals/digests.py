"""
Log files of CloudTrail as its digests name them: a file that is gone, or was not listed, is found.

A trail that validates its files writes a digest each hour, beside the folder of log files in
``CloudTrail-Digest``. What the digests name between the first and the last day that was listed
must have been listed; files of the newest hours are in no digest yet. The signatures of the
digests are not verified here (``aws cloudtrail validate-logs`` does that).
"""

from __future__ import annotations

import datetime as dt
import gzip
import json
import re
import zlib
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.aws.answers.paging import call
from aibrain_jupyter.aws.resources.details import listed
from aibrain_jupyter.shared.error_handler import IncompleteAnswerError
from aibrain_jupyter.shared.tools.totals import Count

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from aibrain_jupyter.aws.resources.totals.declaration import Total
    from aibrain_jupyter.shared.base_tool import CallContext

_LOG_FILE: Final = re.compile(r"(.*/CloudTrail/[^/]+/)(\d{4}/\d{2}/\d{2})/[^/]+\.json\.gz")
_DAY: Final = dt.timedelta(days=1)
_UNREADABLE: Final = (EOFError, gzip.BadGzipFile, zlib.error, ValueError, KeyError, TypeError)


def keys_of(heard: Iterable[Any]) -> frozenset[str]:
    """Return the keys of log files among the pages ``[bucket, keys]`` that were heard."""
    keys = (key for _, keys in heard for key in keys or ())
    return frozenset(key for key in keys if _LOG_FILE.fullmatch(key))


def counted(ctx: CallContext, total: Total, heard: Sequence[Any]) -> Count:
    """
    Return the keys that the digests name, of the folders and days whose files were heard.

    Raises:
        ProviderError: a digest cannot be listed or read.
    """
    folders: dict[tuple[str, str], set[dt.date]] = {}
    for bucket, keys in heard:
        for key in keys or ():
            if found := _LOG_FILE.fullmatch(key):
                day = dt.datetime.strptime(f"{found[2]} +0000", "%Y/%m/%d %z").date()
                folders.setdefault((str(bucket), found[1]), set()).add(day)
    began = dt.datetime.now(dt.UTC)
    named: set[str] = set()
    digests = 0
    for (bucket, folder), days in folders.items():
        first, last = min(days), max(days)
        # What was delivered before midnight is in a digest of the next day.
        asked = [first + _DAY * n for n in range((last - first).days + 2)]
        digest_folder = folder.replace("/CloudTrail/", "/CloudTrail-Digest/")
        prefixes = [f"{digest_folder}{day:%Y/%m/%d}/" for day in asked]
        keys = [key for keys in ctx.map(partial(_keys, ctx, bucket), prefixes) for key in keys]
        digests += len(keys)
        for names in ctx.map(partial(_named, ctx, bucket), keys):
            named.update(name for name in names if _is_within(name, folder, first, last))
    if not digests:
        return Count(why="there is no digest of these log files: the trail does not validate them")
    return Count(len(named), frozenset(named), began)


def _keys(ctx: CallContext, bucket: str, prefix: str) -> list[str]:
    asked = {"Bucket": bucket, "Prefix": prefix}
    found = listed(ctx, "s3", "ListObjectsV2", "Contents[].Key", asked)
    return [key for key in found if key.endswith(".json.gz")]


def _named(ctx: CallContext, bucket: str, key: str) -> list[str]:
    body = call(ctx, "s3", "GetObject", {"Bucket": bucket, "Key": key})["Body"]
    try:
        digest = json.loads(gzip.decompress(body.read()))
        return [str(file["s3Object"]) for file in digest.get("logFiles") or ()]
    except _UNREADABLE as exc:
        raise IncompleteAnswerError(
            f"s3://{bucket}/{key} is no whole digest.", facts={"operation": "s3:GetObject"}
        ) from exc


def _is_within(key: str, folder: str, first: dt.date, last: dt.date) -> bool:
    found = _LOG_FILE.fullmatch(key)
    if found is None or found[1] != folder:
        return False
    return f"{first:%Y/%m/%d}" <= found[2] <= f"{last:%Y/%m/%d}"
