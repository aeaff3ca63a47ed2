"""Faults that a person's own code met: their client, their connection, what they made of it."""

from __future__ import annotations

import textwrap
from functools import partial

from tests.healing.faults.network import _dead
from tests.healing.faults.world import Fault

_ASK = "%aibrain fix caught"
_WHO = "arn:aws:sts::123456789012:assumed-role/AuditRead/ann"
_DENIED = f"User: {_WHO} is not authorized to perform: kms:ListKeys"


def _cell(raising: str) -> str:
    """Return a cell that keeps what its lines raise as ``caught``."""
    lines = textwrap.indent(textwrap.dedent(raising).strip(), "    ")
    return f"import boto3\ntry:\n{lines}\nexcept Exception as exc:\n    caught = exc\n"


_OWN_CLIENT = _cell("boto3.Session().client('kms', 'eu-west-1').list_keys()")
_WRAPPED = _cell("""
    try:
        boto3.Session().client('kms', 'eu-west-1').list_keys()
    except Exception as exc:
        raise RuntimeError('the listing failed') from exc
""")
_PICKLED = _cell("""
    import pickle
    try:
        boto3.Session().client('kms', 'eu-west-1').list_keys()
    except Exception as exc:
        raise pickle.loads(pickle.dumps(exc))
""")
_GROUP = _cell("""
    try:
        boto3.Session().client('kms', 'eu-west-1').list_keys()
    except Exception as exc:
        raise ExceptionGroup('all', [exc, ExceptionGroup('in', [exc])])
""")


def _refuses(code: str, message: str = ""):
    return lambda world: world.refuse(code, message)


def _no_keys(world):
    world.without_keys()


def _no_profile(world):
    world.config("[profile prod]\nregion = eu-west-1\n", profile="prdo")


_fault = partial(Fault, ask=_ASK)

FAULTS = (
    _fault(
        "own client denied",
        "denied",
        "AuditRead lacks kms:ListKeys",
        _refuses("AccessDeniedException", _DENIED),
        cell=_OWN_CLIENT,
        requests=1,
    ),
    _fault(
        "own client denied, wrapped",
        "denied",
        "AuditRead lacks kms:ListKeys",
        _refuses("AccessDeniedException", _DENIED),
        cell=_WRAPPED,
        requests=1,
    ),
    _fault(
        "own client denied, in groups",
        "denied",
        "AuditRead lacks kms:ListKeys",
        _refuses("AccessDeniedException", _DENIED),
        cell=_GROUP,
        requests=1,
    ),
    _fault(
        "own client expired, unpickled",
        "expired",
        "Sign in again",
        _refuses("ExpiredTokenException", "The security token is expired"),
        cell=_PICKLED,
    ),
    _fault(
        "own client without keys",
        "no-credentials",
        "demo start",
        _no_keys,
        cell=_OWN_CLIENT,
    ),
    _fault("own client, profile typo", "input", "Did you mean prod", _no_profile, cell=_OWN_CLIENT),
    _fault(
        "own client, dead endpoint",
        "endpoint-unreachable",
        "endpoint is set to http://127.0.0.1",
        _dead,
        cell=_OWN_CLIENT,
    ),
    _fault(
        "own client, code of nobody",
        "unknown",
        "WobblyFlange",
        _refuses("WobblyFlange", "The flange wobbles."),
        cell=_OWN_CLIENT,
    ),
    _fault(
        "own connection refused",
        "unreachable",
        "Check the address",
        lambda world: None,
        cell=_cell("import socket; socket.create_connection(('127.0.0.1', 9))"),
    ),
)
