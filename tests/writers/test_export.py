"""A frame as a file: whole or not at all, never over another one, provenance with it."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import aibrain_jupyter
from aibrain_jupyter import export_frame
from aibrain_jupyter.shared.error_handler import InputError
from aibrain_jupyter.writers.export import FORMATS
from aibrain_jupyter.writers.files import Counted

STAMP = {"tool": "iam_users", "is_demo": True, "gaps": 1, "rows": 3, "params": {"a": 1}}
each_ending = pytest.mark.parametrize("ending", FORMATS)


@pytest.fixture
def frame():
    """Two rows, one cell not known."""
    made = pd.DataFrame(
        {"user": ["ann", "bob"], "mfa": [True, None], "not_known": [None, "mfa: denied"]}
    )
    made.attrs["aibrain"] = STAMP
    return made


@each_ending
def test_a_file_is_written_and_told_of(frame, tmp_path, ending):
    """The file is there with the size and SHA-256 that are told, and nothing half beside it."""
    found = export_frame(frame, tmp_path / f"users.{ending.upper()}")
    data = found.path.read_bytes()

    assert (len(data), hashlib.sha256(data).hexdigest()) == (found.size_bytes, found.sha256)
    assert (2, 1, True) == (found.rows, found.not_known, found.is_demo)
    assert {found.path, found.sidecar} - {None} == set(tmp_path.iterdir())


@pytest.mark.parametrize("ending", ["csv", "json", "jsonl"])
def test_provenance_stands_beside_text(frame, tmp_path, ending):
    """The file beside has the run, the hash, and what is to be remarked."""
    found = export_frame(frame, tmp_path / f"users.{ending}")
    said = json.loads(found.sidecar.read_text(encoding="utf-8"))

    assert STAMP == said["run"]
    assert (found.sha256, found.size_bytes) == (said["sha256"], said["size_bytes"])
    assert 1 == said["not_known_cells"]
    for words in ("DEMO DATA", "The run gave 3 rows", "Rows or cells", "Not known: 1 cell;"):
        assert any(words in remark for remark in said["remarks"])


@each_ending
def test_no_file_is_replaced_unasked(frame, tmp_path, ending):
    """A file of that name is refused and left as it is; ``overwrite`` replaces it."""
    path = tmp_path / f"users.{ending}"
    path.write_text("mine")

    with pytest.raises(InputError, match="already"):
        export_frame(frame, path)
    assert "mine" == path.read_text()
    assert [path] == list(tmp_path.iterdir())
    export_frame(frame, path, overwrite=True)
    assert b"mine" != path.read_bytes()


def test_a_provenance_of_another_file_is_not_replaced(frame, tmp_path):
    """The file beside is guarded as the file is."""
    (tmp_path / "users.csv.provenance.json").write_text("mine")

    with pytest.raises(InputError, match="provenance"):
        export_frame(frame, tmp_path / "users.csv")
    assert not (tmp_path / "users.csv").exists()


@each_ending
def test_a_file_made_meanwhile_is_not_replaced(frame, tmp_path, ending, monkeypatch):
    """Also one that another program makes while rows are written."""
    path = tmp_path / f"users.{ending}"
    tell = Counted.write

    def meanwhile(self, data):
        path.write_text("mine")
        return tell(self, data)

    monkeypatch.setattr(Counted, "write", meanwhile)
    with pytest.raises(InputError, match="already"):
        export_frame(frame, path)
    assert "mine" == path.read_text()
    assert not list(tmp_path.glob(".*"))


@each_ending
def test_a_disk_that_is_full_leaves_nothing(frame, tmp_path, ending, monkeypatch):
    """What cannot be written whole is not there, the old file stays, and the cause is told."""
    path = tmp_path / f"users.{ending}"
    path.write_text("mine")

    def full(self, data):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Counted, "write", full)
    with pytest.raises(InputError, match="No space left"):
        export_frame(frame, path, overwrite=True)
    assert "mine" == path.read_text()
    assert [path] == list(tmp_path.iterdir())


def test_a_link_stays_a_link(frame, tmp_path):
    """What a link leads to is replaced, not the link."""
    (tmp_path / "real.csv").write_text("old")
    link = tmp_path / "users.csv"
    link.symlink_to(tmp_path / "real.csv")
    export_frame(frame, link, overwrite=True)

    assert link.is_symlink()
    assert "ann" in (tmp_path / "real.csv").read_text()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("users.pdf", ".xlsx, .csv, .parquet, .json, .jsonl"),
        ("users", "End the name"),
        ("none/users.csv", "no folder"),
        ("folder.csv", "is a folder"),
    ],
)
def test_a_place_that_cannot_be_is_refused(frame, tmp_path, name, words):
    """What is wrong with the file's name is said with what to do."""
    (tmp_path / "folder.csv").mkdir()

    with pytest.raises(InputError, match=words):
        export_frame(frame, tmp_path / name)


