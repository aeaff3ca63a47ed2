"""
Values that share their parts: small in memory, without end for whoever goes through them.

Forty tuples, each of them twice in the next, are a million million parts when they are written.
Each part is looked at once here, so what is endless is refused in the time of its few parts.
"""

from __future__ import annotations

import gc
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any, Final

from aibrain_jupyter.cache.problems import EndlessError

_MOST: Final = 1_000_000
"""Parts that are gone through at most, and that are looked at."""
_DEEPEST: Final = 1_000
"""No deeper value is written or copied: Python's own calls end before."""
_WHOLE: Final = frozenset({type(None), bool, int, float, complex, str, bytes})
_OF_PYTHON: Final = (type, ModuleType, FunctionType, BuiltinFunctionType, MethodType)


def refuse_endless(value: Any, *, is_copied: bool = False) -> None:
    """
    Refuse a value that has more than a million parts once it is written out.

    `is_copied` counts as ``copy.deepcopy`` goes: again and again only through tuples. Objects are
    looked into by the collector's own view of them, which runs none of their code.

    Raises:
        EndlessError: it has.
    """
    # A size of 0: not known yet, which a value that holds itself meets.
    sizes: dict[int, int] = {}
    total, depth, waiting, kept = 0, 0, [(value, False)], []
    while waiting and len(sizes) <= _MOST and depth <= _DEEPEST:
        each, is_known = waiting.pop()
        if not is_known and (id(each) in sizes or _is_whole(each)):
            continue
        parts = gc.get_referents(each)
        depth += -1 if is_known else 1
        if not is_known:
            sizes[id(each)] = 0
            kept.append((each, parts))  # while it is here, its id is no other's
            waiting.append((each, True))
            waiting += [(part, False) for part in parts]
            continue
        found = (sizes.get(id(p), 1) if _is_gone_through(p, is_copied) else 1 for p in parts)
        sizes[id(each)] = size = 1 + sum(found)
        total += 0 if type(each) is tuple or not is_copied else size
        if max(size, total) > _MOST:
            raise EndlessError("The value repeats its own parts too often.")


def _is_whole(value: Any) -> bool:
    return type(value) in _WHOLE or issubclass(type(value), _OF_PYTHON)


def _is_gone_through(part: Any, is_copied: bool) -> bool:
    return type(part) is tuple or not is_copied
