"""Messages of a scheduler are read as Dask reads them, as long as they are data of some size."""

from __future__ import annotations

import asyncio
import pickle

import pytest
from distributed.comm import CommClosedError, connect, listen
from distributed.core import Status
from distributed.protocol import dumps, to_serialize
from distributed.protocol.serialize import ToPickle

from aibrain_jupyter.execution.calls.engines.cluster import guarded
from aibrain_jupyter.execution.calls.engines.cluster.guarded import AnsweredError, Unread

ANSWER = ["tcp://x", [[0, 1]], [9], b"AIBRAIN" * 5_000]


def read(message, **how):
    return guarded._read([memoryview(frame) for frame in dumps(message, **how)])


@pytest.mark.parametrize("compression", [None, "zlib"])
def test_data_comes_through_whole(compression):
    """Numbers, texts, states, sets and the answers of tasks are what was sent."""
    message = {"op": "x", 1: (1.5, None, "text"), "state": Status.running, "names": {"a", "b"}}
    answer = {"data": {"key": to_serialize(ANSWER)}}
    how = {"serializers": ["msgpack", "pickle"], "context": {"compression": compression}}

    assert message == read(message)
    worker, indexes, sizes, data = read(answer, **how)["data"]["key"]
    assert ANSWER == [worker, [*map(list, indexes)], [*sizes], bytes(data)]


def test_what_would_be_unpickled_is_left_unread():
    """Wherever it stands, the rest of the message is read; an exception is its text."""
    odd = object
    failed = {"status": "uncaught-error", "exception": pickle.dumps(odd), "exception_text": "why"}
    found = read({"a": ToPickle(odd), "b": [to_serialize(odd), 1], "c": failed})

    assert Unread is type(found["a"])
    assert Unread is type(found["b"][0])
    assert 1 == found["b"][1]
    assert AnsweredError is type(found["c"]["exception"])
    assert "why" == str(found["c"]["exception"])


def test_an_answer_that_unpacks_to_more_than_any_is_none(monkeypatch):
    """What a few bytes become is not made first and looked at then."""
    how = {"serializers": ["msgpack"], "context": {"compression": "zlib"}}
    monkeypatch.setattr(guarded, "MOST_BYTES", 1_000)

    assert Unread is type(read({"data": to_serialize(ANSWER)}, **how)["data"])


def test_a_message_of_more_bytes_than_any_ends_the_connection(monkeypatch):
    """Nothing of it is waited for or kept."""

    async def large():
        async def answers(comm):
            await comm.write({"data": bytes(100_000)})

        async with listen("tcp://127.0.0.1:0", answers) as listener:
            comm = await connect(guarded.guarded(listener.contact_address))
            monkeypatch.setattr(guarded, "MOST_BYTES", 10_000)
            with pytest.raises(CommClosedError, match="more bytes"):
                await comm.read()
            assert comm.closed()

    asyncio.run(large())
