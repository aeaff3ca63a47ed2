"""
Secrets in a text that is no JSON: links, headers, ``name=value``, commands, keys by their shape.

What is a secret is replaced where it stands; the rest stays readable. Nearly every text of an
answer has nothing to look for, and `is_dull` says so at once.
"""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Final

from aibrain_jupyter.aws.answers.secrets.blocks import without_block_secrets
from aibrain_jupyter.aws.answers.secrets.commands import without_command_secrets
from aibrain_jupyter.aws.answers.secrets.fingerprints import hidden
from aibrain_jupyter.aws.answers.secrets.links import without_link_secrets
from aibrain_jupyter.aws.answers.secrets.names import (
    is_no_secret,
    is_password_name,
    is_secret_name,
)

if TYPE_CHECKING:
    from collections.abc import Callable

_Match = re.Match[str]

_PEM: Final = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----.*?"
    r"(?:-----END [A-Z ]*PRIVATE KEY(?: BLOCK)?-----|\Z)"
    r"|(?<=Private-Lines: )\d+\s[A-Za-z0-9+/=\s]+",
    re.S,
)
_SHAPES: Final = re.compile(
    r"""(?x)
    \b(?: gh[pousr]_[A-Za-z0-9]{20,} | github_pat_\w{20,} | glpat-[\w-]{20,}
      | xox[abeprs]-[\w-]{10,} | xapp-[\w-]{10,} | [sr]k_live_\w{10,} | npm_[A-Za-z0-9]{30,}
      | pypi-[\w-]{30,} | hf_[A-Za-z0-9]{30,} | dop_v1_[a-f0-9]{32,}
      | hv[sb]\.[\w-]{20,} | sk-(?:ant-|proj-)?[\w-]{32,}
      | SG\.[\w-]{16,}\.[\w-]{16,} | AIza[\w-]{30,} | ya29\.[\w-]{20,} | AGE-SECRET-KEY-1\w{20,}
      | eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*
    )
    """
)
"""Keys and tokens that are told by their prefix."""
_SHORTEST_KEY: Final = 15
"""No key of a known shape is shorter."""
_KEY_ID: Final = re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{12,}\b")
_BESIDE_KEY_ID: Final = re.compile(r"(?<![A-Za-z0-9/+=])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+])")
_HEX: Final = re.compile(r"[0-9a-f]+|[0-9A-F]+")
_HEADER: Final = re.compile(
    r"""(?ix)
    (?P<name>(?:proxy-)?authorization|(?:set-)?cookie)
    (?P<sign>\\*["']?\s*[:=]\s*\\*["']?)
    (?P<value>(?:basic|bearer|digest|token|negotiate|apikey|aws4-hmac-sha256)\s+[^\r\n"'<>\\]+
      |[\w.-]+=[^\r\n"'<>\\]+)
    """
)
_SCHEME: Final = re.compile(r"(?i)\b(bearer|basic)(\s+)([A-Za-z0-9._~+/=-]{8,})")
_PIN: Final = 6
"""Fewer digits are a count, but for a password."""
_BLOCK: Final = re.compile(r"(?i)\b(?:default|value):|:[ \t]*[|>][-+]?[ \t]*\n")
_FEW_LETTERS: Final = re.compile(r"[A-Za-z/-]{1,19}[.]?")
_LOGIN: Final = re.compile(rb"[^\s:\x00-\x1f]*:[^\x00-\x1f]+")
_NAMED: Final = re.compile(
    r"""(?x)
    (?<![\w.]) (?P<name>[A-Za-z_][\w.-]{0,80}) (?P<close>\\*["']?\]?)
    (?P<sign>[ \t]*(?:=>|:=|[:=])[ \t]*)
    (?: (?P<quote>\\*["'`]) (?P<quoted>(?:(?!(?P=quote))(?:\\.|[^\\])){1,4096}) (?P=quote)
      | (?P<bare>(?:(?![&,][\w.-]+=)[^\s;"'<>`])+)
    )
    """,
    re.S,
)
_ENDS_VALUE: Final = re.compile(r"[ \t]*(?:\Z|[\r\n]|[#|]|[\w.-]+[:=])|[;,<]|[\"'`](?![a-z])")
"""What follows ``name: value`` where it is one, and no sentence."""
_ELEMENT: Final = re.compile(r"<([A-Za-z][\w:.-]*)(?:\s[^<>]*)?>([^<>]+)</\1>")
_ATTRIBUTES: Final = re.compile(
    r"""(?i)((?:key|name)\s*=\s*["']([^"'<>]+)["']\s+value\s*=\s*["'])([^"'<>]+)(?=["'])"""
)


def is_dull(text: str) -> bool:
    """
    Tell whether a text has nothing in it to look into.

    Nearly every text of an answer has not, and this is asked of each: looking for a few words one
    by one takes a tenth of the time of one pattern that has them all.
    """
    if "=" in text or ":" in text or " " in text or "{" in text or "<" in text or "[" in text:
        if text.startswith("arn:") and not ("=" in text or "@" in text or " " in text):
            return True
        return not _has_word(text.lower()) and not _has_shape(text)
    return len(text) < _SHORTEST_KEY or not _has_shape(text)


