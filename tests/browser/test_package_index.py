"""The index of a package in a real browser: from the disk, without scripts, light, dark, paper."""

from __future__ import annotations

import re

import pytest

from tests.evidence.packaging.conftest import (  # noqa: F401 - fixtures
    data_dir,
    full,
    packed,
    unpacked,
)

pytestmark = pytest.mark.browser
_BRIGHTNESS = """() => {
  const at = (e) => getComputedStyle(e), rgb = (c) => c.match(/[\\d.]+/g).map(Number);
  const light = (c) => { const [r, g, b] = rgb(c).map((v) => { v /= 255;
    return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const behind = (e) => { while (e && rgb(at(e).backgroundColor)[3] === 0) e = e.parentElement;
    return light(at(e || document.body).backgroundColor); };
  return [...document.querySelectorAll("h1,h3,td,dd,dt,a,code,small,.state,.n,.demo")].map((e) => {
    const [a, b] = [light(at(e).color), behind(e)].sort((x, y) => y - x);
    return (a + 0.05) / (b + 0.05); }); }"""


@pytest.fixture
def index(packed, tmp_path):  # noqa: F811
    """Where the index of a package is, unpacked."""
    return (unpacked(packed, tmp_path) / "index.html").as_uri()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 800, 380])
def test_it_reads_in_both_themes(browser, index, theme, width):
    """Nothing is cut off at the side, and every text stands out from what is behind it."""
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=theme)
    page.goto(index)

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    ratios = page.evaluate(_BRIGHTNESS)
    assert len(ratios) > 50
    assert min(ratios) >= 4.5
    page.close()


def test_its_links_open_without_a_server(browser, index):
    """A card opens from the disk, and the way to an item is a link in the page."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(index)
    page.click("text=its evidence card >> nth=0")
    assert page.url.endswith("/card.html")
    assert "IAM users" in page.inner_text("h1")
    context.close()


def test_it_prints(browser, index):
    """What is not in it has the first page to itself; the rest follows."""
    page = browser.new_page()
    page.goto(index)
    pdf = page.pdf(format="A4")
    page.close()

    assert 2 <= len(re.findall(rb"/Type\s*/Page\b", pdf)) <= 4
