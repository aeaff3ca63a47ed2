"""A store in the wild: clocks that jump, kernels beside each other, disks, copies, locales."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from aibrain_jupyter.evidence.decisions.retention import hold, purge, retain
from aibrain_jupyter.evidence.store import default
from aibrain_jupyter.evidence.store.anchors import sign_head
from aibrain_jupyter.evidence.store.remembered import copies_of, remembered_head, replaced_in
from aibrain_jupyter.evidence.store.store import Store
from aibrain_jupyter.shared.error_handler import EvidenceError
from tests.evidence.conftest import save

ROUNDS = 12


class Clock:
    """The time of every module that asks ``dt.datetime.now``; `days` is how far it was set."""

    def __init__(self, monkeypatch):
        self.days, real = 0, dt.datetime
        clock = self

        class Fake(real):
            @classmethod
            def now(cls, tz=None):
                return real.now(tz) + dt.timedelta(days=clock.days)

        monkeypatch.setattr(dt, "datetime", Fake)


@pytest.fixture
def clock(monkeypatch):
    return Clock(monkeypatch)


def test_a_kernel_that_is_open_for_days_has_the_day_of_each_save(store, clock):
    """One store object: every item has the day it was saved, whatever day it was opened."""
    found = []
    for day in (0, 1, 9):
        clock.days = day
        with store.draft("Users") as draft:
            draft.path("data/a.csv").write_text("a\n")
            found.append(store.commit(draft, {"title": "Users"}))

    now = dt.datetime.now(dt.UTC)
    assert [f"{now - dt.timedelta(days=9 - day):%Y%m%d}" for day in (0, 1, 9)] == [
        item.id.split("-")[1] for item in found
    ]
    assert [] == store.verify().findings


def test_a_clock_that_jumps_is_said_and_loses_nothing(store, clock):
    """Forward, far back and right again: each event keeps the time it was given, and is flagged."""
    old = save(store, "one")
    retain(store, old, dt.date(2020, 1, 1), "test")
    clock.days = 400
    save(store, "two")
    clock.days = -30
    save(store, "three")
    with pytest.raises(EvidenceError, match="clock"):
        purge(store, old.id, "past its time")
    clock.days = 401
    save(store, "four")

    report = store.verify()
    assert 0 == report.status
    assert ["note"] == [finding.kind for finding in report.findings]
    assert "a clock contradicts the ledger" in report.findings[0].what
    assert ["one", "two", "three", "four"] == [i.saved.facts["title"] for i in store.items()]
    assert [False, True, False] == [
        "clock_behind_s" in item.saved.facts for item in store.items()[1:]
    ]
    purge(store, old.id, "past its time")


def test_two_kernels_save_hold_and_purge_at_one_store(store):
    """What either was told is saved is there, and each event follows from the one before."""
    save(store)
    command = [sys.executable, "-m", "tests.evidence.saving_kernel", str(store.folder)]
    kernels = [
        subprocess.Popen([*command, str(n), str(ROUNDS)], stdout=subprocess.PIPE, text=True)
        for n in range(2)
    ]
    said = {line for kernel in kernels for line in kernel.communicate()[0].split()}

    assert [0, 0] == [kernel.returncode for kernel in kernels]
    assert 2 * ROUNDS == len(said)
    assert said <= {item.id for item in store.items()}
    report = store.verify()
    assert (0, []) == (report.status, report.findings)
    events = store.ledger.events()
    assert [*range(1, len(events) + 1)] == [event.seq for event in events]
    assert {"save", "purge", "anchor"} <= {event.type for event in events}


def as_anybody():
    """Return the words before a command that take from root what others have not."""
    if os.getuid():
        return []
    return ["setpriv", "--bounding-set=-all", "--inh-caps=-all"]


def in_its_own_process(code, folder, *, without=(), limit="", **env):
    """Run `code` with ``store`` of the folder in a Python of its own; return what it printed."""
    start = f"import sys\nfrom aibrain_jupyter.evidence.store.store import Store\n{limit}\n"
    start += f"from tests.evidence.conftest import save\nstore = Store({str(folder)!r})\n"
    done = subprocess.run(
        [*without, sys.executable, "-c", start + code],
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **env},
        capture_output=True,
        check=False,
    )
    assert 0 == done.returncode, done.stderr.decode("utf-8", "replace")[-2000:]
    return done.stdout.decode("utf-8", "replace")


TRY_ALL = """
from aibrain_jupyter.shared.error_handler import EvidenceError
from aibrain_jupyter.evidence.decisions.retention import hold
print(len(store.items()), store.verify().verdict)
for change in (lambda: save(store, "two"), lambda: hold(store, store.items()[0], "a case")):
    try:
        change()
    except EvidenceError as exc:
        print(exc.what, exc.why)
