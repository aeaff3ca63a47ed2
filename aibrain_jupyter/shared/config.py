"""
Every setting once: name, type, default, environment variable, help.

The traits of ``AibrainMagics`` are made from `SETTINGS`, so ``%config``, the
environment and ``%aibrain config --sources`` cannot disagree. Precedence, from
the strongest: option on the line, ``%config`` or session verb, configuration
file, environment variable, default.

``%load_ext`` imports this module, so it imports the errors only where it raises them.
"""

import os
from functools import lru_cache
from pathlib import Path
from typing import Any

from aibrain_jupyter.shared.tools.params import Param

DEFAULT_SOURCE = "default"


class Setting:
    """
    One setting: its parameter declaration and the environment variable that sets it, `key` as the
    environment keeps its name.
    """

    # No dataclass: making one takes a tenth of what loading the extension does.
    __slots__ = ("by_default", "env", "key", "param")

    def __init__(self, param: Param, env: str) -> None:
        self.param, self.env = param, env
        self.key = os.fsencode(env) if os.supports_bytes_environ else env
        self.by_default = (param.default, DEFAULT_SOURCE)

    @property
    def name(self) -> str:
        """The name under ``%config AibrainMagics``."""
        return self.param.name


def _setting(
    name: str, kind: type, help_text: str, default: Any, *, env: str = "", **more: Any
) -> Setting:
    param = Param(name, kind, help_text, default, **more)
    return Setting(param, f"AIBRAIN_{env or name.upper()}")


SETTINGS: tuple[Setting, ...] = (
    _setting(
        "profile", str, "AWS profile of runs that name none; empty: the AWS default chain", ""
    ),
    _setting(
        "accounts",
        str,
        "accounts of runs that name none: profiles, globs, account ids, roles, org:all",
        "",
    ),
    _setting("role", str, "role to assume in accounts that are named without one (org:all)", ""),
    _setting("regions", str, "regions of runs that name none: names, globs, all", ""),
    _setting("max_parallel", int, "how many calls run at the same time", 16),
    _setting("timeout", str, "time-out of one call, such as 90s or 5m; 0: none", "5m"),
    _setting(
        "sign_in_wait",
        str,
        "how long a run that is watched waits when its session has ended; 0: not at all",
        "10m",
    ),
    _setting("ttl", str, "age up to which a cached result is served; empty: each tool's own", ""),
    _setting("cache", bool, "whether results are looked up in the cache and kept there", True),
    _setting("cache_dir", str, "folder of the disk cache; empty: the user's cache folder", ""),
    _setting("team_cache_dir", str, "folder of a team's cache, only read; empty: none", ""),
    _setting("team_key_file", str, "file of the key that signs the team's cache", ""),
    _setting("stale", str, "how long past its age a result is served, refreshed behind", "0"),
    _setting("refusal_ttl", str, "how long a refusal is repeated without asking; 0: never", "0"),
    _setting("memory_limit_mb", int, "size of the in-memory cache in MiB", 256),
    _setting("disk_limit_mb", int, "size of the disk cache in MiB", 1024),
    _setting("polite", bool, "whether every run keeps to a part of the rate limits", False),
    _setting("polite_percent", int, "the largest part of a rate limit a polite run uses, in %", 50),
    _setting("strict", bool, "whether a gap in the coverage fails the cell", False),
    _setting("metrics", bool, "whether requests and calls are measured (%aibrain stats)", True),
    _setting("alerts", bool, "whether rules of alerts are watched (%aibrain alerts)", True),
    _setting(
        "alerts_file", str, "YAML file of alert rules of your own; empty: the shipped ones", ""
    ),
    _setting(
        "alerts_plans",
        str,
        "plans whose late, missing or incomplete evidence is told, by comma",
        "",
    ),
    _setting("notify_file", str, "file of the addresses that are told of alerts, one a line", ""),
    _setting(
        "metrics_to",
        str,
        "where figures go after each run: aibrain.prom, runs.jsonl, push:http://gateway:9091, "
        "port:9464, otlp:http://collector:4318, log; several with commas between; empty: nowhere",
        "",
    ),
    _setting(
        "fiscal_year_start",
        int,
        "month a fiscal year begins in, 1 to 12; FY2026 is the one that ends in 2026",
        1,
        choices=tuple(range(1, 13)),
    ),
    _setting("period_zone", str, "zone whose days a period has, such as Europe/Berlin", "UTC"),
    _setting(
        "evidence_folder", str, "folder of the evidence store", "evidence", env="EVIDENCE_DIR"
    ),
    _setting(
        "sharepoint_sites",
        str,
        "SharePoint sites by name: audit=https://contoso.sharepoint.com/sites/audit#Library, …; "
        "the first is used where none is named",
        "",
    ),
    _setting("sharepoint_tenant", str, "tenant to sign in to; empty: AZURE_TENANT_ID", ""),
    _setting("sharepoint_app", str, "application that signs in; empty: AZURE_CLIENT_ID", ""),
    _setting(
        "sharepoint_cloud",
        str,
        "the cloud the tenant is in",
        "global",
        choices=("global", "gcch", "dod", "china"),
    ),
    _setting(
        "sharepoint_sign_in",
        str,
        "how SharePoint is signed in to; auto: the first way that is prepared",
        "auto",
        choices=("auto", "person", "federated", "managed", "certificate", "secret"),
    ),
    _setting(
        "sharepoint_token_file",
        str,
        "file that keeps a person's sign-in to SharePoint for other kernels, for the user alone; "
        "empty: none is kept",
        "",
    ),
    _setting("sharepoint_graph", str, "address of another Graph, such as a local one", ""),
    _setting(
        "sharepoint_rfi",
        str,
        "pattern of the RFI in a path of SharePoint",
        r"(?i)\bRFI[-_ ]?\d+",
    ),
    _setting(
        "progress",
        str,
        "what long runs show while they run",
        "auto",
        choices=("auto", "widget", "text", "none"),
    ),
    _setting(
        "engine",
        str,
        "who makes the calls: this kernel, processes of this machine, a Dask cluster, or what fits",
        "auto",
        choices=("auto", "local", "processes", "dask"),
    ),
    _setting(
        "engine_address",
        str,
        "address of the scheduler of a Dask cluster, such as tls://host:8786; empty: none",
        "",
    ),
    _setting(
        "engine_keeps",
        str,
        "how long a cluster keeps what a kernel had under way that was killed; 0: not at all",
        "1h",
    ),
    _setting(
        "loop",
        str,
        "how a cell waits for its calls: our bridge, or nest-asyncio under our bridge's guards",
        "auto",
        choices=("auto", "nest"),
    ),
    _setting(
        "compiled_parsing",
        bool,
        "whether answers are read by parsers made of the models, which give what the SDK's give "
        "for less CPU; false: by the SDK's alone",
        True,
    ),
)
_DURATIONS = frozenset({"timeout", "sign_in_wait", "ttl", "stale", "refusal_ttl", "engine_keeps"})
_BY_NAME = {setting.name: setting for setting in SETTINGS}


