"""No secret that AWS hands out with its answers gets into anything that a run leaves behind."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from aibrain_jupyter.aws.clients.pool import get_client_pool
from aibrain_jupyter.aws.operations.models import service_model
from aibrain_jupyter.aws.resources.table import RESOURCES
from aibrain_jupyter.execution.runs.session import get_session

from .conftest import answer_of

MARKER = "wJalrXUtnFEMI"
VARIABLES = {"LOG_LEVEL": f"{MARKER}-plain", "DB_PASSWORD": f"{MARKER}-secret"}
TEXTS = {
    "Arn": "arn:aws:iam::123456789012:user/ana",
    "Account": "123456789012",
    "LastModified": "2026-03-01T12:30:00.000+0000",
    "project|name": "project-{n}",
    "type": "PLAINTEXT",
}
# How services call what holds variables, and what is a secret by itself. Written down anew, not
# taken from the code under test.
_VARIABLES = re.compile(r"env|.*(environment|environmentvariables|variables|arguments)", re.I)
_SECRET = re.compile(
    r".*(password|passphrase|secret|secretstring|secretvalue|secret(access)?key|privatekey|"
    r"sharedkey|(auth|access|session|refresh)token|userdata)",
    re.I,
)
_PAIRS = (("name", "value"), ("Name", "Value"), ("ParameterKey", "ParameterValue"))


class Planter:
    """Puts the marker wherever an answer may hold a secret; `places` are the members it found."""

    def __init__(self):
        self.places = set()

    def __call__(self, shape, answer):
        self._at(shape, "", answer)

    def _at(self, shape, member, value):
        if shape.type_name == "structure":
            if "Variables" in (value or {}):
                value.pop("Error", None)  # Lambda says in its place that they cannot be read
            for name, below in shape.members.items():
                if name in (value or {}):
                    value[name] = self._value(below, name, value[name])
        elif shape.type_name == "list":
            value[:] = [self._value(shape.member, member, item) for item in value]

    def _value(self, shape, member, value):
        kind = shape.type_name
        if kind == "string" and not shape.enum and _SECRET.fullmatch(member):
            self.places.add(member)
            return f"{MARKER}-{member}"
        if kind == "map" and shape.value.type_name == "string":
            if _VARIABLES.fullmatch(member):
                self.places.add(member)
                return dict(VARIABLES)
            return value if member.lower().endswith("tags") else {**value, "api-token": MARKER}
        if kind == "list" and (pair := self._pair(shape.member, member)):
            self.places.add(member)
            name, text = pair
            [item] = value or [{}]
            return [{**item, name: key, text: secret} for key, secret in VARIABLES.items()]
        self._at(shape, member, value)
        return value

    def _pair(self, item, member):
        if item.type_name != "structure":
            return None
        pairs = [pair for pair in _PAIRS if set(pair) <= set(item.members)]
        is_meant = _VARIABLES.fullmatch(member) or "ParameterKey" in item.members
        return pairs[0] if pairs and is_meant else None


@pytest.fixture
def planter(server, run, monkeypatch):
    """What the server plants into its answers, which a shell's clients then ask for."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    server.reset()
    server.texts = dict(TEXTS)
    server.change = Planter()
    pool = get_client_pool()

    def name_the_operation(client):
        client.meta.events.register_first("before-call", _name_it)

    pool.prepare.append(name_the_operation)
    yield server.change
    pool.prepare.remove(name_the_operation)
    server.reset()


def _name_it(params, model, **_):
    service = model.service_model
    words = (service.service_name, model.name, service.resolved_protocol)
    params["headers"]["X-Model-Operation"] = ":".join(words)


def _left_behind():
    """Everything on disk: cache, history, whatever else; names included."""
    for variable in ("AIBRAIN_CACHE_DIR", "AIBRAIN_DATA_DIR"):
        for file in Path(os.environ[variable]).rglob("*"):
            yield str(file).encode()
            if file.is_file():
                yield file.read_bytes()


def _operations(resource):
    """Return the operations a resource asks; of one with code of its own, those of its actions."""
    if resource.lists:
        return {call.operation for call in resource.calls}
    # rds:DescribeDBInstances is the operation as well as the action; others are no operations.
    return {a for a in resource.permissions if a.partition(":")[2] in _names(resource.service)}


def _names(service):
    return set(service_model(service).operation_names)


def _may_leak(resource):
    """Tell whether an answer this resource is made of has a place for a secret."""
    planter = Planter()
    for service, operation in (text.split(":") for text in _operations(resource)):
        shape = service_model(service).operation_model(operation).output_shape
        if shape is not None:
            planter(shape, answer_of(service, operation, 1, {}))
    return bool(planter.places)


# Who shows its variables by name; the others keep nothing of them.
SHOWN = {
    "apigateway_rest_apis": "stage_variables",
    "apigatewayv2_apis": "stage_variables",
    "cloudformation_stacks": "parameter_values",
    "codebuild_projects": "environment",
    "ecs_task_definitions": "environment",
    "glue_jobs": "arguments",
    "lambda_functions": "environment",
}


def test_no_curated_resource_lets_a_secret_through(planter, run):
    """
    Marked secrets in every answer are not in rows, nested values, provenance, history or cache;
    the names of variables are in the rows, their values are hashes.
    """
    suspects = [resource for resource in RESOURCES if _may_leak(resource)]
    variables = {}
    for resource in suspects:
        frame, shown = run(f"%aibrain {resource.tool_name}")
        seen = (frame.to_dict(), frame.to_csv(), frame.attrs, shown)
        record = (get_session().last.provenance, get_session().last.coverage.to_dict())

        assert MARKER not in str((*seen, *record)), resource.tool_name
        if column := SHOWN.get(resource.tool_name):
            variables[resource.tool_name] = {name for v in frame[column] for name in v}
            hashes = {text for v in frame[column] for text in v.values()}
            assert [] == [h for h in hashes if not re.fullmatch(r"\[hidden [0-9a-f]{16}\]", h)]
            assert 2 == len(hashes), resource.tool_name

    assert set(SHOWN) < {resource.tool_name for resource in suspects}
    assert {name: {*VARIABLES} for name in SHOWN} == variables
    user_data = run("%aibrain autoscaling_groups")[0]["user_data"]
    assert user_data.str.startswith("[hidden ").all()
    assert not any(MARKER.encode() in data for data in _left_behind())


def test_a_variable_is_revealed_by_its_name_everywhere(planter, run):
    """``reveal=`` shows that variable and no other, and the rows say that it was asked for."""
    for name, column in SHOWN.items():
        frame, _ = run(f"%aibrain {name} reveal=LOG_LEVEL")

        shown = [v for values in frame[column] for v in values.values() if MARKER in v]
        assert {VARIABLES["LOG_LEVEL"]} == set(shown), name
        assert ["LOG_LEVEL"] == frame.attrs["aibrain"]["params"]["reveal"]
        assert ["LOG_LEVEL"] == get_session().last.provenance["params"]["reveal"]
    frame, _ = run("%aibrain autoscaling_groups reveal=UserData")
    assert [f"{MARKER}-UserData"] * 2 == frame["user_data"].tolist()
    left = list(_left_behind())
    assert any(VARIABLES["LOG_LEVEL"].encode() in data for data in left)  # it would be found
    assert not any(VARIABLES["DB_PASSWORD"].encode() in data for data in left)