"""


def test_a_folder_that_may_be_read_only_is_read(store):
    """List and verify work; what would write says that it cannot, and nothing is changed."""
    save(store, "one")
    before = contents(store.folder)
    for path in (store.folder, *store.folder.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)

    try:
        said = in_its_own_process(TRY_ALL, store.folder, without=as_anybody())
    finally:
        for path in (store.folder, *store.folder.rglob("*")):
            path.chmod(0o700)

    assert "1 whole: 1 items" in said
    assert 2 == said.count("cannot be written to")
    assert before == contents(store.folder)


@pytest.mark.skipif(sys.platform != "linux", reason="mounts are Linux's")
def test_a_store_on_a_read_only_disk_is_read(store):
    """The same on a mount that nobody may write to, root neither."""
    save(store, "one")
    before = contents(store.folder)
    mount = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0"'
    if subprocess.run(["unshare", "-m", "sh", "-c", mount, store.folder], check=False).returncode:
        pytest.skip("nothing can be mounted here")
    code = f"from aibrain_jupyter.evidence.store.store import Store\n{_IMPORT}"
    code += f"store = Store({str(store.folder)!r})\n{TRY_ALL}"
    run = f'{mount} && exec "$1" -c "$2"'
    command = ["unshare", "-m", "sh", "-c", run, str(store.folder), sys.executable, code]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout

    assert "1 whole: 1 items" in said
    assert 2 == said.count("Read-only file system")
    assert before == contents(store.folder)


_IMPORT = "from tests.evidence.conftest import save\n"


def contents(folder):
    """Return every file of a folder but the locks."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path): path.read_bytes() for path in paths if not path.name.endswith("lock")}


