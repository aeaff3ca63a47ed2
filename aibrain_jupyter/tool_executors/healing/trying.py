"""The tool ``test_tool``: the old and the new source of a tool on the same input, apart."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from aibrain_jupyter.shared.error_handler import InputError, ParameterError
from aibrain_jupyter.shared.frames.stack import table_of
from aibrain_jupyter.shared.frames.view import as_view
from aibrain_jupyter.shared.texts.redaction import is_secret_name, redact
from aibrain_jupyter.shared.tools.plain_values import NotPlainError, plain
from aibrain_jupyter.tool_executors.healing.patches import session_patches
from aibrain_jupyter.tool_executors.healing.tool_code import tool_code
from aibrain_jupyter.tool_executors.healing.trial_code import task_code
from aibrain_jupyter.tool_executors.stamp import json_values
from aibrain_jupyter.tool_registry import get_tool_registry

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from aibrain_jupyter.shared.base_tool import CallContext, ToolSpec

_LOOK_UP_S: Final = 0.05
_LONGEST_S: Final = 3600
_DEAD_END: Final = "http://127.0.0.1:9"
_MOST_CASES: Final = 20
_COLUMNS: Final = {
    "case": "str",
    "old_outcome": "str",
    "new_outcome": "str",
    "old_rows": "Int64",
    "new_rows": "Int64",
    "old_seconds": "Float64",
    "new_seconds": "Float64",
    "difference": "str",
    "network": "str",
}


def try_tool(
    ctx: CallContext,
    *,
    tool: str,
    patch: str = "",
    cases: Any = None,
    seconds: int = 60,
    mebibytes: int = 2048,
) -> pd.DataFrame:
    """
    Run a tool as its author has it and as a patch would have it, on the same input.

    Each run has a fresh process: no credentials, no proxy, no settings of the user's home, a folder
    of its own to write to, limits on time and memory, and no network but the demo account's, if
    that runs. On Windows, and for memory on macOS, the limit on memory does not hold.

    Args:
        ctx: The call's context; cancelling it ends the trial.

        tool: The name of the tool.

        patch: The hash of a patch of this session, or its beginning; empty: the newest of the tool.

        cases: Its parameters, a mapping, or a list of them: one case each. None: those of the call
            that failed, else its defaults.

        seconds: How long each run may take, its start included.

        mebibytes: How much memory each run may have.

    Returns:
        One row a case: ``case`` (its parameters), ``old_outcome``, ``new_outcome`` (``complete``,
        ``2 gaps``, ``failed: KeyError``, ``out of time``, ``out of memory``, ``ended: signal 9``),
        ``old_rows`` and ``new_rows`` (Int64; NA: it gave none), ``old_seconds`` and ``new_seconds``
        (s, without the start), ``difference`` (what a person would look at first), ``network``.

    Raises:
        InputError: there is no patch, or the tool cannot be tried in another process.
        ParameterError: a case is no mapping of plain values, or a limit is out of range.
    """
    for name, value, most in (("seconds", seconds, _LONGEST_S), ("mebibytes", mebibytes, 1 << 20)):
        if not 0 < value <= most:
            raise ParameterError(f"{name} is {value}, not between 1 and {most:,}.")
    patches = session_patches()
    get_tool_registry().spec(tool)
    chosen = patches.find(patch) if patch else patches.newest(tool)
    if chosen is None or chosen.proposal.tool != tool:
        raise InputError(
            f"There is no patch for {tool} to try.",
            next_steps=[f"%aibrain propose_fix {tool} makes one of its last failure."],
        )
    spec = patches.published(tool)
    found = tool_code(spec)
    if found.code.sha256 != chosen.proposal.code.sha256:
        raise InputError(
            f"The source of {tool} was changed since the patch was made.",
            next_steps=[f"%aibrain propose_fix {tool} makes one of what is there now."],
        )
    given = _cases(spec, cases, chosen.failed)
    texts = (found.code.published, chosen.proposal.text)
    codes = [task_code(spec, found, text) for text in texts]
    rows = []
    for case in given:
        old, new = (_trial(ctx, {**code, "params": case}, seconds, mebibytes) for code in codes)
        rows.append(_row(case, old, new))
    return as_view(table_of(rows, _COLUMNS), "trials")


def _cases(spec: ToolSpec, cases: Any, failed: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    if cases is None:
        preset = set(spec.preset)
        cases = {name: v for name, v in (failed or {}).items() if name not in preset}
    given = cases if isinstance(cases, list | tuple) else [cases]
    if not given or len(given) > _MOST_CASES:
        raise ParameterError(f"cases has {len(given)} cases, not between 1 and {_MOST_CASES}.")
    found = []
    for case in given:
        try:
            values = plain(case)
            found.append(json.loads(json.dumps(values)))
        except (NotPlainError, TypeError, ValueError) as exc:
            raise ParameterError(
                f"A case has what is no plain value: {exc}.",
                next_steps=["Write the parameters as a mapping of texts, numbers and lists."],
            ) from None
        if not isinstance(found[-1], dict):
            raise ParameterError("A case is a mapping of parameters.")
    return found


def _trial(
    ctx: CallContext, task: dict[str, Any], seconds: float, mebibytes: int
) -> dict[str, Any]:
    """Run one trial and return what it found; one that ends otherwise is an outcome too."""
    here = Path(__file__)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        network, variables, address = _network()
        whole = {
            **task,
            "path": [str(Path(path).absolute()) for path in sys.path if path] + [str(Path.cwd())],
            "seconds": seconds,
            "mebibytes": mebibytes,
            "address": address,
            "folder": folder,
            "home": str(Path.home()),
        }
        with Path(folder, "said").open("wb") as said:
            process = subprocess.Popen(  # noqa: S603 - Python itself, on a file of ours
                [sys.executable, "-I", "-B", str(here.with_name("trial.py"))],
                stdin=subprocess.PIPE,
                stdout=said,
                stderr=said,
                cwd=folder,
                env={**_surroundings(folder), **variables},
                start_new_session=os.name == "posix",
            )
            began = time.monotonic()
            with process:
                ended = _feed_and_wait(ctx, process, json.dumps(whole).encode(), began + seconds)
        ctx.check()
        try:
            found: dict[str, Any] = json.loads(Path(folder, "found.json").read_bytes())
        except (OSError, ValueError):
            found = {"outcome": _ending(process.returncode, has_ended=ended)}
    return {**found, "network": network}


def _feed_and_wait(
    ctx: CallContext, process: subprocess.Popen[bytes], task: bytes, until: float
) -> bool:
    """Give a process its task and wait; tell whether it ended by itself."""
    assert process.stdin is not None
    with contextlib.suppress(OSError):  # it ended before it read
        # It stays open: a trial ends when this process does, however that ends.
        process.stdin.write(task + b"\n")
        process.stdin.flush()
    while time.monotonic() < until and not ctx.is_over:
        try:
            process.wait(_LOOK_UP_S)
        except subprocess.TimeoutExpired:
            continue
        return True
    _kill(process)
    return False


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End a process and what it may have started."""
    if os.name == "posix":
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()


