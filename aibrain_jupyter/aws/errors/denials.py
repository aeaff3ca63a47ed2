"""
Who was refused what, on what, by which kind of policy: read from AWS's own words.

The message is the one place where AWS says it, and its wording has been stable for years. What
cannot be read from it stays empty; the caller then falls back to the operation's IAM action.
"""

import re
from dataclasses import dataclass

_WHO = re.compile(
    r"User:\s+(?P<who>\S+)\s+is not authorized to perform:?\s+(?P<action>[\w-]+:[\w*]+)"
    r"(?:\s+on resource:?\s+(?P<resource>\S+))?"
)
_BY_DENY = re.compile(r"with an explicit deny(?: in (?:an?|the) (?P<policy>[a-zA-Z -]+))?")
_BY_SILENCE = re.compile(
    r"because no (?P<policy>[a-zA-Z -]+?) allows(?: the (?P<action>[\w-]+:[\w*]+) action)?"
)
_ENCODED = re.compile(r"\s*Encoded authorization failure message:\s*\S*", re.IGNORECASE)
_PAGE = re.compile(r"\s*(?:<\?xml[^>]*>\s*)?<(?:!doctype\s+html|html)\b", re.IGNORECASE)
_OF_WHO_ASKS = ("", "identity-based policy")

_LONGEST = 600


@dataclass(frozen=True, slots=True)
class Denial:
    """
    What a refusal says; every field may be empty.

    `policy` is the kind of policy (``service control policy``, ``identity-based policy``), and
    `is_explicit` whether that policy denies rather than merely not allows.
    """

    who: str = ""
    action: str = ""
    resource: str = ""
    policy: str = ""
    is_explicit: bool = False

    @property
    def is_of_another_policy(self) -> bool:
        """Whether a policy does not allow it that the permissions of who asks do not widen."""
        return not self.is_explicit and self.policy not in _OF_WHO_ASKS

    @property
    def denying_policy(self) -> str:
        """The policy that denies, to begin a sentence with."""
        policy = self.policy or "policy"
        return f"{'An' if policy[0] in 'aeiou' else 'A'} {policy}"


def read_denial(message: str) -> Denial:
    """Return what `message` says about the refusal."""
    who = _WHO.search(message)
    denied = _BY_DENY.search(message)
    silent = _BY_SILENCE.search(message)
    policy = denied or silent
    action = (who and who["action"]) or (silent and silent["action"]) or ""
    return Denial(
        who=who["who"] if who else "",
        action=action,
        resource=(who["resource"] or "").rstrip(".") if who else "",
        policy=(policy["policy"] or "").strip() if policy else "",
        is_explicit=denied is not None,
    )


def readable(message: str) -> str:
    """
    Return the message on one line, without what nobody can read: EC2's encoded details (up to
    kilobytes) and the markup of a web page.
    """
    if _PAGE.match(message):
        return "a web page instead of an answer"
    text = " ".join(_ENCODED.sub("", message).split())
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