FILL = """
from aibrain_jupyter.shared.error_handler import EvidenceError
try:
    save(store, "large", rows=200_000)
except (EvidenceError, OSError) as exc:
    print(type(exc).__name__, exc)
print(len(store.items()), store.verify().verdict)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="limits are Linux's")
def test_a_save_that_finds_no_room_leaves_the_store_as_it_was(store):
    """A file that cannot be written whole ends the save; the items before it are whole."""
    save(store, "one")
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))"

    said = in_its_own_process(FILL, store.folder, limit=limit)

    assert "File too large" in said
    assert "1 whole: 1 items" in said
    save(store, "two", rows=200_000)
    assert [] == store.verify().findings
    assert [] == list((store.folder / "drafts").iterdir())


@pytest.mark.skipif(sys.platform != "linux", reason="mounts are Linux's")
def test_a_disk_that_is_full_costs_only_the_save_in_flight(tmp_path):
    """On a disk of 1 MB that fills up while a set is saved, what was saved before is whole."""
    code = f"from aibrain_jupyter.evidence.store.store import Store\n{_IMPORT}"
    code += f"store = Store('{tmp_path}/disk/evidence')\nsave(store, 'one')\n{FILL}"
    code += "\nsave(store, 'three')\nprint(len(store.items()), store.verify().verdict)"
    mount = f"mkdir {tmp_path}/disk && mount -t tmpfs -o size=1m none {tmp_path}/disk"
    if subprocess.run(
        ["unshare", "-m", "sh", "-c", f"{mount} && rmdir {tmp_path}/disk 2>/dev/null; true"],
        check=False,
    ).returncode:
        pytest.skip("nothing can be mounted here")
    shutil.rmtree(tmp_path / "disk", ignore_errors=True)
    command = ["unshare", "-m", "sh", "-c", f'{mount} && exec "$0" -c "$1"', sys.executable, code]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout

    assert "No space left" in said
    assert "1 whole: 1 items" in said
    assert "2 whole: 2 items" in said


def test_a_copied_store_is_said_to_be_one(store, tmp_path, monkeypatch):
    """Each goes its way and verifies against its own head; both are told of the other."""
    save(store, "one")
    sign_head(store)
    copy = Store(tmp_path / "copy")
    shutil.copytree(store.folder, copy.folder)
    assert [store.folder] == copies_of(copy)
    save(store, "in the original")
    sign_head(store)
    assert 0 == copy.verify(head=remembered_head(copy)).status

    monkeypatch.setenv("AIBRAIN_EVIDENCE_DIR", str(copy.folder))
    save(copy, "in the copy")
    with pytest.warns(UserWarning, match="it is in .*evidence, too"):
        default.anchor(copy)

    for one in (store, copy):
        assert 0 == one.verify(head=remembered_head(one)).status
    assert remembered_head(store) != remembered_head(copy)
    assert ([store.folder], [copy.folder]) == (copies_of(copy), copies_of(store))


def test_a_store_that_was_moved_has_its_head_still(store, tmp_path):
    """A tail that was cut shows after a move as before, and nothing is called a copy."""
    save(store, "one")
    event = sign_head(store)
    store.folder.rename(tmp_path / "moved")
    moved = Store(tmp_path / "moved")

    assert event.head == remembered_head(moved)
    assert [] == copies_of(moved)


def test_a_link_to_a_store_is_no_other_store(store, tmp_path):
    """What was signed under one name of a folder is remembered under the other."""
    save(store, "one")
    sign_head(store)
    (tmp_path / "link").symlink_to(store.folder)
    linked = Store(tmp_path / "link")
    save(linked, "two")
    event = sign_head(linked)

    assert event.head == remembered_head(store) == remembered_head(linked)
    assert [] == copies_of(store)


def test_a_store_in_place_of_another_is_told(store, tmp_path):
    """A ledger that is made anew with an id of its own is not the one that was signed here."""
    save(store, "one")
    sign_head(store)
    before = store.id
    shutil.rmtree(store.folder)
    save(store, "another")

    assert [before] == replaced_in(store)
    with pytest.warns(UserWarning, match=f"not there any more: {before}"):
        default.anchor(store)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        default.anchor(store)
    (tmp_path / "data/evidence/another.json").write_text("{")  # costs only the store it is of
    other = Store(tmp_path / "other")
    save(other, "one")
    assert [] == replaced_in(other)


@pytest.mark.parametrize("locale", ["C", "POSIX", "en_US.ISO-8859-1"])
def test_a_locale_without_utf_8_changes_no_letter(store, locale):
    """Codes and titles in Japanese are saved, listed and verified where the locale is ASCII."""
    code = "title = '\\u5229\\u7528\\u8005 caf\\u00e9'\nsave(store, title, codes=(title,))\n"
    code += "from aibrain_jupyter.evidence.saving.card import card_text\n"
    code += "item = store.items()[0]\nassert item.saved.facts['title'] == title\n"
    code += "from aibrain_jupyter.evidence.store.standalone import verifier\n"
    code += "print(ascii(item.manifest()['title']), store.verify().verdict)"

    plain = {"LC_ALL": locale, "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    said = in_its_own_process(code, store.folder, **plain)

    assert r"'\u5229\u7528\u8005 caf\xe9' whole: 1 items" in said
    assert "\u5229\u7528\u8005 caf\u00e9" == store.items()[0].manifest()["title"]
    assert Path(store.items()[0].folder).name.isascii()
    hold(store, store.items()[0], "\u5229\u7528\u8005")
    assert 0 == store.verify().status
