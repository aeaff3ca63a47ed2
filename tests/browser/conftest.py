"""
A real JupyterLab, a real Notebook 7 and a real Chromium for the tests in this folder.

``lab`` is a server of both with its own settings and notebook folder, ``page`` an
empty browser page, ``open_notebook`` makes a notebook of cells and opens it::

    notebook = open_notebook(["1 + 1"])
    notebook.run_all()
    notebook.wait_until_idle()
    assert "2" in notebook.output(0).inner_text()

It is opened in JupyterLab, unless a test says ``in_both``, a parametrization of
``front_end``::

    in_both = pytest.mark.parametrize("front_end", ["lab", "notebook"])

Loading JupyterLab takes longer than most tests: one page of it stays open for
all of them, and each opens its notebook in it and closes it. A test that asks for
``page`` itself sees the front end load.

Playwright keeps an event loop in the main thread while it runs, and no other
loop can be started there meanwhile: the browser lives for this folder, which is
a package for that reason, and its tests must not use asyncio themselves.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest

# Read here: the tests themselves see none of our environment variables.
_SCREENSHOTS = os.environ.get("AIBRAIN_SCREENSHOTS")
LIGHT, DARK = "JupyterLab Light", "JupyterLab Dark"
_CHROMIUM_ARGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Nothing of the server or the page may ask the internet: no news, no update check, no
# extension catalogue, no pop-ups over what a test looks at.
_SERVER_CONFIG = {
    "LabApp": {
        "news_url": None,
        "check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
        "extension_manager": "readonly",
        "expose_app_in_browser": True,
    },
    "JupyterNotebookApp": {"expose_app_in_browser": True},
    "ServerApp": {"open_browser": False, "ip": "127.0.0.1", "port": 0, "allow_root": True},
}
_USER_SETTINGS = {
    "apputils-extension/notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
        "doNotDisturbMode": True,
    },
    "apputils-extension/themes": {"theme": LIGHT},
    # Off: cells outside the window would not be in the page.
    "notebook-extension/tracker": {"windowingMode": "none"},
}


def _find_chromium() -> str | None:
    for name in (os.environ.get("AIBRAIN_CHROMIUM"), "/usr/bin/chromium"):
        if name and Path(name).exists():
            return name
    return shutil.which("chromium") or shutil.which("chromium-browser")


@dataclass(frozen=True)
class Lab:
    """A running server of JupyterLab and Notebook 7: its URL, token and notebook folder."""

    url: str
    token: str
    folder: Path

    def write(self, name, cells):
        """Write a notebook of code cells and return its path."""
        notebook = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(source) for source in cells],
            metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
        )
        path = self.folder / name
        nbformat.write(notebook, path)
        return path

    def read(self, name):
        """Return a notebook as it is on disk."""
        return nbformat.read(self.folder / name, as_version=4)


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    """Both on a free port, with settings, kernels' folders and notebooks of their own."""
    base = tmp_path_factory.mktemp("lab")
    folder, settings = base / "notebooks", base / "settings"
    folder.mkdir()
    for name, values in _USER_SETTINGS.items():
        path = settings / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values))
    token = secrets.token_hex(16)
    config = json.loads(json.dumps(_SERVER_CONFIG))
    config["IdentityProvider"] = {"token": token}
    (base / "config").mkdir()
    (base / "config" / "jupyter_config.json").write_text(json.dumps(config))
    log = (base / "server.log").open("w+")
    server = subprocess.Popen(
        [sys.executable, "-m", "jupyterlab", "--no-browser", f"--notebook-dir={folder}"],
        env=_environment(base),
        stdout=log,
        stderr=subprocess.STDOUT,
        cwd=folder,
    )
    try:
        yield Lab(_wait_for(base / "runtime", server, Path(log.name)), token, folder)
    finally:
        server.terminate()
        try:
            server.wait(timeout=15)
        except subprocess.TimeoutExpired:
            server.kill()
        log.close()


