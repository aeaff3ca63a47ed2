"""``module:NAME`` as the object it names, imported on first use."""

from importlib import import_module
from typing import Any


def import_target(target: str, *, what: str, extra: str = "") -> Any:
    """
    Import ``module:NAME`` and return what it names.

    Args:
        target: Where it is.

        what: What it is for, to begin an error with.

        extra: The extra of this package that brings what it imports.

    Raises:
        ToolLoadError: a module is missing (the next step then says what to install), or the
            target has a fault of its own (the next step then does not blame the user).
    """
    from aibrain_jupyter.shared.collector import paused_collector
    from aibrain_jupyter.shared.error_handler import ToolLoadError

    module_name, _, attribute = target.partition(":")
    try:
        with paused_collector:  # what is imported stays
            module = import_module(module_name)
            paused_collector.count_as_old()
        return getattr(module, attribute)
    except ModuleNotFoundError as exc:
        missing = exc.name or module_name
        package = f"aibrain_jupyter[{extra}]" if extra else missing.partition(".")[0]
        raise ToolLoadError(
            f"{what} needs the module {missing!r}, which is not installed.",
            next_steps=[f'Run %pip install "{package}" and try again.'],
        ) from exc
    except (Exception, SystemExit) as exc:
        # Somebody else's module may raise anything while it is imported.
        from aibrain_jupyter.shared.texts.exceptions import words_of

        raise ToolLoadError(
            f"{what} cannot be loaded from {target!r}.",
            why=words_of(exc),
            next_steps=["Report it to the author of the tool: its spec or its code has a fault."],
        ) from exc
