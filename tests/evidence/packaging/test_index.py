"""The index: what is not in it first, then by code and by item; as page, JSON, CSV and workbook."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
import shutil
import subprocess
import zipfile
from html.parser import HTMLParser
from itertools import pairwise
from urllib.parse import unquote

import openpyxl
import pandas as pd
import pytest

from aibrain_jupyter.evidence.decisions.exclusions import exclude, lift
from aibrain_jupyter.evidence.decisions.states import take_code_step, take_step
from aibrain_jupyter.evidence.packaging.choosing import Asked, Missing, missing_of
from aibrain_jupyter.evidence.packaging.indexing import index_file
from aibrain_jupyter.evidence.packaging.packing import pack
from aibrain_jupyter.evidence.store.store import Store
from aibrain_jupyter.evidence.verification.package_check import verify_package
from aibrain_jupyter.shared.error_handler import InputError
from tests.evidence.packaging.conftest import YEAR, approve, save, unpacked
from tests.evidence.plans import test_due as quarters


@pytest.fixture
def folder(packed, tmp_path):
    """The package, unpacked."""
    return unpacked(packed, tmp_path)


class _Page(HTMLParser):
    """What a page links to, its ids, its tags, and its text."""

    def __init__(self, text):
        super().__init__()
        self.links, self.ids, self.tags, self.text = [], [], set(), ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        found = dict(attrs)
        self.links += [found["href"]] if "href" in found else []
        self.ids += [found["id"]] if "id" in found else []

    def handle_data(self, data):
        self.text += data


def test_the_first_page_says_what_is_not_in_it(folder):
    """Each thing that lacks is named once, with its code or item, and nothing else is."""
    found = json.loads((folder / "index.json").read_bytes())["not_in_it"]
    said = [(lack["kind"], lack["code"] or lack["title"], lack["why"]) for lack in found]

    assert [
        ("missing", "CC9.9", "nothing is saved for it"),
        ("not taken", "S3 buckets", "it is collected, not approved"),
        ("incomplete", "RDS databases", "1 gap: prod/eu-west-3."),
        ("returned", "CC6.1", "rotation is not shown (Auditor)"),
        *(
            ("excluded", name, "a robot, decided by CISO, until 2099-12-31")
            for name in ("IAM users", "RDS databases", "KMS keys")
        ),
        ("left out", "IAM users", "raw answers are given on request"),
    ] == said
    text = _Page((folder / "index.html").read_text("utf-8")).text
    assert all(why in text[: text.rindex("By item")] for _, _, why in said)
    assert "2026-03-08 06:01 UTC, RDS databases" in text  # the oldest as-of


def test_what_others_know_is_missing_is_said(small, tmp_path):
    """What a plan still waits for comes in as data, and is on the first page."""
    late = Missing("CC6.1", "IAM users, Q4", "due 2027-01-14, not collected")
    made = pack(small, tmp_path / "v1.zip", Asked(), missing=[late])

    assert [("missing", "CC6.1", late.what, late.why)] == [
        (lack.kind, lack.code, lack.what, lack.why) for lack in made.lacks if lack.code
    ]


def test_every_link_leads_somewhere_in_the_package(folder):
    """Links are relative, to files that are there; there is no script and nothing from outside."""
    page = _Page((folder / "index.html").read_text("utf-8"))

    for link in page.links:
        if link.startswith("#"):
            assert link[1:] in page.ids
        else:
            assert (folder / unquote(link)).is_file()
    files = [p for p in (folder / "data/items").rglob("*") if p.is_file()]
    linked = {(folder / unquote(link)).resolve() for link in page.links if link[0] != "#"}
    assert {p.resolve() for p in files} == linked
    assert not {"script", "link", "img", "iframe"} & page.tags
    assert "http" not in (folder / "index.html").read_text("utf-8")


def test_a_title_is_text_wherever_it_stands(tmp_path, small):
    """What people wrote is never markup."""
    approve(small, save(small, "<img src=x onerror=alert(1)> & 'co'", ("<b>RFI</b>",)))
    made = pack(small, tmp_path / "v1.zip", Asked())
    with zipfile.ZipFile(made.parts[0].file) as archive:
        page = _Page(archive.read("v1/index.html").decode())
    assert "img" not in page.tags
    assert "<img src=x onerror=alert(1)> & 'co'" in page.text


def test_comments_for_the_auditor_are_in_every_form(folder):
    """Page, JSON, CSV and workbook have them, and none has an internal one."""
    book = openpyxl.load_workbook(io.BytesIO((folder / "index.xlsx").read_bytes()))
    cells = [str(c) for row in book.worksheets[0].iter_rows(values_only=True) for c in row]
    forms = [(folder / f"index.{e}").read_text("utf-8-sig") for e in ("html", "json", "csv")]
    for form in (*forms, " ".join(cells)):
        assert "Service users are in a second list." in form
        assert "Do not tell" not in form


def test_the_table_has_a_row_an_item(folder):
    """States, times, rows and the SHA-256 of the data, a row each."""
    table = pd.read_csv(folder / "index.csv", encoding="utf-8-sig").set_index("title")
    index = json.loads((folder / "index.json").read_bytes())
    sums = {f["path"]: f["sha256"] for item in index["items"] for f in item["files"]}

    assert ["IAM users", "RDS databases", "KMS keys"] == list(table.index)
    assert "CC6.1: returned" == table.loc["KMS keys", "delivery"]
    assert "incomplete" == table.loc["RDS databases", "status"]
    assert [3, 5, 4] == table["rows"].tolist()
    assert list(map(sums.get, table["data_file"])) == table["data_sha256"].tolist()


def test_an_audit_period_leaves_out_what_is_of_another(small, tmp_path):
    """What is for another period, or as of a time outside of it, is not packed, and why is said."""
    from aibrain_jupyter.shared.texts.periods import parse_period

    approve(small, save(small, "Last year", ("RFI-014",), audit=parse_period("2025")))
    approve(small, save(small, "No period", ("RFI-015",), audit=None))
    made = pack(small, tmp_path / "v1.zip", Asked(period=YEAR))
    early = pack(small, tmp_path / "v0.zip", Asked(period=parse_period("2025")))

    assert 2 == len(made.parts[0].items)
    assert ["it is for 2025-01-01 to 2025-12-31 UTC"] == [
        lack.why for lack in made.lacks if lack.kind == "not taken"
    ]
    assert 1 == len(early.parts[0].items)
    assert "outside 2025-01-01" in " ".join(lack.why for lack in early.lacks)


@pytest.mark.parametrize("zone", ["UTC", "Australia/Melbourne"])
def test_a_year_has_its_quarters(tmp_path, zone):
    """A package of a fiscal year has what is for its quarters, and nothing of the next one."""
    from aibrain_jupyter.shared.texts.periods import parse_period

    store = Store(tmp_path / "evidence")
    year, *quarters = (
        parse_period(text, fiscal_year_start=7, zone=zone)
        for text in ("FY2026", "FY2026-Q1", "FY2026-Q4", "FY2027-Q1")
    )
    for number, quarter in enumerate(quarters, 1):
        approve(store, save(store, f"Q{number}", audit=quarter))
    made = pack(store, tmp_path / "v1.zip", Asked(period=year))

    assert 2 == len(made.parts[0].items)
    assert ["Q3"] == [lack.title for lack in made.lacks if lack.kind == "not taken"]


@pytest.mark.parametrize("ending", ["html", "json", "csv", "xlsx"])
def test_an_index_alone_links_into_the_store(full, tmp_path, ending):
    """Without a package the index is of the store; nothing is written to the ledger."""
    events = len(full.ledger.events())
    text, lacks = index_file(full, tmp_path / f"x.{ending}", Asked(codes=("CC6.1",)))

    assert "returned" in {lack.kind for lack in lacks}
    assert events == len(full.ledger.events())
    if ending == "html":
        links = [link for link in _Page(text.decode()).links if link[0] != "#"]
        assert links
        assert all((tmp_path / unquote(link)).is_file() for link in links)
    with pytest.raises(InputError):
        index_file(full, tmp_path / "x.doc", Asked())


def test_it_is_readable_for_whoever_cannot_see_it(folder):
    """Headings in order, a language, table heads; a state is a word, not only a colour."""
    text = (folder / "index.html").read_text("utf-8")
    levels = [int(n) for n in re.findall(r"<h(\d)", text)]

    assert "<html lang=en>" in text
    assert (1, 1) == (levels[0], levels.count(1))
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert re.search(r"<span class='state odd'>returned</span>", text)


def test_four_quarters_with_one_of_each_trouble(tmp_path):
    """One quarter late, one region excluded, one denied, one returned: these four, no more."""
    store = Store(tmp_path / "evidence")
    late = quarters._save(store, "2026-03-30", "2026-05-02")
    exclude(store, {"region": "eu-west-3"}, "not in scope", "the CISO", dt.date(2099, 1, 1))
    excluded = quarters._save(store, "2026-06-30", "2026-07-08")
    lift(store, "eu-west-3", "it is in scope again")
    gap = {"account_id": "444455556666", "outcome": "denied", "label": "444455556666: denied"}
    denied = quarters._save(store, "2026-09-30", gaps=[gap])
    returned = quarters._save(store, "2026-12-15")
    for item in (late, excluded, denied, returned):
        approve(store, item)
    take_code_step(store, store.item(returned.id), "deliver", ["CC6.1"])
    take_code_step(store, store.item(returned.id), "return", ["CC6.1"], reason="no date on it")
    asked = Asked(codes=("CC6.1",))

    missing = missing_of(quarters._due(store), asked)
    made = pack(store, tmp_path / "v1.zip", asked, missing=missing)

    assert [
        ("late", late.id),
        ("incomplete", denied.id),
        ("returned", returned.id),
        ("excluded", excluded.id),
    ] == [(lack.kind, lack.item) for lack in made.lacks]
    assert "iam_users, 2026-Q1" == made.lacks[0].what


def test_what_a_plan_waits_for_is_missing(tmp_path):
    """A quarter without an item is missing under its code, once, and the verifier says it too."""
    store = Store(tmp_path / "evidence")
    approve(store, quarters._save(store, "2026-12-15"))
    asked = Asked(codes=("CC6.1",))

    missing = missing_of(quarters._due(store), asked)
    made = pack(store, tmp_path / "v1.zip", asked, missing=missing)

    assert [f"iam_users, 2026-Q{n}" for n in (1, 2, 3)] == [lack.what for lack in made.lacks]
    report = verify_package(made.parts[0].file)
    assert 3 == sum(finding.where == "CC6.1" for finding in report.findings)
    assert 2 == report.status


def test_who_approves_what_they_collected_is_said(small, tmp_path):
    """An approval by whoever collected the item is told from one by somebody else."""
    own = save(small, "S3 buckets")
    take_step(small, own, "approve")
    made = pack(small, tmp_path / "v1.zip", Asked())
    with zipfile.ZipFile(made.parts[0].file) as archive:
        items = json.loads(archive.read("v1/index.json"))["items"]

    assert [False, True] == ["(who collected it, too)" in item["approved"] for item in items]


@pytest.mark.skipif(not shutil.which("chromium"), reason="there is no Chromium")
@pytest.mark.parametrize("width", [1280, 800])
def test_long_titles_and_codes_fit_the_page(small, tmp_path, width):
    """A title or code without a blank is broken: no column is pushed out of sight."""
    approve(small, save(small, "x" * 200, ("RFI-014", "C" * 90)))
    text, _ = index_file(small, tmp_path / "index.html", Asked())
    script = b"<script>document.title = document.documentElement.scrollWidth</script>"
    page = tmp_path / "page.html"
    page.write_bytes(text + script)
    words = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"]
    words += [f"--user-data-dir={tmp_path}/profile", f"--window-size={width},900", page.as_uri()]
    ran = subprocess.run(words, capture_output=True, text=True, check=True, timeout=120)
    assert int(ran.stdout.partition("<title>")[2].partition("<")[0]) <= width
