"""A zip has the files of its bag and nothing else; no zip, however it is made, is a crash."""

from __future__ import annotations

import io
import random
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from aibrain_jupyter.evidence.packaging.choosing import Asked
from aibrain_jupyter.evidence.packaging.packing import pack
from aibrain_jupyter.evidence.verification.package_check import verify_package


@pytest.fixture
def whole(small, tmp_path):
    """The file of a package that is whole."""
    return pack(small, tmp_path / "v1.zip", Asked()).parts[0].file


def _named(name, mode=0o100644):
    info = zipfile.ZipInfo("x")
    info.filename, info.external_attr, info.create_system = name, mode << 16, 3
    return info


ODD = {
    "absolute": _named("/etc/x"),
    "upwards": _named("v1/../../x"),
    "upwards on Windows": _named("v1\\..\\x"),
    "a link": _named("v1/link", 0o120777),
    "a double without case": _named("v1/INDEX.html"),
    "below a file": _named("v1/index.html/x"),
    "a long name": _named(f"v1/{'a' * 300}"),
    "a long folder": _named(f"v1/{'a' * 300}/x"),
    "no name": _named(""),
    "an empty folder": _named("v1/approved/"),
    "a device": _named("v1/CON"),
    "turned around": _named("v1/\u202egpj.exe"),
    "beside the bag": _named("README.txt"),
}


@pytest.mark.parametrize("odd", ODD)
def test_a_file_that_no_package_has_is_found(whole, odd):
    """Whatever its name, it is a finding, and nothing is written outside."""
    with zipfile.ZipFile(whole, "a") as archive:
        said = "" if odd == "an empty folder" else "Everything is approved."
        archive.writestr(ODD[odd], said)
    assert 1 == verify_package(whole).status
    assert not (whole.parent / "x").exists()


def _hidden(content):
    """A file between the others that the zip's list does not have; some programs show it."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w") as new:
        for info in old.infolist():
            new.writestr(info, old.read(info))
            if info.filename.endswith("index.csv"):
                new.writestr("v1/index.htm", "Everything is approved.")
        new.filelist = [info for info in new.filelist if info.filename != "v1/index.htm"]
    return target.getvalue()


def _commented(content, *, of_file):
    target = io.BytesIO(content)
    with zipfile.ZipFile(target, "a") as archive:
        if of_file:
            archive.filelist[3].comment, archive._didModify = b"approved", True
        else:
            archive.comment = b"Everything is approved."
    return target.getvalue()


BESIDES = {
    "before": lambda content: b"#!/bin/sh\n" + content,
    "between": _hidden,
    "after": lambda content: content + b"approved",
    "another zip after it": lambda content: content + content,
    "a comment": lambda content: _commented(content, of_file=False),
    "a comment of a file": lambda content: _commented(content, of_file=True),
}


@pytest.mark.parametrize("where", BESIDES)
def test_what_belongs_to_no_file_is_found(whole, where):
    """Bytes before, between and after the files, which one program shows and another does not."""
    whole.write_bytes(BESIDES[where](whole.read_bytes()))
    with zipfile.ZipFile(whole) as archive:
        assert archive.testzip() is None
    report = verify_package(whole)
    assert [whole.name] == [f.where for f in report.findings if f.kind == "altered"]


@pytest.mark.parametrize("how", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_package_that_was_zipped_again_is_whole(whole, how):
    """Who unpacks and packs it again, streaming too, has altered nothing."""

    class Pipe(io.BytesIO):
        def seekable(self):
            return False

        def seek(self, *where):
            raise OSError("a pipe")

    pipe = Pipe()
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(pipe, "w", how) as new:
        for folder in sorted({f"{Path(name).parent.as_posix()}/" for name in old.namelist()}):
            new.writestr(folder, b"")
        for info in old.infolist():
            new.writestr(info.filename, old.read(info))
    whole.write_bytes(pipe.getvalue())
    assert 0 == verify_package(whole).status


def test_a_zip_without_room_is_not_unpacked(whole, monkeypatch):
    """A zip that grows beyond what the disk has is said to, and is not called altered."""
    usage = SimpleNamespace(free=1)
    monkeypatch.setattr("shutil.disk_usage", lambda folder: usage)
    report = verify_package(whole)
    assert (2, 0) == (report.status, report.files)
    assert "here is room for 1" in report.findings[0].what


@pytest.mark.parametrize("seed", range(40))
def test_no_zip_is_a_crash(whole, seed):
    """Bytes of the zip's own lists, changed by chance: a report, never an exception."""
    chance, content = random.Random(seed), bytearray(whole.read_bytes())
    for _ in range(3):
        place = chance.randrange(len(content) - 2000, len(content) - 4)
        content[place : place + 2] = chance.randbytes(2)
    whole.write_bytes(content)
    verify_package(whole)
