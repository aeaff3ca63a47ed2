"""
The events of a log file one after the other, so that no whole file is ever in memory.

A log file is one JSON object, ``{"Records": [event, …]}``, of up to hundreds of megabytes when
unpacked. `LogParser` is fed its bytes as they come and gives each event as soon as it is whole;
it keeps what is left of the last chunk, and nothing else.
"""

import codecs
import json
import re
from typing import Any, Final

MOST_OF_ONE_EVENT: Final = 8 * 1024 * 1024
"""Characters. CloudTrail's events have 1 MB at most: what does not end by then is no event."""
_HEAD: Final = re.compile(r'\s*\{\s*"Records"\s*:\s*\[')
_LONGEST_HEAD: Final = 1024
_BETWEEN: Final = re.compile(r"[\s,]*")
_TAIL: Final = re.compile(r"\s*\}\s*")


class UnreadableLogError(ValueError):
    """What was fed is not a log file, or not a whole one."""


class LogParser:
    """Gives the events of one log file."""

    def __init__(self) -> None:
        self._text = ""
        self._decode = codecs.getincrementaldecoder("utf-8")().decode
        self._scan = json.JSONDecoder().raw_decode
        self._is_inside = False
        self._is_over = False

    def feed(self, data: bytes) -> list[dict[str, Any]]:
        """
        Return the events that are whole with these further bytes.

        Raises:
            UnreadableLogError: it is no log file.
        """
        try:
            self._text += self._decode(data)
        except UnicodeDecodeError as exc:
            raise UnreadableLogError("It is not UTF-8 text.") from exc
        if not self._is_inside:
            self._begin()
        if self._is_over and len(self._text) > _LONGEST_HEAD:
            raise UnreadableLogError("Something follows its list of Records.")
        if not self._is_inside or self._is_over:
            return []
        return self._events()

    def close(self) -> None:
        """
        Tell that there is nothing more.

        Raises:
            UnreadableLogError: the list of events has no end, or something follows it.
        """
        if not self._is_over or not _TAIL.fullmatch(self._text):
            raise UnreadableLogError("It breaks off before its list of Records ends.")

    def _begin(self) -> None:
        if head := _HEAD.match(self._text):
            self._text = self._text[head.end() :]
            self._is_inside = True
        elif len(self._text) > _LONGEST_HEAD:
            raise UnreadableLogError("It does not begin with a list of Records.")

    def _events(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        text, at = self._text, 0
        while True:
            at = _BETWEEN.match(text, at).end()  # type: ignore[union-attr]  # it matches nothing, too
            if at >= len(text):
                break
            if text[at] == "]":
                self._is_over = True
                at += 1
                break
            try:
                event, end = self._scan(text, at)
            except json.JSONDecodeError as exc:
                if len(text) - at > MOST_OF_ONE_EVENT:
                    raise UnreadableLogError(f"An event in it is no JSON: {exc.msg}.") from exc
                break  # the rest of it is still to come
            if not isinstance(event, dict):
                raise UnreadableLogError("Its Records are no events.")
            found.append(event)
            at = end
        self._text = text[at:]
        return found
