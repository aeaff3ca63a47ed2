"""The notebooks run as tests: in folders of their own, without the user's AWS settings."""

from __future__ import annotations

import os
import tempfile

import pytest

# nbval starts its kernels outside of pytest's fixtures, so the environment is set here, once.
for _name in [name for name in os.environ if name.startswith(("AWS_", "AIBRAIN_"))]:
    if not _name.startswith("AIBRAIN_TEST_"):  # what the tests themselves are told
        del os.environ[_name]
_folder = tempfile.mkdtemp(prefix="aibrain-notebooks-")
os.environ.update(
    AWS_CONFIG_FILE=f"{_folder}/aws-config",
    AWS_SHARED_CREDENTIALS_FILE=f"{_folder}/aws-credentials",
    AWS_EC2_METADATA_DISABLED="true",
)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    """Give each notebook a cache and a history of its own: what it shows depends on no other."""
    # Before nbval starts the notebook's kernel, which inherits it.
    for name in ("CACHE", "DATA"):
        os.environ[f"AIBRAIN_{name}_DIR"] = f"{_folder}/{item.path.stem}/{name.lower()}"
    # A banner comes under whatever cell ends next; one notebook is about them.
    os.environ["AIBRAIN_ALERTS"] = str("monitoring" in item.path.stem).lower()
