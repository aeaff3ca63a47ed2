"""Endpoint rules begin with what botocore begins them with, and lead where they led."""

from __future__ import annotations

import copy
import itertools

import pytest

from aibrain_jupyter.aws.clients.pool import ClientPool
from aibrain_jupyter.aws.clients.sharing.endpoint_params import resolve_for_less

SERVICES = (
    "dynamodb",  # the account id of the credentials, and what is found by an expression
    "ec2",
    "events",  # an input that names the endpoint
    "iam",
    "kinesis",  # static values by operation
    "kms",
    "lambda",
    "s3",
    "s3control",
    "sts",
)
BUCKETS = (
    "evidence",
    "evi--dence",
    "with.dots",
    "a",
    "Upper_Case",
    "evidence--use1-az4--x-s3",
    "point--use1-az4--xa-s3",
    "evidence-x-s3",
    "arn:aws:s3:us-east-1:123456789012:accesspoint/point",
    "arn:aws:s3:::evidence",
    "name-0123456789-e-1234567890-o0123456789abcdefghijklmno--op-s3",
    "",
)
REGIONS = ("us-east-1", "eu-west-1", "cn-north-1")


@pytest.fixture
def pool(monkeypatch):
    """A pool whose clients know AWS's own endpoints."""
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIATEST")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "none")
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    return ClientPool()


def theirs_of(resolver):
    """Return the same resolver as botocore made it."""
    found = copy.copy(resolver)
    del vars(found)["_get_provider_params"]
    return found


def inputs_of(model):
    """Return inputs in which all that may lead to an endpoint has a value, and none."""
    members = model.input_shape.members if model.input_shape else {}
    given = [name for name, shape in members.items() if shape.type_name == "string"]
    texts = {name: f"a{n}" for n, name in enumerate(given)}
    return {}, texts


def outcome(resolver, model, inputs):
    """Return where a request goes and how it is signed; as text, if it is refused."""
    context = {"client_config": None}
    try:
        found = resolver.construct_endpoint(model, dict(inputs), context)
    except Exception as exc:  # noqa: BLE001 - whatever it is, the other must be so, too
        return f"{type(exc).__name__}: {exc}"
    return found.url, found.headers, found.properties


@pytest.mark.parametrize("service", SERVICES)
def test_every_operation_begins_as_the_sdk_has_it(pool, service):
    """Whatever gives a parameter its value gives it here, in the same order of precedence."""
    client = pool.client(service, region="eu-west-1")
    own = client._ruleset_resolver
    assert "_get_provider_params" in vars(own), "it is botocore's own: nothing is compared"
    theirs = theirs_of(own)
    model = client.meta.service_model
    for name in model.operation_names:
        operation = model.operation_model(name)
        for inputs in inputs_of(operation):
            assert outcome(theirs, operation, inputs) == outcome(own, operation, inputs), name


@pytest.mark.parametrize("region", REGIONS)
def test_each_kind_of_bucket_is_where_it_was(pool, region):
    """What is left out for plain buckets changes none of their endpoints, nor of any other."""
    client = pool.client("s3", region=region)
    own, model = client._ruleset_resolver, client.meta.service_model
    theirs = theirs_of(own)
    operations = ("GetBucketAcl", "GetBucketPolicy", "GetObject", "ListBuckets", "ListObjectsV2")
    for name, bucket in itertools.product(operations, BUCKETS):
        operation, inputs = model.operation_model(name), {"Bucket": bucket} if bucket else {}
        assert outcome(theirs, operation, inputs) == outcome(own, operation, inputs), (name, bucket)


def test_operations_that_differ_in_what_no_bucket_needs_evaluate_once(pool):
    """Two operations on one plain bucket lead to one evaluation of the rules, and not to two."""
    client = pool.client("s3", region="us-east-1")
    own, model = client._ruleset_resolver, client.meta.service_model

    def begin(name, bucket):
        params = own._get_provider_params(model.operation_model(name), {"Bucket": bucket}, {})
        params.pop("Key", None)
        return params

    assert begin("GetBucketPolicy", "evidence") == begin("HeadBucket", "evidence")
    of_others = "evidence--use1-az4--x-s3"
    assert begin("GetBucketPolicy", of_others) != begin("HeadBucket", of_others)


def test_another_botocore_keeps_its_own():
    """A resolver without the parts that are known here is not touched."""

    class Another:
        pass

    resolver = Another()
    resolve_for_less(resolver)
    resolve_for_less(None)
    assert not vars(resolver)
