"""SDK clients come from the pool: nothing else in the package makes one."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import aibrain_jupyter

PACKAGE = Path(aibrain_jupyter.__file__).parent
POOL = "aws/clients/sources.py"
MAKERS = {"create_client", "Session", "resource"}


def _creations(path):
    """Return the lines that make a session, a client or a resource of the SDK."""
    tree = ast.parse(path.read_text())
    sdk = {
        alias.asname or alias.name.partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
        if alias.name.partition(".")[0] in ("boto3", "botocore")
    }
    found = []
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        name, owner = node.func.attr, ast.unparse(node.func.value)
        is_of_sdk = owner.partition(".")[0] in sdk
        is_of_session = name == "client" and "session" in owner.rpartition(".")[2].lower()
        if (is_of_sdk and name in MAKERS | {"client"}) or name == "create_client" or is_of_session:
            found.append(node.lineno)
    return found


@pytest.mark.parametrize(
    "path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE))
)
def test_only_the_pool_makes_clients(path):
    """Whoever goes round the pool goes round guard, pace and retries as well."""
    is_pool = str(path.relative_to(PACKAGE)) == POOL

    assert is_pool is bool(_creations(path))
