"""
Parquet: columns with their types, and where they came from in the schema's metadata.

Nested columns are JSON text in every cell, listed under the key ``aibrain`` of the metadata:
Parquet's own nested types would give every mapping the keys of all others, and cannot hold an empty
one, or lists beside texts. `read_parquet` gives lists and mappings back. Cells that are not known
are absent, and ``not_known`` says which.
"""

from __future__ import annotations

import json
from typing import Any, Final

import pandas as pd

from aibrain_jupyter.shared.frames.build import series_of
from aibrain_jupyter.shared.frames.columns import TEXT
from aibrain_jupyter.shared.texts.utf8 import in_utf8
from aibrain_jupyter.writers.cells import json_of
from aibrain_jupyter.writers.files import opened
from aibrain_jupyter.writers.provenance import Provenance
from aibrain_jupyter.writers.table import Field, Kind, Table, values_of

KEY: Final = b"aibrain"
_ROWS: Final = 65_536
"""Rows of a row group, and of what is converted at once."""


def write_parquet(
    frame: pd.DataFrame, target: Any, provenance: Provenance | None = None
) -> tuple[str, ...]:
    """
    Write a frame as Parquet.

    Args:
        frame: The rows.

        target: A path where no file is, or a binary file open for writing.

        provenance: Where the rows came from; None: as the frame says.

    Raises:
        ModuleNotFoundError: pyarrow is not installed (the extra ``arrow``).
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = Table(frame)
    first = _arrow_ready(table, 0)
    schema = pa.Schema.from_pandas(first, preserve_index=False)
    said = {
        **(provenance or Provenance.of(frame)).about(table),
        "json": [f.name for f in table.fields if _is_json(f, table.frame[f.name])],
        "objects": [f.name for f in table.fields if f.dtype == "object"],
        "categories": _categories(table),
    }
    more = {KEY: in_utf8(json_of(said)), b"PANDAS_ATTRS": in_utf8(json_of(frame.attrs))}
    schema = schema.with_metadata({**schema.metadata, **more})
    with opened(target) as file, pq.ParquetWriter(file, schema) as writer:
        for start in range(0, table.rows or 1, _ROWS):
            part = _arrow_ready(table, start) if start else first
            writer.write_table(pa.Table.from_pandas(part, schema=schema, preserve_index=False))
    return ()


def read_parquet(source: Any) -> pd.DataFrame:
    """
    Return the frame that `write_parquet` wrote, with its dtypes, nested values and ``attrs``.

    `source` is a path or a binary file. A file of somebody else is read as pandas reads it.
    """
    import pyarrow.parquet as pq

    arrow = pq.read_table(source)
    frame: pd.DataFrame = arrow.to_pandas()
    metadata = arrow.schema.metadata or {}
    if KEY not in metadata:
        return frame
    said = json.loads(metadata[KEY])
    for name in said["objects"]:
        texts = values_of(frame[name])
        if name in said["json"]:
            texts = [None if text is None else json.loads(text) for text in texts]
        frame[name] = pd.Series(texts, frame.index, dtype=object)
    for name, known in said["categories"].items():
        frame[name] = frame[name].astype(pd.CategoricalDtype(pd.Index(known, dtype="str")))
    frame.attrs = json.loads(metadata[b"PANDAS_ATTRS"])
    return frame


def _arrow_ready(table: Table, start: int) -> pd.DataFrame:
    """Return a part of the rows, its columns of objects as text."""
    part = table.frame.iloc[start : start + _ROWS].copy(deep=False)
    for field in table.fields:
        values = part[field.name]
        if _is_json(field, values):
            cells = [None if value is None else json_of(value) for value in values_of(values)]
        elif values.dtype == object:
            cells = values_of(values)
        else:
            continue
        part[field.name] = series_of(cells, TEXT).set_axis(part.index)
    return part


def _is_json(field: Field, values: pd.Series[Any]) -> bool:
    return field.kind is Kind.NESTED or (values.dtype == object and field.kind is not Kind.TEXT)


def _categories(table: Table) -> dict[str, list[str]]:
    """Return the categories of text: Parquet keeps only those that a row has."""
    return {
        str(name): values.cat.categories.tolist()
        for name, values in table.frame.items()
        if isinstance(values.dtype, pd.CategoricalDtype)
        and not values.cat.ordered
        and pd.api.types.is_string_dtype(values.cat.categories)
    }