def _has_word(low: str) -> bool:
    return (
        "pass" in low
        or "key" in low
        or "secret" in low
        or "token" in low
        or "auth" in low
        or "cred" in low
        or "pw" in low
        or "cookie" in low
        or "bearer" in low
        or "basic" in low
        or "jaas" in low
        or "jwt" in low
        or "psk" in low
        or "{" in low
        or "[" in low
        or ("@" in low and ("//" in low or ":thin:" in low or ":oci:" in low))
        or ("?" in low and ("=" in low or "%3d" in low))
        or "sig=" in low
        or "hook" in low
        or "telegram" in low
        or "pagerduty" in low
        or "identified" in low
        or "code" in low
        or ("curl" in low or "wget" in low or " -p" in low or " -a" in low)
        or "net user" in low
        or ("%" in low and ("%7b" in low or "%5b" in low))
        or ("%25" in low and ("7b" in low or "5b" in low))
    )


def _has_shape(text: str) -> bool:
    # First one letter that several of them have: most texts are ids, which lack it.
    if "." in text and ("hvs." in text or "hvb." in text or "SG." in text or "ya29." in text):
        return True
    if "_" in text and (
        "gh" in text
        or "_pat_" in text
        or "_live_" in text
        or "npm_" in text
        or "hf_" in text
        or "dop_" in text
    ):
        return True
    if "-" in text and (
        "sk-" in text
        or "xox" in text
        or "xapp-" in text
        or "glpat-" in text
        or "pypi-" in text
        or "AGE-" in text
        or "-----" in text
    ):
        return True
    return (
        ("ey" in text and ("eyJ" in text or "eyA" in text))
        or ("ew" in text and ("ewo" in text or "ew0" in text))
        or ("W" in text and ("W3s" in text or "WyJ" in text))
        or ("A" in text and ("AIza" in text or "KIA" in text or "ASIA" in text))
    )


def look_into(text: str) -> str:
    """Return a text with the secrets in it hidden, each where it stands."""
    if is_dull(text):
        return text
    text = _PEM.sub(lambda m: hidden(m[0]), text)
    text = without_link_secrets(text)
    text = _HEADER.sub(_header, text)
    text = _SCHEME.sub(_scheme, text)
    text = _SHAPES.sub(lambda m: hidden(m[0]), text)
    if "\n" in text and _BLOCK.search(text):
        text = without_block_secrets(text)
    text = without_command_secrets(text)
    text = _without_named(text)
    text = _ELEMENT.sub(_if_named(1, 2), text)
    text = _ATTRIBUTES.sub(_if_named(2, 3), text)
    if _KEY_ID.search(text):
        text = _BESIDE_KEY_ID.sub(lambda m: m[0] if _HEX.fullmatch(m[0]) else hidden(m[0]), text)
    return text


def _header(found: _Match) -> str:
    value = found["value"].rstrip()
    if is_no_secret(value) or "[hidden" in value:
        return found[0]
    return f"{found['name']}{found['sign']}{hidden(value)}"


def _scheme(found: _Match) -> str:
    if found[1].lower() == "basic":
        is_secret = is_login(found[3])
    else:
        # "Bearer authentication" is two words of a sentence.
        is_secret = _FEW_LETTERS.fullmatch(found[3]) is None
    return f"{found[1]}{found[2]}{hidden(found[3])}" if is_secret else found[0]


def is_login(text: str) -> bool:
    """Tell whether a text is ``user:password`` in base64."""
    try:
        return _LOGIN.fullmatch(base64.b64decode(text, validate=True)) is not None
    except ValueError:
        return False


def _without_named(text: str) -> str:
    """Return a text with the values hidden that stand behind the name of a secret."""
    parts, done, at = [], 0, 0
    while found := _NAMED.search(text, at):
        group = "quoted" if found["bare"] is None else "bare"
        value = found[group].rstrip(",")
        at = found.start(group)
        if _is_secret(found, value):
            parts += [text[done:at], hidden(value)]
            done = at = at + len(value)
    return "".join([*parts, text[done:]])


def _is_secret(found: _Match, value: str) -> bool:
    name = found["name"]
    if not value or not is_secret_name(name) or is_no_secret(value):
        return False
    if value.isdigit() and len(value) < _PIN and not is_password_name(name):
        return False  # "tags per secret: 50"
    if (found["bare"] or "").endswith(",") and ":" in found["sign"]:
        return is_password_name(name)  # "three tokens: one, two"
    return found["bare"] is None or _is_value(found, value)


def _is_value(found: _Match, bare: str) -> bool:
    """Tell a value from the next word of a sentence, ``Token: the one that …``."""
    sign = found["sign"]
    if bare[0] in "{[|>&*(" or bare.startswith(("//", "==")):
        return False  # a structure, an anchor, a comparison or a link's scheme
    if "=" in sign:
        return len(bare) > 1
    before = found.string[max(found.start() - 1, 0) : found.start()]
    if sign == ":" and not found["close"] and (found["name"].islower() or before in ("/", ":")):
        # `secret:name:version` is a name, and so is the end of an ARN; a password is called one.
        return before not in ("/", ":") and is_password_name(found["name"]) and _ends(found, bare)
    return _ends(found, bare)


def _ends(found: _Match, bare: str) -> bool:
    return _ENDS_VALUE.match(found.string, found.start("bare") + len(bare)) is not None


def _if_named(name: int | str, value: int | str) -> Callable[[_Match], str]:
    """Return what hides a group of a match if another one is the name of a secret."""

    def replace(found: _Match) -> str:
        if not is_secret_name(found[name]) or is_no_secret(found[value].strip("\"' ")):
            return found[0]
        start, end = (place - found.start() for place in found.span(value))
        return f"{found[0][:start]}{hidden(found[value])}{found[0][end:]}"

    return replace
