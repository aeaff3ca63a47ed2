"""Every fault, in the order they are injected."""

from __future__ import annotations

from aibrain_jupyter.aws.clients import sources
from aibrain_jupyter.sharepoint import client
from tests.healing.faults import answers, fresh, graph, local, network, raised, settings

_MOST = sources.MAX_ATTEMPTS, client.ATTEMPTS

ALL = (
    *answers.FAULTS,
    *settings.FAULTS,
    *network.FAULTS,
    *local.FAULTS,
    *raised.FAULTS,
    *graph.FAULTS,
    *fresh.FAULTS,
)


def few_attempts():
    """Have clients give up after three attempts: a dead server would take minutes."""
    sources.MAX_ATTEMPTS = client.ATTEMPTS = 3


def all_attempts():
    """Have clients try as often as they do."""
    sources.MAX_ATTEMPTS, client.ATTEMPTS = _MOST
