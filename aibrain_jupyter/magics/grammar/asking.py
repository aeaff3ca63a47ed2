"""A sentence that is asked without naming a verb: ``who is an administrator?``."""

from aibrain_jupyter.shared.verbs.verb import VERBS
from aibrain_jupyter.tool_registry import get_tool_registry


def asking_verb() -> str:
    """Return the verb that takes a question, empty where there is none."""
    return next((verb.name for verb in get_tool_registry().known_verbs() if verb.asks), "")


def is_sentence(words: str) -> bool:
    """
    Tell whether a line that ended with ``?`` is a sentence and not the name of something.

    It has three words or more and begins with one that is no verb and no name with signs in it.
    """
    head = words.strip().partition(" ")[0]
    known = {*VERBS, *(verb.name for verb in get_tool_registry().known_verbs())}
    is_word = head.replace("'", "").isalpha()
    return is_word and head not in known and words.strip().count(" ") > 1
