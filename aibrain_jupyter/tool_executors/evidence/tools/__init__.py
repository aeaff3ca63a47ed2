"""
The tools of evidence: what ``%aibrain evidence VERB`` and ``get_tool("evidence_VERB")`` take.

Data, a file for each kind; their code is imported when one is used. To add one, add its `ToolSpec`
to a file here, and a handler of its name in the module that the spec names.
"""

from __future__ import annotations

from typing import Final

from aibrain_jupyter.tool_executors.evidence.tools.comparing import COMPARING
from aibrain_jupyter.tool_executors.evidence.tools.deciding import DECIDING
from aibrain_jupyter.tool_executors.evidence.tools.keeping import KEEPING
from aibrain_jupyter.tool_executors.evidence.tools.packing import PACKING
from aibrain_jupyter.tool_executors.evidence.tools.planning import PLANNING
from aibrain_jupyter.tool_executors.evidence.tools.proving import PROVING
from aibrain_jupyter.tool_executors.evidence.tools.requesting import REQUESTING
from aibrain_jupyter.tool_executors.evidence.tools.reviewing import REVIEWING
from aibrain_jupyter.tool_executors.evidence.tools.sampling import SAMPLING
from aibrain_jupyter.tool_executors.evidence.tools.words import PREFIX

__all__ = ["EVIDENCE_TOOLS", "PREFIX"]

EVIDENCE_TOOLS: Final = (
    *(*KEEPING, *DECIDING, *REVIEWING, *SAMPLING, *COMPARING, *PROVING),
    *(*REQUESTING, *PLANNING, *PACKING),
)
