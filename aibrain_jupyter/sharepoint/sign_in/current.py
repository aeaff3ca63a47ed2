"""Who asks now: what was handed over, else what settings and environment sign in."""

from __future__ import annotations

import hashlib
import os
import threading
from typing import Any, Final

from aibrain_jupyter.shared.config import get_settings
from aibrain_jupyter.sharepoint.sign_in.credentials import Credential
from aibrain_jupyter.sharepoint.sign_in.environment import source_of
from aibrain_jupyter.sharepoint.sign_in.tenant import VARIABLES

_given: Any = None
_kept: dict[tuple[str, ...], Credential] = {}
_lock = threading.Lock()


def use_credential(source: Any) -> None:
    """Ask as this from now on: a token, a function, an object with ``get_token``; None: forget."""
    global _given
    with _lock:
        _given = source
        _kept.clear()


def given() -> Any:
    """Return what `use_credential` was given; None: nothing."""
    return _given


def credential(graph: str, own: Any = None) -> Credential:
    """
    Return who asks a Graph; `own` is what its site brings. Sends nothing.

    Raises:
        CredentialsError: there is none.
    """
    settings = get_settings()
    names = tuple(settings.get(f"sharepoint_{name}") for name in _SETTINGS)
    environment = tuple(os.environ.get(name, "") for name in VARIABLES)
    key = (graph, str(id(own)) if own is not None else "", *names, *map(_mark, environment))
    with _lock:
        if key not in _kept:
            source = own if own is not None else _given
            _kept[key] = Credential(source_of(graph) if source is None else source, graph)
        return _kept[key]


_SETTINGS: Final = ("tenant", "app", "cloud", "sign_in", "token_file")


def _mark(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()
