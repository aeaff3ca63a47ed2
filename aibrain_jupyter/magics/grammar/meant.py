"""
What a line means, in the form that is read: ``iam users`` is the tool ``iam_users``, a ``?`` asks.

It is put so before anything reads it: history, ``resume`` and a run in the background keep the
form with one reading.
"""

import re

from aibrain_jupyter.magics.grammar.asking import asking_verb, is_sentence
from aibrain_jupyter.magics.grammar.run_options import RUN_OPTIONS
from aibrain_jupyter.shared.verbs.options import HELP
from aibrain_jupyter.shared.verbs.verb import VERBS
from aibrain_jupyter.tool_registry import get_tool_registry

_NAME = re.compile(r"\s*([A-Za-z][A-Za-z0-9_-]*)(?=\s|$)")
_FLAG = re.compile(r"\s*(--?[A-Za-z][\w-]*)(=)?")
_VALUE = re.compile(r"""\s*(?:'[^']*'|"[^"]*"|[^\s'"])+""")
_VALUED = frozenset(o.flag for o in RUN_OPTIONS if not o.is_switch and not o.usual)
_MOST_NAMES = 5
_APOSTROPHE = re.compile(r"(?<=\w)'")


def as_meant(line: str) -> str:
    """
    Return what stands after ``%aibrain`` in the form that is read.

    ``ec2 security groups`` is ``ec2_security_groups``: the words of a tool's name, also where the
    first of them is a verb (``config rules``). ``iam_users?`` is ``iam_users --help``. Of a verb
    that is asked a question the ``?`` goes, and an apostrophe is none of the line's quotes; a
    question that names none goes to the first of them: ``who is an administrator?``
    """
    head, _, rest = line.strip().partition(" ")
    if any(head == verb.name for verb in get_tool_registry().known_verbs() if verb.asks):
        rest = rest.strip().removesuffix("?")
        is_quoted = rest.startswith(('"', "'"))
        return f"{head} {rest if is_quoted else _APOSTROPHE.sub('’', rest)}"
    bare = line.rstrip()
    if bare.endswith("?") and "=" not in bare.rpartition(" ")[2]:
        bare = bare.rstrip("? ")
        tool = with_tool(bare)
        if tool == bare and is_sentence(bare) and asking_verb():
            return as_meant(f"{asking_verb()} {bare}")
        return f"{tool} {HELP.flag}" if bare else "help"
    return with_tool(line)


def with_tool(line: str) -> str:
    """Return the line with a tool's name where it begins, after options, with the words of it."""
    begin = _after_options(line)
    words, ends = _name_words(line, begin)
    for length in range(len(words), 1, -1):
        name = "_".join(words[:length])
        if name in get_tool_registry() and not _stands_alone(words[0], name):
            return f"{line[:begin]}{' ' if begin else ''}{name}{line[ends[length - 1] :]}"
    return line


def _stands_alone(word: str, tool: str) -> bool:
    """Tell whether a word is a tool itself, or the verb a tool belongs to (``evidence list``)."""
    registry = get_tool_registry()
    return word in registry or (word in VERBS and registry.spec(tool).group == word)


def names_after(line: str) -> list[str]:
    """Return what follows in the names of tools that begin with all words of a line."""
    begin = _after_options(line)
    words, ends = _name_words(line, begin)
    if not words or line[ends[-1] :].strip():
        return []
    start = "_".join(words) + "_"
    names = [name for name in get_tool_registry().names() if name.startswith(start)]
    return [name.removeprefix(start) for name in names if not _stands_alone(words[0], name)]


def _name_words(line: str, begin: int) -> tuple[list[str], list[int]]:
    """Return the words from `begin` that may be parts of a tool's name, and where each ends."""
    words: list[str] = []
    ends = [begin]
    while len(words) < _MOST_NAMES and (found := _NAME.match(line, ends[-1])):
        words.append(found[1].replace("-", "_"))
        ends.append(found.end())
    return words, ends[1:]


def _after_options(line: str) -> int:
    """Return where the options that stand before everything else end."""
    end = 0
    while flag := _FLAG.match(line, end):
        takes_next = flag[1] in _VALUED and not flag[2]
        value = _VALUE.match(line, flag.end()) if flag[2] or takes_next else None
        end = (value or flag).end()
    return end
