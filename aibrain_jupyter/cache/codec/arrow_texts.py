"""
Texts that lie in Arrow, as lengths and compressed bytes, and back without a Python text.

Arrow keeps the texts of a column end to end, which is how they are written: LZ4 makes an eighth
of ids and ARNs, so there is little to check, and gives them back as fast as memory is copied.
pyarrow's own compression is used: such an entry is a miss where pyarrow is not installed.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from aibrain_jupyter.cache.problems import OtherFormatError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aibrain_jupyter.cache.codec.cells import Buffer, Buffers, Spec

_CODEC: Final = "lz4_raw"


def pack_arrow_texts(array: Any, buffers: Buffers) -> Spec:
    """Describe a text column's array that lies in Arrow; what lies below a missing cell goes."""
    import pyarrow as pa

    texts: Any = pa.array(array, type=pa.large_string())
    if isinstance(texts, pa.ChunkedArray):
        texts = texts.combine_chunks()
    is_missing = None
    if texts.null_count:
        is_missing = buffers.add(texts.is_null().to_numpy(zero_copy_only=False).tobytes())
        texts = texts.fill_null("")
    _, ends, held = texts.buffers()
    if ends is not None and len(texts):
        # It may be a part of a longer one.
        found = np.frombuffer(ends, dtype=np.int64)[texts.offset : texts.offset + len(texts) + 1]
        first, last = found[0].item(), found[-1].item()
        lengths = found[1:] - found[:-1]
        joined = held.slice(first, last - first) if held else b""
    else:
        lengths, joined = np.zeros(0, dtype=np.int64), b""
    lengths = lengths.astype(np.min_scalar_type(lengths.max(initial=0)))
    return {
        "kind": "arrow",
        "is_na": array.dtype.na_value is pd.NA,
        "missing": is_missing,
        "lengths": buffers.add(lengths.tobytes()),
        "dtype": lengths.dtype.str,
        "size": len(joined),
        "texts": buffers.add(pa.compress(joined, codec=_CODEC, asbytes=True)),
    }


def unpack_arrow_texts(spec: Spec, buffers: Sequence[Buffer]) -> Any:
    """
    Return the array that `pack_arrow_texts` described; it owns its memory.
    Raises OtherFormatError: pyarrow is not installed here.
    """
    try:
        import pyarrow as pa
    except ImportError as exc:
        raise OtherFormatError("The entry was written where pyarrow is installed.") from exc
    lengths = np.frombuffer(buffers[spec["lengths"]], dtype=spec["dtype"])
    ends = np.zeros(len(lengths) + 1, dtype=np.int64)
    np.add.accumulate(lengths, out=ends[1:])  # half of what `np.cumsum` takes for a page's rows
    texts = pa.decompress(buffers[spec["texts"]], decompressed_size=spec["size"], codec=_CODEC)
    valid = None
    if spec["missing"] is not None:
        missing = np.frombuffer(buffers[spec["missing"]], dtype="|b1")
        valid = pa.py_buffer(np.packbits(~missing, bitorder="little"))
    cells = [valid, pa.py_buffer(ends), texts]
    values = pa.Array.from_buffers(pa.large_string(), len(lengths), cells)
    values = pa.chunked_array([values])  # pandas would, in ten times as long
    return pd.arrays.ArrowStringArray(values, dtype=_dtype(spec["is_na"]))  # type: ignore[call-arg]


@functools.cache
def _dtype(is_na: bool) -> Any:
    return pd.StringDtype("pyarrow", na_value=pd.NA if is_na else np.nan)
