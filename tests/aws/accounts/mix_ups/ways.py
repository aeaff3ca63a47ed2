"""What every way to mix identities up uses: the list of them, and what a mix-up must end in."""

from __future__ import annotations

import pytest

from aibrain_jupyter.shared.error_handler import CredentialsError

from ..mixed_world import A

WAYS = []
LIVE, DISK, MEMORY = "live", "disk", "memory"
ROLE = f"arn:aws:iam::{A}:role/Audit"


def way(function):
    """Add a way to mix identities up."""
    WAYS.append(function)
    return function


def ends_in_a_gap(function, *args, **policy):
    """Check that the account's change is the end of a call, and that no key is told."""
    with pytest.raises(CredentialsError) as info:
        function(*args, **policy)
    told = "\n".join([str(info.value), *map(str, info.value.facts.values())])
    assert "OtherIdentity" == info.value.facts["code"]
    assert "ASIA0" not in told
    assert "AKIA0" not in told
    return info.value
