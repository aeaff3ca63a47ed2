"""Log files in chunks: every event once, whatever the chunks, and nothing that is cut off."""

from __future__ import annotations

import json

import pytest

from aibrain_jupyter.aws.cloudtrail import log_parser
from aibrain_jupyter.aws.cloudtrail.log_parser import LogParser, UnreadableLogError

EVENTS = [{"n": n, "text": 'ü ]}, {"\\ ' * n, "deep": {"list": [1, {"a": []}]}} for n in range(5)]
FILE = json.dumps({"Records": EVENTS}, ensure_ascii=False, indent=1).encode()


def read(data, size):
    """Return the events of a file that comes in chunks of `size` bytes."""
    parser, found = LogParser(), []
    for start in range(0, len(data), size):
        found += parser.feed(data[start : start + size])
    parser.close()
    return found


@pytest.mark.parametrize("size", [1, 7, 64, 100_000])
def test_chunks_do_not_matter(size):
    """The events are the same however the bytes come, also in the middle of a character."""
    assert EVENTS == read(FILE, size)
    assert [] == read(b'{"Records":[]}', size)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(FILE[:-3], id="no end of the list"),
        pytest.param(FILE[: len(FILE) // 2], id="half an event"),
        pytest.param(b"", id="nothing"),
        pytest.param(b'{"Records":[]', id="no end of the file"),
        pytest.param(b'{"Records":[]} more', id="something behind it"),
        pytest.param(b'{"Records":[]}' + b" x" * 1000, id="much behind it"),
        pytest.param(b'{"Records":[1]}', id="no events"),
        pytest.param(b'{"other":[]}', id="another list"),
        pytest.param(b"x" * 2000, id="no JSON"),
        pytest.param(b'{"Records":[{"a": "\xff"}]}', id="no UTF-8"),
        pytest.param(b'{"Records":[{"a" 1}]}', id="a broken event"),
    ],
)
def test_what_is_no_whole_log_file_is_refused(data):
    """A file that is cut off or something else raises, however few events it has."""
    with pytest.raises(UnreadableLogError):
        read(data, 64)


def test_what_never_ends_is_given_up(monkeypatch):
    """A broken event does not make the parser keep the rest of the file."""
    monkeypatch.setattr(log_parser, "MOST_OF_ONE_EVENT", 1000)

    with pytest.raises(UnreadableLogError, match="no JSON"):
        read(b'{"Records":[{"a": "' + b"x" * 2000, 100)
