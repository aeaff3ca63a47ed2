"""
The verbs of ``%aibrain``: those of the notebook, one module each, and those that providers bring.

To add one of the notebook's, write its module with a `Verb` and put it into `TABLE`; its name goes
into ``shared/verbs/verb.py``, so that no tool can take it. A cell that asks for a tool does not
import this: it takes a tenth of the first cell of a kernel.
"""

from typing import Final

from aibrain_jupyter.magics.verbs import known
from aibrain_jupyter.magics.verbs.cache.verb import CACHE
from aibrain_jupyter.magics.verbs.config import CONFIG
from aibrain_jupyter.magics.verbs.engine import ENGINE
from aibrain_jupyter.magics.verbs.evidence.verb import EVIDENCE
from aibrain_jupyter.magics.verbs.export import EXPORT
from aibrain_jupyter.magics.verbs.healing.doctor import DOCTOR
from aibrain_jupyter.magics.verbs.healing.fix import FIX
from aibrain_jupyter.magics.verbs.help import HELP_VERB
from aibrain_jupyter.magics.verbs.home import HOME
from aibrain_jupyter.magics.verbs.jobs import CANCEL, JOBS, RESULT
from aibrain_jupyter.magics.verbs.last import HISTORY, LAST
from aibrain_jupyter.magics.verbs.monitoring.alerts import ALERTS
from aibrain_jupyter.magics.verbs.monitoring.dashboard import DASHBOARD
from aibrain_jupyter.magics.verbs.monitoring.stats import STATS
from aibrain_jupyter.magics.verbs.monitoring.timeline import TIMELINE
from aibrain_jupyter.magics.verbs.resume import RESUME
from aibrain_jupyter.magics.verbs.table import TABLE_VERB
from aibrain_jupyter.magics.verbs.tb import TB
from aibrain_jupyter.magics.verbs.tools import TOOLS

__all__ = ["TABLE", "known"]

TABLE: Final = (
    *(HOME, TOOLS, HELP_VERB, TABLE_VERB, LAST, HISTORY, JOBS, RESULT, CANCEL, RESUME),
    *(STATS, ALERTS, TIMELINE, DASHBOARD, FIX, DOCTOR, EXPORT, EVIDENCE, TB, CONFIG, ENGINE, CACHE),
)
"""In the order help shows them; the home screen's name is empty."""

known.enter(TABLE)
