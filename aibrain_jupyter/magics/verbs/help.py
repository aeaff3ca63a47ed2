"""``%aibrain help``, ``help TOOL``, ``help VERB``, and ``--help`` anywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aibrain_jupyter.magics.grammar.parameters import more_params
from aibrain_jupyter.magics.grammar.requests import find_tool
from aibrain_jupyter.magics.grammar.run_options import RUN_OPTIONS
from aibrain_jupyter.shared.error_handler import GrammarError
from aibrain_jupyter.shared.verbs.options import Option, switch
from aibrain_jupyter.shared.verbs.verb import Verb, VerbCall
from aibrain_jupyter.tool_registry import get_tool_registry
from aibrain_jupyter.widgets.blocks import Block, Code, Heading, Page, Table, line
from aibrain_jupyter.widgets.spans import code, strong

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from aibrain_jupyter.widgets.help import Markdown

_GRAMMAR = """\
%aibrain  TOOL [key=value …] [--option …] [;]    a short run; ; hides the value
%%aibrain TOOL [--option …]                      parameters in the body, as YAML
%aibrain  VERB [word …]                          everything else
$name  ${name.attribute}  ${name[key]}           Python variables; $$ is a dollar"""


def _help(call: VerbCall) -> Page | Markdown:
    name = call.word(0)
    if call.options.get("markdown"):
        return _markdown_of(name)
    return _page_of(name, call.word(1), call.pairs) if name else _overview()


def _markdown_of(name: str) -> Markdown:
    from aibrain_jupyter.widgets.help import Markdown

    registry = get_tool_registry()
    if not name:
        # One tool of each group whose tools tell where a row is from has the pages of all.
        groups = {spec.group: spec.name for spec in registry.specs() if spec.places}
        handlers = dict.fromkeys(map(registry.load, groups.values()))
        return Markdown("\n".join(page for one in handlers if (page := one.page(None))))
    spec = find_tool(name)
    page = registry.load(name).page(spec.preset)
    if page is None:
        raise GrammarError(
            f"{name} has no reference page: only curated resources have one.",
            next_steps=[f"%aibrain help {name}", "%aibrain help --markdown: the pages of all."],
        )
    return Markdown(page)


def _page_of(name: str, word: str, given: Mapping[str, str]) -> Page:
    from aibrain_jupyter.magics.verbs.known import find_verb
    from aibrain_jupyter.widgets.help import tool_help

    verb = find_verb(name)
    if word and not (verb and verb.explains):
        raise GrammarError(
            f"%aibrain help {name} takes no {word!r}.",
            next_steps=[f"Write: %aibrain help {name}", f"Write: %aibrain help {word}"],
        )
    if verb:
        own: Page | None = verb.explain(word)
        return own or _verb_help(verb)
    spec = find_tool(name)
    typed = {
        key: param.parse(value) if (param := spec.param(key)) else value
        for key, value in given.items()
    }
    # What depends on other parameters needs some of them to be given.
    more = more_params(spec, typed) if typed else ()
    return tool_help(
        spec,
        [*spec.params, *more],
        [(option.usage, option.param.help) for option in RUN_OPTIONS],
        get_tool_registry().load(spec.name).reference(spec.preset),
    )


def _verb_help(verb: Verb) -> Page:
    """Return what a verb does and the forms it takes."""
    found: list[Block] = [
        line(strong(verb.name), f": {verb.summary}"),
        Code("\n".join(f"%aibrain {form}" for form in verb.usage)),
    ]
    if verb.options:
        found.append(_option_table(verb.options))
    return Page("Help", found)


def _overview() -> Page:
    """Return the grammar on one page: forms, verbs, run options."""
    from aibrain_jupyter.magics.verbs.known import all_verbs

    rows = [
        (code(f"%aibrain {form}".rstrip()), verb.summary if k == 0 else "")
        for verb in all_verbs().values()
        for k, form in enumerate(verb.usage)
    ]
    return Page(
        "Help",
        [
            Code(_GRAMMAR),
            Heading("Verbs"),
            Table(("write", "what it does"), rows, label="Verbs"),
            Heading("Run options, the same for every tool"),
            _option_table(RUN_OPTIONS),
            line(code("%aibrain help TOOL"), " shows the parameters and examples of a tool."),
        ],
    )


def _option_table(options: Sequence[Option]) -> Table:
    rows = tuple((code(option.usage), option.param.help) for option in options)
    return Table(("option", "what it does"), rows, label="Options")


def _offers(before: Sequence[str]) -> Iterable[str]:
    from aibrain_jupyter.magics.verbs.known import all_verbs

    verbs = all_verbs()
    if before:
        verb = verbs.get(before[0])
        return verb.words_after(before[1:]) if verb and verb.explains else []
    return [*get_tool_registry().names(), *filter(None, verbs)]


HELP_VERB = Verb(
    name="help",
    summary="all verbs and options; a tool's parameters, examples, permissions",
    usage=("help", "help TOOL", "help VERB [WORD]", "TOOL --help", "help [TOOL] --markdown"),
    options=(
        switch(
            "--markdown", "markdown", "the reference page of a curated resource, or of all, as text"
        ),
    ),
    run=_help,
    most_words=2,
    takes_pairs=True,
    offers=_offers,
)
