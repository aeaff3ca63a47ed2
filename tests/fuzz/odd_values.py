"""Odd words, odd YAML and odd variables, as lists that the generator of cells draws from."""

from __future__ import annotations

import dataclasses
import datetime as dt
import decimal
import enum
import fractions
import pathlib
import uuid
from typing import Any

import numpy as np
import pandas as pd

SECRET = "wJalrXUtnFEMIK7MDENGbPxRfiCYcanary"
"""A planted secret: it may stand in no message."""

WORDS = (
    *("", "'", '"', "'a b'", '"a\\"b"', "\\", "C:\\new\\table", "-", "--", "---", "-1", "=", "=x"),
    *("a=", "a==b", "--=", "--x=", "-o", "-oX", "#", "# a", ";", ";;", "?", "??", "!", "%", "%%"),
    *("$", "$$", "$$$", "${", "${}", "${ }", "${a", "${1}", "$1", "{x}", "{{x}}", "`x`", "(", "["),
    *("]", "{", "}", "[1,2", "[[[]]]", "{a: 1}", "{a: {b: [1]}}", "*", "?*", "&x", "*x", "!!int 3"),
    *("null", "~", "true", "NO", "0o17", "017", "0x1F", "1_000", "1e999", "-1e999", ".inf", ".nan"),
    *("9" * 30, "9" * 400, "9" * 5000, "-" + "9" * 5000, "1.0", "1e3", "5.7", "NaN", "inf", "1/2"),
    *("٣", "²", "Ⅷ", "½", "1٣", "é", "ﬁ", "ß", "İ", "ı", "名前", "🙂", "‮abc", "\u200b", "\ufeff"),
    *("\x00", "a\x00b", "\x1b[31m", "\x7f", "\x85", "\u2028", "\ud800", "a\udc00", "\udfff=\ud800"),
    *("–fresh", "—accounts", "2026-01-01", "2026-13-45", "99999-01-01", "0000-00-00", "12:30:61"),
    *("2026-01-01T00:00:00+99:99", "last-99999999999d", "..", "...", "2026..", "..2026", "-1d"),
    *("../../etc/passwd", "file:///etc/passwd", "https://u:p@h/", "arn:aws:iam::1:user/x", "org:"),
    *("role:", "role:x", "role:@", "role:x@", "role:x@1", "a,b,,c", ",", ",,,", "a, b", " ", "\t"),
    *("x" * 300, "a." * 200, "[" * 100, "{" * 100, "(" * 100, "$" * 101, "'" * 99, "-" * 200),
)
"""Words of a line, values of parameters and options, names."""

HEADS = (
    *("", "weigh", "weigh_kept", "iam_users", "aws_export", "iam users", "ec2 security groups"),
    *("IAM_USERS", "iam-users", "weigth", "help", "tools", "config", "cache", "cache list", "last"),
    *("cache stats", "cache clear", "cache warm", "history", "jobs", "cancel", "result", "tb"),
    *("resume", "profile", "profile use", "aws_find", "sql", "export", "check", "None", "__init__"),
    *("aws_operations", "aws_policy", "aws_export iam", "aws_export iam users", "demo", "identity"),
)

NAMES = (
    *("rows", "class", "None", "True", "match", "_", "__", "__name__", "__builtins__", "In", "Out"),
    *(
        "_1",
        "_oh",
        "get_ipython",
        "exit",
        "quit",
        "print",
        "len",
        "列",
        "ﬁ",
        "é",
        "𝐱",
        "x.y",
        "x[0]",
    ),
    *("1x", "a-b", "a b", "*x", "a,b", "x=", "lambda", "async", "type", "aibrain", "$word", "name"),
)
"""Names for ``-o``."""