class Settings:
    """The values in force, each with its source."""

    def __init__(self) -> None:
        self._values: dict[str, tuple[Any, str]] = {}

    def get(self, name: str) -> Any:
        """Return the value in force."""
        return self.resolve(name)[0]

    def resolve(self, name: str) -> tuple[Any, str]:
        """
        Return the value in force and where it came from.

        Raises:
            UnknownNameError: no such setting.
            InputError: the environment variable holds a value that does not fit.
        """
        if (found := self._values.get(name)) is not None:
            return found
        setting = _BY_NAME[name] if name in _BY_NAME else _setting_named(name)
        # Nearly no setting is in the environment, which says so by raising: ten times as long as to
        # look at what CPython keeps it in. A cell that memory answers asks for two dozen.
        raw = getattr(os.environ, "_data", None)
        if (raw is None or setting.key in raw) and setting.env in os.environ:
            return _from_environment(name, os.environ[setting.env]), f"environment {setting.env}"
        return setting.by_default

    def set(self, name: str, value: Any, source: str) -> None:
        """Put a value in force; `source` is what ``%aibrain config --sources`` will say."""
        parsed = _parse(_setting_named(name), value)
        if name == "evidence_folder":  # beside whoever says it
            parsed = str(_here() / Path(parsed).expanduser())
        self._values[name] = (parsed, source)

    def unset(self, name: str) -> None:
        """Fall back to the environment variable or the default."""
        self._values.pop(name, None)

    def rows(self) -> list[dict[str, str]]:
        """
        Return every setting as text: ``setting``, ``value``, ``source``, ``help``.

        What an address says of who signs in is hidden.
        """
        found = []
        from aibrain_jupyter.shared.error_handler import InputError

        for setting in SETTINGS:
            try:
                value, source = self.resolve(setting.name)
            except InputError as exc:  # listed all the same: the list is how it is found
                value = os.environ[setting.env]
                source = f"environment {setting.env}: {exc.what}"
            found.append(
                {
                    "setting": setting.name,
                    "value": shown_value(value),
                    "source": source,
                    "help": setting.param.help,
                }
            )
        return found


