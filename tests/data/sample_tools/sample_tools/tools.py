"""The code behind the specs."""

NAMES = ("Mercury", "Venus", "Earth", "Mars", "Jupiter", "Saturn", "Uranus", "Neptune")


def planets(ctx, *, limit=8):
    """Return the first `limit` planets as records."""
    return [{"planet": name, "position": n} for n, name in enumerate(NAMES[:limit], start=1)]
