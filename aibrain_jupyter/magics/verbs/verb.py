"""What a verb of ``%aibrain`` is, and what its handler gets."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aibrain_jupyter.shared.error_handler import GrammarError, unknown_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from aibrain_jupyter.magics.after_cell import AfterCell
    from aibrain_jupyter.magics.grammar.run_options import Option


def _nothing(before: Sequence[str]) -> Iterable[str]:
    return ()


@dataclass(frozen=True, slots=True)
class VerbCall:
    """
    The words after the verb, the ``key=value`` pairs, and the options given, typed.

    `names` are the variables where the verb was called, `after_cell` its cell: for verbs that run
    tools. There is none where a verb is called from Python.
    """

    words: tuple[str, ...] = ()
    pairs: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    names: Mapping[str, Any] = field(default_factory=dict)
    after_cell: AfterCell | None = None

    def word(self, place: int) -> str:
        """Return the word at that place, an empty text if there are fewer."""
        return self.words[place] if place < len(self.words) else ""


@dataclass(frozen=True, slots=True)
class Verb:
    """
    A verb.

    Args:
        name: The first word of the line.

        summary: One sentence for help.

        usage: The forms it takes, after ``%aibrain``.

        run: Carries it out. A view it returns is displayed, anything else (a DataFrame) is the
            cell's value.

        options: Its own options.

        most_words: How many words may follow.

        takes_pairs: Whether ``key=value`` may follow.

        offers: The words completion offers after those given.
    """

    name: str
    summary: str
    usage: tuple[str, ...]
    run: Callable[[VerbCall], Any]
    options: tuple[Option, ...] = ()
    most_words: int = 0
    takes_pairs: bool = False
    offers: Callable[[Sequence[str]], Iterable[str]] = _nothing

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
            raise GrammarError(
                f"%aibrain {self.name} takes no {extra[0]!r}.",
                next_steps=[f"Write: %aibrain {form}" for form in self.usage],
            )
        return self.run(call)


def choose(verb: str, word: str, choices: Sequence[str]) -> str:
    """
    Return `word`, one of `choices`.

    Raises:
        UnknownNameError: it is none of them, with the nearest.
        GrammarError: there is no word.
    """
    if not word:
        raise GrammarError(f"%aibrain {verb} needs one of: {', '.join(choices)}.")
    if word not in choices:
        raise unknown_name(
            f"{verb} verb", word, choices, next_steps=[f"Write one of: {', '.join(choices)}."]
        )
    return word
