"""quickXorHash as it is published."""

import base64

import pytest

from aibrain_jupyter.sharepoint.quickxor import QuickXor, quickxor, quickxor_of


def _plainly(data: bytes) -> str:
    """The hash, bit by bit, as the documentation tells it."""
    state = 0
    for place, byte in enumerate(data):
        turned = byte << (place * 11 % 160)
        state ^= (turned & ((1 << 160) - 1)) | (turned >> 160)
    return base64.b64encode((state ^ (len(data) << 96)).to_bytes(20, "little")).decode()


def test_the_published_example():
    """What Microsoft's page gives for 'hello world' is what we give."""
    assert "aCgDG9jwBhDc4Q1yawMZAAAAAAA=" == quickxor(b"hello world")


@pytest.mark.parametrize("length", [0, 1, 159, 160, 161, 1000, 5003])
def test_any_length_in_any_pieces(length, tmp_path):
    """However a file is cut into pieces, its hash is that of the plain rule."""
    data = bytes(i * 37 % 251 for i in range(length))
    pieces = QuickXor()
    for first in range(0, length, 97):
        pieces.update(data[first : first + 97])
    (tmp_path / "f").write_bytes(data)

    assert _plainly(data) == pieces.digest == quickxor_of(tmp_path / "f")
