"""
AWS's own examples: every published answer of a read comes back complete and equal.

botocore ships them (``examples-1.json``). Each is put into the form of its service's protocol by
moto's serializers and served over HTTP. Where an example says that there is more, a second page
follows: the same again, with an end.
"""

from __future__ import annotations

import copy
import datetime as dt
import gzip
import json
from functools import cache
from pathlib import Path

import botocore
import pytest
from botocore.serialize import RpcV2CBORSerializer
from botocore.utils import parse_to_aware_datetime
from moto.core.model import ServiceModel
from moto.core.serialize import get_serializer_class

from aibrain_jupyter.aws.answers.page_tokens import paging_of
from aibrain_jupyter.aws.answers.paging import pages
from aibrain_jupyter.aws.answers.records import layout_of
from aibrain_jupyter.aws.clients.current_call import aws_call
from aibrain_jupyter.aws.clients.reads import Access, access_of
from aibrain_jupyter.aws.clients.service_data import service_data
from aibrain_jupyter.aws.operations.export import export_operation
from aibrain_jupyter.aws.operations.models import find_operation
from aibrain_jupyter.shared.error_handler import IncompleteAnswerError

pytestmark = pytest.mark.usefixtures("_forgets_all_models")


def _examples_of_all():
    """Return operation, input and output of every example of a read, by service."""
    found = {}
    for path in sorted((Path(botocore.__file__).parent / "data").glob("*/*/examples-1.json*")):
        raw = path.read_bytes()
        text = gzip.decompress(raw) if path.suffix == ".gz" else raw
        service = path.parent.parent.name
        examples = [
            (operation, example.get("input") or {}, example["output"])
            for operation, examples in json.loads(text)["examples"].items()
            for example in examples
            if example.get("output") and access_of(service, operation) in SENT
        ]
        if examples:
            found[service] = examples
    return found


NOT_AN_ANSWER = {
    "ec2:GetConsoleOutput",  # "..." stands where there would be base64
}
LEFT_OUT = {
    # What the operation needs and the example does not give.
    "pricing:GetProducts": {"ServiceCode": "AmazonEC2"},
}
SENT = (Access.READ, Access.SENSITIVE_READ)
EXAMPLES = _examples_of_all()


@pytest.mark.parametrize("service", sorted(EXAMPLES))
def test_published_examples_come_back_whole(ctx, aws_replies, service):
    """What was served is what is read: every page, every member, and a row for each element."""
    for operation, given, told in EXAMPLES[service]:
        model = find_operation(service, operation)
        full_name = f"{service}:{operation}"
        if (
            model.http["method"] == "HEAD"
            or model.has_streaming_output
            or full_name in NOT_AN_ANSWER
        ):
            continue  # nothing that could be a table
        paging = paging_of(service, operation)
        answers = [_typed(told, model.output_shape)]
        if paging.next_tokens(answers[0]):
            answers.append(_last_page(answers[0], paging))
        request = LEFT_OUT.get(full_name, {}) | _typed(given, model.input_shape)
        request = {name: value for name, value in request.items() if name not in paging.inputs}
        aws_call(ctx).allowed = frozenset({full_name})
        if len(answers) == 1 and paging.is_cut_off(answers[0]):
            _serve(aws_replies, service, operation, answers)
            with pytest.raises(IncompleteAnswerError):
                list(pages(ctx, service, operation, request))
            continue

        _serve(aws_replies, service, operation, answers)
        read = [_without_metadata(page) for page in pages(ctx, service, operation, request)]
        assert [_plain(answer) for answer in answers] == [_plain(page) for page in read], operation

        _serve(aws_replies, service, operation, answers)
        frame = export_operation(ctx, service, operation, request).frame
        layout = layout_of(service, operation)
        assert sum(len(layout.rows(answer)) for answer in answers) == len(frame), operation


def _serve(server, service, operation, answers):
    """Have the server answer so, in the form of the service's protocol."""
    model = _moto_model(service).operation_model(operation)
    protocol = model.service_model.resolved_protocol
    for answer in answers:
        if protocol == "smithy-rpc-v2-cbor":
            body = bytearray()
            RpcV2CBORSerializer()._serialize_data_item(body, answer, model.output_shape)
            headers = {"smithy-protocol": "rpc-v2-cbor", "Content-Type": "application/cbor"}
            server.reply(bytes(body), headers=headers)
            continue
        made = get_serializer_class(service, protocol)(model).serialize(answer)
        body = made["body"] if isinstance(made["body"], bytes) else made["body"].encode()
        server.reply(body, status=made["status_code"], headers=dict(made["headers"]))


def _last_page(answer, paging):
    """Return the same answer as one after which nothing follows."""
    last = copy.deepcopy(answer)
    for path in paging.tokens.values():
        owner, name = _owner(last, path)
        owner.pop(name, None)
    if paging.more:
        owner, name = _owner(last, paging.more)
        owner[name] = False
    return last


def _owner(answer, path):
    *above, name = path.split(".")
    for part in above:
        answer = answer.get(part, {})
    return answer, name


@cache
def _moto_model(service):
    return ServiceModel(service_data().load_service_model(service, "service-2"), service)


def _without_metadata(page):
    return {name: value for name, value in page.items() if name != "ResponseMetadata"}


def _typed(value, shape):
    """Return a value of an example, which is JSON, as boto3 gives and takes it."""
    kind = "" if shape is None else shape.type_name
    if kind == "structure":
        # Some examples have members that the model does not have (any more).
        return {k: _typed(v, shape.members[k]) for k, v in value.items() if k in shape.members}
    if kind == "list":
        return [_typed(item, shape.member) for item in value]
    if kind == "map":
        return {str(k): _typed(v, shape.value) for k, v in value.items()}
    if kind == "timestamp":
        # One example gives its zone by a name that only America knows.
        text = value.replace("PDT", "-0700") if isinstance(value, str) else value
        return parse_to_aware_datetime(text)
    if kind == "blob":
        return value.encode()
    if kind in ("integer", "long"):
        return int(value)
    if kind in ("float", "double"):
        return float(value)
    if kind == "boolean":
        return value if isinstance(value, bool) else str(value).lower() == "true"
    return {} if shape is None else str(value)


def _plain(value):
    """Return a value in a form in which equal means the same: no empty members, UTC."""
    if isinstance(value, dict):
        found = {k: _plain(v) for k, v in value.items()}
        return {k: v for k, v in found.items() if v not in (None, "", [], {}, b"")}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).replace(microsecond=0)
    return value
