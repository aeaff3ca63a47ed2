"""
The line of a magic: which tool or verb, which words, ``key=value`` pairs and options.

It is cut into words by rules of our own, because a line holds three things a shell's rules get
wrong: ``key=value`` pairs whose value may be quoted, ``${name["key"]}`` with quotes that are not
the line's, and Windows paths, whose backslashes must survive. Options stand before or after, in
any order. What a word may be is decided by whoever reads the result; variables are not put in yet.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aibrain_jupyter.magics.grammar.run_options import RUN_OPTIONS
from aibrain_jupyter.shared.error_handler import GrammarError, unknown_name
from aibrain_jupyter.shared.texts.shown import clipped
from aibrain_jupyter.shared.verbs.options import HELP, Option

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

_KEY = re.compile(r"[^\W\d][\w.-]*")
_PLAIN = re.compile(r"[^\s\"'$]+(?!\S)")
"""A word in which nothing stands for anything else: most are, and need no look at each letter."""
_USUAL = {option.flag: option.usual for option in RUN_OPTIONS if option.usual}


@dataclass(frozen=True, slots=True)
class Token:
    """
    One word of a line, quotes removed.

    `is_quoted` tells whether it begins with a quote and so is no option.
    """

    text: str
    is_quoted: bool = False

    @property
    def is_option(self) -> bool:
        """Whether this is ``--name``, ``--name=value`` or ``-o``."""
        head = self.text[:2]
        return not self.is_quoted and (head == "--" or (head[:1] == "-" and head[1:].isalpha()))

    @property
    def key(self) -> str:
        """The part before ``=``, when that can be a name; else empty."""
        before, equals, _ = self.text.partition("=")
        is_key = _KEY.fullmatch(before) or before.startswith("-")
        return before if equals and is_key else ""

    @property
    def value(self) -> str:
        """The part after ``=``."""
        return self.text.partition("=")[2]


@dataclass(frozen=True, slots=True)
class Line:
    """
    A line, read.

    `head` is the tool or verb, `words` what stands by position after it, `pairs` the
    ``key=value`` pairs, `options` the options by the name of their parameter; the values are
    texts as written (switches: a bool; what may be repeated: a list).
    """

    head: str = ""
    words: tuple[str, ...] = ()
    pairs: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def wants_help(self) -> bool:
        """Whether ``--help`` stands on the line."""
        return HELP.param.name in self.options


def strip_semicolon(line: str, body: str | None) -> tuple[str, str | None, bool]:
    """
    Return line and body without the ``;`` that hides the value, and whether there was one.

    It is the last character of the line, or the last line of the body.
    """
    bare = line.rstrip()
    hides = bare.endswith(";")
    line = bare[:-1] if hides else line
    if body is not None and body.rstrip().rpartition("\n")[2].strip() == ";":
        return line, body.rstrip()[:-1], True
    return line, body, hides


def words_of_line(line: str) -> list[Token]:
    """
    Return the words of a line, each option that was written without its value with the usual one.
    Raises GrammarError: a quote is not closed.
    """
    tokens = split_line(line)
    following = [*tokens, Token("")][1:]
    return [
        Token(f"{token.text}={_USUAL[token.text]}")
        if token.is_option and token.text in _USUAL and not _may_be_value(after)
        else token
        for token, after in zip(tokens, following, strict=True)
    ]


def split_line(line: str) -> list[Token]:
    """
    Return the words of a line.

    ``'…'`` and ``"…"`` group, inside double quotes ``\\"`` and ``\\\\`` stand for themselves;
    ``${…}`` is kept as it is written.

    Raises:
        GrammarError: a quote is not closed.
    """
    tokens: list[Token] = []
    # Looked for once: a line of many ${ would else be read to its end for each.
    i, last_brace = 0, line.rfind("}")
    while i < len(line):
        if line[i].isspace():
            i += 1
            continue
        if plain := _PLAIN.match(line, i):
            tokens.append(Token(plain[0]))
            i = plain.end()
            continue
        token, i = _read(line, i, last_brace)
        tokens.append(token)
    return tokens


def _read(line: str, start: int, last_brace: int) -> tuple[Token, int]:
    found: list[str] = []
    quote, i = "", start
    while i < len(line) and (quote or not line[i].isspace()):
        char, two = line[i], line[i : i + 2]
        taken = 1
        if two == "$$":
            taken = 2
            found.append(two)
        elif two == "${" and i < last_brace:
            taken = line.index("}", i) - i + 1
            found.append(line[i : i + taken])
        elif quote == '"' and two in ('\\"', "\\\\"):
            taken = 2
            found.append(two[1])
        elif quote:
            if char == quote:
                quote = ""
            else:
                found.append(char)
        elif char in "'\"":
            quote, opened = char, i
        else:
            found.append(char)
        i += taken
    if quote:
        raise GrammarError(
            f"The quote {quote} at column {opened + 1} of the line is not closed:"
            f" {clipped(line.strip())}",
            next_steps=["Close it, or write the value in the other kind of quotes."],
        )
    return Token("".join(found), is_quoted=line[start] in "'\""), i


def _may_be_value(token: Token) -> bool:
    return token.text[:1].isdigit() or token.text.startswith("$")


def find_head(tokens: Iterable[Token], valued: Collection[str]) -> str:
    """
    Return the first word that is no option and no option's value, or an empty text.

    `valued` holds the flags that are followed by a value.
    """
    skips = False
    for token in tokens:
        if skips:
            skips = False
        elif token.is_option:
            skips = token.text in valued
        else:
            return token.text
    return ""


def read_line(tokens: Sequence[Token], head: str, options: Sequence[Option]) -> Line:
    """
    Sort the words of a line; `options` are those of its `head`.

    Raises:
        GrammarError: an option without its value, or something given twice.
        UnknownNameError: no such option, with the nearest that exists.
    """
    words: list[str] = []
    pairs: dict[str, str] = {}
    given: dict[str, Any] = {}
    rest = iter(tokens)
    for token in rest:
        if token.is_option:
            option = _find(token, options, head)
            name, value = option.param.name, _value_of(token, option, rest)
            if option.repeats:
                value = [*given.get(name, ()), value]
            elif name in given:
                raise GrammarError(f"{option.flag} is given twice.")
            given[name] = value
        elif token.key and words:
            if token.key in pairs:
                raise GrammarError(f"{token.key} is given twice on the line.")
            pairs[token.key] = token.value
        else:
            _refuse_slip(token.text)
            words.append(token.text)
    return Line(head, tuple(words[1:]), pairs, given)


def _refuse_slip(word: str) -> None:
    """Refuse a word that cannot be meant as one, with what was probably meant."""
    if word.startswith(("–", "—")):
        raise GrammarError(
            f"{word!r} begins with a long dash, which editors make of hyphens.",
            next_steps=[f"Write {word.replace('—', '--').replace('–', '-')}"],
        )
    if word == "=":
        raise GrammarError(
            "There are spaces around a =.", next_steps=["Write parameters as name=value."]
        )
    if word.startswith("#"):
        raise GrammarError(
            "A line takes no comment.",
            next_steps=["Put it above the magic, or in the body of a %%aibrain cell."],
        )


def _find(token: Token, options: Sequence[Option], head: str) -> Option:
    flag = token.key or token.text
    by_flag = {option.flag: option for option in options}
    if flag in by_flag:
        return by_flag[flag]
    steps = [f"%aibrain {head} --help lists the options." if head else "%aibrain help lists them."]
    name = flag.lstrip("-")
    if options is RUN_OPTIONS:
        steps.append(f"A parameter is written without dashes: {name}=…")
    raise unknown_name("option", flag, by_flag, of=head, next_steps=steps)


def _value_of(token: Token, option: Option, rest: Iterable[Token]) -> Any:
    if token.key:
        return token.value
    if option.is_switch:
        return True
    following = next(iter(rest), None)
    if following is None or following.is_option:
        raise GrammarError(f"{option.flag} needs a value: {option.usage}", why=option.param.help)
    return following.text
