"""
What an entry is found by: `CacheKey`.

The digest is a hash of canonical JSON, made once. joblib's own argument hashing
is not used: it takes twenty times as long, calls a list and a tuple of the same
names different, and gives a new key in every process to a live session object.

Parameters whose names look like secrets are refused, not left out: two calls
that differ in a secret only would share an entry.
"""

import datetime as dt
import functools
import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote

from aibrain_jupyter.shared.error_handler import CacheError
from aibrain_jupyter.shared.texts.redaction import is_secret_name

KEY_FORMAT: Final = 1
USER_TOOL: Final = "user"
# Exactly these types: 0.0 and -0.0 are equal, too, and a subclass may be equal to anything.
_REMEMBERED = frozenset({str, int, bool, type(None)})
_JSON = json.JSONEncoder(sort_keys=True, separators=(",", ":"))
_LONGEST_PART = 80
_MOST_VALUES = 100_000
_ON_WINDOWS_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\.|$)")


@dataclass(frozen=True)
class CacheKey:
    """
    The identity of a result; texts that do not apply are empty.

    `tool` is its name (or its `cache_as`), `version` is raised when the same parameters give
    another result. `identity` is who asked, such as the ARN of the principal: two identities never
    share an entry. `endpoint` is the URL when it is not the provider's own. `params` are JSON-like,
    with tuples, sets, dates and times: the order of keys does not matter; ``1``, ``1.0`` and
    ``True`` differ.

    Raises:
        CacheError: a parameter looks like a secret, or cannot be part of a key.
    """

    tool: str
    version: str = "1"
    account: str = ""
    region: str = ""
    service: str = ""
    identity: str = ""
    endpoint: str = ""
    params: Mapping[str, Any] = field(default_factory=dict, compare=False)
    digest: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        where = (self.account, self.region, self.service)
        names = (self.tool, self.version, *where, self.identity, self.endpoint)
        params = self.params
        if _REMEMBERED.issuperset(map(type, params.values())):
            digest = _remembered_digest(*names, *params, *params.values())
        else:
            digest = _digest(names, params)
        object.__setattr__(self, "digest", digest)

    @property
    def folder(self) -> str:
        """The folder of the entry, one part each for tool, account, region and service."""
        return "/".join(
            path_part(part) for part in (self.tool, self.account, self.region, self.service)
        )

    @property
    def call_id(self) -> tuple[str, str]:
        """The two-part name joblib's stores use: the function's folder, the arguments' hash."""
        return self.folder, self.digest

    @property
    def labels(self) -> dict[str, str]:
        """What entries are listed and invalidated by."""
        return {
            "tool": self.tool,
            "account": self.account,
            "region": self.region,
            "service": self.service,
        }

    @property
    def parts(self) -> dict[str, str]:
        """Fingerprints of what else the key is made of: they tell why another key differs."""
        return {
            "version": self.version,
            "identity": _fingerprint(self.identity),
            "endpoint": _fingerprint(self.endpoint),
            "parameters": _fingerprint(_JSON.encode(_canonical(self.params))),
        }


def _digest(names: Sequence[str], params: Mapping[str, Any]) -> str:
    try:
        text = _JSON.encode([KEY_FORMAT, *names, _canonical(params)])
    except CacheError:
        raise
    except RecursionError as exc:
        raise CacheError(
            "A parameter is nested too deeply, or holds itself, so it cannot be part of a key.",
            next_steps=["Run with --no-cache."],
        ) from exc
    except Exception as exc:  # the user's object, or a number of more digits than Python writes
        raise CacheError(
            f"A parameter cannot be part of a key: looking at it raised {type(exc).__name__}.",
            next_steps=["Run with --no-cache."],
        ) from exc
    return hashlib.blake2b(text.encode(), digest_size=20).hexdigest()


# `typed`: 1 and True are equal, and different requests.
@functools.lru_cache(maxsize=1024, typed=True)
def _remembered_digest(*values: Any) -> str:
    """Return the digest of the seven names, the parameters' names, and as many values."""
    names, rest = values[:7], values[7:]
    count = len(rest) // 2
    return _digest(names, dict(zip(rest[:count], rest[count:], strict=True)))


def _fingerprint(text: str) -> str:
    return hashlib.blake2b(_bytes(text), digest_size=8).hexdigest() if text else ""


def _bytes(text: str) -> bytes:
    # Half a surrogate pair is no valid text, and yet may stand in a parameter.
    return text.encode("utf-8", "surrogatepass")


def user_key(name: str | CacheKey) -> CacheKey:
    """Return the key of a plain name: ``cache.get("k")``."""
    # By type: what an object says of its class may raise.
    if type(name) is CacheKey:
        return name
    return CacheKey(tool=USER_TOOL, params={"key": name})


@functools.lru_cache(maxsize=4096)
def path_part(text: str) -> str:
    """Return `text` as one safe file name; different texts give different names."""
    if not text:
        return "_"
    safe = quote(_bytes(text), safe="")
    if safe == "_" or safe.startswith(".") or _ON_WINDOWS_RESERVED.match(safe):
        safe = f"%{ord(safe[0]):02X}{safe[1:]}"
    if len(safe) > _LONGEST_PART or safe.endswith("."):
        tail = hashlib.blake2b(_bytes(text), digest_size=8).hexdigest()
        safe = f"{safe[: _LONGEST_PART - 17]}~{tail}"
    return safe


def _canonical(value: Any, left: Iterator[int] | None = None) -> Any:
    """
    Return `value` as JSON data that is the same for the same meaning.

    `left` counts down what may be read: lists that share their parts may be endless.
    """
    left = iter(range(_MOST_VALUES)) if left is None else left
    if next(left, None) is None:
        raise CacheError(
            f"A parameter holds more than {_MOST_VALUES:,} values, so it cannot be part of a key.",
            next_steps=["Run with --no-cache."],
        )
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    if isinstance(value, Mapping):
        return {_canonical_name(name): _canonical(item, left) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_canonical(item, left) for item in value]
    if isinstance(value, (set, frozenset)):
        return {"$set": sorted((_canonical(item, left) for item in value), key=_JSON.encode)}
    if isinstance(value, dt.datetime):
        moment = value if value.tzinfo is None else value.astimezone(dt.UTC)
        return {"$datetime": moment.isoformat()}
    if isinstance(value, dt.date):
        return {"$date": value.isoformat()}
    if type(value).__module__ == "numpy" and getattr(value, "ndim", None) == 0:
        return _canonical(value.item(), left)
    raise CacheError(
        f"A {type(value).__name__} cannot be part of a cache key.",
        next_steps=["Pass names, numbers, lists or mappings, or run with --no-cache."],
    )


@functools.lru_cache(maxsize=4096)
def _canonical_name(name: Any) -> str:
    if not isinstance(name, str):
        raise CacheError(
            f"The name {name!r} in a parameter is not text, so it cannot be part of a cache key.",
            next_steps=["Write the name in quotes, or run with --no-cache."],
        )
    if is_secret_name(name):
        raise CacheError(
            f"The parameter {name!r} looks like a secret, so the call is not cached.",
            next_steps=["Run with --no-cache."],
        )
    # "$" marks our own types above; a name of the user's that begins with it is set apart.
    return f"${name}" if name.startswith("$") else name
