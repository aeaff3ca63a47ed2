"""
The changes to tools of this session: proposed, in force, taken back.

A modified tool is a module of its own, made of the changed source; nothing on disk is touched. Its
spec names that module and the patch: its results have cache entries of their own, and each run,
manifest and frame says the patch.
"""

from __future__ import annotations

import dataclasses
import hashlib
import linecache
import re
import sys
import types
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.healing.proposing.place import FUTURE
from aibrain_jupyter.shared.error_handler import InputError, ToolLoadError, unknown_name
from aibrain_jupyter.shared.texts.exceptions import words_of
from aibrain_jupyter.tool_executors.healing.tool_code import ToolCode, tool_code
from aibrain_jupyter.tool_executors.tool_source import MODIFIED_SOURCE
from aibrain_jupyter.tool_registry import get_tool_registry

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from aibrain_jupyter.healing.proposing.proposal import Proposal
    from aibrain_jupyter.healing.proposing.source import Code
    from aibrain_jupyter.shared.base_tool import ToolSpec

_HASH: Final = re.compile(r"[0-9a-f]{8,64}")
PROPOSED, APPLIED, REVERTED = "proposed", "applied", "reverted"


@dataclasses.dataclass
class Patch:
    """
    A proposal of this session: its `state`, the `file` with its diff, and the parameters of the
    call that `failed` (None: none did).
    """

    proposal: Proposal
    file: Path
    failed: Mapping[str, Any] | None = None
    state: str = PROPOSED

    @property
    def sha256(self) -> str:
        """What it is applied by."""
        return self.proposal.sha256


class Patches:
    """The patches of this session by hash, and the specs of tools as they were before."""

    def __init__(self) -> None:
        self.known: dict[str, Patch] = {}
        self._before: dict[str, ToolSpec] = {}

    def add(self, patch: Patch) -> Patch:
        """Remember a proposal; one that is known already stays as it is."""
        return self.known.setdefault(patch.sha256, patch)

    def newest(self, tool: str) -> Patch | None:
        """Return the newest proposal for a tool."""
        found = [one for one in self.known.values() if one.proposal.tool == tool]
        return found[-1] if found else None

    def find(self, word: str) -> Patch:
        """
        Return a patch by its hash, or the beginning of it.

        Raises:
            InputError: it is no hash, of no patch of this session, or of several.
        """
        text = word.lower()
        if not _HASH.fullmatch(text):
            raise InputError(
                f"{word!r} is no hash of a patch: at least its first 8 letters are needed.",
                next_steps=["%aibrain patch lists the patches of this session."],
            )
        found = [one for sha, one in self.known.items() if sha.startswith(text)]
        if len(found) != 1:
            raise InputError(
                f"{'Several patches' if found else 'No patch'} of this session begin with {text}.",
                next_steps=[
                    "%aibrain patch lists those there are.",
                    "%aibrain propose_fix TOOL makes one of the tool's last failure.",
                ],
            )
        return found[0]

    def published(self, tool: str) -> ToolSpec:
        """Return the spec of a tool as its author has it."""
        spec = get_tool_registry().spec(tool)
        if spec.patch not in self.known:  # whoever registered it anew has taken the patch back
            self._before.pop(tool, None)
        return self._before.get(tool, spec)

    def code(self, tool: str) -> ToolCode:
        """Return the source of a tool as it runs now. Raises as `tool_code`."""
        found = tool_code(self.published(tool))
        spec = get_tool_registry().spec(tool)
        patch = self.known.get(spec.patch)
        if patch is None:
            return found
        return dataclasses.replace(found, code=_modified(found, patch.proposal.text, spec.patch))

    def apply(self, word: str) -> Patch:
        """
        Put a patch in force, instead of one of the same tool that may be.

        Raises:
            InputError: it is no patch of this session, its file or the tool's source is not as it
                was when it was made.
            ToolLoadError: the changed source cannot be loaded; nothing has changed then.
        """
        patch = self.find(word)
        proposal = patch.proposal
        before, registry = self.published(proposal.tool), get_tool_registry()
        found = tool_code(before)
        if found.code.sha256 != proposal.code.sha256:
            raise _stale(f"the source of {proposal.tool} was changed since")
        if patch.file.exists():
            data = patch.file.read_bytes()
            if hashlib.sha256(data).hexdigest() != patch.sha256:
                raise _stale(f"{patch.file.name} was changed since: its hash is another one")
        name = load_modified(found, proposal.text, proposal.tool, patch.sha256)
        spec = dataclasses.replace(
            before,
            handler=f"{name}:{found.name}",
            version=f"{before.version}+patch.{patch.sha256}",
            patch=patch.sha256,
        )
        spec.load()
        registry.register(spec, replace=True)
        self._before[proposal.tool] = before
        for other in self.known.values():
            if other.proposal.tool == proposal.tool and other.state == APPLIED:
                other.state = REVERTED
        patch.state = APPLIED
        return patch

    def revert(self, tool: str) -> Patch:
        """
        Give a tool back the source that its author has.

        Raises:
            InputError: it is not modified.
        """
        modified = [name for name in self._before if name in get_tool_registry()]
        modified = [name for name in modified if self.published(name).name in self._before]
        before = self._before.pop(tool, None)
        if before is None:
            raise unknown_name(
                "modified tool", tool, modified, next_steps=["%aibrain patch lists them."]
            )
        patch = self.known[get_tool_registry().spec(tool).patch]
        get_tool_registry().register(before, replace=True)
        patch.state = REVERTED
        return patch


