"""What a spec promises, its code keeps: one test for every tool there is and will be."""

from __future__ import annotations

import inspect
import subprocess
import sys
from functools import partial

import pytest

from aibrain_jupyter.aws.operations import models
from aibrain_jupyter.aws.resources.table import RESOURCES, find_resource
from aibrain_jupyter.aws.target import AwsTarget
from aibrain_jupyter.shared.base_tool import (
    REQUIRED,
    FunctionHandler,
    ToolHandler,
    import_target,
)
from aibrain_jupyter.shared.verbs.verb import RESERVED_VERBS
from aibrain_jupyter.sharepoint.target import SiteTarget
from aibrain_jupyter.tool_executors.builtin_tools import BUILTIN
from aibrain_jupyter.tool_executors.evidence.common import Decides

each_spec = pytest.mark.parametrize("spec", BUILTIN, ids=lambda spec: spec.name)


def is_function(spec):
    """Tell whether a tool is one function."""
    return isinstance(spec.load(), FunctionHandler)


@pytest.mark.parametrize("spec", [*filter(is_function, BUILTIN)], ids=lambda spec: spec.name)
def test_a_function_takes_what_its_spec_declares(spec):
    """A tool that is one function takes every parameter of its spec, and needs no other."""
    handler = spec.load()
    context, *others = inspect.signature(handler.function).parameters.values()
    is_open = any(p.kind is p.VAR_KEYWORD for p in others)
    named = {p.name: p for p in others if p.kind is not p.VAR_KEYWORD}
    declared = {param.name for param in spec.params}
    if isinstance(handler, Decides):  # what decides gets the store, and never what is no secret
        declared -= {"accept"}

    assert ("store" if isinstance(handler, Decides) else "ctx") == context.name
    assert {name for name, p in named.items() if p.default is p.empty} <= declared
    assert is_open or declared <= set(named)


@pytest.mark.parametrize(
    "spec", [s for s in BUILTIN if not is_function(s)], ids=lambda spec: spec.name
)
def test_the_signature_matches_the_spec(spec):
    """The code takes the context first, then what the spec declares, with the same defaults."""
    context, *others = inspect.signature(spec.load().run).parameters.values()
    named = {p.name: p for p in others if p.kind is p.KEYWORD_ONLY}
    is_open = any(p.kind is p.VAR_KEYWORD for p in others)

    assert "ctx" == context.name
    assert len(others) == len(named) + is_open, "parameters are given by name only"
    assert is_open or not spec.takes_more
    assert set(spec.preset) <= set(named)
    views = {param.name for param in spec.params if param.is_view}
    own = {p.name for p in _resource_params(spec)}
    declared = {p.name: p.default for p in spec.params if p.name not in views | own}
    assert declared == {
        name: REQUIRED if p.default is p.empty else p.default
        for name, p in named.items()
        if name in {param.name for param in spec.params} - views
    }
    # A view that narrows what is asked is given to the code as well.
    assert views & set(named) <= {"period", "population", "population_trail"}
    shapes = type(spec.load()).shape is not ToolHandler.shape
    assert shapes == any(param.is_view for param in spec.params)


def _resource_params(spec):
    """Return what the resource of a tool can be asked for; the code takes these by any name."""
    found = find_resource(spec.preset.get("service", ""), spec.preset.get("resource", ""))
    return found.params if found else ()


@each_spec
def test_everything_it_points_at_is_there(spec):
    """Handlers and value lists are imported late, but they exist, and places are the target's."""
    handler = spec.load()

    assert isinstance(handler, ToolHandler)
    assert spec.group == handler.provider.name
    assert spec.places in ((), tuple(AwsTarget.PARTS), tuple(SiteTarget.PARTS), ("tenant",))
    for param in spec.params:
        assert not param.values or callable(import_target(param.values, what=spec.name))


@each_spec
def test_its_words_are_fit_to_be_shown(spec):
    """A name that can be typed, one sentence, help without a full stop, examples that run it."""
    assert spec.name.isidentifier()
    assert spec.name == spec.name.lower()
    assert spec.name not in RESERVED_VERBS
    assert spec.summary.endswith(".")
    assert all(not param.help.endswith(".") for param in spec.params)
    assert set(spec.positional) <= {param.name for param in spec.params}
    assert spec.examples
    for example in spec.examples:
        _, head, *words = example.split()
        assert spec.name in (head, "_".join([head, *words[:1]]))


@each_spec
def test_its_schema_is_an_object_with_typed_properties(spec):
    """One JSON Schema drives parsing, help and completion."""
    schema = spec.json_schema()

    assert "object" == schema["type"]
    assert set(schema["required"]) <= set(schema["properties"])
    anything = {param.name for param in spec.params if param.type is object}
    assert all(p["description"] for p in schema["properties"].values())
    assert all(p.get("type") or n in anything for n, p in schema["properties"].items())


def test_names_are_unique():
    """No tool hides another."""
    assert len(BUILTIN) == len({spec.name for spec in BUILTIN})


def test_every_curated_resource_is_a_tool():
    """iam.users is iam_users, with service and resource preset."""
    presets = {spec.name: dict(spec.preset) for spec in BUILTIN if spec.preset}

    assert {r.tool_name: {"service": r.service, "resource": r.name} for r in RESOURCES} == presets


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.tool_name)
def test_permissions_are_actions_of_reads(resource):
    """Every IAM action a resource names is needed by an operation botocore knows."""
    prefixes = {action.partition(":")[0] for action in resource.permissions}
    services = [
        name
        for name in ("s3control", "ssm", *{r.service for r in RESOURCES})
        if models.service_model(name).signing_name in prefixes or name in prefixes
    ]
    services += [call.operation.partition(":")[0] for call in resource.calls]
    known = {
        models.iam_action(service, operation)
        for service in set(services)
        for operation in models.service_model(service).operation_names
    }

    assert set() == set(resource.permissions) - known


def test_reading_the_catalog_imports_no_sdk():
    """Listing, help and completion of tool names cost no import of boto3 or pandas."""
    code = (
        "import sys; import aibrain_jupyter.tool_executors.builtin_tools; "
        "print([m for m in ('boto3', 'botocore', 'pandas', 'numpy', 'joblib', 'yaml') "
        "if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "[]" == done.stdout.strip()


def test_the_source_of_a_partial_function_is_its_functions():
    """What a partial function runs is hashed, and not the library that made it partial."""
    assert (__name__,) == FunctionHandler(partial(_sized, size=3)).source({})


def _sized(ctx, *, size):
    return [{"size": size}]
