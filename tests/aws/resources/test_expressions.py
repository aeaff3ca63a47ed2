"""What an expression finds is what JMESPath's own interpreter finds."""

from __future__ import annotations

import random

from jmespath import compile as parsed
from jmespath.exceptions import JMESPathTypeError

from aibrain_jupyter.aws.resources.expressions import _OPTIONS, names_in, search
from aibrain_jupyter.aws.resources.table import RESOURCES
from aibrain_jupyter.aws.resources.values import READ_FAULTS
from aibrain_jupyter.shared.frames.unreadable import Unreadable

HERE = {"here": {"account": "1", "region": "eu-west-1", "partition": "aws"}}
SOURCES = sorted({c.source for r in RESOURCES for c in r.columns if c.source})
VALUES = (None, "", "text", 3, True, [], {}, [None, "a"], Unreadable("x", "it is not a time"))


def some(names, rng, depth=0):
    """Return data that has some of the names, in structures and lists of them."""
    if depth > 3 or rng.random() < 0.2:
        return rng.choice(VALUES)
    found = {name: some(names, rng, depth + 1) for name in names if rng.random() < 0.8}
    return [found, found] if rng.random() < 0.2 else found


def interpreted(source, data):
    """Return what the interpreter finds, or that it cannot be read."""
    try:
        return parsed(source).search(data, options=_OPTIONS)
    except (JMESPathTypeError, *READ_FAULTS):
        return Unreadable


def test_every_declared_column_is_read_as_it_was():
    """Paths and functions as Python's own, over data with members missing and of other types."""
    rng, seen = random.Random(3), 0
    for source in SOURCES:
        names = sorted(names_in(source))
        for _ in range(20):
            made = some(names, rng)
            data = {**made, **HERE} if isinstance(made, dict) else made
            expected, found = interpreted(source, data), search(source, data)
            if expected is Unreadable:
                assert isinstance(found, Unreadable), (source, data)
            else:
                assert (type(expected), str(expected)) == (type(found), str(found)), (source, data)
                seen += 1
    assert seen > 5_000
