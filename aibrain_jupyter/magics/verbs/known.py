"""Every verb there is: the notebook's, entered by ``every.py``, and those of providers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aibrain_jupyter.magics.grammar.run_options import RUN_OPTIONS
from aibrain_jupyter.shared.verbs.options import HELP, Option
from aibrain_jupyter.tool_registry import get_tool_registry

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from aibrain_jupyter.shared.verbs.verb import Verb

_OF_THE_NOTEBOOK: dict[str, Verb] = {}


def enter(verbs: Iterable[Verb]) -> None:
    """Make the notebook's own verbs known, in the order help shows them."""
    _OF_THE_NOTEBOOK.update({verb.name: verb for verb in verbs})


def find_verb(name: str) -> Verb | None:
    """Return the verb of that name (empty: the home screen); None: there is none."""
    return _OF_THE_NOTEBOOK.get(name) or get_tool_registry().verb(name)


def all_verbs() -> dict[str, Verb]:
    """Return every verb by name, those of providers after the notebook's."""
    return {**_OF_THE_NOTEBOOK, **get_tool_registry().verbs()}


def valued_flags() -> frozenset[str]:
    """Return the flags that are followed by a value, whoever they belong to."""
    verbs = (*_OF_THE_NOTEBOOK.values(), *get_tool_registry().known_verbs())
    options = (*RUN_OPTIONS, *(option for verb in verbs for option in verb.options))
    return frozenset(option.flag for option in options if not option.is_switch)


def options_of(verb: Verb, words: Sequence[str] = ()) -> tuple[Option, ...]:
    """Return the options a verb takes; after `words`, those that fit there."""
    return (*(verb.fitting(words) if words else verb.options), HELP)