def _ending(code: int, *, has_ended: bool) -> str:
    if not has_ended or (hasattr(signal, "SIGXCPU") and code == -signal.SIGXCPU):
        return "out of time"
    return f"ended: signal {-code}" if code < 0 else f"ended: exit code {code}"


def _surroundings(folder: str) -> dict[str, str]:
    """Return the whole environment of a trial: nothing of it is the user's."""
    kept = {name: os.environ[name] for name in ("SYSTEMROOT", "TZ") if name in os.environ}
    homes = dict.fromkeys(("HOME", "USERPROFILE", "TMPDIR", "TEMP", "TMP", "IPYTHONDIR"), folder)
    own = {f"AIBRAIN_{name}_DIR": str(Path(folder, name)) for name in ("CACHE", "DATA", "EVIDENCE")}
    return {
        **kept,
        **homes,
        **own,
        "PATH": os.defpath,
        "LANG": "C.UTF-8",
        "NO_PROXY": "*",
        "PYTHONHASHSEED": "0",
        # One thread each: every further one takes room that counts as memory.
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "AWS_ACCESS_KEY_ID": "AKIATRIAL00000000000",
        "AWS_SECRET_ACCESS_KEY": "made-up",
        "AWS_REGION": "us-east-1",
        "AWS_CONFIG_FILE": str(Path(folder, "none")),
        "AWS_SHARED_CREDENTIALS_FILE": str(Path(folder, "none")),
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def _network() -> tuple[str, dict[str, str], tuple[str, int] | None]:
    """Return what a trial may talk to: in words, as variables, as an address."""
    # Only where somebody has started it: starting it here would be a surprise.
    module = sys.modules.get("aibrain_jupyter.demo.account")
    running = module.demo_status() if module is not None else None
    if running is None:
        return "none", {"AWS_ENDPOINT_URL": _DEAD_END}, None
    parts = urlsplit(running.endpoint)
    variables = {"AWS_ENDPOINT_URL": running.endpoint, **_demo_keys(running.profiles[0])}
    return "demo account", variables, (str(parts.hostname), int(parts.port or 80))


def _demo_keys(profile: str) -> dict[str, str]:
    from aibrain_jupyter.demo.accounts import ACCOUNTS

    known = next(one for one in ACCOUNTS if one.profile == profile)
    return {"AWS_ACCESS_KEY_ID": known.access_key_id}


def _row(case: dict[str, Any], old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    shown = {n: "[hidden]" if is_secret_name(n) else v for n, v in json_values(case).items()}
    return {
        "case": redact(json.dumps(shown)),
        "old_outcome": old["outcome"],
        "new_outcome": new["outcome"],
        "old_rows": old.get("rows"),
        "new_rows": new.get("rows"),
        "old_seconds": _rounded(old),
        "new_seconds": _rounded(new),
        "difference": _difference(old, new),
        "network": new["network"],
    }


def _rounded(found: Mapping[str, Any]) -> float | None:
    return round(found["seconds"], 3) if "seconds" in found else None


def _difference(old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    if "columns" not in new:
        said = new.get("error", "")
        if "columns" in old:
            return f"The new one fails where the old one did not. {said}".strip()
        return f"Both fail. {said}".strip()
    if "columns" not in old:
        return f"The new one runs. The old one: {old.get('error') or old['outcome']}"
    told = []
    if more := new["rows"] - old["rows"]:
        told.append(f"{abs(more):,} rows {'more' if more > 0 else 'fewer'}")
    before: Sequence[str] = old["columns"]
    after: Sequence[str] = new["columns"]
    for names, word in (
        ([name for name in after if name not in before], "new columns"),
        ([name for name in before if name not in after], "missing columns"),
    ):
        if names:
            told.append(f"{word}: {', '.join(names[:8])}")
    changed = [n for n in after if n in before and old["columns"][n] != new["columns"][n]]
    if changed and new["rows"] == old["rows"]:
        told.append(f"other values in {', '.join(changed[:8])}")
    return "; ".join(told) or "none: same rows, same values"
