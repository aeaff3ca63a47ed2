"""Pages are printed by a browser that is there, and where there is none it is said."""

from __future__ import annotations

import datetime as dt
import shutil
from functools import partial

import pytest

from aibrain_jupyter.evidence.packaging.contents import packed_item
from aibrain_jupyter.evidence.packaging.forms import pdf
from aibrain_jupyter.evidence.packaging.forms.pdf import browser, pdf_of, with_pdf
from aibrain_jupyter.shared.error_handler import EvidenceError, ToolLoadError
from tests.evidence.conftest import save

AT = dt.datetime(2026, 7, 8, 9, 10, 11, tzinfo=dt.UTC)
PAGE = b"<!doctype html><meta charset=utf-8><title>Card</title><h1>IAM users</h1>"
needs_browser = pytest.mark.skipif(not shutil.which("chromium"), reason="there is no Chromium")


@pytest.fixture(autouse=True)
def _forgets():
    """No browser is remembered from another test."""
    browser.cache_clear()
    yield
    browser.cache_clear()


@needs_browser
def test_two_runs_print_the_same_bytes():
    """A page is the same PDF each time, dated as the caller says."""
    first, second = pdf_of(PAGE, AT), pdf_of(PAGE, AT)

    assert first.startswith(b"%PDF-")
    assert first == second
    assert b"/CreationDate (D:20260708091011+00'00')" in first


@needs_browser
@pytest.mark.parametrize("href", ['"data/x.csv"', "'data/x.csv'", "data/x.csv"])
def test_a_page_with_links_is_the_same_and_tells_no_path(href):
    """Links to files are not in a PDF: they would have the path of the machine that printed it."""
    page = PAGE + b"<p><a class=l href=" + href.encode() + b">x</a> <a href='#b'>y</a><p id=b>z"
    first, second = pdf_of(page, AT), pdf_of(page, AT)

    assert first == second
    assert b"file:" not in first


@needs_browser
def test_each_card_is_added_as_pdf(store):
    """An item gets its card as a PDF, and the record says of what it was made."""
    item = with_pdf(partial(pdf_of, at=AT))(packed_item(save(store)))

    assert item.entry("card.pdf").content.startswith(b"%PDF-")
    [made] = item.as_record()["made"]
    assert ("card.pdf", "card.html", "pdf") == (made["path"], made["of"], made["how"])


def test_without_a_browser_it_says_what_brings_one(monkeypatch):
    """Where nothing prints, one sentence says so, and how to get a browser or do without."""
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(pdf, "_NAMES", ("chromium",))
    monkeypatch.setattr(pdf, "find_spec", lambda name: None)

    with pytest.raises(ToolLoadError, match="no browser") as refused:
        pdf_of(PAGE, AT)
    assert "--pdf out" in str(refused.value.next_steps)


@pytest.mark.parametrize("script", ["#!/bin/sh\nexit 3\n", "#!/bin/sh\nexit 0\n"])
def test_a_browser_that_prints_nothing_fails_the_package(tmp_path, monkeypatch, script):
    """A browser that fails, or leaves no file, is an error: a PDF is never silently missing."""
    program = tmp_path / "chromium"
    program.write_text(script)
    program.chmod(0o755)
    monkeypatch.setattr(pdf, "_NAMES", (str(program),))

    with pytest.raises(EvidenceError, match="No PDF was made"):
        pdf_of(PAGE, AT)
