"""
The verbs of ``%aibrain``, one module each.

To add one, write its module with a `Verb` and put it into `TABLE`; its name goes
into `shared.verbs`, so that no tool can take it.
"""

from __future__ import annotations

from typing import Final

from aibrain_jupyter.magics.grammar.run_options import HELP, RUN_OPTIONS
from aibrain_jupyter.magics.verbs.aws_find import AWS_FIND
from aibrain_jupyter.magics.verbs.aws_policy import AWS_POLICY
from aibrain_jupyter.magics.verbs.cache.verb import CACHE
from aibrain_jupyter.magics.verbs.config import CONFIG
from aibrain_jupyter.magics.verbs.demo import DEMO
from aibrain_jupyter.magics.verbs.help import HELP_VERB
from aibrain_jupyter.magics.verbs.history import HISTORY
from aibrain_jupyter.magics.verbs.home import HOME
from aibrain_jupyter.magics.verbs.jobs import CANCEL, JOBS, RESULT
from aibrain_jupyter.magics.verbs.last import LAST
from aibrain_jupyter.magics.verbs.profile import PROFILE
from aibrain_jupyter.magics.verbs.resume import RESUME
from aibrain_jupyter.magics.verbs.tb import TB
from aibrain_jupyter.magics.verbs.tools import TOOLS

TABLE: Final = {
    verb.name: verb
    for verb in (
        *(HOME, TOOLS, HELP_VERB, LAST, HISTORY, JOBS, RESULT, CANCEL, RESUME),
        *(TB, CONFIG, PROFILE, DEMO, CACHE, AWS_FIND, AWS_POLICY),
    )
}
"""By the first word of the line; the home screen's is empty."""

OPTIONS_OF: Final = {name: (*verb.options, HELP) for name, verb in TABLE.items()}
VALUED_FLAGS: Final = frozenset(
    option.flag
    for options in (RUN_OPTIONS, *OPTIONS_OF.values())
    for option in options
    if not option.is_switch
)
"""The flags that are followed by a value, whoever they belong to."""
