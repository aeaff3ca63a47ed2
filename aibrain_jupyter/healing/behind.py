"""
What is behind an exception: what it was raised from, what it carries, the members of groups.

Followed is what somebody said (``raise … from``, an exception as argument or attribute, as
``requests`` and ``urllib3`` have it). What was merely being handled is mostly no cause: a package
was optional, a folder had a substitute.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.shared.error_handler import AibrainError

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST: Final = 20
"""Exceptions behind one that are looked at."""
# By the classes of Python: those of others may have something else of that name.
_ARGS: Final[Any] = BaseException.args
_EXCEPTIONS: Final[Any] = BaseExceptionGroup.exceptions
_CARRYING: Final = ("reason", "original_error", "os_error", "last_exception")


def is_fault(error: BaseException) -> bool:
    """Tell whether an error of ours says of another one no more than that it was raised."""
    return type(error) is AibrainError and "cause" not in error.facts and bool(error.__cause__)


def led_to(error: BaseException) -> Iterator[BaseException]:
    """Yield an exception and those it was raised from or carries, outermost first, each once."""
    todo, seen = [error], set[int]()
    while todo and len(seen) < MOST:
        one = todo.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        if one.__cause__ is not None:
            todo.append(one.__cause__)
        todo += _carried(one)


def members(error: BaseException) -> list[BaseException]:
    """
    Return the exceptions that are meant by one: itself, or the members of the group it is.

    Groups in groups are opened, those that another exception was raised from as well. An error of
    ours that explains itself stays as it is.
    """
    todo, found, seen = [error], list[BaseException](), set[int]()
    while todo:
        one = todo.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        group = _group(one)
        if group is None:
            found.append(one)
        else:
            todo[:0] = _EXCEPTIONS.__get__(group)
    return found


def _group(error: BaseException) -> BaseExceptionGroup[BaseException] | None:
    for one in led_to(error):
        if isinstance(one, BaseExceptionGroup):
            return one
        if isinstance(one, AibrainError) and not is_fault(one):
            return None
    return None


def _carried(error: BaseException) -> Iterator[BaseException]:
    for other in (*_ARGS.__get__(error)[:1], *(vars(error).get(name) for name in _CARRYING)):
        if isinstance(other, BaseException):
            yield other
