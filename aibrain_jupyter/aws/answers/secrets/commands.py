"""Secrets in commands: flags (``--password x``), logins of clients, statements of SQL."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from aibrain_jupyter.aws.answers.secrets.fingerprints import hidden
from aibrain_jupyter.aws.answers.secrets.names import is_no_secret, is_secret_name

if TYPE_CHECKING:
    from collections.abc import Sequence

_Match = re.Match[str]

_FLAG: Final = re.compile(
    r"""(?x)(?<![^\s"'`(])(--?[A-Za-z][\w.-]*)(\s+\\*["']?)([^\s"'`;|&()\\-][^\s"'`;|&)\\]*)"""
)
_LOGIN: Final = re.compile(
    r"""(?x)
    (?P<head>
      (?:\bcurl\b|\bwget\b)[^\n|;]{0,200}?\s(?:-u|--user|--proxy-user|-U)(?:\s+|=)?["']?[^\s:"']+:
    | \bsshpass\s+-p\s*["']?
    | \bmysql(?:dump|admin|import)?\b[^\n|;]{0,200}?\s-p(?=[^\s-])
    | \b(?:docker|podman|helm|az|oc)\b[^\n|;]{0,200}?\blogin\b[^\n|;]{0,200}?\s-p\s+["']?
    | \bredis-cli\b[^\n|;]{0,200}?\s-a\s+["']?
    | \bsqlcmd\b[^\n|;]{0,200}?\s-P\s+["']?
    | \blogin\s+\S+\s+password\s+
    | \bnet\s+user\s+\S+\s+(?!/)
    )
    (?P<value>[^\s"']+)
    """
)
_STATEMENT: Final = re.compile(
    r"""(?ix)
    (\b(?:identified\s+(?:with\s+\S+\s+)?by|password|secret_access_key|convertto-securestring
      |access_key_secret|session_token)
     \s+(?:-string\s+)? (\\*["']))
    ((?:(?!\2).){1,512})
    """
)
_SETTING: Final = re.compile(
    r"(\b(?:ENV|setx|configure\s+set|putenv|setenv)\s+([A-Za-z_][\w.-]*)\s+[\"']?)([^\s\"'=]+)"
)
"""A variable that a command sets without a sign."""
_FLAG_NAME: Final = re.compile(r"--?[A-Za-z][\w.-]*")


def without_command_secrets(text: str) -> str:
    """Return a text with the secrets hidden that commands in it are given."""
    if " -" in text or text.startswith("-"):
        text = _FLAG.sub(_flag, text)
    text = _SETTING.sub(_setting, text)
    text = _LOGIN.sub(_login, text)
    return _STATEMENT.sub(_statement, text)


def is_secret_flag(text: str) -> bool:
    """Tell whether a word of a command is a flag whose value, the next word, is a secret."""
    return text.startswith("-") and _FLAG_NAME.fullmatch(text) is not None and is_secret_name(text)


def without_given_secrets(words: Sequence[str]) -> list[str]:
    """Return the words of a command with those hidden that follow the flag of a secret."""
    return [
        word
        if not at or not word or word.startswith("-") or not is_secret_flag(words[at - 1])
        else (word if is_no_secret(word) else hidden(word))
        for at, word in enumerate(words)
    ]


def _flag(found: _Match) -> str:
    if not is_secret_name(found[1]) or is_no_secret(found[3]):
        return found[0]
    return f"{found[1]}{found[2]}{hidden(found[3])}"


def _setting(found: _Match) -> str:
    if not is_secret_name(found[2]) or is_no_secret(found[3]):
        return found[0]
    return f"{found[1]}{hidden(found[3])}"


def _login(found: _Match) -> str:
    value = found["value"]
    return found[0] if is_no_secret(value) else f"{found['head']}{hidden(value)}"


def _statement(found: _Match) -> str:
    return found[0] if is_no_secret(found[3]) else f"{found[1]}{hidden(found[3])}"
