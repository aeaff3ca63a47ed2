"""
The source of a tool that may be changed: another package's, or a function of a notebook.

This package's own tools are none of them: whoever audits with them relies on their being as they
were published.
"""

from __future__ import annotations

import ast
import io
import linecache
import sys
import tokenize
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.healing.proposing.source import Code
from aibrain_jupyter.shared.base_tool import FunctionHandler
from aibrain_jupyter.shared.error_handler import InputError, ToolLoadError
from aibrain_jupyter.shared.texts.exceptions import words_of
from aibrain_jupyter.tool_registry import get_tool_registry

if TYPE_CHECKING:
    from aibrain_jupyter.shared.base_tool import ToolSpec

_OWN: Final = "aibrain_jupyter"
_NOTEBOOK: Final = "__main__"


@dataclass(frozen=True)
class ToolCode:
    """
    The source of a tool: `code`, the `module` it is from (``__main__``: a notebook's cell has it)
    and the `name` in it that runs. `function` is the name of its function, empty for a class.
    """

    code: Code
    module: str
    name: str
    function: str

    @property
    def is_of_notebook(self) -> bool:
        """Whether it is one function of a cell."""
        return self.module == _NOTEBOOK


def tool_code(spec: ToolSpec) -> ToolCode:
    """
    Return the source of a tool as its author has it.

    Raises:
        InputError: it is one of this package's own, or nobody has its source.
    """
    where, _, name = spec.handler.partition(":")
    try:
        handler: Any = get_tool_registry().handler_of(spec)
    except ToolLoadError:  # its source may say why
        handler = None
    runs = handler.function if isinstance(handler, FunctionHandler) else type(handler)
    home = where if handler is None else getattr(runs, "__module__", "") or where
    if _OWN in (where.partition(".")[0], home.partition(".")[0]):
        raise InputError(
            f"{spec.name} is a tool of this package: its source is not changed here.",
            next_steps=["Report what is wrong with it; %aibrain fix says what is known."],
        )
    function = name if isinstance(handler, FunctionHandler) else ""
    if where == _NOTEBOOK:
        return _of_cell(spec, runs, name, function)
    places = [(where, name)]
    if handler is not None:
        places.append((home, getattr(runs, "__qualname__", name)))
    for module, attribute in places:
        text = _text_of(module)
        if text is None:
            continue
        code = Code(_path(module), text, text, module=module)
        try:
            code.tree  # noqa: B018 - parsed once, and kept
        except (SyntaxError, ValueError) as exc:
            raise InputError(
                f"The source of {spec.name} cannot be parsed.",
                why=words_of(exc),
                next_steps=[f"Correct {code.name}, or ask its author; then restart the kernel."],
            ) from exc
        if _has(code, attribute):
            return ToolCode(code, module, attribute, function and attribute)
    raise _no_source(spec)


def _of_cell(spec: ToolSpec, runs: Any, name: str, function: str) -> ToolCode:
    running = getattr(_unwrapped(runs), "__code__", None)
    lines = linecache.getlines(running.co_filename) if running is not None else []
    try:
        tree = ast.parse("".join(lines))
    except (SyntaxError, ValueError):
        raise _no_source(spec) from None
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or running is None:
            continue
        first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
        if node.name == name and first <= running.co_firstlineno <= (node.end_lineno or 0):
            text = "".join(lines[first - 1 : node.end_lineno])
            code = Code(f"notebook/{name}.py", text, text, _NOTEBOOK, running.co_filename, first)
            return ToolCode(code, _NOTEBOOK, name, function)
    raise _no_source(spec)


def _unwrapped(function: Any) -> Any:
    for _ in range(50):
        inner = getattr(function, "__wrapped__", None)
        if inner is None:
            break
        function = inner
    return function


def _text_of(module: str) -> str | None:
    """Return the text of a module as its file has it, line ends included; None: nobody has it."""
    try:
        found = find_spec(module)
    except (ImportError, ValueError, AttributeError):
        return None
    get_data = getattr(found and found.loader, "get_data", None)
    if found is None or found.origin is None or get_data is None:
        return None
    try:
        data: bytes = get_data(found.origin)
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        # A diff is UTF-8: of a file in another encoding it would not fit the bytes.
        return data.decode("utf-8") if encoding in ("utf-8", "utf-8-sig") else None
    except (OSError, SyntaxError, UnicodeDecodeError, LookupError):
        return None


def _path(module: str) -> str:
    """Return a module as a path below the folder of its package."""
    is_package = hasattr(sys.modules.get(module), "__path__")
    return module.replace(".", "/") + ("/__init__.py" if is_package else ".py")


def _has(code: Code, name: str) -> bool:
    """Tell whether a source defines a name at its top level, and does not only import it."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    for node in code.tree.body:
        if isinstance(node, kinds) and node.name == name:
            return True
        targets: list[ast.expr] = []
        if isinstance(node, ast.Assign):
            targets = node.targets
        elif isinstance(node, ast.AnnAssign):
            targets = [node.target]
        if any(isinstance(one, ast.Name) and one.id == name for one in targets):
            return True
    return False


def _no_source(spec: ToolSpec) -> InputError:
    return InputError(
        f"Nobody has the source of {spec.name}, or it does not stand plainly in one place.",
        why="Only a module's file, or a function at the left margin of a cell, can be changed.",
        next_steps=["%aibrain read_tool_source shows what is known of it; ask its author."],
    )
