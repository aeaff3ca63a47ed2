"""
How answers are parsed: one large one at a time, its times in UTC.

botocore parses in Python, which holds the interpreter's lock. With 32 threads that parse pages
the loop's thread waits behind all of them: widgets stand still and a click on Cancel is not
heard. Parsing one answer after the other takes no longer, for the lock lets only one thread
compute anyway. The gate is around the parser, which botocore makes for each answer: it is passed
on when parsing raises, and nobody holds it while waiting for the network. An answer that is still
coming in (a stream) does not pass through it.

botocore gives epoch times in the zone of the host and ISO times in UTC, so the same evidence
reads differently on two laptops; and it sends every ISO text through dateutil, which is most of
the cost of a page (parsing a page of 100 IAM users is 8.6 times faster without it). Ours gives
aware UTC for every form and takes the quick road only where the form is certain.

botocore's parser raises for a single time or number that it cannot read (a year with nine digits,
milliseconds for seconds, an empty text), and every record of the page is lost with it. It reads a
truth value of XML that is spelled ``True`` as false, and refuses an answer in which a union is
empty. Here such a value becomes an `Unreadable`, which keeps the text that came. Only times and
bytes have a public way to change how they are read; the other handlers are found by their names,
and a parser without one is left as it is.
"""

from __future__ import annotations

import os
import threading
import time
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.aws.clients.compiled.body_reader import BodyReader
from aibrain_jupyter.aws.clients.compiled.timestamps import parse_timestamp
from aibrain_jupyter.aws.clients.request_log import THIS_THREAD
from aibrain_jupyter.shared.config import get_settings
from aibrain_jupyter.shared.frames.unreadable import Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable

    import botocore.session

__all__ = ["parse_one_at_a_time", "parse_timestamp", "read_what_can_be_read"]

_SMALL: Final = 4096
"""Bytes. Shorter answers take well under a millisecond and need not queue behind the long ones."""

_OTHER_SHAPE: Final = (AttributeError, IndexError, KeyError, TypeError, ValueError, RuntimeError)
"""What botocore's parser stumbles over where, say, a text stands in the place of a structure."""


class _Gate:
    """A lock that a forked child finds open: whoever held it does not exist there."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        if hasattr(os, "register_at_fork"):  # not on Windows
            os.register_at_fork(after_in_child=self._reopen)

    def _reopen(self) -> None:
        self.lock = threading.Lock()


_GATE: Final = _Gate()


def parse_one_at_a_time(session: botocore.session.Session) -> None:
    """Have the clients that `session` makes from now on take turns at parsing."""
    name = "response_parser_factory"
    session.register_component(name, _GatedFactory(session.get_component(name)))


class _GatedFactory:
    """
    Stands in for botocore's ``ResponseParserFactory``.

    Its parsers read times with `parse_timestamp`, unless somebody gives them another function:
    then none of them is compiled.
    """

    def __init__(self, factory: Any) -> None:
        # Late: it imports botocore, which is there when a session is made, and not before.
        self._factory = factory
        self._is_ours = True
        factory.set_parser_defaults(timestamp_parser=parse_timestamp)
        self._prepared = read_what_can_be_read
        # botocore makes a parser for each answer; parsers keep nothing, so one serves them all.
        self._made: dict[str, _GatedParser] = {}

    def set_parser_defaults(self, **defaults: Any) -> None:
        self._factory.set_parser_defaults(**defaults)
        self._is_ours = False
        self._made = {}

    def create_parser(self, protocol_name: str) -> _GatedParser:
        parser = self._made.get(protocol_name)
        if parser is None:
            made = self._prepared(self._factory.create_parser(protocol_name))
            body_reader = BodyReader(protocol_name, made) if self._is_ours else None
            parser = self._made[protocol_name] = _GatedParser(made, body_reader)
        return parser


class _GatedParser:
    """Stands in for a ``ResponseParser``, of which botocore's endpoint uses `parse` alone."""

    __slots__ = ("_body_reader", "_parser")

    def __init__(self, parser: Any, body_reader: BodyReader | None) -> None:
        self._parser = parser
        self._body_reader = body_reader

    def parse(self, response: Any, shape: Any) -> Any:
        body, began = response["body"], time.monotonic()
        if not THIS_THREAD.parse_s:  # an error is parsed twice
            THIS_THREAD.parse_began = began
        try:
            if not isinstance(body, bytes) or len(body) < _SMALL:
                return self._parsed(response, shape)
            with _GATE.lock:
                return self._parsed(response, shape)
        finally:
            THIS_THREAD.parse_s += time.monotonic() - began

    def _parsed(self, response: Any, shape: Any) -> Any:
        reader = self._body_reader
        if reader is not None and get_settings().get("compiled_parsing"):
            found = reader.read(response, shape)
            if found is not None:
                return found
        try:
            return self._parser.parse(response, shape)
        except _OTHER_SHAPE as exc:
            from botocore.parsers import ResponseParserError

            raise ResponseParserError(
                f"The answer has another form than its model ({type(exc).__name__}: {exc})."
            ) from exc


_WORDS: Final = {
    "integer": "it is not a whole number",
    "long": "it is not a whole number",
    "float": "it is not a number",
    "double": "it is not a number",
    "boolean": "it is not true or false",
    "timestamp": "it is not a time",
    "blob": "it is not base64",
}
_FLAGS: Final = {"true": True, "1": True, "false": False, "0": False}


def read_what_can_be_read(parser: Any) -> Any:
    """Change a new ``ResponseParser`` so that it keeps a value it cannot read; return it."""
    from botocore.parsers import BaseXMLResponseParser

    for kind, why in _WORDS.items():
        name = f"_handle_{kind}"
        handler = getattr(parser, name, None)
        if handler is not None:
            setattr(parser, name, _lenient(handler, why))
    if isinstance(parser, BaseXMLResponseParser):
        vars(parser)["_handle_boolean"] = _xml_boolean
    if hasattr(parser, "_has_unknown_tagged_union_member"):
        parser._has_unknown_tagged_union_member = _union(parser._has_unknown_tagged_union_member)
    return parser


def _lenient(handler: Callable[[Any, Any], Any], why: str) -> Callable[[Any, Any], Any]:
    def read(shape: Any, value: Any) -> Any:
        try:
            return handler(shape, value)
        # A time beyond what the system's clock can count is a RuntimeError of botocore's.
        except (TypeError, ValueError, OverflowError, AttributeError, RuntimeError):
            return Unreadable(_text(value), why)

    return read


def _xml_boolean(shape: Any, value: Any) -> Any:
    text = (value.text or "") if hasattr(value, "text") else value
    found = _FLAGS.get(text.strip().lower()) if isinstance(text, str) else None
    return Unreadable(text, _WORDS["boolean"]) if found is None else found


def _union(is_unknown: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    from botocore.parsers import ResponseParserError

    def look(shape: Any, value: Any) -> bool:
        try:
            return is_unknown(shape, value)
        except ResponseParserError:  # no member, or several: what is there is read
            return False

    return look


def _text(value: Any) -> Any:
    """Return the text of an XML node; anything else as it is."""
    return (value.text or "") if hasattr(value, "text") else value
