"""
Secrets in what no model describes: JSON that stands in a text, documents, requests of events.

Names alone decide here. A text that is JSON is read, cleaned and written again; where nothing in
it is a secret it stays as it was, to the letter.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from botocore import xform_name

from aibrain_jupyter.aws.answers.secrets.beside import hide_beside, may_be_hidden
from aibrain_jupyter.aws.answers.secrets.commands import is_secret_flag, without_given_secrets
from aibrain_jupyter.aws.answers.secrets.encoded import without_encoded_secrets
from aibrain_jupyter.aws.answers.secrets.environments import (
    hide_variable,
    hide_variables,
    is_environment,
    is_user_data,
    is_variables,
    spelled,
)
from aibrain_jupyter.aws.answers.secrets.names import (
    is_harmless_header,
    is_password_name,
    is_secret_name,
)
from aibrain_jupyter.aws.answers.secrets.texts import is_dull, is_login, look_into

if TYPE_CHECKING:
    from aibrain_jupyter.aws.answers.secrets.revealing import Hider

_OF_HEADERS: Final = ("headers", "header_parameters", "query_string_parameters")
"""What the names of mappings and lists end with that hold what requests are sent with."""
_INTEGRATION: Final = re.compile(r"(?:^|[.:])(?:header|querystring)\.([\w-]+)$")
"""A parameter of an integration, ``integration.request.header.Authorization``."""
_FORWARDED: Final = re.compile(r"(?:method|integration|context|stageVariables)\.|\$")
VALUES: Final = ("values", "value", "default", "plaintext", "defaultvalue", "currentvalue")
"""What the value of something is called that is a structure: a parameter, a key."""
_WRAPPED: Final = ({"Value"}, {"Fn::Base64"})
"""How EC2 and templates wrap a single attribute."""


_SCHEMA_TYPES: Final = frozenset({"object", "array", "string", "boolean", "integer", "number"})


def clean(name: str, value: Any, hider: Hider) -> Any:
    """
    Return `value`, plain JSON-like data, with the secrets in it hidden.

    Args:
        name: What it is called, in any spelling; empty where it is not.

        value: Not changed; the same object if nothing in it is a secret.

        hider: What hides them.
    """
    if isinstance(value, str):
        return clean_entry(name, value, hider)
    if isinstance(value, dict):
        return _mapping(name, value, hider)
    if isinstance(value, list):
        return _list(name, value, hider)
    if isinstance(value, bytes) and (is_secret_name(name) or is_user_data(xform_name(name))):
        return hider.secret(value)
    return hider.named(value) if is_password_name(name) else value


def clean_entry(key: str, value: str, hider: Hider) -> Any:
    """Return the text that a key has."""
    if is_secret_name(key):
        return hider.named(value)
    if is_user_data(xform_name(key)):
        return hider.configuration(key, value)
    if key.lower() == "auth" and is_login(value):
        return hider.secret(value)
    if (found := _INTEGRATION.search(key)) and not is_harmless_header(found[1]):
        return value if _FORWARDED.match(value) else hider.secret(value)
    return clean_text(value, hider, key)


@lru_cache(maxsize=8192)
def is_plain_key(key: str) -> bool:
    """Tell whether of the text that a key has only what it says decides."""
    return not (
        is_secret_name(key)
        or is_user_data(xform_name(key))
        or key.lower() == "auth"
        or _INTEGRATION.search(key)
    )


@lru_cache(maxsize=8192)
def is_plain_tag(key: str) -> bool:
    """Tell the same of a tag, in a mapping of them, whatever the others are called."""
    return not (may_be_hidden(key) or key in ("type", "$ref") or is_password_name(key))


def clean_text(text: str, hider: Hider, name: str = "") -> str:
    """Return a text, JSON or any other, with the secrets in it hidden."""
    if is_dull(text):
        return text
    if text.lstrip()[:1] in ("{", "["):
        try:
            found = json.loads(text, object_pairs_hook=_unique)
        except ValueError:
            return look_into(text)
        except RecursionError:
            return str(hider.secret(text))  # nobody writes such a thing, and none can look into it
        new = clean(name, found, hider)
        return text if new is found or new == found else _written(new, text)
    text = without_encoded_secrets(text, lambda found: clean(name, found, hider))
    return look_into(text)


def clean_header(name: str, value: Any, hider: Hider) -> Any:
    """Return the value of a header (or parameter) that requests are sent with."""
    if not isinstance(value, str) or is_harmless_header(name) or _FORWARDED.match(value):
        return value
    return hider.secret(value)


def is_headers(name: str) -> bool:
    """Tell whether what is called so (in snake case) holds what requests are sent with."""
    return name.endswith(_OF_HEADERS)


def hide_held(value: dict[str, Any], hider: Hider) -> dict[str, Any]:
    """Return what a structure that is called like a secret holds it in, hidden."""
    return {
        k: [hider.named(one) for one in v] if isinstance(v, list) else hider.named(v)
        for k, v in value.items()
        if k.lower() in VALUES
    }


def clean_words(words: list[Any], hider: Hider) -> list[Any]:
    """Return the words of a list of texts, which may be those of a command."""
    if any(isinstance(word, str) and word[:1] == "-" and is_secret_flag(word) for word in words):
        words = without_given_secrets([str(word) for word in words])
    new = [clean_text(w, hider) if isinstance(w, str) else clean("", w, hider) for w in words]
    return new if any(a is not b for a, b in zip(new, words, strict=True)) else words


def _list(name: str, value: list[Any], hider: Hider) -> list[Any]:
    if value and isinstance(value[0], str) and not is_secret_name(name):
        return clean_words(value, hider)
    plain = xform_name(name)
    if is_environment(plain):
        return [hide_variable(clean("", item, hider), hider) for item in value]
    new = [clean(name, item, hider) for item in value]
    return new if any(a is not b for a, b in zip(new, value, strict=True)) else value


def _mapping(name: str, value: dict[str, Any], hider: Hider) -> dict[str, Any]:
    plain = xform_name(name)
    if _is_schema(value):
        return _entries(value, {}, hider, is_tags=False)
    found = hide_beside(value, hider, is_tag=plain.endswith("tags"))
    if is_environment(plain) and (key := spelled(value, "variables")):
        if isinstance(value[key], dict):
            found[key] = hide_variables(value[key], hider)
    elif is_variables(plain) and not any(isinstance(v, dict) for v in value.values()):
        return hide_variables(value, hider)
    elif is_user_data(plain) and set(value) in _WRAPPED:
        return {k: hider.configuration(name, v) for k, v in value.items()}
    elif is_headers(plain) and not {"Quantity", "Items"} & set(value):
        found |= _headers(value, hider)
    if is_secret_name(name):
        found |= hide_held(value, hider)
    return _entries(value, found, hider, is_tags=plain.endswith("tags"))


def _entries(
    value: dict[str, Any], found: dict[str, Any], hider: Hider, *, is_tags: bool
) -> dict[str, Any]:
    """Return a mapping with each value cleaned that is not in `found`; itself if none changes."""
    changed = False
    new = {}
    for key, item in value.items():
        if key in found:
            cleaned = found[key]
        elif is_tags and isinstance(item, str) and not is_password_name(key):
            cleaned = clean_text(item, hider)
        else:
            cleaned = clean(key, item, hider)
        changed = changed or cleaned is not item
        new[key] = cleaned
    return new if changed else value


def _is_schema(value: dict[str, Any]) -> bool:
    """Tell whether a mapping describes values instead of having them."""
    kind = value.get("type")
    return "$ref" in value or (isinstance(kind, str) and kind in _SCHEMA_TYPES)


def _headers(value: dict[str, Any], hider: Hider) -> dict[str, Any]:
    """Return the headers of a mapping of them, or of one ``{Name, Value}`` of a list."""
    name, held = spelled(value, "name") or spelled(value, "key"), spelled(value, "value")
    if name and held:
        return {held: clean_header(str(value[name]), value[held], hider)}
    return {k: clean_header(k, v, hider) for k, v in value.items() if isinstance(v, str)}


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        # What stands twice would be lost in writing it again; as a text it is looked into.
        raise ValueError("a key stands twice")
    return found


def _written(value: Any, like: str) -> str:
    """Return `value` as JSON, spaced as `like` is."""
    if "\n" in like.strip():
        return json.dumps(value, indent=2, ensure_ascii=False)
    is_tight = '": ' not in like
    return json.dumps(value, ensure_ascii=False, separators=(",", ":") if is_tight else None)
