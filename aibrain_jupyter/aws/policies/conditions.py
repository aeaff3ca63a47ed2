"""
The Condition element: its tests, and whether they are met by a request.

All tests of a condition must be met; of the values of one test, one. A request is known in part
only: what decides may not be known, and then the answer is None, neither met nor unmet.

Source:
    IAM User Guide, "IAM JSON policy elements: Condition operators" (absent keys, ``IfExists``,
    ``Null``), "Set operators for multivalued context keys" and "Variables and tags".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from aibrain_jupyter.aws.policies.operators import (
    FOR_ALL,
    FOR_ANY,
    NULL,
    Operator,
    as_text,
    operator_of,
)
from aibrain_jupyter.aws.policies.patterns import VARIABLE
from aibrain_jupyter.aws.policies.words import NoPolicyError

_LITERALS: Final = {"*": "*", "?": "?", "$": "$"}


@dataclass(frozen=True, slots=True)
class Test:
    """One operator on one condition key (lower case: IAM reads keys without case)."""

    operator: Operator
    key: str
    values: tuple[str, ...]
    has_variables: bool = False


Condition = tuple[Test, ...]


@dataclass(frozen=True, slots=True)
class Context:
    """
    What is known of a request: values by condition key, in lower case.

    A key that is missing is absent from the request if the context `is_whole`, else not known.
    """

    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    is_whole: bool = False

    def value_of(self, key: str) -> tuple[str, ...] | None:
        """Return the values of a key, none where it is absent, None where it is not known."""
        return self.values.get(key.lower(), () if self.is_whole else None)


def condition_of(element: Any, *, has_variables: bool) -> Condition:
    """
    Return the tests of a Condition element; none for a statement without one.

    Raises:
        NoPolicyError: it is no condition.
    """
    if element is None:
        return ()
    if not isinstance(element, Mapping):
        raise NoPolicyError("the Condition of a statement is no object")
    found = []
    for name, keys in element.items():
        if not isinstance(keys, Mapping):
            raise NoPolicyError(f"the condition {name} is no object")
        for key, values in keys.items():
            listed = values if isinstance(values, list | tuple) else (values,)
            texts = tuple(as_text(value) for value in listed)
            found.append(Test(operator_of(name), key.lower(), texts, has_variables))
    return tuple(found)


def is_met(condition: Condition, context: Context) -> bool | None:
    """Return whether a request meets every test; None: what is known does not decide it."""
    facts = [_is_met(test, context) for test in condition]
    if False in facts:
        return False
    return None if None in facts else True


def _is_met(test: Test, context: Context) -> bool | None:
    operator, values = test.operator, context.value_of(test.key)
    if not operator.kind or values is None:
        return None
    if operator.kind == NULL:
        return ("false" if values else "true") in (value.lower() for value in test.values)
    if not values:
        return _is_met_without_key(operator)
    texts = [_filled(value, test, context) for value in test.values]
    single = [_compared(operator, texts, value) for value in values]
    if operator.qualifier == FOR_ALL:
        return False if False in single else None if None in single else True
    if operator.qualifier == FOR_ANY:
        return True if True in single else None if None in single else False
    # Without a set operator, IAM does not say what several values of a request come to.
    return single[0] if len(single) == 1 else None


def _is_met_without_key(operator: Operator) -> bool | None:
    if operator.qualifier == FOR_ALL:
        return True
    if operator.qualifier == FOR_ANY:
        # With IfExists the two rules contradict each other, and AWS documents no winner.
        return None if operator.is_if_exists else False
    return operator.is_if_exists or operator.is_negated


def _compared(operator: Operator, texts: list[str | None], value: str) -> bool | None:
    """Return whether one value of the request passes; a text that is None is not known."""
    is_equal = any(text is not None and operator.compare(text, value) for text in texts)
    if not is_equal and None in texts:
        return None
    return is_equal is not operator.is_negated


def _filled(text: str, test: Test, context: Context) -> str | None:
    """Return a value with its policy variables filled in; None: one of them is not known."""
    if not test.has_variables:
        return text
    filled = ""
    end = 0
    for variable in VARIABLE.finditer(text):
        name, _, default = variable.group(1).partition(",")
        literal = _LITERALS.get(name)
        found = (literal,) if literal else context.value_of(name.strip())
        if found == () and default:
            found = (default.strip().strip("'"),)
        if found is None or len(found) != 1:
            return None
        filled += text[end : variable.start()] + found[0]
        end = variable.end()
    return filled + text[end:]
