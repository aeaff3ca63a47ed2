"""A classifier by substrings of the message, as described in many systems: what to beat."""

_RETRY = ("connection", "network", "timeout", "auth", "token", "temporar")
_NOT = ("validation", "invalid parameter", "not found")


def would_retry(message: str) -> bool:
    """Tell whether it would try again."""
    text = message.lower()
    return any(word in text for word in _RETRY) and not any(word in text for word in _NOT)
