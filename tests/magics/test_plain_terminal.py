"""A terminal that is not UTF-8 shows the result, not a traceback."""

from __future__ import annotations

import io
import subprocess
import sys

import pytest

from aibrain_jupyter.magics.plain_terminal import write_what_it_can

CELLS = """
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config
shell = InteractiveShell.instance(config=Config({"HistoryManager": {"enabled": False}}))
shell.run_line_magic("load_ext", "aibrain_jupyter")
shell.run_cell("%aibrain")
shell.run_cell("%aibrain nosuchtool")
shell.run_cell("print('J\\\\u00f3zef \\\\u00b7 3 \\\\u2026')")
"""


@pytest.mark.parametrize("encoding", ["ascii", "iso8859-2"])
def test_nothing_that_is_shown_raises(monkeypatch, encoding):
    """Views, errors and what the user prints are written with what the terminal has."""
    monkeypatch.setenv("PYTHONIOENCODING", encoding)
    done = subprocess.run(
        [sys.executable, "-c", CELLS], capture_output=True, timeout=120, check=True
    )
    text = (done.stdout + done.stderr).decode(encoding)

    assert "UnicodeEncodeError" not in text
    assert "There is no" in text
    assert {"ascii": "J\\xf3zef - 3 ...", "iso8859-2": "Józef - 3 ..."}[encoding] in text


@pytest.mark.parametrize(
    ("errors", "expected"), [("strict", b"a - b \\u65e5"), ("replace", b"a ? b ?")]
)
def test_who_chose_how_to_deal_with_errors_keeps_it(monkeypatch, errors, expected):
    """Only a stream that would raise is changed; what has no plain form is escaped."""
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii", errors=errors))

    write_what_it_can()
    sys.stdout.write("a · b 日")
    sys.stdout.flush()

    assert expected == raw.getvalue()


def test_half_a_surrogate_pair_does_not_raise_in_utf8(monkeypatch):
    """A provider's text with half a pair is escaped where the terminal is UTF-8."""
    monkeypatch.setenv("PYTHONIOENCODING", "utf-8:strict")
    cells = CELLS + 'shell.run_cell("print(chr(0xd800))")'
    done = subprocess.run([sys.executable, "-c", cells], capture_output=True, timeout=120)
    text = (done.stdout + done.stderr).decode()

    assert "UnicodeEncodeError" not in text
    assert "\\ud800" in text
