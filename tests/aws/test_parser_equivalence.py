"""
What a compiled parser gives is what botocore's gives: values, types and the order of members.

Bodies are made from the models (``wire_bodies.py``): AWS's published examples, made answers, and
made answers with something in them that does not fit. ``--full`` takes every operation of every
service; without it a part of them is taken, always the same.
"""

from __future__ import annotations

import datetime as dt
import gzip
import json
import random
import re
from pathlib import Path

import botocore
import botocore.session
import pytest
from botocore.awsrequest import HeadersDict
from botocore.parsers import ResponseParserFactory

from aibrain_jupyter.aws.clients.compiled import json_columns, json_shapes
from aibrain_jupyter.aws.clients.compiled.body_reader import BodyReader
from aibrain_jupyter.aws.clients.parsing import (
    _GatedFactory,
    _GatedParser,
    parse_timestamp,
    read_what_can_be_read,
)
from aibrain_jupyter.aws.operations.models import service_model, services
from aibrain_jupyter.shared.frames.unreadable import Unreadable
from tests.aws import wire_bodies

pytestmark = pytest.mark.usefixtures("_forgets_all_models")

SERVICES = (
    *("acm", "apigateway", "autoscaling", "backup", "cloudformation", "cloudfront", "cloudtrail"),
    *("cloudwatch", "config", "ec2", "elb", "elbv2", "iam", "kms", "lambda", "organizations"),
    *("rds", "redshift", "route53", "s3", "s3control", "secretsmanager", "sns", "sqs", "ssm"),
    *("sts", "wafv2"),
)
IN_THE_SUITE, ROUNDS_IN_FULL = 40, 2
"""Operations of each of these services; rounds over every operation of every service."""
PROTOCOLS = ("query", "ec2", "rest-xml", "json", "rest-json")
HEADERS = {
    "x-amzn-RequestId": "r-2",
    "Content-Type": "text/plain",
    "ETag": '"1"',
    "X-Amz-Id-2": "h",
}


@pytest.fixture(autouse=True, params=["one by one", "by columns"])
def by_columns(request, monkeypatch):
    """Lists, which are short here, are read by columns, too; then their structures are alike."""
    if request.param == "one by one":
        return False
    for module in (json_shapes, json_columns):
        monkeypatch.setattr(module, "FEW", 1)
    return True


@pytest.fixture(scope="module")
def parsers():
    """By protocol botocore's parser, as ours was without compiling, and ours."""
    factory = ResponseParserFactory()
    factory.set_parser_defaults(timestamp_parser=parse_timestamp)
    gated = _GatedFactory(ResponseParserFactory())
    return {
        name: (
            _GatedParser(read_what_can_be_read(factory.create_parser(name)), None),
            gated.create_parser(name),
        )
        for name in PROTOCOLS
    }


def operations_of(service):
    """Return the operations of a service whose answers have a body that is no stream."""
    model = service_model(service)
    if model.resolved_protocol not in PROTOCOLS:
        return []
    found = map(model.operation_model, model.operation_names)
    return [
        operation
        for operation in found
        if operation.output_shape is not None
        and not operation.has_streaming_output
        and not operation.has_event_stream_output
    ]


def parsed(parser, body, shape, status=200):
    """Return what a parser gives, or which error it raises."""
    response = {
        "body": body,
        "headers": HeadersDict(HEADERS),
        "status_code": status,
        "context": {"operation_name": "X"},
    }
    try:
        return told(parser.parse(response, shape))
    except Exception as exc:  # noqa: BLE001 - whatever one raises the other must
        return type(exc).__name__


