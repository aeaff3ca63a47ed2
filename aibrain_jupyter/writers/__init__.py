"""
Ways out: a frame as CSV, JSON lines, JSON, Parquet or a workbook, whoever asks for it.

`export_frame` (``export.py``) writes a file with its provenance beside it; ``write_csv`` and its
like, one a format, write to a path or an open binary file. What all of them share is how a frame is
read: ``table.py``.
"""