def test_a_folder_that_cannot_be_written_to_is_refused(frame):
    """A folder where nothing can be made is an error of ours, with the system's reason."""
    with pytest.raises(InputError, match=r"users\.csv"):
        export_frame(frame, Path("/proc/users.csv"))


@pytest.mark.parametrize(
    ("ending", "module", "extra"),
    [("xlsx", "xlsxwriter", "evidence"), ("parquet", "pyarrow", "arrow")],
)
def test_a_writer_that_is_not_installed_names_the_pip_line(tmp_path, ending, module, extra):
    """The error says what to install, to the letter, and leaves nothing behind; CSV is written."""
    done = _python(
        f"import sys; sys.modules[{module!r}] = None\n"
        "import pandas as pd\n"
        "from aibrain_jupyter import export_frame\n"
        "frame = pd.DataFrame({'x': [1], 'not_known': [None]})\n"
        f"export_frame(frame, {str(tmp_path / 'x.csv')!r})\n"
        f"export_frame(frame, {str(tmp_path / 'x')!r} + '.{ending}')\n"
    )

    assert f'Run %pip install "aibrain_jupyter[{extra}]"' in done.stderr
    assert ["x.csv", "x.csv.provenance.json"] == sorted(path.name for path in tmp_path.iterdir())


def _python(code):
    """Run code in a process of its own."""
    path = str(Path(aibrain_jupyter.__file__).parent.parent)
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
    )


def test_what_is_no_table_is_refused(tmp_path):
    """A series, and a frame with two columns of one name, are refused with the way out."""
    with pytest.raises(InputError, match="Series"):
        export_frame(pd.Series([1]), tmp_path / "x.csv")
    with pytest.raises(InputError, match="'a'"):
        export_frame(pd.DataFrame([[1, 2]], columns=["a", "a"]), tmp_path / "x.csv")
    assert [] == list(tmp_path.iterdir())


def test_a_killed_export_leaves_no_half_file(tmp_path):
    """A process that is killed while it writes leaves nothing under the file's name."""
    code = (
        "import os, pandas as pd\n"
        "from aibrain_jupyter import export_frame\n"
        "from aibrain_jupyter.writers.files import Counted\n"
        "Counted.write = lambda self, data: os._exit(9)\n"
        f"export_frame(pd.DataFrame({{'x': [1]}}), {str(tmp_path / 'x.csv')!r})\n"
    )

    assert 9 == _python(code).returncode
    assert not (tmp_path / "x.csv").exists()


@each_ending
def test_a_frame_is_left_as_it_was(frame, tmp_path, ending):
    """Writing changes neither the frame nor its attributes."""
    before, attrs = frame.copy(deep=True), dict(frame.attrs)
    export_frame(frame, tmp_path / f"users.{ending}")

    pd.testing.assert_frame_equal(before, frame)
    assert attrs == frame.attrs
