"""
A canary in every text of every read's answer: what comes out of it is on a list that is reviewed.

One file, because going through the models of all services takes longer than the tests.
"""

from __future__ import annotations

import importlib
import json
import sys
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest
from botocore.model import ServiceModel

from aibrain_jupyter.aws.answers.secrets import hide_in_answer
from aibrain_jupyter.aws.answers.secrets.revealing import Hider

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))
secret_members = importlib.import_module("secret_members")
reviewed = importlib.import_module("reviewed_secrets")

pytestmark = pytest.mark.slow

CANARY = "Zk7pQ2vXw9"
PLANTED = {
    "json": json.dumps({"a": [{"Password": CANARY, "b": json.dumps({"authToken": CANARY})}]}),
    "text": f"see amqps://svc:{CANARY}@mq.internal:5671 and https://x.example/?token={CANARY}\n"
    f"Authorization: Bearer {CANARY}\nServer=db;Password={CANARY};\nexport API_KEY={CANARY}\n",
}


@pytest.fixture(scope="module", autouse=True)
def _a_key(tmp_path_factory):
    """One key for the whole file, and no text looked into twice."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AIBRAIN_DATA_DIR", str(tmp_path_factory.mktemp("data")))
        # The same text under the same name: looked into once.
        patch.setattr(hide_in_answer, "clean_text", cache(hide_in_answer.clean_text))
        yield


@cache
def shown() -> dict[str, set[str]]:
    """Return the members a canary came out of, and how it was planted; enumerations left out."""
    texts = defaultdict(lambda: defaultdict(list))
    for member in secret_members.text_members():
        if not member.is_enum:
            texts[member.service][member.structure].append(member.name)
    found: dict[str, set[str]] = defaultdict(set)
    for service, model in secret_members.models():
        shapes = ServiceModel(model, service)
        for structure, names in texts[service].items():
            shape = shapes.shape_for(structure)
            plan = hide_in_answer.plan_of.__wrapped__("", shape)
            for how, canary in PLANTED.items():
                answer = {name: _holding(shape.members[name], canary) for name in names}
                cleaned = plan(answer, Hider())
                for name in names:
                    if CANARY in _text(cleaned[name]):
                        found[f"{structure}.{name}"].add(how)
    return dict(found)


def test_only_what_is_reviewed_comes_out():
    """All other texts are hidden, or what is secret in them is."""
    assert {} == {k: how for k, how in shown().items() if k not in reviewed.NEVER.split()}


def test_the_reviewed_list_is_short():
    """Of tens of thousands of texts; and nothing is on it that does not come out."""
    assert set(reviewed.NEVER.split()) == set(shown())
    assert 40 > len(shown())
    assert 50_000 < len(secret_members.text_members())


def test_the_table_is_that_of_the_models():
    """Whoever changes a name, a list or botocore reads what that hides and shows."""
    assert secret_members.make_table() == secret_members.TABLE.read_text()


def _holding(shape, text):
    """Return a value of a shape with a text wherever one can be."""
    kind = shape.type_name
    if kind == "list":
        return [_holding(shape.member, text)]
    if kind == "map":
        return {"k": _holding(shape.value, text)}
    return text.encode() if kind == "blob" else text


def _text(value):
    """Return a value as text, bytes and base64 in it read."""
    if isinstance(value, dict):
        return " ".join(map(_text, value.values()))
    if isinstance(value, list):
        return " ".join(map(_text, value))
    return value.decode() if isinstance(value, bytes) else str(value)
