"""
What a person's sign-in leaves for other kernels, where ``sharepoint_token_file`` names a file.

It holds refresh tokens: whoever reads it asks as that person. It is for the user alone (0600),
never in the evidence store or a cache, which are copied and handed on, and is not read where others
may read it.
"""

from __future__ import annotations

import contextlib
import json
import os
import stat
import sys
import tempfile
from pathlib import Path
from typing import Any

from aibrain_jupyter.shared.config import evidence_folder, get_settings, user_dir
from aibrain_jupyter.shared.error_handler import CredentialsError, ParameterError
from aibrain_jupyter.sharepoint.sign_in.credentials import msal_module


def token_file() -> Path | None:
    """
    Return the file that the settings name; None: tokens stay in memory.

    Raises:
        ParameterError: it would lie where files are copied and handed on.
    """
    name = get_settings().get("sharepoint_token_file")
    if not name:
        return None
    path, settings = Path(name).expanduser().absolute(), get_settings()
    folders = {"the evidence store": evidence_folder()}
    folders["the cache"] = Path(settings.get("cache_dir") or user_dir("cache")).expanduser()
    if settings.get("team_cache_dir"):
        folders["the team's cache"] = Path(settings.get("team_cache_dir")).expanduser()
    for what, folder in folders.items():
        if path.resolve().is_relative_to(folder.absolute().resolve()):
            raise ParameterError(
                f"sharepoint_token_file lies in {what}, which is copied and handed on.",
                next_steps=["Name a file of your own, such as ~/.config/aibrain/sharepoint.json"],
            )
    return path


def why_not_safe(path: Path) -> str:
    """Return why a file there is not read, in words; empty: it is the user's alone."""
    try:
        about = path.lstat()
    except OSError as exc:
        return f"it cannot be looked at: {type(exc).__name__}"
    if not stat.S_ISREG(about.st_mode):
        return "it is no file"
    if sys.platform == "win32":
        return ""  # modes say nothing there: the user's folder is the user's alone
    if about.st_uid != os.getuid():
        return "it belongs to somebody else"
    return "others may read or change it" if about.st_mode & 0o077 else ""


def load() -> Any:
    """
    Return MSAL's cache with what the file has; an empty one where there is none.

    Raises:
        CredentialsError: the file is not the user's alone, or has something else in it.
    """
    cache, path = msal_module().SerializableTokenCache(), token_file()
    if path is None or not os.path.lexists(path):
        return cache
    if why := why_not_safe(path):
        raise CredentialsError(
            f"The token file {path} is not read.",
            why=why,
            next_steps=[f"chmod 600 {path}, or sign in anew: %aibrain sharepoint_login"],
        )
    try:
        text = path.read_text("utf-8")
        _refuse_other(json.loads(text or "{}"))
        cache.deserialize(text)
    except (OSError, ValueError) as exc:
        raise CredentialsError(
            f"The token file {path} cannot be read.",
            why=type(exc).__name__,
            next_steps=["Delete it, and sign in anew: %aibrain sharepoint_login"],
        ) from None
    return cache


def _refuse_other(found: Any) -> None:
    """Raise ValueError unless it is laid out as MSAL's cache: kinds, and what there is of each."""
    kinds = found.values() if isinstance(found, dict) else (found,)
    if not all(isinstance(kind, dict) and _has_dicts(kind) for kind in kinds):
        raise ValueError("something else")


def _has_dicts(kind: dict[str, Any]) -> bool:
    return all(isinstance(one, dict) for one in kind.values())


def save(cache: Any) -> bool:
    """Write what changed, if a file is named, and tell whether one is."""
    path = token_file()
    if path is None or not cache.has_state_changed:
        return path is not None
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # mkstemp makes it 0600, and a link in its place is replaced, not followed.
    number, name = tempfile.mkstemp(dir=path.parent, prefix=".sharepoint-")
    try:
        with os.fdopen(number, "w", encoding="utf-8") as file:
            file.write(cache.serialize())
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise
    return True


def forget() -> bool:
    """Delete the file, and tell whether there was one."""
    path = token_file()
    if path is None or not os.path.lexists(path):
        return False
    path.unlink()
    return True