def _environment(base):
    """Nothing of the user's own Jupyter, AWS or cache; a dead endpoint for AWS."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "AIBRAIN_"))}
    return {
        **clean,
        "AWS_ACCESS_KEY_ID": "AKIATESTTESTTESTTEST",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        "AWS_CONFIG_FILE": str(base / "aws-config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(base / "aws-credentials"),
        "AWS_EC2_METADATA_DISABLED": "true",
        "AIBRAIN_CACHE_DIR": str(base / "aibrain-cache"),
        "AIBRAIN_DATA_DIR": str(base / "aibrain-data"),
        "HOME": str(base),
        "IPYTHONDIR": str(base / "ipython"),
        "JUPYTER_CONFIG_DIR": str(base / "config"),
        "JUPYTER_DATA_DIR": str(base / "data"),
        "JUPYTER_RUNTIME_DIR": str(base / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(base / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(base / "workspaces"),
    }


def _wait_for(runtime, server, log):
    """Return the server's URL as soon as it answers."""
    deadline = time.monotonic() + 170
    while time.monotonic() < deadline:
        if server.poll() is not None:
            break
        for info in runtime.glob("jpserver-*.json"):
            try:
                url = json.loads(info.read_text())["url"]
                urllib.request.urlopen(f"{url}api", timeout=30).close()
            except (ValueError, urllib.error.URLError):
                continue
            return url
        time.sleep(0.1)
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text()[-3000:]}")


@pytest.fixture(scope="package")
def browser():
    """Chromium. Without one the tests are skipped, and a build that skips is red."""
    path = _find_chromium()
    if path is None:
        pytest.skip("no Chromium: install it, or set AIBRAIN_CHROMIUM to its path")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_CHROMIUM_ARGS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def _profile(browser):
    """A profile for all pages; pictures for people are taken at twice the resolution."""
    context = browser.new_context(
        viewport=_VIEWPORT,
        device_scale_factor=2 if _SCREENSHOTS else 1,
        reduced_motion="reduce",
    )
    context.set_default_timeout(120_000)  # a busy machine takes its time
    yield context
    context.close()


@pytest.fixture
def page(_profile):
    """An empty page, 1100 by 800."""
    page = _profile.new_page()
    yield page
    page.close()


@pytest.fixture(scope="package")
def _lab_pages():
    """The page of JupyterLab that is open, if there is one."""
    return []


@pytest.fixture
def _lab_page(_profile, _lab_pages):
    """A page that may show JupyterLab already, without a notebook."""
    if not _lab_pages:
        _lab_pages.append(_profile.new_page())
    return _lab_pages[0]


_PATHS = {"lab": "doc/tree/{}?reset&token={}", "notebook": "notebooks/{}?token={}"}
_VIEWPORT = {"width": 1100, "height": 800}
_SHOWS = """name => {
    const panel = window.jupyterapp?.shell.currentWidget;
    return panel?.context?.path === name && panel.context.isReady && panel.isVisible;
}"""
_CLOSE = """async () => {
    const panel = jupyterapp.shell.currentWidget;
    await panel.sessionContext.shutdown();
    panel.context.model.dirty = false;  // or it would ask whether to save
    panel.close();
}"""


