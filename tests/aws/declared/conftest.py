"""
A server that answers every operation as its model says: two pages, every member filled in.

It needs no script per operation: texts are made of the member's name and the number of the
record (``VpcId-1``), so that what two operations call alike belongs together. The bodies are
written by moto's serializers, one per protocol of AWS, and read by botocore from the wire.
"""

from __future__ import annotations

import datetime as dt
import functools
import http.server
import json
import re
import threading

import pytest
from botocore.awsrequest import AWSResponse
from moto.core.model import ServiceModel as MotoServiceModel
from moto.core.serialize import SerializationContext, get_serializer_class

from aibrain_jupyter.aws.answers.page_tokens import paging_of
from aibrain_jupyter.aws.clients.pool import ClientPool
from aibrain_jupyter.aws.operations.models import service_model
from aibrain_jupyter.aws.resources.running import export_resource
from aibrain_jupyter.aws.resources.table import RESOURCES
from aibrain_jupyter.aws.target import AwsTarget
from aibrain_jupyter.shared.base_tool import CallContext

OPERATION = "X-Model-Operation"
TOKEN = "page-two"
BOTH = 3
CUT = 4
"""The first page, as if there were no second."""
BATCHES = {
    call.operation.partition(":")[2]
    for resource in RESOURCES
    for call in resource.calls
    if call.kind == "batch"
}
"""Operations that are asked for both records at once."""
WHEN = dt.datetime(2026, 3, 1, 12, 30, tzinfo=dt.UTC)
POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}
        ],
    }
)
_POLICIES = re.compile(r"(\w*policy(document|text|body|injson)?|content|accesspolicies)", re.I)
_DEEPEST = 9


def answer_of(service, operation, page, texts):
    """Return the answer to `operation`: record `page` of two, with the tokens of its page."""
    model = service_model(service).operation_model(operation)
    if model.output_shape is None:
        return {}
    is_cut, page = page == CUT, 1 if page == CUT else page
    answer = _value(model.output_shape, "", page, texts, ())
    paging = paging_of(service, operation)
    for path in paging.tokens.values():
        if re.fullmatch(r"[\w.]+", path):
            _put(answer, path, TOKEN if page == 1 and not is_cut else None)
    if paging.more:
        _put(answer, paging.more, page == 1 and not is_cut)
    return answer


def _both(service, operation, texts):
    """Return an answer of one page with both records in its lists."""
    first, second = (answer_of(service, operation, number, texts) for number in (1, 2))
    return {n: v + second[n] if isinstance(v, list) else v for n, v in first.items()}


def _nothing(shape):
    """Return an answer without a record: what the model requires is there, and empty."""
    if shape is None:
        return {}
    payload = shape.serialization.get("payload")
    names = [payload] if payload else shape.required_members
    return {name: _empty(shape.members[name]) for name in names}


def _empty(shape):
    empty = {"list": [], "map": {}, "string": "", "boolean": False, "timestamp": WHEN, "blob": b""}
    if shape.type_name == "structure":
        return {name: _empty(shape.members[name]) for name in shape.required_members}
    return empty.get(shape.type_name, 0)


def _put(answer, path, value):
    *parents, last = path.split(".")
    for name in parents:
        answer = answer.setdefault(name, {})
    if value is None:
        answer.pop(last, None)
    else:
        answer[last] = value


def _value(shape, name, number, texts, above):
    kind = shape.type_name
    if len(above) > _DEEPEST or above.count(shape.name) > 1:
        return None
    above = (*above, shape.name)
    if kind == "structure":
        members = {n: _value(s, n, number, texts, above) for n, s in shape.members.items()}
        if shape.is_tagged_union:
            members = dict([next(iter(members.items()))])
        return {n: v for n, v in members.items() if v is not None}
    if kind == "list":
        item = _value(shape.member, re.sub(r"s$", "", name), number, texts, above)
        return [] if item is None else [item]
    if kind == "map":
        key = _text(shape.key, f"{name}-key", number, texts)
        return {key: _value(shape.value, name, number, texts, above)}
    if kind == "timestamp":
        return WHEN
    if kind == "boolean":
        return _given(name, texts) is not False
    if kind in ("integer", "long"):
        return number
    if kind in ("float", "double"):
        return float(number)
    if kind == "blob":
        return b"blob"
    return _text(shape, name, number, texts)


def _text(shape, name, number, texts):
    if (text := _given(name, texts)) is not None:
        return text.format(n=f"{number:020d}")
    if shape.enum:
        return shape.enum[0]
    if _POLICIES.fullmatch(name):
        return POLICY
    if name in ("CreationDate", "DeprecationTime", "LastLaunchedTime", "CreatedAt", "UpdatedAt"):
        return WHEN.isoformat()
    if name in ("SubscribedAt",):
        return WHEN.isoformat()
    return f"{name}-{number:020d}"  # as long as the longest of the least lengths


def _given(name, texts):
    return next((text for pattern, text in texts.items() if re.fullmatch(pattern, name)), None)


