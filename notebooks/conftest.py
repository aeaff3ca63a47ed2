"""The notebooks run as tests: in folders of their own, without the user's AWS settings."""

from __future__ import annotations

import os
import tempfile

# nbval starts its kernels outside of pytest's fixtures, so the environment is set here, once.
for _name in [name for name in os.environ if name.startswith(("AWS_", "AIBRAIN_"))]:
    del os.environ[_name]
_folder = tempfile.mkdtemp(prefix="aibrain-notebooks-")
os.environ.update(
    AIBRAIN_CACHE_DIR=f"{_folder}/cache",
    AIBRAIN_DATA_DIR=f"{_folder}/data",
    AWS_CONFIG_FILE=f"{_folder}/aws-config",
    AWS_SHARED_CREDENTIALS_FILE=f"{_folder}/aws-credentials",
    AWS_EC2_METADATA_DISABLED="true",
)
