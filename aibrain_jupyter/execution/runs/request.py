"""A request: a parsed cell. What is asked (tool, parameters) and how it is to run."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from aibrain_jupyter.shared.base_tool import ToolSpec


@dataclass(frozen=True, slots=True)
class RunOptions:
    """
    The options every tool takes. None and empty mean "as configured" (``shared/config.py``).

    `ttl`, `stale`, `timeout` (of one call) and `run_timeout` are seconds (0: no time-out),
    `accounts` and `regions` are the patterns as written. `accepts_from` is set by a resumed run:
    what was collected since then (aware, UTC) is served from the cache, whatever the TTL; `resumes`
    is the run it goes on with. `engine` is who makes the calls. `save` are the codes (RFI or
    control ids) its rows answer: the source is then asked, whatever the cache holds, unless
    `cached`, and the provider's answers are kept in `raw_folder`; `save_period`, `save_title`,
    `save_until` and `save_basis` are the audit period they are for, what they are called, and how
    long and why they are kept. With `totals` an independent call counts the rows.
    """

    output: str = ""
    show: bool = False
    quiet: bool = False
    background: bool = False
    fresh: bool = False
    ttl: float | None = None
    stale: float | None = None
    only_cached: bool = False
    no_cache: bool = False
    accounts: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    profile: str = ""
    max_parallel: int | None = None
    polite: bool = False
    timeout: float | None = None
    run_timeout: float = 0.0
    accepts_from: dt.datetime | None = None
    resumes: str = ""
    strict: bool | None = None
    dry_run: bool = False
    totals: bool = False
    progress: str = ""
    engine: str = ""
    save: tuple[str, ...] = ()
    save_period: str = ""
    save_title: str = ""
    save_until: str = ""
    save_basis: str = ""
    cached: bool = False
    raw_folder: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """
    One tool, its typed parameters, and the run options.

    `text` is the cell as the user wrote it, for the history; it holds names of variables, never
    their values.
    """

    spec: ToolSpec
    params: Mapping[str, Any]
    options: RunOptions = field(default_factory=RunOptions)
    text: str = ""
