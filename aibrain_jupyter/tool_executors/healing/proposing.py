"""The tool ``propose_fix``: what would mend another one, as a diff in a file of its own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.healing.proposing.proposal import NoProposal, proposal
from aibrain_jupyter.shared.error_handler import InputError, ParameterError, ToolLoadError
from aibrain_jupyter.shared.frames.stack import table_of
from aibrain_jupyter.shared.frames.view import as_view
from aibrain_jupyter.shared.texts.redaction import redact
from aibrain_jupyter.shared.texts.shown import printable
from aibrain_jupyter.tool_executors.healing.patches import Patch, session_patches
from aibrain_jupyter.tool_registry import FailedCall, get_tool_registry

if TYPE_CHECKING:
    import pandas as pd

    from aibrain_jupyter.shared.base_tool import CallContext, ToolSpec
    from aibrain_jupyter.shared.tools.provider import OperationShape

_COLUMNS: Final = {
    "tool": "str",
    "state": "str",
    "kind": "str",
    "line": "Int64",
    "what": "str",
    "not_known": "str",
    "diff": "str",
    "hash": "str",
    "file": "str",
    "next": "object",
}
NOTHING: Final = "nothing proposed"


def propose_fix(ctx: CallContext, *, tool: str, error: Any = None, folder: str = ".") -> Any:
    """
    Propose a change to a tool's source; nothing is changed by it.

    Args:
        ctx: The call's context.

        tool: The name of the tool.

        error: What it failed with; None: its last failure in this session. Without any, its source
            is read for lists of which only the first page is asked.

        folder: Where the diff goes, into a new file.

    Returns:
        One row, columns as by `patches_frame`. Where nothing is certain enough, ``state`` is
        ``nothing proposed``, ``not_known`` says why, and there is no diff.

    Raises:
        UnknownNameError: there is no such tool.
        InputError: it is this package's own, or nobody has its source.
        ParameterError: `error` is no exception, or the folder cannot be written to.
    """
    if error is not None and not isinstance(error, BaseException):
        raise ParameterError(
            f"error is {type(error).__name__}, not an exception.",
            next_steps=["Give the exception that was caught: error=$exc."],
        )
    registry, patches = get_tool_registry(), session_patches()
    spec = registry.spec(tool)
    found = patches.code(tool)
    failed = registry.last_failure(tool) or _failing_load(spec)
    if error is not None and (failed is None or failed.error is not error):
        failed = FailedCall({}, error) if failed is None else FailedCall(failed.params, error)
    made = proposal(
        tool,
        found.code,
        failed.error if failed else None,
        _operation,
        function=found.function,
        declared=[param.name for param in spec.params if not param.is_view],
    )
    if isinstance(made, NoProposal):
        why = printable(redact(f"{made.why[:1].upper()}{made.why[1:]}."))
        row = {"tool": tool, "state": NOTHING, "not_known": why, "next": [_ASK.format(tool)]}
        return as_view(table_of([row], _COLUMNS), "patches")
    patch = Patch(made, _file(folder, made.tool, made.sha256), failed.params if failed else None)
    if patches.known.get(patch.sha256) is None or not patch.file.exists():
        _write(patch.file, made.diff)
    return patches_frame([patches.add(patch)])


_ASK: Final = "%aibrain read_tool_source {}: its source; its author may know more"


def _failing_load(spec: ToolSpec) -> FailedCall | None:
    """Return what the tool's code raises as it is imported, None where it can be."""
    try:
        get_tool_registry().handler_of(spec)
    except ToolLoadError as exc:
        return FailedCall({}, exc)
    return None


def _operation(service: str, method: str) -> OperationShape | None:
    for provider in get_tool_registry().providers():
        if (found := provider.operation(service, method)) is not None:
            return found
    return None


def _file(folder: str, tool: str, sha256: str) -> Path:
    return Path(folder).expanduser() / f"{tool}-{sha256[:12]}.diff"


def _write(path: Path, diff: str) -> None:
    """Write a new file; one that says the same stays."""
    data = diff.encode()
    try:
        with path.open("xb") as file:
            file.write(data)
    except FileExistsError:
        if path.read_bytes() != data:
            raise InputError(
                f"There is another {path.name} already.",
                next_steps=["Move it away, or name another folder with folder=."],
            ) from None
    except OSError as exc:
        raise ParameterError(
            f"The diff cannot be written to {path.parent}: {exc.strerror or exc}.",
            next_steps=["Name a folder of yours that exists: folder=."],
        ) from exc


def patches_frame(patches: list[Patch]) -> pd.DataFrame:
    """
    Return patches as a table.

    Returns:
        A row for each: ``tool``, ``state`` (``proposed``, ``applied``, ``reverted``), ``kind``,
        ``line`` (where it begins; Int64), ``what`` it would mend, ``not_known`` (what a person has
        to judge), ``diff``, ``hash`` (SHA-256 of the diff), ``file`` (str), ``next`` (list of
        text). No rows: there are none.
    """
    rows = [
        {
            "tool": one.proposal.tool,
            "state": one.state,
            "kind": one.proposal.kind,
            "line": one.proposal.line,
            "what": redact(one.proposal.what),
            "not_known": redact(one.proposal.not_known),
            "diff": one.proposal.diff,
            "hash": one.sha256,
            "file": str(one.file),
            "next": _next(one),
        }
        for one in patches
    ]
    return as_view(table_of(rows, _COLUMNS), "patches")


def _next(patch: Patch) -> list[str]:
    tool, short = patch.proposal.tool, patch.sha256[:12]
    if patch.state == "applied":
        return [f"%aibrain patch {tool} --revert: give it back its author's source"]
    return [
        f"%aibrain test_tool {tool}: run the old and the new one apart",
        f"%aibrain patch {short}: put it in force, in this session alone",
    ]
