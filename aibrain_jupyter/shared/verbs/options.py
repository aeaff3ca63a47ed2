"""An option of a ``%aibrain`` line: one declaration behind parsing, ``--help`` and completion."""

from dataclasses import dataclass
from typing import Any, Final

from aibrain_jupyter.shared.tools.params import Param


@dataclass(frozen=True, slots=True)
class Option:
    """
    One option of a line.

    `flag` is what the user writes; `param` types its value; `metavar` stands for the value in help;
    `usual` is the value of one that is written without; `is_switch`: it never has a value. One that
    `repeats` may be written several times: its value is a list, one item each time, and never
    split, since an item may be any text.
    """

    flag: str
    param: Param
    metavar: str = ""
    usual: str = ""
    is_switch: bool = False
    repeats: bool = False

    @property
    def usage(self) -> str:
        """``--ttl AGE``, or ``--stale [AGE]`` where it may be left out."""
        metavar = f"[{self.metavar}]" if self.usual else self.metavar
        more = " …" if self.repeats else ""
        return f"{self.flag} {metavar}{more}".strip()


def switch(flag: str, name: str, help_text: str) -> Option:
    """Return an option without a value."""
    return Option(flag, Param(name, bool, help_text, default=False), is_switch=True)


def valued(flag: str, name: str, metavar: str, help_text: str, **more: Any) -> Option:
    """
    Return an option with a value, a text unless ``type`` says otherwise.

    With ``usual`` the value may be left out; one that is written begins with a digit or a ``$``.
    One that ``repeats`` may be written several times.
    """
    kind, usual, repeats = more.pop("type", str), more.pop("usual", ""), more.pop("repeats", False)
    return Option(flag, Param(name, kind, help_text, None, **more), metavar, usual, repeats=repeats)


HELP: Final = switch("--help", "help", "show the parameters, examples and permissions")