def told(value):
    """Return a value as text in which types, order and what could not be read can be seen."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{told(k)}: {told(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(told, value)) + "]"
    if isinstance(value, Unreadable):
        return _without_addresses(f"Unreadable({str(value)!r}, {value.why!r})")
    if isinstance(value, dt.datetime):
        return f"{value.isoformat()} {value.tzinfo!r}"
    return _without_addresses(f"{type(value).__name__} {value!r}")


def _without_addresses(text):
    """Return a text without where in memory an element is: botocore gives some as values."""
    return re.sub(r" at 0x[0-9a-f]+", "", text)


def chosen(request):
    """Yield the operations this run looks at, with the number of rounds."""
    if request.config.getoption("--full"):
        for service in services():
            yield from operations_of(service)
        return
    for service in SERVICES:
        found = operations_of(service)
        random.Random(service).shuffle(found)
        yield from found[:IN_THE_SUITE]


def test_made_answers_are_read_alike(request, parsers, by_columns):
    """Every answer that fits its model is read by the compiled parser, and as botocore reads it."""
    rounds = ROUNDS_IN_FULL if request.config.getoption("--full") else 1
    rng, seen, by_botocore = random.Random(19), 0, []
    for operation in chosen(request):
        protocol = operation.service_model.resolved_protocol
        theirs, ours = parsers[protocol]
        for _ in range(rounds):
            alike = {} if by_columns else None
            value = wire_bodies.some_value(operation.output_shape, rng, alike=alike)
            body = wire_bodies.body_of(operation, value, rng)
            expected = parsed(theirs, body, operation.output_shape)
            assert expected == parsed(ours, body, operation.output_shape), (operation, body)
            response = {"body": body, "headers": {}, "status_code": 200, "context": {}}
            if ours._body_reader.read(response, operation.output_shape) is None:
                by_botocore.append(f"{operation.service_model.service_name}:{operation.name}")
            seen += 1
    assert 900 < seen
    assert len(by_botocore) < seen / 50, by_botocore


def test_answers_that_do_not_fit_are_read_alike(request, parsers, by_columns):
    """Whatever is wrong with an answer: the same value, or the same kind of error."""
    rounds = ROUNDS_IN_FULL if request.config.getoption("--full") else 1
    rng, seen = random.Random(20), 0
    for operation in chosen(request):
        theirs, ours = parsers[operation.service_model.resolved_protocol]
        for _ in range(rounds):
            alike = {} if by_columns else None
            value = wire_bodies.some_value(operation.output_shape, rng, alike=alike)
            body = wire_bodies.damaged(wire_bodies.body_of(operation, value, rng), rng)
            status = rng.choice((200, 200, 200, 200, 206, 300, 301, 400, 503))
            expected = parsed(theirs, body, operation.output_shape, status)
            found = parsed(ours, body, operation.output_shape, status)
            assert expected == found, (operation, status, body)
            seen += 1
    assert 900 < seen


def test_published_examples_are_read_alike(parsers):
    """Every example that AWS publishes, in the form of its service's protocol."""
    rng, seen = random.Random(21), 0
    for path in sorted((Path(botocore.__file__).parent / "data").glob("*/*/examples-1.json*")):
        raw = path.read_bytes()
        text = gzip.decompress(raw) if path.suffix == ".gz" else raw
        examples = json.loads(text)["examples"]
        if not examples:
            continue
        known = {one.name: one for one in operations_of(path.parent.parent.name)}
        for name, told_of in examples.items():
            if name not in known:
                continue
            operation = known[name]
            theirs, ours = parsers[operation.service_model.resolved_protocol]
            for example in told_of:
                value = _typed(example.get("output") or {}, operation.output_shape)
                body = wire_bodies.body_of(operation, value, rng)
                expected = parsed(theirs, body, operation.output_shape)
                assert expected == parsed(ours, body, operation.output_shape), (operation, body)
                seen += 1
    assert 1_000 < seen


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("moment", ["1e20", "Infinity", "-1e30"])
def test_a_time_beyond_every_clock_loses_no_page(parsers, monkeypatch, moment, compiled):
    """It alone cannot be read; the other rows and members of the page are there."""
    monkeypatch.setenv("AIBRAIN_COMPILED_PARSING", str(compiled).lower())
    body = '{"Accounts": [{"Id": "1", "JoinedTimestamp": 0}, {"Id": "2"}]}'.replace("0", moment)
    shape = service_model("organizations").operation_model("ListAccounts").output_shape
    response = {"body": body.encode(), "headers": {}, "status_code": 200, "context": {}}

    accounts = parsers["json"][1].parse(response, shape)["Accounts"]

    assert ["1", "2"] == [account["Id"] for account in accounts]
    assert isinstance(accounts[0]["JoinedTimestamp"], Unreadable)


def test_the_setting_turns_it_off(parsers, monkeypatch):
    """With AIBRAIN_COMPILED_PARSING=false botocore's parser reads everything."""
    read = []
    monkeypatch.setattr(BodyReader, "read", lambda *_: read.append(1))
    shape = service_model("iam").operation_model("ListUsers").output_shape
    body = b"<R><ListUsersResult><Users/></ListUsersResult></R>"

    parsed(parsers["query"][1], body, shape)
    assert [1] == read
    monkeypatch.setenv("AIBRAIN_COMPILED_PARSING", "false")
    assert "'Users': []" in parsed(parsers["query"][1], body, shape)
    assert [1] == read


def test_another_reader_of_times_is_asked():
    """Who gives the SDK's factory another function for times gets what that makes of them."""
    gated = _GatedFactory(ResponseParserFactory())
    gated.set_parser_defaults(timestamp_parser=lambda text: f"<{text}>")
    shape = service_model("iam").operation_model("GetUser").output_shape
    body = b"<R><GetUserResult><User><CreateDate>now</CreateDate></User></GetUserResult></R>"

    assert "'<now>'" in parsed(gated.create_parser("query"), body, shape)


def _typed(value, shape):
    """Return a value of an example, which is JSON, as boto3 gives and takes it."""
    kind = shape.type_name
    if kind in ("structure", "map") and not isinstance(value, dict):
        return {}  # some examples are older than their model
    if kind == "list" and not isinstance(value, list):
        return []
    if kind == "structure":
        return {k: _typed(v, shape.members[k]) for k, v in value.items() if k in shape.members}
    if kind == "list":
        return [_typed(item, shape.member) for item in value]
    if kind == "map":
        return {str(k): _typed(v, shape.value) for k, v in value.items()}
    if kind == "timestamp":
        return parse_timestamp(value.replace("PDT", "-0700") if isinstance(value, str) else value)
    return str(value).encode() if kind == "blob" else value
