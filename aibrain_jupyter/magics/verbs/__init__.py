"""
The verbs of ``%aibrain``: those of the notebook, one module each, and those that providers bring.

To add one of the notebook's, write its module with a `Verb` and put it into `TABLE`; its name goes
into ``shared/verbs/verb.py``, so that no tool can take it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aibrain_jupyter.magics.grammar.run_options import RUN_OPTIONS
from aibrain_jupyter.magics.verbs.cache.verb import CACHE
from aibrain_jupyter.magics.verbs.config import CONFIG
from aibrain_jupyter.magics.verbs.help import HELP_VERB
from aibrain_jupyter.magics.verbs.history import HISTORY
from aibrain_jupyter.magics.verbs.home import HOME
from aibrain_jupyter.magics.verbs.jobs import CANCEL, JOBS, RESULT
from aibrain_jupyter.magics.verbs.last import LAST
from aibrain_jupyter.magics.verbs.resume import RESUME
from aibrain_jupyter.magics.verbs.tb import TB
from aibrain_jupyter.magics.verbs.tools import TOOLS
from aibrain_jupyter.shared.verbs.options import HELP, Option
from aibrain_jupyter.tool_registry import get_tool_registry

if TYPE_CHECKING:
    from aibrain_jupyter.shared.verbs.verb import Verb

TABLE: Final = {
    verb.name: verb
    for verb in (
        *(HOME, TOOLS, HELP_VERB, LAST, HISTORY, JOBS, RESULT, CANCEL, RESUME),
        *(TB, CONFIG, CACHE),
    )
}
"""Those of the notebook by the first word of the line; the home screen's is empty."""


def find_verb(name: str) -> Verb | None:
    """Return the verb of that name, the notebook's or a provider's; None: there is none."""
    return TABLE.get(name) or get_tool_registry().verb(name)


def all_verbs() -> dict[str, Verb]:
    """Return every verb by name, those of providers after the notebook's."""
    return {**TABLE, **get_tool_registry().verbs()}


def valued_flags() -> frozenset[str]:
    """Return the flags that are followed by a value, whoever they belong to."""
    verbs = (*TABLE.values(), *get_tool_registry().known_verbs())
    options = (*RUN_OPTIONS, *(option for verb in verbs for option in verb.options))
    return frozenset(option.flag for option in options if not option.is_switch)


def options_of(verb: Verb) -> tuple[Option, ...]:
    """Return the options a verb takes."""
    return (*verb.options, HELP)
