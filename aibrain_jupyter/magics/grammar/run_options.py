"""
The run options: one table behind parsing, ``--help`` and completion.

They are the same for every tool. To add one, give `RunOptions` its field and
this table its line.
"""

from __future__ import annotations

import builtins
import keyword
import re
import unicodedata
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.execution.runs.request import RunOptions
from aibrain_jupyter.magics.grammar.interpolation import interpolate
from aibrain_jupyter.shared.error_handler import ParameterError
from aibrain_jupyter.shared.texts.durations import parse_duration
from aibrain_jupyter.shared.texts.shown import clipped
from aibrain_jupyter.shared.verbs.options import HELP, Option, switch, valued

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_NEEDED: Final = frozenset({"In", "Out", "get_ipython", "exit", "quit"})
_OF_IPYTHON: Final = re.compile(r"_{1,3}|_\d+|_i+|_i\d+|_[oid]h|__\w*__")

RUN_OPTIONS: Final = (
    valued("-o", "output", "NAME", "assign the rows to this variable and show a receipt"),
    switch("--show", "show", "with -o: show the rows as well"),
    switch("--bg", "background", "run in the background: the cell ends at once, with a run"),
    switch("--quiet", "quiet", "no receipt and no coverage line, unless something is missing"),
    valued(
        "--accounts",
        "accounts",
        "LIST",
        "profiles, globs, account ids, role:NAME@ACCOUNT, org:all, comma-separated",
        many=True,
    ),
    valued(
        "--regions",
        "regions",
        "LIST",
        "regions to run in, comma-separated: names, globs, all",
        many=True,
    ),
    valued("--profile", "profile", "NAME", "the AWS profile of this run"),
    switch("--fresh", "fresh", "ask the source, whatever the cache holds, and cache the answer"),
    valued("--ttl", "ttl", "AGE", "accept cached results up to this age (90s, 15m, 8h, 7d)"),
    valued(
        "--stale",
        "stale",
        "AGE",
        "serve results so much older at once (3d), refresh them behind",
        # Over a weekend: a working day's results are 16 h old in the morning, 64 h on Monday.
        usual="3d",
    ),
    switch("--only-cached", "only_cached", "never ask the source; what is not cached is a gap"),
    switch("--no-cache", "no_cache", "neither read the cache nor write it"),
    valued("--max-parallel", "max_parallel", "N", "how many calls run at the same time", type=int),
    switch("--polite", "polite", "keep to a part of AWS's rate limits: others work there, too"),
    valued("--timeout", "timeout", "TIME", "time-out of one call (90s, 5m; 0: none)"),
    valued("--run-timeout", "run_timeout", "TIME", "time-out of the whole run (10m, 1h; 0: none)"),
    switch("--strict", "strict", "fail the cell if anything is missing"),
    switch("--totals", "totals", "ask independent totals, too: how many there should be"),
    switch("--dry-run", "dry_run", "show the plan: targets, calls, permissions; run nothing"),
    valued(
        "--progress",
        "progress",
        "HOW",
        "what the run shows while it runs",
        choices=("auto", "widget", "text", "none"),
    ),
    valued(
        "--engine",
        "engine",
        "WHO",
        "who makes the calls: this kernel, processes, a Dask cluster, or what fits",
        choices=("auto", "local", "processes", "dask"),
    ),
    valued(
        "--save",
        "save",
        "CODE",
        "save the rows as evidence for this RFI or control: asks the source; once for each code",
        repeats=True,
    ),
    valued("--save-period", "save_period", "PERIOD", "with --save: the audit period it is for"),
    valued("--save-title", "save_title", "TEXT", "with --save: what it is called"),
    valued("--save-until", "save_until", "DAY", "with --save: the last day it has to be kept"),
    valued("--save-basis", "save_basis", "TEXT", "with --save-until: the contract, the standard"),
    switch("--cached", "cached", "with --save: cached parts will do; they have no raw answers"),
    HELP,
)

_ABOUT_SAVING: Final = ("cached", "save_period", "save_title", "save_until", "save_basis")

PLACING: Final = ("accounts", "regions", "profile")
"""The options that say where; a tool that runs nowhere in particular cannot honour them."""