class Notebook:
    """A notebook open in a front end, ``lab`` or ``notebook``."""

    def __init__(self, page, lab, name, front_end="lab"):
        self.page, self.lab, self.name = page, lab, name
        self._is_closed = False
        self._path = _PATHS[front_end].format(name, lab.token)

    def open(self, theme=LIGHT):
        """Show the notebook in the JupyterLab that is open, or load one; wait for its kernel."""
        self.page.set_viewport_size(_VIEWPORT)
        if self.page.url.startswith(self.lab.url):
            self._command("docmanager:open", {"path": self.name}, wait=False)
        else:
            self.page.goto(f"{self.lab.url}{self._path}")
        self.page.wait_for_function(_SHOWS, arg=self.name, timeout=120_000)
        self.page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=120_000)
        self.change_theme(theme)
        self.wait_for_status("idle")

    def change_theme(self, theme):
        """Show everything in that theme."""
        self._command("apputils:change-theme", {"theme": theme})
        self.page.wait_for_function(
            "name => document.body.dataset.jpThemeName === name", arg=theme, timeout=120_000
        )

    def wait_for_status(self, status, timeout=120):
        """Wait until the front end says that about the kernel. `timeout` in seconds."""
        self.page.wait_for_function(
            "status => jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel?.status"
            " === status",
            arg=status,
            timeout=timeout * 1000,
        )

    def run_all(self):
        """Start all cells; does not wait."""
        self._command("notebook:run-all-cells", wait=False)

    def stop(self):
        """Press the toolbar's Stop."""
        self.page.locator("[data-command='notebook:interrupt-kernel']").first.click()

    def wait_until_idle(self, timeout=170):
        """Wait until no cell is running or queued. `timeout` in seconds."""
        self.page.wait_for_function(
            """() => {
                const prompts = [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')];
                const panel = jupyterapp.shell.currentWidget;
                return panel.sessionContext.session?.kernel?.status === 'idle'
                    && prompts.every(p => p.textContent.trim() !== '[*]:')
                    && prompts.some(p => /\\[\\d+\\]/.test(p.textContent));
            }""",
            timeout=timeout * 1000,
        )

    def output(self, index):
        """Return the locator of a code cell's output, counted from 0."""
        return self.page.locator(".jp-CodeCell").nth(index).locator(".jp-OutputArea").first

    def save(self):
        """Save and return the notebook as it is on disk."""
        self._command("docmanager:save")
        return self.lab.read(self.name)

    def saved_with(self, index, text):
        """Save until a code cell's output says so, since what is saved is behind; return it."""
        for _ in range(120):
            saved = self.save()
            if text in str(saved.cells[index].outputs):
                return saved
            self.page.wait_for_timeout(500)
        raise AssertionError(f"waited in vain for {text!r} in the file")

    def close(self):
        """End the kernel, which would slow down every later test, and close the notebook, once."""
        if self._is_closed:
            return
        self._is_closed = True
        self.page.evaluate(_CLOSE)
        self.page.wait_for_function("() => !document.querySelector('.jp-Notebook')")

    def keep_picture(self, name):
        """Take a screenshot where AIBRAIN_SCREENSHOTS says, for people to look at."""
        if _SCREENSHOTS:
            Path(_SCREENSHOTS).mkdir(parents=True, exist_ok=True)
            self.screenshot(f"{_SCREENSHOTS}/{name}.png")

    def screenshot(self, path):
        """Write a picture of the whole page."""
        self.page.screenshot(path=path)

    def _command(self, name, args=None, wait=True):
        script = "([name, args]) => jupyterapp.commands.execute(name, args)"
        if not wait:
            script = "([name, args]) => { jupyterapp.commands.execute(name, args); }"
        self.page.evaluate(script, [name, args or {}])


@pytest.fixture
def front_end():
    """The front end that notebooks are opened in, where a test does not say it."""
    return "lab"


@pytest.fixture
def open_notebook(lab, front_end, request, _lab_pages):
    """
    Return a function that writes a notebook of code cells and opens it, one at a time.

    With `cells` None it opens the notebook `name` that is in the folder already.
    """
    opened = []
    is_own = front_end != "lab" or "page" in request.fixturenames
    page = request.getfixturevalue("page" if is_own else "_lab_page")

    def open_one(cells, *, theme=LIGHT, name=None):
        name = name or f"notebook-{secrets.token_hex(4)}.ipynb"
        if cells is not None:
            lab.write(name, cells)
        notebook = Notebook(page, lab, name, front_end)
        notebook.open(theme)
        opened.append(notebook)
        return notebook

    yield open_one
    if not is_own:
        _lab_pages.clear()  # until it is known to be as good as before
    for notebook in opened:
        notebook.close()
    if not is_own:
        _lab_pages.append(page)
