"""``%aibrain evidence --help``: the verbs by what they are for; and one of them explained."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aibrain_jupyter.magics.verbs.evidence.forms import SPECS, form_of, options_of_verb, words_of
from aibrain_jupyter.shared.verbs.verb import choose
from aibrain_jupyter.tool_executors.evidence.tools.purposes import PURPOSES
from aibrain_jupyter.widgets.blocks import Block, Code, Heading, Page, Table, dotted, line
from aibrain_jupyter.widgets.help import default_words
from aibrain_jupyter.widgets.spans import code, strong

if TYPE_CHECKING:
    from aibrain_jupyter.shared.base_tool import Param


def explained(name: str) -> Page:
    """
    Return the help of all verbs, or of the one that is named.

    Raises:
        UnknownNameError: there is no such verb.
    """
    return _page_of(choose("evidence", name, tuple(SPECS))) if name else _all_verbs()


def _all_verbs() -> Page:
    found: list[Block] = [dotted(strong("%aibrain evidence"), "saved items with proof, by verbs")]
    for purpose in PURPOSES:
        rows = [
            (code(" ".join([name, *words_of(SPECS[name]).values()])), SPECS[name].summary)
            for name in purpose.verbs
        ]
        table = Table(("verb", "what it does"), rows, label=purpose.title)
        found += [Heading(purpose.title), table, Code(purpose.example)]
    more = code("%aibrain evidence VERB --help")
    return Page("Help", [*found, line(more, " explains one, with its options.")])


def _page_of(name: str) -> Page:
    spec = SPECS[name]
    params = {param.name: param for param in spec.params}
    written = {
        **words_of(spec),
        **{option.param.name: option.usage for option in options_of_verb(name)},
    }
    rows = [
        (code(text.strip("[]") if key in spec.positional else text), *_about(params[key]))
        for key, text in written.items()
    ]
    found: list[Block] = [
        dotted(strong(f"%aibrain evidence {name}"), spec.summary),
        Heading("Usage"),
        Code(f"%aibrain {form_of(name)}"),
    ]
    if rows:
        headers = ("write", "what it is", "default")
        found += [Heading("Words and options"), Table(headers, rows, label="Words and options")]
    if example := next((p.example for p in PURPOSES if f" {name}" in p.example), ""):
        found += [Heading("Example"), Code(example)]
    return Page("Help", found)


def _about(param: Param) -> tuple[str, str]:
    """Return what a parameter is, and what holds where it is not written."""
    choices = ", ".join(filter(None, param.choices))
    words = "required" if param.is_required else default_words(param.default)
    return (
        f"{param.help} ({choices})" if choices else param.help,
        "" if words in ("none", "false", "0") else words,
    )
