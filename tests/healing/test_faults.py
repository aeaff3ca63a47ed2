"""Each injected fault is called what it is, with the step that helps, and no key is shown."""

from __future__ import annotations

import pytest

from tests.healing.faults.all_of_them import ALL, all_attempts, few_attempts
from tests.healing.faults.world import Shell, meet, verdict


@pytest.fixture(scope="module")
def shell():
    few_attempts()
    shell = Shell()
    yield shell
    shell.end()
    all_attempts()


@pytest.mark.slow
@pytest.mark.parametrize("fault", ALL, ids=lambda fault: fault.name)
def test_a_fault_is_told(shell, fault):
    """Cause and advice are right, or it is repaired; nothing secret is in what is shown or kept."""
    seen = meet(fault, shell)

    assert "right" == verdict(fault, seen), f"{seen.cause}: {seen.said}"


def test_names_are_unique():
    """A fault is known by its name in the figures of the bench."""
    names = [fault.name for fault in ALL]

    assert 80 <= len(set(names)) == len(names)
