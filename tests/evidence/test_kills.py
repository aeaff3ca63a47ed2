"""Kernels are killed while they save, hold and purge: the store verifies, and says what was cut."""

from __future__ import annotations

import random
import subprocess
import sys
import threading

import pytest

from aibrain_jupyter.evidence.store.draft import Draft
from tests.evidence.conftest import save


def _kernel(folder, seed):
    command = [sys.executable, "-m", "tests.evidence.saving_kernel", str(folder), str(seed)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def _reader(kernel, said):
    for line in kernel.stdout:
        said.add(line.strip())


def test_a_store_outlives_its_kernels(store, request):
    """Of every item that was said to be saved none is lost, and nothing half saved is left over."""
    kills, chance = 50 if request.config.getoption("--full") else 6, random.Random(50)
    save(store)
    said, statuses, notes = set(), [], []
    for number in range(0, kills, 2):
        kernels = [_kernel(store.folder, number + n) for n in range(2)]
        readers = [threading.Thread(target=_reader, args=(k, said)) for k in kernels]
        for reader in readers:
            reader.start()
        before = len(store.items())
        for kernel in kernels:
            while len(store.items()) <= before:  # it has begun
                assert kernel.poll() is None
            threading.Event().wait(chance.random() / 10)
            kernel.kill()
            kernel.wait()
            report = store.verify()
            statuses.append(report.status)
            notes += [finding.what for finding in report.findings]
        for reader in readers:
            reader.join()

    save(store)  # the next writer finishes or removes what was left
    items = {item.id for item in store.items()}
    assert {0} == set(statuses), notes
    assert said <= items
    after = store.verify()
    assert (0, []) == (after.status, after.findings)
    assert [] == [path.name for path in (store.folder / "drafts").iterdir()]


class _KilledError(BaseException):
    """The kernel is gone."""


def _be_killed(*args, **more):
    raise _KilledError


@pytest.mark.parametrize("was_said", [False, True], ids=["before the event", "after the event"])
def test_a_save_that_is_cut_is_finished_or_removed_by_the_next(store, was_said, monkeypatch):
    """A kernel killed before the ledger has its save leaves nothing; after that, all."""
    save(store)
    place = (store, "_move") if was_said else (store.ledger, "append")
    monkeypatch.setattr(*place, _be_killed)
    monkeypatch.setattr(Draft, "discard", lambda self: self.release())
    with pytest.raises(_KilledError):
        save(store)
    monkeypatch.undo()

    cut = store.verify()
    assert (0, 1) == (cut.status, len(cut.findings))
    assert 1 + was_said == len(store.items())
    save(store)
    assert [] == store.verify().findings
    assert 2 + was_said == len(store.items())