def shown_value(value: Any) -> str:
    """Return the value of a setting as text that may be shown: without any password."""
    if not isinstance(value, str) or not value:
        return str(value)
    from aibrain_jupyter.shared.texts.addresses import without_secrets

    return without_secrets(value)


def _setting_named(name: str) -> Setting:
    if name not in _BY_NAME:
        from aibrain_jupyter.shared.error_handler import unknown_name

        raise unknown_name("setting", name, _BY_NAME, next_steps=["%aibrain config lists them."])
    return _BY_NAME[name]


@lru_cache
def _from_environment(name: str, text: str) -> Any:
    from aibrain_jupyter.shared.error_handler import InputError

    setting = _BY_NAME[name]
    try:
        return _parse(setting, text)
    except InputError as exc:
        step = f"Change the environment variable {setting.env}, or set %config AibrainMagics."
        exc.next_steps = (*exc.next_steps, f"{step}{setting.name} here.")
        raise


def _parse(setting: Setting, value: Any) -> Any:
    parsed = setting.param.parse(value)
    if setting.name in _DURATIONS and parsed != "":
        from aibrain_jupyter.shared.texts.durations import parse_duration

        parse_duration(parsed, name=setting.name)
    if setting.name == "metrics_to" and parsed:
        from aibrain_jupyter.shared.metrics.places import check_places

        check_places(parsed)
    if setting.name == "period_zone":
        from aibrain_jupyter.shared.texts.periods import zone_named

        zone_named(parsed)
    if setting.param.type is int and parsed <= 0:
        from aibrain_jupyter.shared.error_handler import ParameterError

        raise ParameterError(
            f"{setting.name} must be more than 0, not {parsed}.",
            next_steps=[f"The default is {setting.param.default}."],
        )
    return parsed


def evidence_folder() -> Path:
    """
    Return the folder of the evidence store, absolute.

    A relative one is beside the notebook: where this process was when it began to use the package,
    wherever its cells went since (``%cd``), or there would be two stores, each with a part. Where
    there is none and an earlier version has made one where they went, that one is gone on with.
    """
    named = Path(get_settings().get("evidence_folder")).expanduser()
    beside, here = _BEGAN_IN / named, _here() / named
    return here if _has_ledger(here) and not _has_ledger(beside) else beside


def _has_ledger(folder: Path) -> bool:
    return (folder / "ledger.jsonl").exists()


def _here() -> Path:
    try:
        return Path.cwd()
    except FileNotFoundError:  # somebody removed it
        return Path()


def user_dir(kind: str) -> Path:
    """
    Return our folder of `kind` ``cache`` or ``data`` for this user (not created here).

    ``AIBRAIN_CACHE_DIR`` and ``AIBRAIN_DATA_DIR`` put it elsewhere.
    """
    override = os.environ.get(f"AIBRAIN_{kind.upper()}_DIR")
    if override:
        return Path(override).expanduser() if override[0] == "~" else _folder(override)
    import platformdirs

    if kind == "cache":
        return platformdirs.user_cache_path("aibrain_jupyter", appauthor=False)
    return platformdirs.user_data_path("aibrain_jupyter", appauthor=False)


# Every cell asks; what a path is made of costs as much as all else it asks of the settings.
_folder = lru_cache(Path)


_SETTINGS = Settings()
_BEGAN_IN = _here()


def get_settings() -> Settings:
    """Return the settings of this process."""
    return _SETTINGS


def use_profile(name: str, source: str) -> None:
    """Put a profile in use, instead of configured accounts; `source` is who asked for it."""
    get_settings().set("profile", name, source)
    get_settings().set("accounts", "", source)


def reset_profile() -> None:
    """Fall back to the configured profile and accounts."""
    get_settings().unset("profile")
    get_settings().unset("accounts")
