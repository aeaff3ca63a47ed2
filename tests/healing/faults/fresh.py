"""
Packages that are missing, in environments that have not got them.

Each is a virtual environment of its own: a Python without pip, and links to every installed package
but those that are missing. A process in it meets the fault, so that nothing imported before helps.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import subprocess
import sys
import sysconfig
import tempfile
import venv
from importlib import metadata
from pathlib import Path

from tests.healing.faults.world import CANARY, REPAIR, Fault, Seen

_FRAME = "import pandas as pd; frame = pd.DataFrame({'a': range(3)})\n"
_LIMIT_S = 120


@dataclasses.dataclass(frozen=True)
class Missing(Fault):
    """A fault met where packages are missing; with a kernel of its own where that matters."""

    without: tuple[str, ...] = ()
    has_kernel: bool = False


@contextlib.contextmanager
def environment(*without: str):
    """Make an environment that has all that this one has but some packages; yield its Python."""
    own = Path(sysconfig.get_path("purelib"))
    left_out = {
        file.parts[0]
        for package in without
        for file in metadata.files(package) or ()
        if file.parts[0] != ".."
    }
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        made = Path(name, "env")
        venv.EnvBuilder(with_pip=False, symlinks=True).create(made)
        scheme = {"base": str(made), "platbase": str(made)}
        packages = Path(sysconfig.get_path("purelib", vars=scheme))
        for entry in own.iterdir():
            if entry.name not in {*left_out, "__pycache__"}:
                (packages / entry.name).symlink_to(entry)
        yield made / ("Scripts" if os.name == "nt" else "bin") / "python"


def meet_there(fault: Missing) -> Seen:
    """Meet a fault in a process of such an environment."""
    with environment(*fault.without) as python:
        if fault.has_kernel:
            return _in_kernel(fault, python)
        done = subprocess.run(
            [str(python), "-m", __name__, fault.name],
            capture_output=True,
            text=True,
            timeout=_LIMIT_S,
            env=_variables(),
            check=False,
        )
    if done.returncode:
        return Seen(said=done.stderr[-3000:])
    found = json.loads(done.stdout.splitlines()[-1])
    return Seen(**{**found, "secrets": tuple(found["secrets"])})


def _variables() -> dict[str, str]:
    """Return the environment; of the one that is active now IPython would take the packages."""
    kept = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    return {**kept, "PYTHONPATH": str(Path(__file__).parents[3])}


def _in_kernel(fault: Missing, python: Path) -> Seen:
    """Meet a fault in a kernel that is watched, and ask the doctor of it."""
    from tests import kernels
    from tests.healing.faults.world import world

    before, kernels._PYTHON = kernels._PYTHON, str(python)
    try:
        with world() as found:
            fault.arrange(found)
            with kernels.running_kernel(_variables()) as kernel:
                kernel.run("%load_ext aibrain_jupyter\n%config AibrainMagics.progress = 'auto'")
                kernel.run_cell("get_ipython().kernel._allow_stdin = True")
                cell = kernel.ask(fault.cell)
                content = kernel.reply(cell)
                said = kernel.of("stream", "display_data", "execute_result", "error", under=cell)
                doctor = kernel.run_cell("%aibrain doctor")
                said += kernel.of("execute_result", "display_data", under=doctor)
                everything = json.dumps([content, *said], default=str)
                return Seen(
                    said=everything,
                    is_complete=content["status"] == "ok",
                    everything=everything,
                    secrets=tuple(found.secrets),
                )
    finally:
        kernels._PYTHON = before


def _place(name, world):
    world.names["place"] = str(world.folder / name)


def _application(world):
    from tests.healing.faults.graph import _site

    _site(world, "https://graph.never.invalid", None)
    world.env(AZURE_TENANT_ID="t", AZURE_CLIENT_ID="a", AZURE_CLIENT_SECRET=CANARY)


def _parquet(world):
    _place("frame.parquet", world)


def _workbook(world):
    _place("frame.xlsx", world)


def _slow(world):
    """Long enough that progress is shown."""
    keys = {"Keys": [{"KeyId": "k-1", "KeyArn": "a"}], "Truncated": False}
    world.server.on("ListKeys", keys, delay_s=1.5)


def _nothing(_world):
    pass


FAULTS = (
    Missing(
        "without pyarrow",
        "package-missing",
        r"pip install .*arrow",
        _parquet,
        cell=f"{_FRAME}%aibrain export frame $place",
        without=("pyarrow",),
    ),
    Missing(
        "without a writer of workbooks",
        "package-missing",
        r"pip install .*(evidence|xlsxwriter)",
        _workbook,
        cell=f"{_FRAME}%aibrain export frame $place",
        without=("openpyxl", "xlsxwriter"),
    ),
    Missing(
        "without MSAL",
        "package-missing",
        r"pip install .*sharepoint",
        _application,
        cell="%aibrain sharepoint_list --accounts audit --fresh",
        without=("msal",),
    ),
    Missing(
        "without moto",
        "package-missing",
        r"pip install .*demo",
        _nothing,
        cell="%aibrain demo start",
        without=("moto",),
    ),
    Missing(
        "kernel without widgets",
        "",
        r"1 row.*pip install ipywidgets, then restart",
        _slow,
        REPAIR,
        without=("ipywidgets", "jupyterlab_widgets"),
        has_kernel=True,
    ),
)


def _main(name: str) -> None:
    from tests.healing.faults.world import Shell, meet

    fault = next(one for one in FAULTS if one.name == name)
    shell = Shell()
    seen = meet(dataclasses.replace(fault, without=()), shell)
    shell.end()
    print(json.dumps(dataclasses.asdict(seen)))


if __name__ == "__main__":
    _main(sys.argv[1])
