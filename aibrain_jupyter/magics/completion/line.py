"""What can come next on a line: a verb, a tool, a word, ``key=``, a value, an option."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aibrain_jupyter.magics.completion.keys_and_values import (
    NOTHING,
    Offers,
    key_offers,
    place_offers,
    typed_so_far,
    value_offers,
)
from aibrain_jupyter.magics.grammar.line import Line, find_head, words_of_line
from aibrain_jupyter.magics.grammar.meant import names_after, with_tool
from aibrain_jupyter.magics.grammar.run_options import PLACING, RUN_OPTIONS
from aibrain_jupyter.magics.verbs.every import known as verbs
from aibrain_jupyter.tool_registry import get_tool_registry

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aibrain_jupyter.magics.grammar.line import Token
    from aibrain_jupyter.shared.base_tool import ToolSpec
    from aibrain_jupyter.shared.verbs.options import Option


def offers_on_line(text: str) -> Offers:
    """Return the offers for the end of `text`, the line up to the cursor."""
    start = len(text) - len(text.split()[-1]) if text and not text[-1].isspace() else len(text)
    before, fragment = text[:start], text[start:]
    following = () if fragment.startswith("-") else names_after(before)
    tokens = words_of_line(with_tool(before))
    head = find_head(tokens, verbs.valued_flags())
    verb = verbs.find_verb(head) if head else None
    options = verbs.options_of(verb, read_loosely(tokens).words) if verb else RUN_OPTIONS
    by_flag = {option.flag: option for option in options}
    if tokens and tokens[-1].text in by_flag and not by_flag[tokens[-1].text].is_switch:
        return _option_values(by_flag[tokens[-1].text], fragment, head)
    if fragment.startswith("-"):
        return _option_offers(by_flag, tokens, fragment, head)
    if not head:
        return Offers(
            [*filter(None, verbs.all_verbs()), *get_tool_registry().names()], fragment, "tool"
        )
    if verb:
        words = verb.words_after(read_loosely(tokens).words)
        return Offers([*words, *following], fragment, "verb")
    if following and head not in get_tool_registry():
        return Offers(following, fragment, "tool")
    found = _parameter_offers(get_tool_registry().spec(head), read_loosely(tokens), fragment)
    return replace(found, texts=[*found.texts, *following])


def _option_values(option: Option, fragment: str, head: str) -> Offers:
    if option.param.name in PLACING:
        known = head in get_tool_registry().names()
        spec = get_tool_registry().spec(head) if known else None
        return place_offers(option.param.name, fragment, spec)
    return value_offers(option.param, fragment, {})


def read_loosely(tokens: Sequence[Token]) -> Line:
    """Sort the words of an unfinished line; options are left out, doubles overwrite."""
    words: list[str] = []
    pairs: dict[str, str] = {}
    skips, valued = False, verbs.valued_flags()
    for token in tokens:
        if skips or token.is_option:
            skips = not skips and token.text in valued
        elif token.key and words:
            pairs[token.key] = token.value
        else:
            words.append(token.text)
    return Line(words[0] if words else "", tuple(words[1:]), pairs)


def given_on_line(spec: ToolSpec, line: Line) -> dict[str, str]:
    """Return the parameters a line gives, by name, as texts."""
    return {**dict(zip(spec.positional, line.words, strict=False)), **line.pairs}


def _option_offers(
    by_flag: Mapping[str, Option], tokens: Sequence[Token], text: str, head: str
) -> Offers:
    flag, equals, fragment = text.partition("=")
    if equals and flag in by_flag:
        return _option_values(by_flag[flag], fragment, head)
    written = {token.key or token.text for token in tokens if token.is_option}
    offered = [f for f, option in by_flag.items() if option.repeats or f not in written]
    return Offers(offered, text, "option")


def _parameter_offers(spec: ToolSpec, line: Line, fragment: str) -> Offers:
    given = given_on_line(spec, line)
    key, equals, value = fragment.partition("=")
    if equals:
        found = key_offers(spec, given)
        return (
            value_offers(found[key], value, typed_so_far(spec, given)) if key in found else NOTHING
        )
    place = len(line.words)
    keys = [f"{name}=" for name in key_offers(spec, given) if name not in given]
    if place < len(spec.positional) and (param := spec.param(spec.positional[place])):
        values = value_offers(param, fragment, typed_so_far(spec, given))
        return Offers([*values.texts, *keys], values.fragment, "value")
    return Offers(keys, fragment, "param")