@cache
def session_patches() -> Patches:
    """Return the patches of this process."""
    return Patches()


def _stale(why: str) -> InputError:
    return InputError(
        "The patch is not applied: it is not for what is there now.",
        why=f"{why[0].upper()}{why[1:]}.",
        next_steps=["Run %aibrain propose_fix again, read the new diff, and apply that by hash."],
    )


def _modified(found: ToolCode, text: str, sha256: str) -> Code:
    name = _module_name(sha256)
    if found.is_of_notebook:
        return dataclasses.replace(found.code, text=text, file=_file_name(sha256))
    return dataclasses.replace(found.code, text=text, module=name)


def _module_name(sha256: str) -> str:
    return f"aibrain_modified_{sha256}"


def _file_name(sha256: str) -> str:
    return f"<modified by patch {sha256[:12]}>"


def load_modified(found: ToolCode, text: str, tool: str, sha256: str) -> str:
    """
    Make a module of a changed source and return its name.

    Raises:
        ToolLoadError: the source cannot be run.
    """
    name, file = _module_name(sha256), _file_name(sha256)
    code = _modified(found, text, sha256)
    original = sys.modules.get(found.module)
    module = types.ModuleType(name)
    setattr(module, MODIFIED_SOURCE, text)
    module.__package__ = getattr(original, "__package__", None)
    for attribute in ("__file__", "__path__"):
        if not found.is_of_notebook and hasattr(original, attribute):
            setattr(module, attribute, getattr(original, attribute))
    linecache.cache[file] = (len(text), None, code.padded.splitlines(keepends=True), file)
    sys.modules[name] = module
    try:
        if found.is_of_notebook:
            setattr(module, found.name, _made_function(found, code, file, name))
        else:
            exec(compile(code.padded, file, "exec", dont_inherit=True), module.__dict__)  # noqa: S102 - the changed source is the tool
        getattr(module, found.name)
    except (Exception, SystemExit) as exc:
        del sys.modules[name]
        raise ToolLoadError(
            f"The changed source of {tool} cannot be loaded; nothing has changed.",
            why=words_of(exc),
            next_steps=["%aibrain read_tool_source shows the source that is in force."],
        ) from exc
    return name


def _made_function(found: ToolCode, code: Code, file: str, module: str) -> Any:
    """Return a cell's function made anew; it sees the variables of the notebook, live."""
    main = sys.modules[found.module]
    before = getattr(main, found.name)
    inner = before
    while hasattr(inner, "__wrapped__"):
        inner = inner.__wrapped__
    names = getattr(inner, "__globals__", vars(main))
    flags = inner.__code__.co_flags & FUTURE
    scratch = dict(names)
    exec(compile(code.padded, file, "exec", flags, dont_inherit=True), scratch)  # noqa: S102 - as above
    made = scratch[found.name]
    if isinstance(made, types.FunctionType) and made.__globals__ is scratch:
        live = types.FunctionType(made.__code__, names, made.__name__, made.__defaults__)
        live.__kwdefaults__, live.__doc__ = made.__kwdefaults__, made.__doc__
        live.__annotations__ = made.__annotations__
        made = live
    if isinstance(made, types.FunctionType):
        made.__module__ = module
    return made
