"""What can come next on a line: a verb, a tool, a word, ``key=``, a value, an option."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aibrain_jupyter.magics.completion.offers import NOTHING, Offers, key_offers, value_offers
from aibrain_jupyter.magics.grammar.line import Line, find_head, words_of_line
from aibrain_jupyter.magics.grammar.run_options import RUN_OPTIONS, Option
from aibrain_jupyter.magics.verbs import OPTIONS_OF, TABLE, VALUED_FLAGS
from aibrain_jupyter.shared.verbs import VERBS
from aibrain_jupyter.tool_registry import get_tool_registry

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aibrain_jupyter.magics.grammar.words import Token
    from aibrain_jupyter.shared.base_tool import ToolSpec


def offers_on_line(text: str) -> Offers:
    """Return the offers for the end of `text`, the line up to the cursor."""
    start = len(text) - len(text.split()[-1]) if text and not text[-1].isspace() else len(text)
    tokens, fragment = words_of_line(text[:start]), text[start:]
    head = find_head(tokens, VALUED_FLAGS)
    options = OPTIONS_OF[head] if head in VERBS else RUN_OPTIONS
    by_flag = {option.flag: option for option in options}
    if tokens and tokens[-1].text in VALUED_FLAGS & by_flag.keys():
        return value_offers(by_flag[tokens[-1].text].param, fragment, {})
    if fragment.startswith("-"):
        return _option_offers(by_flag, tokens, fragment)
    if not head:
        return Offers([*VERBS, *get_tool_registry().names()], fragment, "tool")
    if head in VERBS:
        words = read_loosely(tokens).words
        return Offers(list(TABLE[head].offers(words)), fragment, "verb")
    return _parameter_offers(get_tool_registry().spec(head), read_loosely(tokens), fragment)


def read_loosely(tokens: Sequence[Token]) -> Line:
    """Sort the words of an unfinished line; options are left out, doubles overwrite."""
    words: list[str] = []
    pairs: dict[str, str] = {}
    skips = False
    for token in tokens:
        if skips or token.is_option:
            skips = not skips and token.text in VALUED_FLAGS
        elif token.key and words:
            pairs[token.key] = token.value
        else:
            words.append(token.text)
    return Line(words[0] if words else "", tuple(words[1:]), pairs)


def given_on_line(spec: ToolSpec, line: Line) -> dict[str, str]:
    """Return the parameters a line gives, by name, as texts."""
    return {**dict(zip(spec.positional, line.words, strict=False)), **line.pairs}


def _option_offers(by_flag: Mapping[str, Option], tokens: Sequence[Token], text: str) -> Offers:
    flag, equals, fragment = text.partition("=")
    if equals and flag in by_flag:
        return value_offers(by_flag[flag].param, fragment, {})
    written = {token.key or token.text for token in tokens if token.is_option}
    return Offers([flag for flag in by_flag if flag not in written], text, "option")


def _parameter_offers(spec: ToolSpec, line: Line, fragment: str) -> Offers:
    given = given_on_line(spec, line)
    key, equals, value = fragment.partition("=")
    if equals:
        found = key_offers(spec, given)
        return (
            value_offers(found[key], value, {**spec.preset, **given}) if key in found else NOTHING
        )
    place = len(line.words)
    keys = [f"{name}=" for name in key_offers(spec, given) if name not in given]
    if place < len(spec.positional) and (param := spec.param(spec.positional[place])):
        values = value_offers(param, fragment, {**spec.preset, **given})
        return Offers([*values.texts, *keys], values.fragment, "value")
    return Offers(keys, fragment, "param")
