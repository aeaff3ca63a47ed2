"""
The source of a tool: a SHA-256 of its code, and whether it is the one that was published.

A tool is *standard* when it is one of this package's own, as declared, and every file of the
package on disk is the one that the installed wheel's RECORD has the hash of: what a tool does
depends on all of them. Everything else is *custom*, which is no blame: another package's tool, a
function of a notebook, an edited file, an installation that has no hashes (a checkout). Only looked
at when somebody saves. What was changed in memory alone nobody can see here.
"""

from __future__ import annotations

import base64
import hashlib
import inspect
import sys
from dataclasses import dataclass, field
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.tool_executors.builtin_tools import BUILTIN
from aibrain_jupyter.tool_registry import get_tool_registry

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aibrain_jupyter.shared.base_tool import ToolSpec

_PACKAGE: Final = "aibrain_jupyter"
_MODIFIED: Final = "it was modified in its session by the patch with SHA-256 {}"
MODIFIED_SOURCE: Final = "__aibrain_source__"
"""Where a module made of a patched source has that."""


@dataclass(frozen=True, slots=True)
class ToolSource:
    """
    The code of a tool: `parts` has the SHA-256 of each module, or of a function that is in none,
    `sha256` that of their list; `why` says what makes it custom, empty where it is standard.
    """

    sha256: str
    parts: Mapping[str, str] = field(default_factory=dict)
    why: str = ""

    @property
    def is_standard(self) -> bool:
        """Whether it is as it was published."""
        return not self.why


def source_of_tool(spec: ToolSpec, params: Mapping[str, Any], patch: str = "") -> ToolSource:
    """
    Return the source of a tool.

    Args:
        spec: The tool.

        params: Its parameters with the spec's preset.

        patch: SHA-256 of the patch it was modified by, maybe in a session that ended: nobody has
            the source of that any more.
    """
    if patch and patch != spec.patch:
        return ToolSource("", {}, _MODIFIED.format(patch))
    handler = get_tool_registry().handler_of(spec)
    parts: dict[str, str] = {}
    for source in handler.source(params):
        name = source if isinstance(source, str) else getattr(source, "__qualname__", "?")
        code = code_of(source)
        parts[name] = "" if code is None else hashlib.sha256(code).hexdigest()
    listed = "".join(f"{digest}  {name}\n" for name, digest in sorted(parts.items()))
    known = parts and all(parts.values())
    digest = hashlib.sha256(listed.encode()).hexdigest() if known else ""
    return ToolSource(digest, parts, _why_custom(spec))


def code_of(source: Any) -> bytes | None:
    """Return the code of a module by its name, or of a function; None: nobody has it."""
    name = source if isinstance(source, str) else getattr(source, "__module__", "")
    if (modified := getattr(sys.modules.get(name), MODIFIED_SOURCE, None)) is not None:
        return str(modified).encode()
    if not isinstance(source, str):
        try:
            return inspect.getsource(source).encode()
        except (OSError, TypeError):
            return None
    try:
        found = find_spec(source)
        return Path(found.origin).read_bytes() if found and found.origin else None
    except (OSError, ImportError, ValueError):  # no file of its own: a notebook, say
        return None


def _why_custom(spec: ToolSpec) -> str:
    if spec.patch:
        return _MODIFIED.format(spec.patch)
    if spec not in BUILTIN:
        return "it is none of this package's own tools"
    try:
        distribution = metadata.distribution(_PACKAGE)
    except metadata.PackageNotFoundError:
        return "the package is not installed, so there is nothing to compare its files with"
    own = Path(str(sys.modules[_PACKAGE].__file__)).resolve()
    published = {
        Path(str(file.locate())).resolve(): file.hash
        for file in distribution.files or ()
        if file.suffix == ".py" and file.parts[0] == _PACKAGE
    }
    if published.get(own) is None:
        return "the package runs from a checkout, whose files have no published hashes"
    there = set(own.parent.rglob("*.py"))
    changed = [path for path, found in published.items() if not _is_as_published(path, found)]
    if others := [*changed, *sorted(there - published.keys())]:
        names = ", ".join(path.relative_to(own.parent).as_posix() for path in others[:3])
        return f"{len(others)} of the package's files are not as published: {names}"
    return ""


def _is_as_published(path: Path, found: Any) -> bool:
    try:
        digest = hashlib.new(found.mode, path.read_bytes()).digest()
    except (OSError, ValueError, AttributeError):
        return False
    return bool(base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == found.value)
