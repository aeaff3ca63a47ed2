"""The sentences that have a cell, in one order: those of tools, then those of verbs."""

from dataclasses import dataclass
from functools import cache

from aibrain_jupyter.aws.operations.search.asks import ASKS, VERB_ASKS
from aibrain_jupyter.aws.resources.table import RESOURCES
from aibrain_jupyter.shared.verbs.verb import FUTURE_VERBS


@dataclass(frozen=True, slots=True)
class Ask:
    """A sentence, its cell without the magic, and whose it is: a tool's or a verb's."""

    sentence: str
    cell: str
    is_tool: bool

    @property
    def head(self) -> str:
        """The tool or verb."""
        return self.cell.split()[0]


@cache
def asks() -> tuple[Ask, ...]:
    """Return the sentences there are; those of verbs only planned wait for them."""
    tools = [
        Ask(sentence, " ".join((resource.tool_name, *filter(None, (rest, where)))), is_tool=True)
        for resource in RESOURCES
        for where in ("" if resource.is_global else "--regions all",)
        for sentence, rest in ASKS.get(resource.tool_name, ())
    ]
    verbs = [Ask(sentence, cell, is_tool=False) for sentence, cell in VERB_ASKS]
    return (*tools, *(ask for ask in verbs if ask.head not in FUTURE_VERBS))
