"""Exports against moto's server, and a way to have single operations refused."""

from __future__ import annotations

import pytest

from aibrain_jupyter.aws.clients.foreign_hosts import keep_the_host
from aibrain_jupyter.aws.resources.expressions import search
from aibrain_jupyter.aws.resources.running import export_resource
from aibrain_jupyter.aws.resources.table import find_resource


@pytest.fixture(scope="session")
def _furnisher():
    """Clients that are made once: reading the SDK's models is the slow part of a test."""
    import boto3

    session = boto3.Session("AKIATESTTESTTESTTEST", "testing")
    clients = {}

    def client(service, region, url):
        if (service, region) not in clients:
            found = session.client(service, region_name=region, endpoint_url=url)
            keep_the_host(found, url)
            clients[service, region] = found
        return clients[service, region]

    return client


@pytest.fixture
def aws(moto_aws, _furnisher):
    """``aws("s3", "eu-west-1")`` is a client to furnish the account with, not the exports'."""

    def client(service, region="us-east-1"):
        return _furnisher(service, region, moto_aws)

    return client


def _http(status):
    from botocore.awsrequest import AWSResponse

    return AWSResponse("", status, {}, None)


class Answers:
    """
    What single operations are answered with, whatever the service, before they are sent.

    The answers are given inside botocore, through the pool's own hook for new clients: moto can
    neither refuse single operations nor answer all of them.
    """

    def __init__(self):
        self._allowed: tuple[str, ...] | None = None
        self._codes: dict[str, str] = {}
        # moto does not know these; it answers 500, which botocore tries ten times, or 404.
        self._given = {
            "DescribeInstanceInformation": {"InstanceInformationList": []},
            "ListFunctionUrlConfigs": {"FunctionUrlConfigs": []},
            "LookupEvents": {"Events": []},
        }

    def refuse(self, *operations, code="AccessDenied"):
        """Have these operations refused, or ended with another error code."""
        self._codes.update(dict.fromkeys(operations, code))

    def refuse_all_but(self, *operations):
        """Have every operation refused but these."""
        self._allowed = operations

    def give(self, operation, answer):
        """Have an operation answered with `answer`."""
        self._given[operation] = answer

    def answer(self, model, **_):
        """Answer botocore's event before a call; None sends it."""
        code = self._codes.get(model.name)
        if self._allowed is not None and model.name not in self._allowed:
            code = "AccessDenied"
        if code is not None:
            action = f"{model.service_model.signing_name}:{model.name}"
            message = f"User: arn:aws:iam::123456789012:user/me may not perform: {action}"
            error = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {}}
            return _http(403), error
        if model.name in self._given:
            return _http(200), dict(self._given[model.name])
        return None


@pytest.fixture
def answers(pool):
    """What the clients of `ctx` are answered with instead of being sent (see `Answers`)."""
    answers = Answers()
    pool.prepare.append(
        lambda client: client.meta.events.register_first("before-call", answers.answer)
    )
    return answers


@pytest.fixture
def export(ctx, answers):
    """``export("iam", "users")`` is the `ToolResult` of that curated resource."""

    def export(service, name):
        resource = find_resource(service, name)
        return export_resource(resource, ctx)

    return export


@pytest.fixture(scope="session")
def read():
    """``read("kms", "keys", item)`` are the columns that can be read from what is known of it."""

    def read(service, name, item):
        columns = [c for c in find_resource(service, name).columns if c.source]
        known = {"here": {"account": "1", "region": "eu-west-1", "partition": "aws"}, **item}
        return {c.name: search(c.source, known) for c in columns}

    return read


@pytest.fixture
def row(export):
    """``row("iam", "users")`` is the only row of the export, as a dict."""

    def row(service, name):
        [found] = export(service, name).frame.to_dict("records")
        return found

    return row
