"""
A whole answer: its body by a compiled parser, all around it by botocore's.

What stands in headers and status becomes members and metadata in botocore's own parser, which gets
the same answer with an empty body. An answer that is an error, a stream or in any way unexpected
is not read here: `BodyReader.read` returns None, and botocore's parser reads all of it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final
from xml.etree.ElementTree import ParseError, XMLParser

from aibrain_jupyter.aws.clients.compiled.json_shapes import JsonShapes
from aibrain_jupyter.aws.clients.compiled.unexpected import READ_FAULTS, UnexpectedError
from aibrain_jupyter.aws.clients.compiled.xml_shapes import XmlShapes, local_name

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_XML: Final = frozenset({"query", "ec2", "rest-xml"})
_JSON: Final = frozenset({"json", "rest-json"})
_FIRST_ERROR: Final = 300
"""Below it an answer is one; botocore takes 300 for one, too, which no service sends."""
_MOST_SHAPES: Final = 512
_UNKNOWN: Final[Any] = object()
_TREES: Final = ("structure", "list", "map")


class BodyReader:
    """The compiled parsers of one protocol, by output shape. Safe to use from any thread."""

    def __init__(self, protocol: str, parser: Any) -> None:
        self._protocol = protocol
        self._parser = parser
        self._made: dict[Any, _OfShape | None] = {}

    def read(self, response: Mapping[str, Any], shape: Any) -> dict[str, Any] | None:
        """Return the answer as botocore's parser gives it; None: let that read it."""
        body = response["body"]
        if response["status_code"] >= _FIRST_ERROR or not body or not isinstance(body, bytes):
            return None
        try:
            made = self._made.get(shape, _UNKNOWN)
            if made is _UNKNOWN:
                made = self._make(shape)
            return None if made is None else made.read(self._parser, response)
        except (ParseError, *READ_FAULTS):
            return None

    def _make(self, shape: Any) -> _OfShape | None:
        if shape is None:
            return None
        try:
            made = _OfShape(self._protocol, shape)
        except UnexpectedError:
            made = None
        if len(self._made) >= _MOST_SHAPES:  # of clients that are gone, perhaps: begin anew
            self._made = {}
        self._made[shape] = made
        return made


class _OfShape:
    """How the answers of one output shape are read."""

    def __init__(self, protocol: str, shape: Any) -> None:
        if protocol not in _XML | _JSON or shape.type_name != "structure":
            raise UnexpectedError(protocol)
        members = shape.members.values()
        if shape.event_stream_name or shape.serialization.get("eventstream"):
            raise UnexpectedError(shape.name)
        if any(member.serialization.get("streaming") for member in members):
            raise UnexpectedError(shape.name)
        self._protocol = protocol
        self._wrapper: str = shape.serialization.get("resultWrapper", "")
        self._payload: str = shape.serialization.get("payload", "")
        body = shape.members[self._payload] if self._payload else shape
        if body.type_name not in _TREES:
            raise UnexpectedError(shape.name)
        reader: Any
        if protocol in _XML:
            reader = XmlShapes().reader(body)
        else:
            reader = JsonShapes(converts=protocol == "rest-json").reader(body)
        self._reader: Callable[[Any], Any] | None = reader
        # Without a shape botocore's parser reads the metadata and no members.
        has_more = any("location" in member.serialization for member in members)
        self._shape_around = shape if has_more else None
        self._empty = _EMPTY.get(protocol, b"")
        if self._wrapper:
            self._empty = f"<r><{self._wrapper}/></r>".encode()

    def read(self, parser: Any, response: Mapping[str, Any]) -> dict[str, Any]:
        body, metadata = self._tree(response["body"])
        found = body if self._reader is None else self._reader(body)
        given = {**response, "body": self._empty}
        around: dict[str, Any] = parser.parse(given, self._shape_around)
        if self._payload:
            around[self._payload] = found
            return around
        if metadata is not None:
            own = around.pop("ResponseMetadata")
            return {**around, **found, "ResponseMetadata": {**metadata, **own}}
        if self._protocol == "json":  # where the metadata comes after the body
            return {**found, **around}
        around.update(found)
        return around

    def _tree(self, body: bytes) -> tuple[Any, dict[str, Any] | None]:
        """Return what the reader reads, and the metadata that stand in the body."""
        if self._protocol in _JSON:
            return json.loads(body.decode("utf-8")), None
        builder = XMLParser(encoding="utf-8")  # noqa: S314 - the parser that botocore uses
        builder.feed(body)
        root = builder.close()
        if self._protocol == "rest-xml":
            return root, None
        named: dict[str, Any] = {}
        for node in root:
            name = local_name(node.tag)
            if name in (self._wrapper, *_OF_METADATA):
                if name in named:
                    raise UnexpectedError(name)
                named[name] = node
        metadata: dict[str, Any] = {}
        if self._protocol == "ec2":
            if "requestId" in named:
                metadata["RequestId"] = named["requestId"].text
        elif "ResponseMetadata" in named:
            parts = named["ResponseMetadata"]
            metadata = {local_name(part.tag): part.text for part in parts}
            if len(metadata) != len(parts):
                raise UnexpectedError
        return named[self._wrapper] if self._wrapper else root, metadata


_EMPTY: Final = {"query": b"<r/>", "ec2": b"<r/>"}
_OF_METADATA: Final = ("requestId", "ResponseMetadata")
