"""Who asks: what is given, what the environment says, or what to do."""

from __future__ import annotations

import time
from types import SimpleNamespace

import pytest

from aibrain_jupyter.shared.error_handler import CredentialsError, CredentialsExpiredError
from aibrain_jupyter.sharepoint.sign_in import Credential, credential, use_credential
from aibrain_jupyter.sharepoint.sign_in.credentials import token_of

pytestmark = pytest.mark.usefixtures("nobody")

GRAPH = "https://graph.microsoft.com"


def test_a_text_a_function_and_an_object_are_credentials():
    """Each gives its token; the object is asked for Graph's scope."""
    asked = []

    def get_token(scope):
        asked.append(scope)
        return SimpleNamespace(token="c", expires_on=time.time() + 3600)

    sources = ["a", lambda: "b", SimpleNamespace(get_token=get_token), lambda: ("d", 3600)]
    assert ["a", "b", "c", "d"] == [Credential(source, GRAPH).token() for source in sources]
    assert [f"{GRAPH}/.default"] == asked


def test_a_token_is_kept_until_shortly_before_its_end():
    """Asked for once while it lasts, again when less than five minutes are left."""
    issued = iter(range(9))
    lasting = Credential(lambda: (f"t{next(issued)}", 3600), GRAPH)
    assert "t0" == lasting.token() == lasting.token()
    assert lasting.renew("t0")
    assert "t1" == lasting.token()
    assert lasting.renew("t0")
    assert "t1" == lasting.token()
    assert not Credential("fixed", GRAPH).renew("fixed")


def test_a_credential_that_raises_is_named_without_its_words():
    """What somebody else's code says may hold anything."""

    def broken():
        raise ValueError("secret-in-here")

    with pytest.raises(CredentialsError) as caught:
        Credential(broken, GRAPH).token()
    assert "secret-in-here" not in str(caught.value)


def test_without_anybody_the_next_steps_say_how():
    """No credential: what to do, and that the demo needs none."""
    with pytest.raises(CredentialsError, match="demo start"):
        credential(GRAPH)


def test_what_was_handed_over_is_used():
    """A credential of the session, until it is taken back."""
    use_credential("mine")
    assert "mine" == credential(GRAPH).token()


def test_who_asks_is_read_from_the_token(graph):
    """Tenant, application and person name the cache's entries; an opaque token has a mark."""
    assert "ann@contoso.example" in Credential(graph.tokens.issue(), GRAPH).identity
    assert Credential("opaque", GRAPH).identity.startswith("token ")
    assert "opaque" not in Credential("opaque", GRAPH).identity


@pytest.mark.parametrize(
    ("number", "kind", "words"),
    [
        (7000215, CredentialsError, "not the right one"),
        (7000222, CredentialsError, "has expired"),
        (53003, CredentialsError, "Conditional Access"),
        (50173, CredentialsExpiredError, "has ended"),
    ],
)
def test_refusals_of_entra_have_their_cause(number, kind, words):
    """The number that Entra gives leads to what it means."""
    found = {"error": "x", "error_codes": [number], "error_description": f"AADSTS{number}: no."}
    with pytest.raises(kind, match=words):
        token_of(found)
