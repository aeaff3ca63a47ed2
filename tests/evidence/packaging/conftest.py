"""A store for packages: items of every state, for codes of two requests."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import zipfile

import pandas as pd
import pytest

from aibrain_jupyter.evidence.decisions.codes import CONTROL, Code
from aibrain_jupyter.evidence.decisions.exclusions import exclude
from aibrain_jupyter.evidence.decisions.states import take_code_step, take_step
from aibrain_jupyter.evidence.packaging.choosing import Asked
from aibrain_jupyter.evidence.packaging.packing import Options, pack
from aibrain_jupyter.evidence.saving.saving import Saving, save_frame
from aibrain_jupyter.evidence.saving.times import MOMENT, Times
from aibrain_jupyter.evidence.store.anchors import sign_head
from aibrain_jupyter.evidence.store.store import Store
from aibrain_jupyter.shared.texts.periods import parse_period

YEAR = parse_period("2026")


def times(month=7):
    """The state of things on the eighth of a month, collected then."""
    at = dt.datetime(2026, month, 8, 6, 1, tzinfo=dt.UTC)
    return Times(MOMENT, at, at, at, at + dt.timedelta(seconds=42))


def save(store, title, codes=("RFI-014",), *, rows=3, month=7, raw=False, audit=YEAR, **sections):
    """Save a set with a call log and, if wanted, raw answers; return its item."""
    frame = pd.DataFrame(
        {"arn": [f"arn:aws:iam::1:user/u{n}" for n in range(rows)], "has_mfa": [True] * rows}
    )
    kinds = [Code.parse(c, CONTROL if c[0] in "CA" else "rfi") for c in codes]
    saving = Saving(title, kinds, times(month), audit=audit, key=["arn"])
    about = {
        "source": {"system": "AWS", "who": "arn:aws:iam::1:user/ann", "accounts": ["1"]},
        "completeness": {"rows": rows, "targets": [{"outcome": "ok"}], "gaps": (), "totals": ()},
    }
    with store.draft(title, day=dt.date(2026, 7, 8)) as draft:
        if raw:
            answers = gzip.compress(json.dumps({"Users": frame["arn"].tolist()}).encode(), mtime=0)
            draft.path("raw/0001.jsonl.gz").write_bytes(answers)
        requests = [{"operation": "ListUsers", "request_id": "r-1"}]
        return save_frame(store, draft, frame, saving, {**about, **sections}, requests=requests)


def approve(store, item, reason="looked at"):
    """Approve an item, as somebody else."""
    who = {"name": "Bea", "host": "desk", "how": "said"}
    take_step(store, store.item(item.id), "approve", reason=reason, actor=who)
    return store.item(item.id)


def comment(store, item, text, audience):
    """Say something of an item."""
    store.ledger.append("comment", item=item.id, facts={"text": text, "audience": audience})


@pytest.fixture(autouse=True)
def data_dir(tmp_path, monkeypatch):
    """The user's data folder, with keys and heads, in the test's own folder."""
    monkeypatch.setenv("AIBRAIN_DATA_DIR", str(tmp_path / "user"))


@pytest.fixture
def small(tmp_path):
    """A store with one approved item for three codes of two requests, raw answers with it."""
    store = Store(tmp_path / "evidence")
    approve(store, save(store, "IAM users", ("RFI-014", "RFI-015", "CC6.1"), raw=True))
    return store


@pytest.fixture
def full(tmp_path):
    """A store with something of every kind that a first page tells."""
    store = Store(tmp_path / "evidence")
    exclude(store, {"arn": "arn:aws:iam::1:user/u1"}, "a robot", "CISO", dt.date(2099, 12, 31))
    users = approve(store, save(store, "IAM users", ("RFI-014", "CC6.1"), raw=True))
    gaps = [{"label": "prod/eu-west-3", "why": "AccessDenied: rds:DescribeDBInstances"}]
    partial = {"rows": 5, "targets": [{"outcome": "denied"}], "gaps": gaps, "totals": ()}
    approve(
        store,
        save(store, "RDS databases", ("RFI-015",), month=3, rows=5, completeness=partial),
        "the region is out of scope",
    )
    save(store, "S3 buckets", ("RFI-015", "CC6.7"), rows=9)
    back = approve(store, save(store, "KMS keys", ("CC6.1",), rows=4, is_demo=True))
    other = approve(store, save(store, "Payroll of the board", ("RFI-900",)))
    take_code_step(store, back, "deliver", package="FY2026-v0")
    reason = "rotation is not shown"
    take_code_step(store, store.item(back.id), "return", package="", reason=reason, by="Auditor")
    comment(store, users, "Service users are in a second list.", "auditor")
    comment(store, users, "Do not tell them about <bob>.", "internal")
    comment(store, other, "Not for them at all.", "internal")
    sign_head(store)
    return store


@pytest.fixture
def packed(full, tmp_path):
    """A package of that store for three codes and one that nothing answers."""
    asked = Asked(codes=("RFI-014", "RFI-015", "CC6.1", "CC9.9"))
    return pack(full, tmp_path / "FY2026-v1.zip", asked, Options()).parts[0].file


def unpacked(file, folder):
    """Unpack a package below a folder and return its bag."""
    with zipfile.ZipFile(file) as archive:
        archive.extractall(folder / "unpacked")
    return next((folder / "unpacked").iterdir())