def typed_options(
    written: Mapping[str, Any], options: Sequence[Option], names: Mapping[str, Any]
) -> dict[str, Any]:
    """
    Return the options given with their values typed and the user's variables put in.

    A switch that is written alone is true. A variable that is None leaves its option as configured.
    """
    by_name = {option.param.name: option for option in options}
    typed = {
        name: value if value is True else _typed(by_name[name], value, names)
        for name, value in written.items()
    }
    return {name: value for name, value in typed.items() if value is not None}


def _typed(option: Option, value: Any, names: Mapping[str, Any]) -> Any:
    if not option.repeats:
        return option.param.parse(interpolate(value, names))
    # A variable may hold several; a text is one, whatever is in it.
    found = [interpolate(text, names) for text in value]
    items = [one for each in found for one in (each if _is_several(each) else [each])]
    return [option.param.parse(one) for one in items if one is not None]


def _is_several(value: Any) -> bool:
    # By type: what an object says of its class may raise.
    return issubclass(type(value), list | tuple | set | frozenset)


def make_run_options(values: Mapping[str, Any]) -> RunOptions:
    """
    Return the run options from the values given, by field name.
    Raises ParameterError: a value does not fit; nothing has run.
    """
    given = dict(values)
    given.pop(HELP.param.name, None)
    for name in ("ttl", "stale", "timeout", "run_timeout"):
        if name in given:
            given[name] = parse_duration(given[name], name=f"--{name.replace('_', '-')}")
    for name in ("accounts", "regions"):
        if name in given:
            given[name] = tuple(given[name])
            if not given[name]:
                # A filter that found nothing must not become an export of the default account.
                raise ParameterError(
                    f"--{name} names nothing.",
                    next_steps=[f"Leave --{name} out to use what is configured."],
                )
    if "save" in given:
        given["save"] = _codes(given)
    elif about := next((name for name in _ABOUT_SAVING if given.get(name)), ""):
        flag = f"--{about.replace('_', '-')}"
        raise ParameterError(
            f"{flag} is about what is saved, and there is no --save.",
            next_steps=[f"Add --save CODE, or leave {flag} out."],
        )
    if given.get("dry_run") and given.get("output"):
        raise ParameterError(
            "--dry-run gives no rows, so -o would set nothing.",
            next_steps=["Leave -o or --dry-run out."],
        )
    if given.get("background"):
        _refuse_beside_background(given)
    if given.get("max_parallel", 1) < 1:
        raise ParameterError(f"--max-parallel must be more than 0, not {given['max_parallel']}.")
    if "output" in given:
        given["output"] = _name_of_variable(given["output"])
    return RunOptions(**given)


def _codes(given: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the codes of ``--save``, each once, in the order they are written."""
    codes = tuple(dict.fromkeys(code.strip() for code in given["save"]))
    if not codes or not all(codes):
        raise ParameterError(
            "--save names nothing.",
            why="An empty list of codes means neither all nor none.",
            next_steps=["Write what the rows answer, for example --save RFI-014 --save CC6.1"],
        )
    if given.get("save_basis") and not given.get("save_until"):
        raise ParameterError(
            "--save-basis says why something is kept, and it is not said until when.",
            next_steps=["Add --save-until 2033-12-31."],
        )
    if given.get("cached") and given.get("fresh"):
        raise ParameterError(
            "--fresh and --cached contradict each other.",
            next_steps=["Leave both out: what is saved is asked for anyway."],
        )
    return codes


def _name_of_variable(written: str) -> str:
    """Return the name as Python reads it; refuse one that is none, or that the cells need."""
    name = unicodedata.normalize("NFKC", written)
    if not name.isidentifier() or keyword.iskeyword(name):
        why = ""
    elif name in _NEEDED or hasattr(builtins, name):
        why = f"Python and IPython need {name} for themselves in later cells."
    elif _OF_IPYTHON.fullmatch(name):
        why = "IPython keeps its own variables under such names and would overwrite the rows."
    else:
        return name
    raise ParameterError(
        f"-o takes the name of a variable, and {clipped(written)!r} cannot be one.",
        why=why,
        next_steps=["Write for example -o users"],
    )


def _refuse_beside_background(given: Mapping[str, Any]) -> None:
    for name, why in {
        "dry_run": "--dry-run runs nothing, so there is nothing for --bg to do.",
        "show": "--show shows the rows in this cell, and --bg ends it before they are there.",
    }.items():
        if given.get(name):
            flag = f"--{name.replace('_', '-')}"
            raise ParameterError(why, next_steps=[f"Leave --bg or {flag} out."])
