"""An exception of somebody else's in words: its class, and what it says if it can."""

from aibrain_jupyter.shared.texts.shown import clipped

_LONGEST = 8000


def words_of(error: BaseException) -> str:
    """Return ``KeyError: 'name'``, clipped; of one that says nothing its class alone."""
    try:
        said = str(error)
    except Exception:  # noqa: BLE001 - somebody else's class, which may raise anything
        said = "what it says cannot be read"
    name = type(error).__name__
    return f"{name}: {clipped(said, _LONGEST)}" if said else name
