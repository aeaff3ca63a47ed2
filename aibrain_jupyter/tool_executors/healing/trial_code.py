"""
A tool as data, and back: what a process needs that has nothing of this one's memory.

A module's tool is its text and the name of its package. A function of a notebook is its text, and
the imports, functions and plain values of the notebook that it uses; nothing secret goes along.
"""

from __future__ import annotations

import ast
import base64
import dataclasses
import linecache
import pickle
import sys
import types
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.shared.error_handler import InputError
from aibrain_jupyter.shared.texts.redaction import is_secret_name, redact

if TYPE_CHECKING:
    from aibrain_jupyter.shared.base_tool import ToolSpec
    from aibrain_jupyter.tool_executors.healing.tool_code import ToolCode

_MODULE: Final = "aibrain_trial"
_MOST: Final = 200


def task_code(spec: ToolSpec, found: ToolCode, text: str) -> dict[str, Any]:
    """
    Return a tool as JSON values, with `text` as its source.

    Raises:
        InputError: it uses what goes to no other process.
    """
    # Types and defaults of its parameters are Python's own; the parent trusts itself.
    packed = base64.b64encode(pickle.dumps(spec)).decode()
    package, file, before = "", "", ""
    if found.is_of_notebook:
        before = _surroundings(spec.name, found)
    else:
        module = sys.modules[found.module]
        package, file = str(module.__package__ or ""), str(getattr(module, "__file__", "") or "")
    return {
        "spec": packed,
        "text": text.removeprefix("\ufeff"),
        "before": before,
        "package": package,
        "file": file,
        "name": found.name,
    }


def spec_of_task(task: dict[str, Any]) -> ToolSpec:
    """Return the spec of a task's tool, its code made and ready; in the trial's process."""
    spec: ToolSpec = pickle.loads(base64.b64decode(task["spec"]))  # noqa: S301 - from our own parent
    module = types.ModuleType(_MODULE)
    module.__package__ = task["package"] or None
    if task["file"]:
        module.__file__ = task["file"]
    sys.modules[_MODULE] = module
    for text in (task["before"], task["text"]):
        exec(compile(text, task["name"], "exec", dont_inherit=True), module.__dict__)  # noqa: S102 - what is tried
    return dataclasses.replace(spec, handler=f"{_MODULE}:{task['name']}", is_cacheable=False)


def _surroundings(tool: str, found: ToolCode) -> str:
    """Return the source of what a notebook's function uses."""
    names = vars(sys.modules[found.module])
    lines: dict[str, str] = {}
    todo, seen = [found.code.text], {found.name}
    while todo and len(seen) < _MOST:
        for name in _used(todo.pop(0)):
            if name in seen or name not in names:
                continue
            seen.add(name)
            lines[name] = _as_source(tool, name, names[name])
            if _is_function(lines[name]):
                todo.append(lines[name])
    functions = [text for text in lines.values() if _is_function(text)]
    # What was found later is what the others use, as decorators too.
    return "\n".join([*(t for t in lines.values() if not _is_function(t)), *reversed(functions)])


def _used(source: str) -> list[str]:
    nodes = ast.walk(ast.parse(source))
    return list(dict.fromkeys(node.id for node in nodes if isinstance(node, ast.Name)))


def _is_function(source: str) -> bool:
    return source.startswith(("def ", "async ", "@"))


def _as_source(tool: str, name: str, value: Any) -> str:
    if isinstance(value, types.ModuleType):
        return f"import {value.__name__} as {name}"
    home, qualified = getattr(value, "__module__", ""), getattr(value, "__qualname__", "")
    if home == "__main__" and isinstance(value, types.FunctionType):
        import inspect

        linecache.checkcache(value.__code__.co_filename)
        try:
            return inspect.getsource(value)
        except OSError:
            raise _stays(tool, name, value) from None
    if home and qualified.isidentifier() and getattr(sys.modules.get(home), qualified, 0) is value:
        return f"from {home} import {qualified} as {name}"
    line = f"{name} = {value!r}"
    try:
        is_plain = ast.literal_eval(repr(value)) == value
    except (TypeError, ValueError, SyntaxError, RecursionError, MemoryError):
        is_plain = False
    if not is_plain or is_secret_name(name) or redact(line) != line:
        raise _stays(tool, name, value)
    return line


def _stays(tool: str, name: str, value: Any) -> InputError:
    return InputError(
        f"{tool} cannot be tried: it uses {name} of the notebook ({type(value).__name__}).",
        why="A trial has a process of its own: modules, functions and plain values go along.",
        next_steps=[f"Make {name} inside of the tool, or give it as a parameter."],
    )
