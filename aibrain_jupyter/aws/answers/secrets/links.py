"""
Secrets in links: who logs in (``scheme://user:password@host``), parameters and paths with access.
"""

import re
from typing import Final

from aibrain_jupyter.aws.answers.secrets.fingerprints import hidden
from aibrain_jupyter.aws.answers.secrets.names import IN_LINKS, is_no_secret, is_secret_name

_Match = re.Match[str]

# All repetitions that may fail late have an end: a text of any kind costs its length.
_LOGIN: Final = re.compile(
    r"""(?ix)
    (//[^\s/@:"'<>\[(]{0,256}:)
    (?: ([^\s"'<>/]{1,1024}) | (?!\d{1,5}/)([^\s"'<>]{1,256}?) ) (@)(?=[\w.\[${-])
    """
)
_LONE_LOGIN: Final = re.compile(r"(?i)(\bhttps?://)([^\s/@:\"'<>]{16,512})(@)")
"""A token instead of a user and a password."""
_ORACLE: Final = re.compile(r"(?i)(:(?:thin|oci):\w+/)([^\s@\"'<>]{1,256})(@)")
_PARAMETER: Final = re.compile(
    r"""([?&;#]|&amp;|\\u0026)([\w.%-]+)(=|%3D)((?:(?!&amp;|\\u0026)[^&\s"'<>#;)\\])+)"""
)
_WEBHOOK: Final = re.compile(
    r"""(?ix)
    ( \bhooks\.slack(?:-gov)?\.com/(?:services|workflows|triggers)/
    | \bdiscord(?:app)?\.com/api/webhooks/\d+/ | \bapi\.telegram\.org/bot
    | \bwebhook\.office\.com/webhookb2/ | \bhooks\.zapier\.com/hooks/catch/
    | \bhooks\.chime\.aws/incomingwebhooks/ | \bevents\.pagerduty\.com/integration/
    | \bapi\.opsgenie\.com/v1/json/\w+\?apiKey=
    ) ([\w/:@%.-]{8,})
    """
)
"""Addresses at which whoever knows them may write."""
_SHORT_CODE: Final = re.compile(r"\d{1,3}\Z")
_LONG_KEY: Final = re.compile(r"(?=.*\d)(?=.*[A-Za-z])[\w-]{20,}\Z")


def without_link_secrets(text: str) -> str:
    """Return a text with the access hidden that the links in it give."""
    if "://" in text or "@" in text:
        text = _LOGIN.sub(_login, text)
        text = _LONE_LOGIN.sub(_lone_login, text)
        text = _ORACLE.sub(_login_of_oracle, text)
    if "=" in text or "%3D" in text:
        text = _PARAMETER.sub(_parameter, text)
    return _WEBHOOK.sub(lambda m: f"{m[1]}{hidden(m[2])}", text)


def _login(found: _Match) -> str:
    password = found[2] or found[3]
    if is_no_secret(password):
        return found[0]
    return f"{found[1]}{hidden(password)}@"


def _lone_login(found: _Match) -> str:
    is_name = found[2].islower() or is_no_secret(found[2])
    return found[0] if is_name else f"{found[1]}{hidden(found[2])}@"


def _login_of_oracle(found: _Match) -> str:
    return found[0] if is_no_secret(found[2]) else f"{found[1]}{hidden(found[2])}@"


def _parameter(found: _Match) -> str:
    name, value = found[2], found[4]
    if IN_LINKS.fullmatch(name):
        # `?code=200` is a status.
        is_secret = not (name.lower() == "code" and _SHORT_CODE.match(value))
    elif name.lower() == "key":
        is_secret = _LONG_KEY.match(value) is not None
    else:
        # Who signed is no secret: the id of a key and a date.
        is_secret = is_secret_name(name) and not name.lower().endswith("-credential")
    if not is_secret or is_no_secret(value):
        return found[0]
    return f"{found[1]}{name}{found[3]}{hidden(value)}"
