"""An address that cannot be one is refused with the nearest that can, and tells no password."""

from __future__ import annotations

import pytest

from aibrain_jupyter.execution.calls.engines.cluster.address import is_at, read_address
from aibrain_jupyter.shared.error_handler import ParameterError


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("127.0.0.1:9001", "tcp://127.0.0.1:9001"),
        ("scheduler:9001", "tls://scheduler:9001"),
        ("scheduler", "tls://scheduler:8786"),
        ("tcp://127.0.0.1", "tcp://127.0.0.1:8786"),
        ("tcp://127.0.0.1:9001/status", "tcp://127.0.0.1:9001"),
        ("http://127.0.0.1:8787/status", "tcp://127.0.0.1:8786"),
        ("https://scheduler:8787", "tls://scheduler:8786"),
        ("ws://[::1]:9001", "tcp://[::1]:9001"),
        ("tls://me:hunter2@scheduler:9001", "tls://scheduler:9001"),
        ("me:hunter2@scheduler:9001", "tls://scheduler:9001"),
        ("tcp://a:1,tcp://b:2", "tls://scheduler.example:8786"),
        ("scheduler.json/", "tls://scheduler.json:8786"),
    ],
)
def test_what_is_no_address_is_refused_with_the_nearest(text, nearest):
    """A page's address, one without a protocol or port, one with a login: each has a next step."""
    with pytest.raises(ParameterError) as caught:
        read_address(text)

    assert "no address of a scheduler" in str(caught.value)
    assert f"'{nearest}'" in caught.value.next_steps[0]
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "tcp://127.0.0.1:1",
        "TCP://localhost:1/",
        "tcp://[::1]:1",
        "tls://h:1",
        "tcp://h:1?insecure=yes",
    ],
)
def test_an_address_is_noted_as_it_can_be_read_again(text):
    """What a journal notes of it leads to the same scheduler, in the same way."""
    address = read_address(text)

    assert address == read_address(address.as_set)
    assert is_at(address.as_set, address)
    assert not is_at("tls://other:1", address)
    assert not is_at("http://evil", address)
