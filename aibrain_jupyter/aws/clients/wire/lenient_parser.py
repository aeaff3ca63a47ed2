"""
A value on the wire that cannot be read costs that value, not the whole answer.

botocore's parser raises for a single time or number that it cannot read (a year with nine digits,
milliseconds for seconds, an empty text), and every record of the page is lost with it. It reads a
truth value of XML that is spelled ``True`` as false, and refuses an answer in which a union is
empty. Here such a value becomes an `Unreadable`, which keeps the text that came.

Only times and bytes have a public way to change how they are read; the other handlers are found
by their names, and a parser without one is left as it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from botocore.parsers import BaseXMLResponseParser, ResponseParserError

from aibrain_jupyter.shared.frames.unreadable import Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable

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
        except (TypeError, ValueError, OverflowError, AttributeError):
            return Unreadable(_text(value), why)

    return read


def _xml_boolean(shape: Any, value: Any) -> Any:
    text = _text(value)
    found = _FLAGS.get(text.strip().lower()) if isinstance(text, str) else None
    return Unreadable(text, _WORDS["boolean"]) if found is None else found


def _union(is_unknown: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def look(shape: Any, value: Any) -> bool:
        try:
            return is_unknown(shape, value)
        except ResponseParserError:  # no member, or several: what is there is read
            return False

    return look


def _text(value: Any) -> Any:
    """Return the text of an XML node; anything else as it is."""
    return (value.text or "") if hasattr(value, "text") else value
