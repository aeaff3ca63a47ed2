"""A name that is used and never bound, where one import alone can have been meant."""

from __future__ import annotations

import ast
import sys
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

from aibrain_jupyter.healing.proposing.findings import Finding, NoFinding
from aibrain_jupyter.healing.proposing.source import Code, Edit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from aibrain_jupyter.healing.proposing.findings import Operations
    from aibrain_jupyter.healing.proposing.place import Place

_AS: Final = {"np": "numpy", "pd": "pandas", "dt": "datetime"}
_FROM: Final = {
    "Counter": "collections",
    "Decimal": "decimal",
    "Path": "pathlib",
    "UTC": "datetime",
    "ZoneInfo": "zoneinfo",
    "date": "datetime",
    "datetime": "datetime",
    "deepcopy": "copy",
    "defaultdict": "collections",
    "partial": "functools",
    "quote": "urllib.parse",
    "timedelta": "datetime",
    "timezone": "datetime",
    "urlsplit": "urllib.parse",
}
_MODULES: Final = [
    "base64",
    "binascii",
    "bisect",
    "collections",
    "copy",
    "csv",
    "datetime",
    "decimal",
    "fnmatch",
    "functools",
    "hashlib",
    "hmac",
    "html",
    "io",
    "ipaddress",
    "itertools",
    "json",
    "logging",
    "math",
    "os",
    "pathlib",
    "random",
    "re",
    "secrets",
    "shutil",
    "statistics",
    "string",
    "struct",
    "sys",
    "tempfile",
    "textwrap",
    "threading",
    "time",
    "unicodedata",
    "urllib",
    "uuid",
    "zipfile",
    "zoneinfo",
    "boto3",
    "botocore",
    "numpy",
    "pandas",
    "yaml",
]


def missing_import(place: Place, operations: Operations) -> Finding | NoFinding | None:
    """Read a `NameError` of a name that the source binds nowhere."""
    error = place.error
    if not isinstance(error, NameError) or isinstance(error, UnboundLocalError):
        return None
    name = getattr(error, "name", None)
    if not name or not place.is_last:
        return None
    if _is_bound(place.code.tree, name):
        return NoFinding(f"{name} is bound elsewhere in the source: not on every way")
    used = _used(place.code.tree, name)
    found = [(line, has) for line, has in _candidates(name) if all(map(has, used))]
    fitting = [with_parts for line, _ in found if (with_parts := _with_parts(line, name, used))]
    if not fitting:
        return NoFinding(f"no import is known that gives {name} with {', '.join(used) or 'it'}")
    if len(fitting) > 1:
        return NoFinding(f"{name} may be meant as {' or as '.join(fitting)}")
    return Finding(
        kind="missing-import",
        what=f"{name} is used and never imported",
        line=place.line,
        edits=(_inserted(place.code, fitting[0]),),
        not_known=f"Whether another {name} is meant than that of the {_origin(fitting[0])}.",
    )


def _candidates(name: str) -> Iterator[tuple[str, Callable[[str], bool]]]:
    """Yield the imports that may be meant, each with what tells whether it has a member."""
    module = _AS.get(name, name if name in _MODULES else "")
    if module and find_spec(module) is not None:
        line = f"import {module} as {name}" if name in _AS else f"import {module}"
        yield line, lambda member: _has(module, member)
    if (module := _FROM.get(name, "")) and hasattr(import_module(module), name):
        found = getattr(import_module(module), name)
        yield f"from {module} import {name}", lambda member: hasattr(found, member)


def _has(module: str, member: str) -> bool:
    found = import_module(module)
    if hasattr(found, member):
        return True
    return hasattr(found, "__path__") and find_spec(f"{module}.{member}") is not None


def _with_parts(line: str, name: str, used: list[str]) -> str:
    """Return the import with the part of the package that is used; empty: there are several."""
    if line != f"import {name}" or name not in sys.stdlib_module_names:
        return line
    # ``import urllib`` alone does not bring ``urllib.parse``, unless somebody has imported it.
    module = import_module(name)
    is_package = hasattr(module, "__path__")
    parts = [one for one in used if is_package and find_spec(f"{name}.{one}") is not None]
    if not parts:
        return line
    return f"import {name}.{parts[0]}" if len(parts) == 1 else ""


def _used(tree: ast.Module, name: str) -> list[str]:
    """Return the members that are taken from a name; ``()`` where it is called itself."""
    found = dict.fromkeys(
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == name
    )
    is_called = any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name
        for node in ast.walk(tree)
    )
    return [*found, *(["__call__"] if is_called else [])]


def _is_bound(tree: ast.Module, name: str) -> bool:
    for node in ast.walk(tree):
        bound: list[str | None] = []
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            bound = [node.id]
        elif isinstance(node, ast.arg):
            bound = [node.arg]
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            bound = [node.name]
        elif isinstance(node, ast.Import | ast.ImportFrom):
            bound = [(one.asname or one.name).partition(".")[0] for one in node.names]
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar):
            bound = [node.name]
        if name in bound or "*" in bound:
            return True
    return False


def _inserted(code: Code, line: str) -> Edit:
    """Return the import where imports stand: before the first of them that is no future one."""
    body, indent = code.tree.body, ""
    if code.first_line > 1 or code.module == "__main__":  # a function alone: inside of it
        function = body[0]
        assert isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        body = function.body
        first = code.offset(body[0].lineno, 0)
        written = code.text[first : code.offset(body[0].lineno, body[0].col_offset)]
        indent = written if not written.strip() else ""
    after = [node for node in body[:1] if _is_text(node)]
    after += [n for n in body if isinstance(n, ast.ImportFrom) and n.module == "__future__"]
    if after:
        end = after[-1].end_lineno or 0
        at = code.offset(end + 1, 0) if end + 1 - code.first_line < len(code.lines) else None
        at = len(code.text) if at is None else at
    else:
        decorated = [d.lineno for d in getattr(body[0], "decorator_list", ())]
        at = code.offset(min([body[0].lineno, *decorated]), 0)
    is_open = at == len(code.text) and not code.text.endswith(("\n", "\r"))
    return Edit(at, at, f"{code.newline if is_open else ''}{indent}{line}{code.newline}")


def _is_text(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _origin(line: str) -> str:
    root = line.split()[1].partition(".")[0]
    return "standard library" if root in sys.stdlib_module_names else f"package {root}"
