"""The dashboard as a file that opens in any browser: no server, no script, nothing fetched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aibrain_jupyter.cache.disk.folder import write_whole
from aibrain_jupyter.widgets.html import escape

if TYPE_CHECKING:
    from pathlib import Path

    from aibrain_jupyter.widgets.blocks import Page

_STYLE: Final = """
:root { color-scheme: light dark; --jp-border-color2: #d0d0d0; --jp-layout-color2: #ececec;
  --jp-content-font-color1: #1c1c1c; --jp-content-font-color2: #5c5c5c; }
body { font: 13px/1.5 system-ui, sans-serif; margin: 20px auto; padding: 0 20px;
  max-width: 1280px; background: #fff; }
@media (prefers-color-scheme: dark) {
  :root { --jp-border-color2: #444; --jp-layout-color2: #2c2c2c; --jp-content-font-color1: #e4e4e4;
    --jp-content-font-color2: #a8a8a8; --jp-brand-color1: #64b5f6; --jp-warn-color1: #ffb74d;
    --jp-error-color1: #ef7b7b; }
  body { background: #161616; }
}
"""
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"


def file_html(page: Page, title: str) -> str:
    """Return a whole HTML document of a page."""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>"
        f"<body>{page.html()}</body></html>\n"
    )


def write_file(path: Path, page: Page, title: str) -> int:
    """Write the document, whole or not at all; return its bytes. Raises OSError."""
    data = file_html(page, title).encode("utf-8", "replace")
    write_whole(path, data)
    return len(data)
