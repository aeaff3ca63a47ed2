"""
Events from the log files of trails: listed by day, read a few at a time, each as a stream.

In memory are the rows that are kept and, of each file being read, one chunk. Contents of objects
are a sensitive read: this module may make it, and nothing else of the call. A file that cannot be
read is a gap that names it; the others are read all the same.
"""

from __future__ import annotations

import gzip
import threading
import time
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import IncompleteReadError, ReadTimeoutError, ResponseStreamingError

from aibrain_jupyter.aws.accounts.signing_in.sign_in_pause import may_ask_again
from aibrain_jupyter.aws.clients.current_call import asking_for, aws_call
from aibrain_jupyter.aws.clients.request_log import THIS_THREAD
from aibrain_jupyter.aws.cloudtrail.event_rows import id_of, row_of, time_of
from aibrain_jupyter.aws.cloudtrail.found_events import FoundEvent
from aibrain_jupyter.aws.cloudtrail.hand_over import HandOver
from aibrain_jupyter.aws.cloudtrail.log_parser import LogParser, UnreadableLogError
from aibrain_jupyter.aws.cloudtrail.log_places import days_of, files_of
from aibrain_jupyter.aws.errors.translate import SDK_ERRORS, translate
from aibrain_jupyter.shared.call_log import ROWS
from aibrain_jupyter.shared.error_handler import (
    IncompleteAnswerError,
    PermissionDeniedError,
    ProviderError,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence

    from aibrain_jupyter.aws.cloudtrail.event_rows import RowOf
    from aibrain_jupyter.aws.cloudtrail.log_places import LogFile, Place
    from aibrain_jupyter.aws.cloudtrail.selection import Selection, Span
    from aibrain_jupyter.shared.base_tool import CallContext

GET: Final = "s3:GetObject"
WORKERS: Final = 8
_CHUNK: Final = 256 * 1024
"""Bytes of a file, unpacked, that are looked at in one go."""
_DAYS: Final = 8
_FILES: Final = 256
"""Files whose rows come back together."""
_FIRST_FILES: Final = 32
_ALL_DENIED: Final = 20
"""So many files refused and none read: the others would be refused as well."""
_ATTEMPTS: Final = 3
_BROKEN: Final = (IncompleteReadError, ReadTimeoutError, ResponseStreamingError)
_UNREADABLE: Final = (EOFError, UnreadableLogError, gzip.BadGzipFile, zlib.error)
_turn: Final = threading.Lock()
"""One thread parses at a time, as with answers: the kernel's loop stays responsive."""


@dataclass(slots=True)
class Failure:
    """A log file that was not read, and why."""

    file: LogFile
    error: ProviderError


@dataclass(slots=True)
class _Contents:
    events: list[FoundEvent] = field(default_factory=list)
    other_category: int = 0


class LogReader:
    """
    Reads the log files of one call, and counts what came of it.

    `files` were read, `failures` were not, nor `no_log_files` (keys of other objects);
    `other_category` events were left out, `days` have files.
    """

    def __init__(
        self, ctx: CallContext, selection: Selection, span: Span, make_row: RowOf = row_of
    ) -> None:
        self.files = self.other_category = 0
        self.failures: list[Failure] = []
        self.no_log_files: list[str] = []
        self.days: set[dt.date] = set()
        self._ctx = ctx
        self._selection = selection
        self._span = span
        self._make_row = make_row
        self._hand_over = HandOver(ctx)

    def events(self, place: Place, folder: str) -> Iterator[FoundEvent]:
        """
        Yield the events in the files below a folder of one region.

        Raises:
            CallTimeoutError: the call's time is nearly over; what was yielded is all there is.
            ProviderError: the folder cannot be listed, or none of its files may be read.
        """
        days = days_of(self._ctx, place, folder, self._span)
        self.days.update(days)
        for start in range(0, len(days), _DAYS):
            listed = self._ctx.map(
                lambda day: files_of(self._ctx, place, folder, day, self._span),
                days[start : start + _DAYS],
            )
            self.no_log_files += [key for _, others in listed for key in others]
            files = [file for found, _ in listed for file in found]
            while files:
                # A few until one could be read: the role may have no permission for any.
                size = _FILES if self.files else _FIRST_FILES
                self._hand_over.check()
                yield from self._read_all(files[:size])
                files = files[size:]

    def _read_all(self, files: Sequence[LogFile]) -> Iterator[FoundEvent]:
        results = self._ctx.map(self._attempt, files, workers=WORKERS)
        for file, result in zip(files, results, strict=True):
            if isinstance(result, ProviderError):
                self.failures.append(Failure(file, result))
                continue
            self.files += 1
            self.other_category += result.other_category
            yield from result.events
        if not self.files and len(self.failures) >= _ALL_DENIED:
            first = self.failures[0].error
            if all(isinstance(f.error, PermissionDeniedError) for f in self.failures):
                # One fault of the whole, not one of each file.
                self.failures = [f for f in self.failures if f.file.place != file.place]
                raise first

    def _attempt(self, file: LogFile) -> _Contents | ProviderError:
        """Return what is in a file, or why that is not known."""
        broken = 0
        while True:
            asked_at = time.monotonic()
            try:
                return self._read(file)
            except _UNREADABLE as exc:
                return self._unreadable(file, exc)
            except SDK_ERRORS as exc:
                # The SDK tries a request again, but not an answer that breaks off in its middle.
                broken += isinstance(exc, _BROKEN)
                if isinstance(exc, _BROKEN) and broken < _ATTEMPTS:
                    continue
                target = self._ctx.target
                error = translate(exc, service="s3", operation="GetObject", target=target)
                self._ctx.check()  # a call that is over does not fill up with gaps
                if may_ask_again(self._ctx, error, asked_at=asked_at):
                    continue
                if not isinstance(error, ProviderError):
                    raise error from exc
                return error

    def _read(self, file: LogFile) -> _Contents:
        contents, parser = _Contents(), LogParser()
        self._ctx.check()
        with asking_for(self._ctx, also_allowed=frozenset({GET})):
            client = self._ctx.client("s3", region=file.place.region)
            body = client.get_object(Bucket=file.place.bucket, Key=file.key)["Body"]
        try:
            with gzip.GzipFile(fileobj=body) as unpacked:
                while data := unpacked.read(_CHUNK):
                    self._ctx.check()
                    with _turn:
                        self._take(parser.feed(data), file, contents)
            parser.close()
        finally:
            body.close()
        if (note := THIS_THREAD.note) is not None:
            note[ROWS] = len(contents.events)
        self._ctx.count(GET, rows=len(contents.events))
        return contents

    def _take(self, events: list[dict[str, Any]], file: LogFile, contents: _Contents) -> None:
        for event in events:
            time = time_of(event)
            if not self._span.has(time) or not self._selection.matches(event):
                continue
            if not self._selection.has_category(event):
                contents.other_category += 1
                continue
            row = self._make_row(
                event,
                read_from=file.label,
                columns=self._ctx.columns,
                revealed=aws_call(self._ctx).revealed,
            )
            contents.events.append(FoundEvent(time, id_of(event), row))

    def _unreadable(self, file: LogFile, exc: Exception) -> IncompleteAnswerError:
        self._ctx.count(GET)
        return IncompleteAnswerError(
            f"{file.label} is no whole log file.",
            why=str(exc) or type(exc).__name__,
            next_steps=["Compare it with its digest: aws cloudtrail validate-logs."],
            facts={"account": self._ctx.target.account, "operation": GET},
        )
