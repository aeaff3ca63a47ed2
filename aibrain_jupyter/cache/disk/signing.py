"""
The user's own key, which makes entries written by anybody else worthless.

It lies in the user's data folder, not beside the entries: a cache that is
copied or shared is then noticed as foreign. No pickle is read in any case; the
key keeps out planted *values*.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from typing import TYPE_CHECKING

from aibrain_jupyter.cache.disk.folder import make_folders, unsafe_reason
from aibrain_jupyter.cache.problems import DiskRefusedError
from aibrain_jupyter.shared.config import user_dir

if TYPE_CHECKING:
    from pathlib import Path

KEY_BYTES = 32
_FILE_NAME = "cache.key"


def load_user_key() -> bytes:
    """
    Return the key of this user, made on first use.
    Raises DiskRefusedError: the file can neither be read nor made, or others can read it.
    """
    path = user_dir("data") / _FILE_NAME
    try:
        if not path.exists():
            make_key_file(path)
        reason = unsafe_reason(path, forbidden_bits=0o077)
        if reason:
            raise DiskRefusedError(
                f"The key file {path} is not private: {reason}.",
                next_steps=[f"Run: chmod 600 {path}"],
            )
        key = path.read_bytes()
    except OSError as exc:
        raise DiskRefusedError(
            f"The key file {path} cannot be used: {exc.strerror or exc}.",
            next_steps=["Set AIBRAIN_DATA_DIR to a folder of your own that can be written."],
        ) from exc
    if len(key) != KEY_BYTES:
        raise DiskRefusedError(
            f"The key file {path} is damaged.",
            next_steps=[f"Remove {path}; what is cached on disk will be fetched again."],
        )
    return key


def make_key_file(path: Path) -> None:
    """Write a new key, for the owner only; a key that is there by then stays."""
    make_folders(path.parent)
    new = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
        # A link fails when the name exists: two processes that start together get one key.
        with contextlib.suppress(FileExistsError):
            os.link(new, path)
    finally:
        new.unlink()
