"""``%aibrain config``: the settings in force, and where each came from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aibrain_jupyter.shared.config import DEFAULT_SOURCE, SETTINGS, get_settings
from aibrain_jupyter.shared.error_handler import GrammarError
from aibrain_jupyter.shared.verbs.options import switch
from aibrain_jupyter.shared.verbs.verb import Verb, VerbCall
from aibrain_jupyter.widgets.blocks import Page, Table
from aibrain_jupyter.widgets.spans import code, muted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def _config(call: VerbCall) -> Page:
    if call.pairs:
        name, value = next(iter(call.pairs.items()))
        raise GrammarError(
            "%aibrain config shows the settings and changes none.",
            next_steps=[f"Write: %config AibrainMagics.{name} = {value!r}"],
        )
    rows = get_settings().rows()
    if name := call.word(0):
        get_settings().resolve(name)
        rows = [row for row in rows if row["setting"] == name]
    return settings_page(rows, show_sources="sources" in call.options)


def settings_page(rows: Sequence[Mapping[str, str]], *, show_sources: bool) -> Page:
    """Return a table of ``Settings.rows()``; `show_sources`: and where the values came from."""
    names = ["setting", "value", *(["source"] if show_sources else []), "help"]
    shown = []
    for row in rows:
        cells = {
            **row,
            "setting": code(row["setting"]),
            # In words: the help says what an empty value means.
            "value": row["value"] or muted("(empty)"),
            "source": muted(row["source"]) if row["source"] == DEFAULT_SOURCE else row["source"],
        }
        shown.append([cells[name] for name in names])
    return Page("Settings", [Table(names, shown, label="Settings")])


CONFIG = Verb(
    name="config",
    summary="the settings in force; %config AibrainMagics changes them",
    usage=("config", "config --sources", "config NAME"),
    run=_config,
    options=(switch("--sources", "sources", "say where each value came from"),),
    most_words=1,
    takes_pairs=True,
    offers=lambda before: [setting.name for setting in SETTINGS],
)
