"""
Unpack a package: its files, and nothing that is no file of it.

A zip is read from its end, and other programs read it from its start: what lies between its files,
before or after them, or in its comments, one program shows and another does not. In a package
there is nothing of the kind.
"""

from __future__ import annotations

import shutil
import stat
import struct
import zipfile
import zlib
from pathlib import PurePosixPath
from typing import IO, TYPE_CHECKING

from aibrain_jupyter.evidence.verification.bag_check import DECLARATION, is_inside
from aibrain_jupyter.evidence.verification.report import ALTERED, INCOMPLETE, Report

if TYPE_CHECKING:
    from pathlib import Path

_CHUNK = 1 << 20
_LOCAL, _CENTRAL = b"PK\x03\x04", b"PK\x01\x02"
_ENDS = (22, 22 + 56 + 20)
"""Bytes after the list of files: its end, and where it is large the two records before."""
_SUMS = (12, 16, 20, 24)
"""Bytes of length and sum after a file that was written without going back."""
_LATER = 8
"""The flag of such a file."""


def unpack(file: Path, target: Path, report: Report) -> Path | None:
    """
    Unpack a package into a folder and return its bag; None: it is no package.

    Every file is read against the zip's own sums; names that lead elsewhere, links and doubles are
    findings and are not unpacked.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            wanted, room = sum(i.file_size for i in archive.infolist()), shutil.disk_usage(target)
            if wanted > room.free:
                what = f"it has {wanted:,} bytes unpacked, and here is room for {room.free:,}"
                report.tell(INCOMPLETE, file.name, what)
                return None
            if fault := _besides(archive, file):
                report.tell(ALTERED, file.name, fault)
            _take_all(archive, target, report)
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError, struct.error) as exc:
        report.tell(ALTERED, file.name, f"it is no zip, or a damaged one: {exc}")
        return None
    bags = [path.parent for path in target.glob(f"*/{DECLARATION}")]
    if len(bags) != 1 or len([*target.iterdir()]) != 1:
        report.tell(ALTERED, file.name, "there is not one bag in it")
        return None
    return bags[0]


def _take_all(archive: zipfile.ZipFile, target: Path, report: Report) -> None:
    seen: set[str] = set()
    names = [name for name in archive.namelist() if not name.endswith("/")]
    # Programs that zip a folder list the folders that files lie in, too.
    folders = {f"{folder}/" for name in names for folder in PurePosixPath(name).parents}
    for info in archive.infolist():
        kind, name = stat.S_IFMT(info.external_attr >> 16), info.filename
        if info.filename in folders and not info.file_size:
            continue
        is_odd = not name or not is_inside(name) or kind not in (0, stat.S_IFREG)
        if is_odd or name.endswith("/") or name.lower() in seen:
            report.tell(ALTERED, name, "it is no file of a package")
            continue
        seen.add(name.lower())
        _take_out(archive, info, target, report)


def _take_out(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path, report: Report
) -> None:
    path = target / info.filename
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(info) as packed, path.open("xb") as file:
            while chunk := packed.read(_CHUNK):
                file.write(chunk)
    except (OSError, EOFError, ValueError, RuntimeError, NotImplementedError) as exc:
        report.tell(ALTERED, info.filename, f"it cannot be unpacked: {exc}")
    except (zipfile.BadZipFile, zlib.error) as exc:
        report.tell(ALTERED, info.filename, f"it is damaged: {exc}")


def _besides(archive: zipfile.ZipFile, file: Path) -> str:
    """Return what a zip has besides its files; empty: nothing."""
    infos = archive.infolist()
    if archive.comment or any(info.comment for info in infos):
        return "it has a comment, which is no part of a package"
    with file.open("rb") as raw:
        at = 0
        for info in sorted(infos, key=lambda info: info.header_offset):
            after = info.header_offset - at
            if after and not (at and after in _SUMS):
                return f"there are {after:,} bytes before {info.filename} that belong to no file"
            end = info.header_offset + _header(raw, info.header_offset, _LOCAL, 30)
            at = end + info.compress_size
            if info.flag_bits & _LATER and raw.seek(at) and raw.read(4) != b"PK\x07\x08":
                return f"{info.filename} does not end as it says"
        if (after := archive.start_dir - at) and after not in _SUMS:
            return f"there are {after:,} bytes after the last file that belong to no file"
        at = archive.start_dir
        for _ in infos:
            at += _header(raw, at, _CENTRAL, 46)
        if (after := file.stat().st_size - at) not in _ENDS:
            return f"there are {after:,} bytes at its end, {_ENDS[0]} belong there"
    return ""


def _header(raw: IO[bytes], at: int, begins: bytes, length: int) -> int:
    """Return the length of a file's header, its names included."""
    raw.seek(at)
    text = raw.read(length)
    if text[:4] != begins or len(text) < length:
        raise ValueError("a header of a file is not where it should be")
    places = (26, 28) if begins == _LOCAL else (28, 30, 32)
    return length + sum(int(struct.unpack_from("<H", text, place)[0]) for place in places)