@functools.cache
def _serializer(service, operation, protocol):
    described = service_model(service)._service_description
    model = MotoServiceModel(described, service).operation_model(operation)
    made = get_serializer_class(model.service_model.service_name, protocol)
    return made(model, SerializationContext())


@functools.cache
def _reply(service, operation, protocol, page, texts, change):
    if page == BOTH:
        result = _both(service, operation, dict(texts))
    else:
        shape = service_model(service).operation_model(operation).output_shape
        result = answer_of(service, operation, page, dict(texts)) if page else _nothing(shape)
    if change is not None:
        change(service_model(service).operation_model(operation).output_shape, result)
    return _serializer(service, operation, protocol).serialize(result)


class ModelServer(http.server.ThreadingHTTPServer):
    """
    Answers by the models. `texts` are texts for members, by patterns of their names; `empty`
    are operations answered without a record, `cut` those whose second page is lost; `asked` counts
    the requests of each operation; `change` is called with the shape and the value of each answer,
    which it may change.
    """

    daemon_threads = True

    def __init__(self):
        self.reset()
        super().__init__(("127.0.0.1", 0), _Handler)

    def reset(self):
        """Forget what was set and seen."""
        self.texts = {}
        self.empty = set()
        self.cut = set()
        self.asked = {}
        self.change = None

    @property
    def url(self):
        """The endpoint URL."""
        return f"http://127.0.0.1:{self.server_port}"

    def answer(self, service, operation, protocol, request):
        """Return the body, headers and status of one answer."""
        self.asked[operation] = self.asked.get(operation, 0) + 1
        has_pages = bool(paging_of(service, operation).tokens)
        at_once = operation in BATCHES and not has_pages
        page = BOTH if at_once else 2 if TOKEN in request else 1
        page = 0 if operation in self.empty else CUT if operation in self.cut else page
        texts = tuple(self.texts.items())
        return _reply(service, operation, protocol, page, texts, self.change)


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Head and body are two packets: the second would wait 40 ms for the first's receipt.
    disable_nagle_algorithm = True

    def _handle(self):
        length = int(self.headers.get("Content-Length") or 0)
        request = self.path + self.rfile.read(length).decode("utf-8", "replace")
        reply = self.server.answer(*self.headers[OPERATION].split(":"), request)
        body = reply["body"] if isinstance(reply["body"], bytes) else reply["body"].encode()
        self.send_response(reply["status_code"])
        for name, value in reply["headers"].items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_HEAD = _handle  # noqa: N815

    def log_message(self, format, *args):  # noqa: A002
        """Keep the test output quiet."""


class _Refusals(set):
    """
    Operations that are refused instead of sent, with an error of this `code`.

    `given` has answers of operations that are neither, by ``service:Operation``: as boto3 gives
    them, or functions of the request's body.
    """

    code = "AccessDeniedException"

    def __init__(self):
        self.given = {}

    def answer(self, params, model, **_):
        """Name the operation for the server, or refuse it: botocore's event ``before-call``."""
        service = model.service_model
        words = (service.service_name, model.name, service.resolved_protocol)
        params["headers"][OPERATION] = ":".join(words)
        if (answer := self.given.get(f"{service.service_name}:{model.name}")) is not None:
            answer = answer(params["body"]) if callable(answer) else answer
            return AWSResponse("", 200, {}, None), {**answer, "ResponseMetadata": {}}
        if model.name not in self:
            return None
        error = {"Code": self.code, "Message": "may not"}
        return AWSResponse("", 403, {}, None), {"Error": error, "ResponseMetadata": {}}


@pytest.fixture(scope="module")
def server():
    """The server of the module."""
    with ModelServer() as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture(scope="module")
def _refusals():
    return _Refusals()


@pytest.fixture(scope="module")
def _pool(_refusals):
    """One pool for the module: reading the models of 30 services is the slow part."""
    pool = ClientPool()
    pool.prepare.append(
        lambda client: client.meta.events.register_first("before-call", _refusals.answer)
    )
    yield pool
    pool.clear()


@pytest.fixture
def refused(_refusals):
    """A set of operations that are refused."""
    _refusals.clear()
    _refusals.given.clear()
    _refusals.code = _Refusals.code
    return _refusals


@pytest.fixture(scope="module")
def _one_user(tmp_path_factory):
    """
    One user for the module: equal secrets have equal hashes in all its exports, and clients
    serve them all, for a pool makes new ones where the files of credentials are others.
    """
    base = tmp_path_factory.mktemp("user")
    return {
        "AIBRAIN_DATA_DIR": str(base / "data"),
        "AWS_CONFIG_FILE": str(base / "aws-config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(base / "aws-credentials"),
    }


@pytest.fixture
def export(server, _pool, refused, _no_real_aws, _one_user, monkeypatch):
    """``export(resource)`` is its `ToolResult` from the model server."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
    for name, value in _one_user.items():
        monkeypatch.setenv(name, value)
    server.reset()
    target = AwsTarget(account="123456789012", region="us-east-1", partition="aws")

    def export(resource, columns=None):
        ctx = CallContext(target=target, clients=_pool, columns=columns)
        return export_resource(resource, ctx)

    return export
