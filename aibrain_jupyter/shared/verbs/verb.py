"""
The verbs of ``%aibrain``: first words that are not tools, and what a verb is.

A verb's declaration is data. Its code is a function, or ``module:function`` where it is imported on
first use; it gets a `VerbCall` and returns a frame, a `Message` or another value of the cell.
Providers bring verbs of their own; no tool can take the name of one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.shared.imports import import_target

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from aibrain_jupyter.shared.verbs.message import Message
    from aibrain_jupyter.shared.verbs.options import Option

_OF_THE_NOTEBOOK: Final = """
    alerts cache cancel config dashboard doctor engine evidence export fix help history jobs last
    result resume stats table tb timeline tools
"""
_PLANNED: Final = "ask check run sql"
VERBS: Final = tuple(_OF_THE_NOTEBOOK.split())
"""Those of the notebook itself."""
FUTURE_VERBS: Final = tuple(_PLANNED.split())
"""Kept free for what is planned, so that no tool takes the name before."""
RESERVED_VERBS: Final = frozenset(VERBS + FUTURE_VERBS)
_MOST_LISTED: Final = 12
"""More words than these are a page of help."""


@dataclass(frozen=True, slots=True)
class VerbCall:
    """
    The words after the verb, the ``key=value`` pairs, and the options given, typed.

    `names` are the variables where the verb was called, `after_cell` its cell: for verbs that run
    tools. There is none where a verb is called from Python. `say` shows a message at once; None:
    nobody is watching.
    """

    words: tuple[str, ...] = ()
    pairs: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    names: Mapping[str, Any] = field(default_factory=dict)
    after_cell: Any = None
    say: Callable[[Message], object] | None = None

    def word(self, place: int) -> str:
        """Return the word at that place, an empty text if there are fewer."""
        return self.words[place] if place < len(self.words) else ""


@dataclass(frozen=True, slots=True)
class VerbAnswer:
    """
    A verb's `value`, and what is said besides. `then` is a verb of the notebook that follows, where
    a run is incomplete.
    """

    value: Any
    messages: tuple[Message, ...] = ()
    then: str = ""


@dataclass(frozen=True, slots=True)
class Verb:
    """
    A verb.

    Args:
        name: The first word of the line.

        summary: One sentence for help.

        usage: The forms it takes, after ``%aibrain``.

        run: Carries it out; a function of a `VerbCall`, or ``module:function``.

        options: Its own options.

        most_words: How many words may follow.

        takes_pairs: Whether ``key=value`` may follow.

        asks: Whether its words are a question in plain words.

        names_variables: Whether its words are names of variables, read as written: it puts them in.

        offers: The words completion offers after those given; a function of them, or
            ``module:function``.

        options_after: The options that fit after the words given; None: all. Help and completion
            show no others.

        explains: Its help, a function of its first word, or ``module:function``; made of the
            declaration otherwise.
    """

    name: str
    summary: str
    usage: tuple[str, ...]
    run: Callable[[VerbCall], Any] | str
    options: tuple[Option, ...] = ()
    most_words: int = 0
    takes_pairs: bool = False
    asks: bool = False
    names_variables: bool = False
    offers: Callable[[Sequence[str]], Iterable[str]] | str = ""
    options_after: Callable[[Sequence[str]], tuple[Option, ...] | None] | None = None
    explains: Callable[[str], Any] | str = ""

    def call(self, call: VerbCall) -> Any:
        """
        Carry the verb out.

        Raises:
            GrammarError: there is a word or pair too many.
        """
        extra = [*call.words[self.most_words :]]
        if not self.takes_pairs:
            extra += [f"{key}=…" for key in call.pairs]
        if extra:
            from aibrain_jupyter.shared.error_handler import GrammarError

            raise GrammarError(
                f"%aibrain {self.name} takes no {extra[0]!r}.",
                next_steps=[f"Write: %aibrain {form}" for form in self.usage],
            )
        return self._loaded(self.run)(call)

    def words_after(self, before: Sequence[str]) -> list[str]:
        """Return the words that may follow those given."""
        if not self.offers or len(before) >= self.most_words:
            return []
        return list(self._loaded(self.offers)(before))

    def fitting(self, before: Sequence[str]) -> tuple[Option, ...]:
        """Return the options that fit after the words given."""
        found = self.options_after(before) if self.options_after else None
        return self.options if found is None else found

    def explain(self, word: str) -> Any:
        """Return its own help page on its first word; None: it has none."""
        return self._loaded(self.explains)(word) if self.explains else None

    def _loaded(self, code: Callable[..., Any] | str) -> Callable[..., Any]:
        if not isinstance(code, str):
            return code
        found: Callable[..., Any] = import_target(code, what=f"The verb {self.name}")
        return found


def choose(verb: str, word: str, choices: Sequence[str]) -> str:
    """
    Return `word`, one of `choices`.

    Raises:
        UnknownNameError: it is none of them, with the nearest.
        GrammarError: there is no word.
    """
    from aibrain_jupyter.shared.error_handler import GrammarError, unknown_name

    if not word:
        raise GrammarError(
            f"%aibrain {verb} needs one of: {', '.join(choices)}.",
            next_steps=[f"Write for example: %aibrain {verb} {choices[0]}"],
        )
    if word not in choices:
        raise unknown_name(f"{verb} verb", word, choices, next_steps=[_choice_words(verb, choices)])
    return word


def _choice_words(verb: str, choices: Sequence[str]) -> str:
    if len(choices) > _MOST_LISTED:
        return f"%aibrain help {verb}: all {len(choices)}, by what they are for."
    return f"Write one of: {', '.join(choices)}."
