"""Memory of many accounts: what a run has gone through is let go."""

from __future__ import annotations

import json
import subprocess
import sys

_MANY = """
import json, sys
from pathlib import Path
from aibrain_jupyter.aws.clients.pool import ClientPool, SessionProfile

# Not getrusage: what it gives begins with the memory of the process that started this one.
def peak():
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024

accounts = int(sys.argv[1])
sides = ("east", "west", "north")
regions = [f"{a}-{b}-{n}" for a in ("us", "eu", "ap") for b in sides for n in (1, 2)][:17]
pool, seen = ClientPool(), []
for number in range(accounts):
    name = f"a{number}"
    pool.add_profile(SessionProfile(
        name, f"AKIA{number:016d}", "x" * 40, "us-east-1", "", f"{number:012d}", False
    ))
    for region in regions:
        pool.client("sqs", profile=name, region=region)
    if number in (accounts // 2, accounts - 1):
        seen.append(peak())
print(json.dumps({"half": seen[0], "all": seen[1], **pool.stats()}))
"""


def test_clients_of_many_accounts_are_let_go(request):
    """40 accounts (in full: 1 000) with 17 regions: bounded clients, under 1 GiB."""
    accounts = 1000 if request.config.getoption("--full") else 40
    done = subprocess.run(
        [sys.executable, "-c", _MANY, str(accounts)], capture_output=True, text=True, check=True
    )
    found = json.loads(done.stdout)
    print(found)

    assert accounts * 17 == found["created"]
    assert found["clients"] <= 256
    assert found["sessions"] <= 64
    assert found["all"] < 1024, "MiB"
    # Bounded means that the second half costs little more than the first.
    assert found["all"] < 1.5 * found["half"]