YAML = (
    *(
        "x: 1",
        "- a\n- b",
        "a",
        "[]",
        "{}",
        "?",
        "? a\n: b",
        "? [a]\n: b",
        "a: &x 1\nb: *x",
        "a: *x",
    ),
    *(
        "<<: {a: 1}",
        "a: !!python/object/apply:os.system [ls]",
        "a: !!binary aGk=",
        "a: !!set {x, y}",
    ),
    *(
        "a: !foo x",
        "a: 2026-01-01",
        "a: 0o17",
        "a: 017",
        "a: .inf",
        "a: .nan",
        "a: 1e999",
        "a: 1_0",
    ),
    *("a: ~", "a:", "a: 'x", 'a: "x', 'a: "\\uD800"', 'a: "\\x00"', 'a: "\\U0010FFFF"', "a: \x00"),
    *(
        "a: \ud800",
        "\ud800: 1",
        "a: ‮b",
        "a\u00a0: 1",
        "a:\u00a01",
        "：: 1",
        "\ta: 1",
        "a: |\n  x\n y",
    ),
    *("a: >\n  x", "---\na: 1\n---\nb: 2", "%YAML 1.1\n---\na: 1", "a: 1\na: 2", "1: 2", "true: 1"),
    *(
        "null: 1",
        "2026-01-01: 1",
        "a: {b: {c: {d: [1, {e: f}]}}}",
        "a: [1, [2, [3]]]",
        "...",
        "---",
    ),
    *(
        "a: @x",
        "a: `x`",
        "a: %x",
        "a: b: c",
        "a: [",
        "a: {",
        "a: ]",
        "a: - b",
        "#",
        "# only",
        "a: #x",
    ),
    *(
        "a: " + "[" * 60 + "]" * 60,
        "a: " + "[" * 1500 + "]" * 1500,
        "a: " + "{b: " * 400 + "}" * 400,
    ),
    *("a: " + "9" * 5000, "a: 1." + "9" * 5000, "a: " + "x" * 5000, "x" * 5000 + ": 1", "a: $"),
    *("a: ${", "a: ${word", "${word}: 1", "a: [${word}, $number]", "a: {b: $rows}", "a: $$word"),
    *("a: &a [x]\nb: &b [*a, *a]\nc: &c [*b, *b]", "a: !!timestamp 9999-99-99", "a: !!int x"),
    *("a: !!float x", "a: !!bool x", "a: !!null x", "a: !!map []", "a: !!seq {}", "a: !!omap [x]"),
)
"""Bodies; ``a`` is put in place by one of the tool's keys."""

PATHS = (
    *("", ".x", ".__class__", ".__class__.__mro__", ".__dict__", "[0]", "[-1]", "[99999999999999]"),
    *("[x]", '["x"]', "['x']", "[ 0 ]", "[a b]", "[a]b", ".", "..x", ".1", "[", "[]", "]", "[[0]]"),
    *("[0][0]", ".x.y", ".columns", ".iloc[0]", ".values", ".T", ".shape", ".keys", "[$x]", " .x"),
    *("['a]", "[\"a']", "[\ud800]", ".é", "[９]", "[" + "9" * 5000 + "]", ".x" * 300, "[0]" * 300),
)


class BoomError(Exception):
    """What odd objects raise."""


def _raise(*args: Any, **more: Any) -> Any:
    raise BoomError(f"aws_secret_access_key={SECRET}")


def _odd(base: type = object, **hooks: Any) -> Any:
    return type("Odd", (base,), hooks)()


class Cyclic:
    """An object whose attributes lead back to itself."""

    @property
    def x(self):
        """Itself."""
        return self

    def __getitem__(self, key):
        return self


class Lazy:
    """Has every attribute."""

    def __getattr__(self, name):
        return Lazy()


class Raises:
    """A property that raises."""

    x = property(_raise)


class Colour(enum.Enum):
    """An enum."""

    RED = "red"


class Text(str):
    """A text whose string methods raise."""

    __slots__ = ()
    __str__ = __repr__ = __format__ = _raise


@dataclasses.dataclass
class Credentials:
    """Holds a secret, and shows it."""

    secret: str = SECRET


def _generator():
    yield 1


def _cyclic_list() -> list[Any]:
    found: list[Any] = [1]
    found.append(found)
    return found


def _cyclic_dict() -> dict[str, Any]:
    found: dict[str, Any] = {}
    found["x"] = found
    return found


def _deep(depth: int) -> list[Any]:
    found: list[Any] = []
    for _ in range(depth):
        found = [found]
    return found


_DEEP, _DEEPER = _deep(300), _deep(50_000)


def _shared() -> list[Any]:
    found: list[Any] = ["x"]
    for _ in range(40):
        found = [found, found]
    return found


_RAISING = (
    *("__repr__", "__str__", "__len__", "__iter__", "__getitem__", "__getattribute__", "__eq__"),
    *("__hash__", "__bool__", "__int__", "__float__", "__index__", "__contains__", "__getattr__"),
    *("__class_getitem__", "__format__", "tolist", "isoformat", "keys", "item", "__dir__"),
)
_NONSENSE = {
    "lies_repr": {"__repr__": lambda self: 3},
    "lies_str": {"__str__": lambda self: None},
    "lies_len": {"__len__": lambda self: -1},
    "lies_iter": {"__iter__": lambda self: 3},
    "lies_tolist": {"tolist": lambda self: 3},
    "lies_tolist_self": {"tolist": lambda self: self},
    "lies_isoformat": {"isoformat": lambda self: [1]},
    "lies_keys": {"keys": lambda self: 3, "__getitem__": _raise},
    "lies_dir": {"__dir__": lambda self: [1, None]},
    "lies_class": {"__class__": property(_raise)},
    "lies_str_class": {"__class__": property(lambda self: str)},
    "lies_eq": {"__eq__": lambda self, other: np.array([True, False]), "__hash__": lambda self: 1},
    "lies_int": {"__int__": lambda self: "x"},
    "surrogate_repr": {"__repr__": lambda self: "\ud800"},
    "long_repr": {"__repr__": lambda self: "x" * 100_000},
    "secret_repr": {"__repr__": lambda self: SECRET},
}


