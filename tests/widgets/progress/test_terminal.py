"""Progress in IPython in a terminal, driven through a pseudo terminal as a person does it."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pseudo terminals are of POSIX")

TOOLS = Path(__file__).parents[2] / "execution" / "data"
RUN = "%aibrain count_things seconds=0.4 --no-cache --max-parallel 2 --accounts a0,a1,a2,a3,a4,a5"
WAIT_FOR_IT = (
    "import time; from aibrain_jupyter.execution.runs.session import get_session; "
    "get_session().jobs[-1].wait(50); time.sleep(0.3); print('waited')"
)


@pytest.fixture
def ipython(tmp_path, monkeypatch):
    """IPython at its prompt, our magics and a tool that takes its time loaded; 120 columns."""
    import pexpect  # not on Windows

    monkeypatch.setenv("AIBRAIN_TEST_FOLDER", str(tmp_path))
    child = pexpect.spawn(
        sys.executable,
        [
            "-m",
            "IPython",
            "--simple-prompt",
            "--no-banner",
            "--colors=NoColor",
            "--no-confirm-exit",
        ],
        cwd=tmp_path,
        dimensions=(40, 120),
        encoding="utf-8",
        timeout=60,
    )
    child.expect_exact("In [1]: ")
    load = f"import sys; sys.path.insert(0, {str(TOOLS)!r}); import counting_tools as tools"
    for n, line in enumerate(["%load_ext aibrain_jupyter", load, "tools.register()"], 2):
        child.sendline(line)
        child.expect_exact(f"In [{n}]: ")
    yield child
    child.close(force=True)


def test_one_line_is_written_over_and_the_rows_follow(ipython):
    """A run is one line that changes; then its table, its coverage and the prompt."""
    ipython.sendline(f"rows = {RUN}")
    ipython.expect_exact("In [5]: ")
    lines = ipython.before.replace("\r\n", "\n").split("\n")
    (progress,) = [line for line in lines if "\r" in line]
    states = progress.split("\r")[1:]

    assert states[0].startswith("r1 count_things: ")
    assert any(re.search(r"[1-5] of 6 calls · [1-5] ok · [12] running", s) for s in states)
    assert states[-1].startswith("r1 count_things  [████████████████]  6 calls: 6 ok · ")
    assert all(len(state) < 120 for state in states)
    ipython.sendline("len(rows)")
    ipython.expect_exact("Out[5]: 12")


def test_ctrl_c_leaves_the_rows_there_are_and_the_prompt(ipython, tmp_path):
    """One press ends the run with what it has; the next line runs."""
    (tmp_path / "hold").write_text("a3 a4 a5")
    ipython.sendline(f"rows = {RUN}")
    ipython.expect("3 ok")
    ipython.sendintr()
    ipython.expect(r"cancelled, 6 calls: (\d) ok, \d cancelled")
    done = int(ipython.match[1])
    ipython.expect_exact("In [5]: ")
    assert "Traceback" not in ipython.before

    ipython.sendline("len(rows)")
    ipython.expect_exact(f"Out[5]: {2 * done}")


def test_a_background_run_writes_nothing_where_one_types(ipython):
    """The prompt is back at once, and nothing comes over it until one asks."""
    ipython.sendline(f"{RUN} --bg -o things;")
    ipython.expect_exact("In [5]: ")
    began = ipython.before
    ipython.sendline(WAIT_FOR_IT)
    ipython.expect_exact("In [6]: ")
    meanwhile = ipython.before.replace("\r\n", "\n")
    ipython.sendline("len(things)")
    ipython.expect_exact("Out[6]: 12")

    assert "of 6 calls" not in began
    assert ["waited", ""] == meanwhile.splitlines()[-2:]
    assert "\r" not in meanwhile
