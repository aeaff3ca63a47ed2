"""Views of a client are what the SDK would have made for their region, for every service."""

from __future__ import annotations

import re
import threading

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.config import Config

from aibrain_jupyter.aws.clients import service_data
from aibrain_jupyter.aws.clients.pool import ClientPool
from aibrain_jupyter.aws.clients.reads import Access, operations
from aibrain_jupyter.shared.error_handler import WriteRefusedError

HOME = "us-east-1"
ELSEWHERE = ("eu-west-1", "us-gov-west-1", "cn-north-1")
SERVICES = service_data.service_data().list_available_services("service-2")
OFTEN = ("dynamodb", "ec2", "elbv2", "iam", "kms", "lambda", "logs", "rds", "sqs", "ssm", "events")
_SCOPE = re.compile(r"Credential=[^/]+/\d+/([^,]+)/aws4_request")


@pytest.fixture
def pool(monkeypatch):
    """A pool whose clients talk to AWS's own endpoints, as far as they get."""
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIATEST")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "none")
    monkeypatch.setenv("AWS_REGION", HOME)
    return ClientPool()


class Sent:
    """What would be sent, and where to; nothing is."""

    def __init__(self):
        self.requests = []

    def watch(self, client):
        """Note the requests of a client in place of sending them."""
        client.meta.events.register_last("before-send", self._note, unique_id="test-sent")

    def _note(self, request, **_):
        self.requests.append(request)
        raise InterruptedError

    def of(self, client, method):
        """Return where a call goes, how it is signed and what for; as text, if it is refused."""
        self.requests.clear()
        try:
            getattr(client, method)()
        except InterruptedError:
            pass
        except Exception as exc:  # noqa: BLE001 - whatever it is, the other must be so, too
            return f"{type(exc).__name__}: {exc}"
        sent = self.requests[0]
        signed = sent.headers.get("Authorization", b"").decode()
        scope = _SCOPE.search(signed)
        return (sent.method, sent.url, scope and scope[1], sent.headers.get("X-Amz-Region-Set"))


def _read_without_inputs(service):
    model = service_data.service_data().load_service_model(service, "service-2")
    for operation in operations(service).values():
        found = model["operations"].get(operation.name)
        if found is None or operation.access is not Access.READ:
            continue
        shape = model["shapes"][found["input"]["shape"]] if found.get("input") else {}
        if not shape.get("required"):
            return operation.name
    return None


def _services(request):
    return SERVICES if request.config.getoption("--full") else {*OFTEN, *SERVICES[::12]}


def test_every_view_is_what_the_sdk_makes(pool, request):
    """Address, signature and what a client says of itself are equal in each region, of all."""
    from botocore import xform_name

    sent, plain = Sent(), Sent()
    pool.prepare.append(sent.watch)
    session = boto3.Session()
    retries = Config(retries={"mode": "standard", "total_max_attempts": 1})
    views, differences, calls = 0, [], []
    for service in sorted(_services(request)):
        if (name := _read_without_inputs(service)) is None:
            continue
        own = pool.client(service, region=HOME)
        for region in (HOME, *ELSEWHERE):
            made = pool.client(service, region=region)
            views += made is not own and made.meta.events is own.meta.events
            other = session.client(service, region_name=region, config=retries)
            plain.watch(other)
            for what, ours, theirs in (
                ("call", sent.of(made, xform_name(name)), plain.of(other, xform_name(name))),
                ("region", made.meta.region_name, other.meta.region_name),
                ("endpoint", made.meta.endpoint_url, other.meta.endpoint_url),
                ("partition", made.meta.partition, other.meta.partition),
                ("signs", made._request_signer.region_name, other._request_signer.region_name),
            ):
                if ours != theirs:
                    differences.append((service, region, what, ours, theirs))
                calls.append(isinstance(ours, tuple)) if what == "call" else None
        pool.clear()
    print(views, "views,", sum(calls), "of", len(calls), "calls compared")

    assert [] == differences
    assert sum(calls) >= 0.9 * len(calls)
    assert views >= 2.5 * len(OFTEN), "This botocore has other clients: see _PARTS in families.py."


@pytest.fixture
def two(pool):
    """A client of SQS, and its view for Ireland."""
    made = pool.client("sqs", region=HOME), pool.client("sqs", region="eu-west-1")
    assert made[0].meta.events is made[1].meta.events
    return made


def test_a_view_is_guarded(two):
    """What writes is refused in every region, as in the first, before anything is sent."""
    with pytest.raises(WriteRefusedError):
        two[1].create_queue(QueueName="q")


def test_a_view_signs_links_for_its_own_region(two):
    """A link is signed by the client it is asked of: no request is made that could say which."""
    east, west = (one.generate_presigned_url("list_queues") for one in two)

    assert "sqs.us-east-1.amazonaws.com" in east
    assert f"{HOME}%2Fsqs" in east
    assert "sqs.eu-west-1.amazonaws.com" in west
    assert "eu-west-1%2Fsqs" in west


def test_each_region_has_a_retry_quota_of_its_own(two):
    """A region that is down uses up no retries of another."""

    def is_tried_again(client):
        answer = AWSResponse("", 503, {}, None)
        found = client.meta.events.emit(
            "needs-retry.sqs.ListQueues",
            request_dict={"context": {"client_config": client.meta.config}},
            response=(answer, {"Error": {}, "ResponseMetadata": {}}),
            operation=client.meta.service_model.operation_model("ListQueues"),
            attempts=1,
            caught_exception=None,
            endpoint=None,
        )
        return any(answer is not None for _, answer in found)

    assert is_tried_again(two[0])
    for _ in range(500):
        is_tried_again(two[0])
    assert not is_tried_again(two[0])
    assert is_tried_again(two[1])


def test_many_threads_get_the_clients_of_many_regions(pool):
    """64 threads ask for 17 regions of three services at once: each client is made once."""
    regions = pool._session().get_available_regions("sqs")[:17]
    barrier, found, lock = threading.Barrier(64), {}, threading.Lock()

    def ask():
        barrier.wait()
        for service in ("sqs", "sns", "s3"):
            for region in regions:
                client = pool.client(service, region=region)
                with lock:
                    found.setdefault((service, region), set()).add(id(client))
                assert region == client.meta.region_name

    threads = [threading.Thread(target=ask) for _ in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert 51 == len(found)
    assert all(len(clients) == 1 for clients in found.values())


def test_another_botocore_gets_clients_of_its_own(pool, monkeypatch):
    """A client with a part that nobody here knows is not copied: the SDK makes each."""
    from botocore import client as botocore_client

    made = botocore_client.BaseClient.__init__

    def with_more(self, *args, **kwargs):
        made(self, *args, **kwargs)
        self._of_a_newer_botocore = self.meta.region_name

    monkeypatch.setattr(botocore_client.BaseClient, "__init__", with_more)
    east, west = (pool.client("sqs", region=region) for region in (HOME, "eu-west-1"))

    assert east.meta.events is not west.meta.events
    assert "eu-west-1" == west._of_a_newer_botocore


def test_a_host_that_goes_round_the_proxy_has_a_client_of_its_own(pool, monkeypatch):
    """NO_PROXY may name the host of one region: its client is not another's view."""
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "sqs.eu-west-1.amazonaws.com")
    home, ireland, oregon = (
        pool.client("sqs", region=region) for region in (HOME, "eu-west-1", "us-west-2")
    )

    assert home.meta.events is oregon.meta.events
    assert home.meta.events is not ireland.meta.events