def variables() -> dict[str, Any]:
    """Return the variables of a cell, by name; new ones each time."""
    raising = {f"raises{hook}": _odd(**{hook: _raise}) for hook in _RAISING}
    lying = {name: _odd(**hooks) for name, hooks in _NONSENSE.items()}
    numbers = pd.Series([1, 2, None])
    return {
        **raising,
        **lying,
        "word": "text",
        "empty": "",
        "dollar": "$word ${word",
        "surrogate": "a\ud800",
        "nul": "\x00",
        "long": "x" * 100_000,
        "rtl": "\u202eabc",
        "key": f"password={SECRET}",
        "number": 3,
        "huge": 10**5000,
        "minus_huge": -(10**400),
        "inf": float("inf"),
        "nan": float("nan"),
        "flag": True,
        "none": None,
        "dots": ...,
        "not_implemented": NotImplemented,
        "complex": 1j,
        "decimal": decimal.Decimal("1.10"),
        "decimal_snan": decimal.Decimal("sNaN"),
        "fraction": fractions.Fraction(1, 3),
        "uuid": uuid.UUID(int=1),
        "path": pathlib.PurePosixPath("/a"),
        "moment": dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
        "naive": dt.datetime(2026, 1, 1),  # noqa: DTZ001
        "day": dt.date.max,
        "time": dt.time(1),
        "delta": dt.timedelta(days=1),
        "np_int": np.int64(3),
        "np_float": np.float64("nan"),
        "np_bool": np.bool_(True),
        "np_text": np.str_("text"),
        "np_bytes": np.bytes_(b"x"),
        "np_time": np.datetime64("2026-01-01"),
        "np_nat": np.datetime64("NaT"),
        "np_delta": np.timedelta64(1, "D"),
        "np_void": np.zeros(1, dtype=[("x", int)])[0],
        "array": np.array([1, 2]),
        "array_0d": np.array("text"),
        "array_2d": np.ones((2, 2)),
        "array_text": np.array(["a", "b"]),
        "array_object": np.array([None, [1], {}], dtype=object),
        "array_time": np.array(["2026-01-01"], dtype="datetime64[ns]"),
        "series": numbers,
        "series_text": pd.Series(["a", None]),
        "series_times": pd.to_datetime(pd.Series(["2026-01-01", None])),
        "series_int64": pd.array([1, None], dtype="Int64"),
        "categorical": pd.Categorical(["a", "b"]),
        "index": pd.Index(["a"]),
        "multi": pd.MultiIndex.from_tuples([("a", 1)]),
        "rows": pd.DataFrame({"x": [1], "service": ["iam"]}),
        "rows_twice": pd.DataFrame([[1, 2]], columns=["x", "x"]),
        "group": pd.DataFrame({"x": [1]}).groupby("x"),
        "na": pd.NA,
        "nat": pd.NaT,
        "stamp": pd.Timestamp("2026-01-01", tz="Asia/Kolkata"),
        "interval": pd.Interval(0, 1),
        "period": pd.Period("2026-01"),
        "bytes": b"x\xff",
        "bytearray": bytearray(b"x"),
        "list": ["a", 1, None],
        "list_np": [np.int64(1), np.str_("b"), np.datetime64("NaT")],
        "list_na": [pd.NA, pd.NaT, float("nan")],
        "list_odd": [Credentials(), Raises(), object()],
        "tuple": ("a",),
        "set": {"a", 1},
        "frozen": frozenset({"a"}),
        "range": range(10**12),
        "generator": _generator(),
        "dict": {"x": 1},
        "dict_odd": {1: 2, None: 3, "password": SECRET, ("a",): [1]},
        "dict_np": {"x": np.int64(1), "y": np.array([1])},
        "dict_surrogate": {"\ud800": "\udfff"},
        "dict_view": {"a": 1}.keys(),
        "cyclic_list": _cyclic_list(),
        "cyclic_dict": _cyclic_dict(),
        "cyclic": Cyclic(),
        "deep": _DEEP,
        "deeper": _DEEPER,
        "shared": _shared(),
        "lazy": Lazy(),
        "raises": Raises(),
        "text_raises": Text("text"),
        "enum": Colour.RED,
        "credentials": Credentials(),
        "list_credentials": [Credentials()],
        "function": len,
        "lambda": lambda: SECRET,
        "class": Credentials,
        "module": dt,
        "object": object(),
        "exception": BoomError(SECRET),
        "type": type,
    }
