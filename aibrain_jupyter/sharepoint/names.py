"""
Which names SharePoint takes, told before anything is sent.

The rules are those of its documentation (restrictions and limitations in OneDrive and SharePoint).
The server has the last word; what it refuses is `ForbiddenNameError` as well.
"""

from __future__ import annotations

import re
import urllib.parse
from typing import Final

from aibrain_jupyter.sharepoint.errors import ForbiddenNameError, LongPathError

LONGEST_PATH: Final = 400
"""Of the address behind the host, decoded: site, library, folders and name."""
LONGEST_NAME: Final = 255

_CHARACTERS: Final = re.compile(r'["*:<>?/\\|\x00-\x1f\x7f]')
_DEVICES: Final = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?")
_TOO_LONG: Final = (" are allowed", " characters")
_WHOLE: Final = frozenset({".lock", "desktop.ini"})


def why_refused(path: str, root: str = "") -> str:
    """
    Return why SharePoint would not take a path, in words; empty: nothing is known against it.

    Args:
        path: As it would stand in the library, ``folder/name``.

        root: The address of the library, as the browser shows it.
    """
    names = path.strip("/").split("/")
    for number, name in enumerate(names, 1):
        if why := _why_not(name, is_folder=number < len(names)):
            return f"{name or 'an empty name'}: {why}"
    if names[0].lower() == "forms" and len(names) > 1:
        return f"{names[0]}: a folder of that name belongs to the library itself"
    whole = f"{urllib.parse.unquote(urllib.parse.urlsplit(root).path).strip('/')}/{path.strip('/')}"
    # SharePoint counts as its database does: a character outside the first plane is two.
    length = len(whole.strip("/").encode("utf-16-le")) // 2
    if length > LONGEST_PATH:
        return f"the path has {length} characters with site and library, {LONGEST_PATH} are allowed"
    return ""


def refuse(path: str, root: str = "") -> None:
    """
    Refuse a path that SharePoint would not take.

    Raises:
        LongPathError: it is too long.
        ForbiddenNameError: a part of it has a name that is not allowed.
    """
    if not (why := why_refused(path, root)):
        return
    if why.endswith(_TOO_LONG):
        raise LongPathError(
            f"SharePoint does not take a path as long as {path[:40]}…",
            why=why,
            next_steps=["Use shorter folders: to=FOLDER."],
        )
    raise ForbiddenNameError(
        f"SharePoint does not allow the name {path}.",
        why=why,
        next_steps=["Rename it here, or send it inside a zip: %aibrain evidence package"],
    )


def _why_not(name: str, *, is_folder: bool) -> str:
    if not name or name in (".", ".."):
        return "it is no name"
    if found := _CHARACTERS.search(name):
        return f"{found[0]!r} is not allowed"
    if name != name.strip() or name.endswith("."):
        return "a space at either end, or a dot at the end, is not allowed"
    if name.startswith("~$") or (is_folder and name.startswith("~")):
        return "it begins as temporary files do"
    if name.lower() in _WHOLE or _DEVICES.fullmatch(name) or "_vti_" in name.lower():
        return "the name is reserved"
    if len(name.encode("utf-16-le")) // 2 > LONGEST_NAME:
        return f"it has more than {LONGEST_NAME} characters"
    return ""
