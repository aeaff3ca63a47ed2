"""
``%aibrain``, ``%%aibrain`` and ``%config AibrainMagics``.

This module and the settings are all that ``%load_ext`` imports: the work is in
modules that come with the first cell or the first Tab.

The traits keep no values of their own. They read and write `shared.config`, so
that ``%config``, the environment and the verbs cannot disagree.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar, Final

from IPython.core.completer import context_matcher
from IPython.core.magic import (
    Magics,
    line_cell_magic,
    magics_class,
    needs_local_scope,
    no_var_expand,
)
from traitlets import Bool, Enum, Int, TraitType, Unicode

from aibrain_jupyter.magics.after_cell import AfterCell
from aibrain_jupyter.shared.config import SETTINGS, Setting, get_settings, shown_value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from IPython.core.completer import CompletionContext, SimpleMatcherResult
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

MATCHER: Final = "aibrain_jupyter"
"""The identifier of our matcher, for ``%config Completer.disable_matchers``."""


_ASKS: Final = r"(\s*(?:[^\s=%?]+\s*=\s*)?%aibrain\s+)(\S.*\?)\s*$"
_TEXT_IN_QUOTES: Final = ('"""', "'''")


class _InSettings(TraitType[Any, Any]):
    """A trait whose value is the setting in force."""

    def get(self, obj: Any, cls: Any = None) -> Any:
        """Return the value in force, wherever it came from; a password in it is hidden."""
        value = get_settings().get(str(self.name))
        # IPython prints it, and a saved notebook keeps that.
        return shown_value(value) if isinstance(value, str) and "://" in value else value

    def set(self, obj: Any, value: Any) -> None:
        """Put a value in force; one that does not fit raises and changes nothing."""
        get_settings().set(str(self.name), value, obj.source)


def _kept_in_settings(base: type[Any]) -> type[Any]:
    # %config shows the name of a trait's class as its type, so ours keep the usual names.
    return type(base.__name__, (_InSettings, base), {})


_TRAITS = {str: _kept_in_settings(Unicode), int: _kept_in_settings(Int)}
_TRAITS[bool] = _kept_in_settings(Bool)
_CHOICE = _kept_in_settings(Enum)


def _trait(setting: Setting) -> Any:
    param = setting.param
    help_text = f"{param.help} (environment: {setting.env})"
    if param.choices:
        trait = _CHOICE(param.choices, default_value=param.default, help=help_text)
    else:
        trait = _TRAITS[param.type](param.default, help=help_text)
    return trait.tag(config=True)


def asked_of_aibrain(lines: list[str]) -> list[str]:
    """
    Return the lines of a cell, those of ours that end in ``?`` as `as_meant` has them.

    IPython takes ``policy?`` at the end of any line for a request to explain a variable and never
    calls the magic, so the line is put into its other form before IPython looks at it.
    """
    if not any("?" in line and "%aibrain" in line for line in lines):
        return lines
    asks_of_us = re.compile(_ASKS)  # kept by re
    if not any(asks_of_us.match(line) for line in lines):
        return lines
    if lines and lines[0].lstrip().startswith("%%"):
        return lines
    from aibrain_jupyter.magics.grammar.meant import as_meant

    found = []
    for line in lines:
        if any(quotes in line for quotes in _TEXT_IN_QUOTES):
            return lines  # what follows may be text, not a line of ours
        asks = asks_of_us.match(line)
        found.append(f"{asks[1]}{as_meant(asks[2])}\n" if asks else line)
    return found


@magics_class
class AibrainMagics(Magics):
    """Collect cloud audit evidence in notebook cells."""

    locals().update({setting.name: _trait(setting) for setting in SETTINGS})

    source = "configuration file"
    refused: ClassVar[dict[str, Any]] = {}
    """What ``%config`` refused in this process, by name: see `forget_refused`."""

    def __init__(self, shell: InteractiveShell) -> None:
        super().__init__(shell=shell)
        self.source = "%config AibrainMagics"
        self.after_cell = AfterCell(shell)
        self._is_first = True

    def update_config(self, config: Config) -> None:
        """
        Take over what ``%config AibrainMagics.… = …`` says, and only that.

        The base class would set every trait of the configuration file again and undo a
        ``%aibrain profile use`` in between.
        """
        section = type(self).__name__
        for name, value in config.get(section, {}).items():
            try:
                get_settings().set(name, value, self.source)
            except Exception:
                self.refused[name] = value
                raise

    @classmethod
    def forget_refused(cls, config: Config) -> None:
        """
        Take refused values out of the shell's configuration.

        IPython enters what ``%config`` says there whether or not it was refused, and the next load
        would read it as if it stood in a configuration file.
        """
        section = config.get(cls.__name__, {})
        for name, value in cls.refused.items():
            if section.get(name) == value:
                del section[name]
        cls.refused.clear()

    @no_var_expand
    @needs_local_scope
    @line_cell_magic
    def aibrain(
        self, line: str, cell: str | None = None, local_ns: Mapping[str, Any] | None = None
    ) -> Any:
        """
        Collect cloud audit evidence; the rows are the cell's value, a DataFrame.

        ::

            %aibrain  TOOL [key=value ...] [--option ...] [;]    a short run
            %%aibrain TOOL [--option ...]                        parameters in the body, as YAML
            %aibrain  VERB [word ...]                            everything else

        Begin with
          %aibrain                      what there is: identity, tools, cache, next steps
          %aibrain tools iam            the tools, as a DataFrame
          %aibrain help aws_export      the parameters and examples of a tool
          %aibrain help                 all verbs and all options
          %aibrain demo start           an embedded AWS account: no credentials needed

        Ask for rows
          %aibrain aws_export service=iam resource=users
          users = %aibrain iam_users --accounts prod,staging
          %aibrain iam_users -o users

        In the cell form the line says how to run and the body what to ask for::

            %%aibrain aws_export --regions all -o groups
            service: ec2
            resource: security_groups

        $name, ${name.attribute} and ${name[key]} take Python variables, in line and body; $$ is
        a dollar. A ; at the end hides the value. Tab completes everything.
        """
        if self._is_first:
            self._load()
        from aibrain_jupyter.magics.dispatch import run_cell

        return run_cell(self.after_cell, line, cell, local_ns or {})

    def _load(self) -> None:
        """Import what a first cell needs. It stays: the collector would look through it in vain."""
        from aibrain_jupyter.shared.collector import paused_collector

        with paused_collector:
            from aibrain_jupyter.magics import dispatch, frame_display  # noqa: F401
            from aibrain_jupyter.shared.frames.known import look_up_by

            look_up_by("aibrain_jupyter.execution.provenance.known:known_of")
            self._is_first = False
            frame_display.load_now(self.after_cell.shell)
            paused_collector.count_as_old()

    @context_matcher(identifier=MATCHER, priority=100)  # type: ignore[untyped-decorator]
    def match(self, context: CompletionContext) -> SimpleMatcherResult:
        """Complete ``%aibrain`` lines and ``%%aibrain`` cells (IPython's matcher API v2)."""
        from aibrain_jupyter.magics.completion.complete import complete

        return complete(self.after_cell.shell.user_ns, context)
