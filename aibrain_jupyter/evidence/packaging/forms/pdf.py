"""
Pages as PDF, printed by a browser that is there: Chromium, Chrome or Edge, or Playwright's.

The page is printed without network, and its two dates are given by the caller, so that the same
page and the same browser give the same bytes.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from aibrain_jupyter.shared.error_handler import EvidenceError, ToolLoadError

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from aibrain_jupyter.evidence.packaging.contents import PackedItem

_CARD: Final = "card.html"
PDF: Final = "pdf"
"""How a file was made, in a package's record."""
_NAMES: Final = (
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"),
    *("microsoft-edge", "msedge"),
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)
_PLAYWRIGHT: Final = """
from playwright.sync_api import sync_playwright
with sync_playwright() as p:
    print(p.chromium.executable_path)
"""
_ARGUMENTS: Final = (
    *("--headless", "--disable-gpu", "--no-first-run", "--no-pdf-header-footer"),
    *("--disable-background-networking", "--host-resolver-rules=MAP * ~NOTFOUND"),
)
_WAIT_S: Final = 120
# A browser writes links to other files with the path of this machine's page: they lead nowhere.
_LINK: Final = re.compile(
    rb"<a(\s[^>]*?)\s*href=(?:\"(?!#)[^\"]*\"|'(?!#)[^']*'|[^\s#\"'>][^\s>]*)"
)
_DATE: Final = re.compile(rb"(/(?:CreationDate|ModDate) \(D:)[^)]*\)")


@cache
def browser() -> str:
    """
    Return the path of a browser that can print.

    Raises:
        ToolLoadError: there is none; it says what brings one.
    """
    found = next(filter(None, map(shutil.which, _NAMES)), "")
    if not found and find_spec("playwright"):
        # In a process of its own: it does not work beside a kernel's loop.
        asked = [sys.executable, "-c", _PLAYWRIGHT]
        said = subprocess.run(asked, capture_output=True, text=True, timeout=_WAIT_S, check=False)  # noqa: S603 - our own program
        path = said.stdout.strip()
        found = path if path and Path(path).exists() else ""
    if not found:
        raise ToolLoadError(
            "No PDF can be made: there is no browser that prints one.",
            why="Neither Chromium, Chrome nor Edge is on the PATH, nor Playwright's Chromium.",
            next_steps=[
                "Install Chromium: apt-get install chromium",
                "Or: %pip install playwright, then !playwright install chromium",
                "Or leave --pdf out: the pages open and print in any browser.",
            ],
        )
    return found


def pdf_of(page: bytes, at: dt.datetime) -> bytes:
    """
    Return an HTML page as PDF.

    Args:
        page: The page, which needs nothing besides.

        at: The date the PDF says it was made on.

    Raises:
        ToolLoadError: there is no browser.
        EvidenceError: the browser made none.
    """
    program = browser()
    with tempfile.TemporaryDirectory(prefix="print-", ignore_cleanup_errors=True) as folder:
        source, target = Path(folder, "page.html"), Path(folder, "page.pdf")
        source.write_bytes(_LINK.sub(rb"<a\1", page))
        # Chromium's own sandbox does not work for root, in containers, say.
        is_root = hasattr(os, "geteuid") and os.geteuid() == 0
        asked = [
            *(program, *_ARGUMENTS, *(["--no-sandbox"] if is_root else [])),
            *(f"--user-data-dir={folder}/profile", f"--print-to-pdf={target}", source.as_uri()),
        ]
        try:
            ran = subprocess.run(asked, capture_output=True, timeout=_WAIT_S, check=False)  # noqa: S603 - a browser, our own page
        except (OSError, subprocess.TimeoutExpired) as exc:
            raise _not_made(program, str(exc)) from exc
        if ran.returncode or not target.is_file():
            raise _not_made(program, ran.stderr.decode("utf-8", "replace")[-300:])
        date = f"{at:%Y%m%d%H%M%S}+00'00'".encode("ascii")
        return _DATE.sub(lambda found: found[1] + date + b")", target.read_bytes())


def with_pdf(prints: Callable[[bytes], bytes]) -> Callable[[PackedItem], PackedItem]:
    """Return the change that adds each card as PDF, as `prints` makes it of a page."""

    def add(packed: PackedItem) -> PackedItem:
        entry = packed.entry(_CARD)
        if entry is None:
            return packed
        page = entry.content if isinstance(entry.content, bytes) else entry.content.read_bytes()
        name = str(Path(_CARD).with_suffix(".pdf"))
        return packed.with_file(name, prints(page), "the card, to print", of=_CARD, how=PDF)

    return add


def _not_made(program: str, why: str) -> EvidenceError:
    return EvidenceError(
        f"No PDF was made: {Path(program).name} failed.",
        why=why,
        next_steps=["Leave --pdf out: the pages open and print in any browser."],
        facts={"status": "2"},
    )
