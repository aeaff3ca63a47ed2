"""The clients of S3 in other regions ask, sign and follow buckets as those the SDK would make."""

from __future__ import annotations

import gc
import io
import os
import re
import weakref
from pathlib import Path

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.config import Config

from aibrain_jupyter._version import __version__
from aibrain_jupyter.aws.clients.current_call import asking_for
from aibrain_jupyter.aws.clients.pool import ClientPool
from aibrain_jupyter.shared.error_handler import OperationRefusedError

REGIONS = (
    *("us-east-1", "eu-west-1", "eu-central-1", "cn-north-1", "us-gov-west-1"),
    *("xx-new-1", "aws-global"),
)
"""The global endpoint's, one that still takes old signatures, one that does not, others, none."""
BUCKETS = (
    *("plain-bucket", "with.dots", "Upper_Case", "logs--usw2-az1--x-s3"),
    "arn:aws:s3:us-west-2:123456789012:accesspoint/point",
    "arn:aws:s3-outposts:us-west-2:123456789012:outpost/op-01234567890123456/accesspoint/point",
    "arn:aws:s3-object-lambda:us-west-2:123456789012:accesspoint/lambda",
    "arn:aws:s3::123456789012:accesspoint/mfzwi23gnjvgw.mrap",
)
OWN_SERVER = "http://own.server:8000/under"
SETTINGS = {
    "none": {},
    "endpoint": {"env": {"AWS_ENDPOINT_URL": OWN_SERVER}},
    "endpoint of s3": {"env": {"AWS_ENDPOINT_URL_S3": "http://127.0.0.1:8000"}},
    "endpoint in file": {"file": f"endpoint_url = {OWN_SERVER}"},
    "fips": {"env": {"AWS_USE_FIPS_ENDPOINT": "true"}},
    "dualstack": {"env": {"AWS_USE_DUALSTACK_ENDPOINT": "true"}},
    "both": {"env": {"AWS_USE_FIPS_ENDPOINT": "true", "AWS_USE_DUALSTACK_ENDPOINT": "true"}},
    "dualstack of s3": {"s3": "use_dualstack_endpoint = true"},
    "path": {"s3": "addressing_style = path"},
    "virtual": {"s3": "addressing_style = virtual"},
    "virtual, own server": {
        "s3": "addressing_style = virtual",
        "env": {"AWS_ENDPOINT_URL": OWN_SERVER},
    },
    "own region": {"s3": "use_arn_region = false"},
    "signed payload": {"s3": "payload_signing_enabled = true"},
    "accelerated": {"s3": "use_accelerate_endpoint = true"},
    "regional": {"s3": "us_east_1_regional_endpoint = regional"},
    "legacy": {"env": {"AWS_S3_US_EAST_1_REGIONAL_ENDPOINT": "legacy"}},
    "no sessions": {"env": {"AWS_S3_DISABLE_EXPRESS_SESSION_AUTH": "true"}},
    "no many-region points": {"s3": "s3_disable_multiregion_access_points = true"},
    "signature": {"s3": "signature_version = s3v4"},
    "checksums": {"env": {"AWS_REQUEST_CHECKSUM_CALCULATION": "when_required"}},
    "standard defaults": {"env": {"AWS_DEFAULTS_MODE": "standard"}},
}
MOVED = {
    "region in head": {"status": 301, "code": "PermanentRedirect", "header": True},
    "region in body": {"status": 400, "code": "AuthorizationHeaderMalformed", "body": True},
    "region in neither": {"status": 301, "code": "PermanentRedirect"},
    "opted in": {"status": 400, "code": "IllegalLocationConstraintException", "header": True},
    "for now": {"status": 307, "code": "TemporaryRedirect", "header": True},
}
"""How S3 says that a bucket is in another region than was asked."""
SIDES = ("east-1", "west-2")
OFTEN = (
    *(("none", "us-east-1"), ("none", "eu-central-1"), ("endpoint", "us-east-1")),
    *(("path", "us-east-1"), ("fips", "eu-central-1"), ("regional", "us-east-1")),
)
"""In the suite: settings, and the region whose client is made first; all with ``--full``."""
_SIGNATURE = re.compile(r"Signature=[^&]+|X-Amz-Signature=[^&]+|Expires=\d+|X-Amz-Date=\w+", re.I)
_OF_THE_MOMENT = {"authorization", "x-amz-date", "amz-sdk-invocation-id", "date"}
"""Headers that no two requests have in common."""
_READ_ONLY = "x-amz-create-session-mode"
"""What the pool's clients say, and the SDK's do not, when they open a directory bucket."""
_FEATURES = re.compile(rb" m/[\w,+-]+")
"""In the SDK's name: where the keys came from, which it tells with its first client alone."""
_SESSION = b"""<CreateSessionResult><Credentials><SessionToken>token</SessionToken>
<SecretAccessKey>of-%b</SecretAccessKey><AccessKeyId>ASIASESSION</AccessKeyId>
<Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></CreateSessionResult>"""
_LIST = b"<ListBucketResult><Name>b</Name></ListBucketResult>"
_ANSWERS = {
    "list-type": _LIST,
    "location": b"<LocationConstraint/>",
    "": b"<ListAllMyBucketsResult><Buckets/></ListAllMyBucketsResult>",
}
"""By what is in the address."""


class Wire:
    """What clients send, in order; answered here in place of S3."""

    def __init__(self, answer):
        self.sent = []
        self.modes = []
        self._answer = answer

    def watch(self, client):
        """Answer the requests of a client."""
        client.meta.events.register_last("before-send", self._send, unique_id="test-wire")

    def _send(self, request, **_):
        signed = request.headers.get("Authorization", b"").decode()
        scope = signed.partition(", Signature=")[0].replace(f"{_READ_ONLY};", "").split("/")
        headers = {
            name.lower(): _FEATURES.sub(b"", value) if isinstance(value, bytes) else value
            for name, value in request.headers.items()
            if name.lower() not in {*_OF_THE_MOMENT, _READ_ONLY}
        }
        self.modes.append((request.headers.get(_READ_ONLY) or b"").decode())
        self.sent.append(
            (request.method, request.url, scope[:1] + scope[2:], headers, request.body)
        )
        return self._answer(request, signed)


class _Raw(io.BytesIO):
    def stream(self, *_, **__):
        yield self.read()


def _answered(request, status, body, **headers):
    headers = {"x-amz-request-id": "1", "content-type": "application/xml", **headers}
    return AWSResponse(request.url, status, headers, _Raw(body))


def well(request, signed):
    """Answer what is asked with nothing in it."""
    if "session" in request.url:
        return _answered(request, 200, _SESSION % signed[:9].encode())
    kind = next((kind for kind in _ANSWERS if kind in request.url), "")
    return _answered(request, 200, _ANSWERS[kind])


def _region(signed):
    return signed.split("/")[2] if signed.count("/") > 2 else ""


def moved(status, code, *, header=False, body=False):
    """Answer as a bucket of Stockholm that is asked for elsewhere."""

    def answer(request, signed):
        if _region(signed) == "eu-north-1":
            return _answered(request, 200, _LIST)
        where = {"x-amz-bucket-region": "eu-north-1"} if header or request.method == "HEAD" else {}
        said = b"<Region>eu-north-1</Region>" if body else b""
        text = b"<Error><Code>%b</Code><Message>m</Message>%b</Error>" % (code.encode(), said)
        return _answered(request, status, b"" if request.method == "HEAD" else text, **where)

    return answer


@pytest.fixture
def set_up(monkeypatch):
    """Set up the configuration of a test; its keys are in the environment."""
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)

    def write(env=None, file="", s3=""):
        for name, value in (env or {}).items():
            monkeypatch.setenv(name, value)
        text = f"[default]\nregion = us-east-1\n{file}\n" + (f"s3 =\n  {s3}\n" if s3 else "")
        Path(os.environ["AWS_CONFIG_FILE"]).write_text(text)

    return write


class Both:
    """Clients of a pool and clients of the SDK, of the same settings, and what each has sent."""

    def __init__(self, answer=well):
        self.ours, self.theirs = Wire(answer), Wire(answer)
        self.pool = ClientPool()
        self.pool.prepare.append(self.ours.watch)
        self._session = boto3.Session()
        self._plain = {}
        self.compared = 0

    def clients(self, region):
        """Return the pool's client of a region, and the SDK's own."""
        if region not in self._plain:
            core = self._session._session
            config = Config(
                retries={"mode": "standard", "total_max_attempts": 10},
                connect_timeout=10,
                read_timeout=60,
                max_pool_connections=64,
                user_agent=f"{core.user_agent_name}/{core.user_agent_version}",
                user_agent_extra=f"aibrain_jupyter/{__version__}",
            )
            made = self._session.client("s3", region_name=region, config=config)
            self.theirs.watch(made)
            self._plain[region] = made
        return self.pool.client("s3", region=region), self._plain[region]

    def compare(self, region, what, *args, **given):
        """Return what differs between a call of both."""
        found = []
        for client, wire in zip(self.clients(region), (self.ours, self.theirs), strict=True):
            wire.sent.clear()
            try:
                value = getattr(client, what)(*args, **given)
            except Exception as exc:  # noqa: BLE001 - whatever it is, the other must be so, too
                value = f"{type(exc).__name__}: {exc}"
            if isinstance(value, dict):
                value = value["ResponseMetadata"]["HTTPStatusCode"]
            found.append((_SIGNATURE.sub("", str(value)), list(wire.sent)))
        self.compared += len(found[0][1])
        return [] if found[0] == found[1] else [(region, what, args, given, *found)]

    def differences(self, region):
        """Return in what the clients of a region differ."""
        ours, theirs = self.clients(region)
        said = [
            (region, name)
            for name, of in {
                "region": lambda one: one.meta.region_name,
                "endpoint": lambda one: one.meta.endpoint_url,
                "partition": lambda one: one.meta.partition,
                "signs": lambda one: one._request_signer.region_name,
                "settings": lambda one: one.meta.config.s3,
                "fips": lambda one: one.meta.config.use_fips_endpoint,
            }.items()
            if of(ours) != of(theirs)
        ]
        found = said + self.compare(region, "list_buckets")
        for bucket in BUCKETS:
            found += self.compare(region, "list_objects_v2", Bucket=bucket, Prefix="a b/")
            found += self.compare(region, "head_bucket", Bucket=bucket)
            link = ("list_objects_v2", {"Bucket": bucket})
            found += self.compare(region, "generate_presigned_url", *link)
        found += self.compare(region, "get_bucket_location", Bucket="plain-bucket")
        return found


def pytest_generate_tests(metafunc):
    if {"name", "first"} <= set(metafunc.fixturenames):
        sides = [(name, first) for name in SETTINGS for first in ("us-east-1", "eu-central-1")]
        is_full = metafunc.config.getoption("--full")
        metafunc.parametrize(("name", "first"), sides if is_full else OFTEN)


def test_every_view_asks_as_the_sdks_own_client(set_up, name, first):
    """Requests, signatures, links and refusals are equal in each region, whichever came first."""
    set_up(**SETTINGS[name])
    both = Both()
    both.clients(first)

    found = [one for region in REGIONS for one in both.differences(region)]

    assert [] == found
    assert both.compared > 2 * len(REGIONS), (
        "requests; all else the SDK refuses, as with acceleration"
    )


@pytest.mark.parametrize("settings", ["none", "endpoint"])
@pytest.mark.parametrize("say", MOVED)
def test_a_bucket_that_has_moved_is_followed_as_by_the_sdk(set_up, settings, say):
    """Each region's client learns where a bucket is for itself, and asks there from then on."""
    set_up(**SETTINGS[settings])
    both = Both(moved(**MOVED[say]))
    calls = ("list_objects_v2", "list_objects_v2", "head_bucket")
    found = []
    for region in ("us-east-1", "eu-west-1", "us-east-1", "eu-central-1"):
        for bucket in ("plain-bucket", "with.dots"):
            for call in calls:
                found += both.compare(region, call, Bucket=bucket)

    assert [] == found
    assert both.compared > 24, "requests: some were sent again"


def test_regions_have_views(set_up):
    """All but the first are views: it is they that are compared above."""
    set_up()
    pool = ClientPool()
    own, *others = (pool.client("s3", region=region) for region in REGIONS)

    assert [own.meta.events] * len(others) == [one.meta.events for one in others]


def test_a_view_signs_links_for_its_own_region(set_up):
    """With the old signature in the regions that take it, with the new one where S3 wants it."""
    set_up(s3="addressing_style = virtual")
    pool = ClientPool()
    links = [
        pool.client("s3", region=region).generate_presigned_url("head_bucket", {"Bucket": "b-b"})
        for region in ("us-east-1", "eu-west-1", "eu-central-1")
    ]

    hosts = [link.split("/")[2] for link in links]
    assert ["b-b.s3.amazonaws.com", "b-b.s3.eu-west-1.amazonaws.com"] == hosts[:2]
    assert "b-b.s3.eu-central-1.amazonaws.com" == hosts[2]
    assert [True, True, False] == ["AWSAccessKeyId=" in link for link in links]
    assert "eu-central-1%2Fs3%2Faws4_request" in links[2]


def test_sessions_of_directory_buckets_belong_to_a_region(set_up):
    """A view opens a session by itself, for reading, where its bucket is; nobody else has it."""
    set_up()
    both = Both()
    for region in ("us-east-1", "us-west-2", "us-east-1"):
        both.clients(region)[0].list_objects_v2(Bucket="logs--usw2-az1--x-s3")

    hosts = [url.split("/")[2] for _, url, *_ in both.ours.sent]
    east, west = (f"logs--usw2-az1--x-s3.s3express-usw2-az1.us-{at}.amazonaws.com" for at in SIDES)
    assert [east, east, west, west, east] == hosts
    assert [True, False, True, False, False] == ["session" in url for _, url, *_ in both.ours.sent]
    assert ["ReadOnly", "", "ReadOnly", "", ""] == both.ours.modes


@pytest.mark.parametrize("region", ["us-east-1", "eu-west-1"])
def test_a_view_is_guarded(set_up, region):
    """What writes, opens a session or signs an upload is refused everywhere; nothing is sent."""
    set_up()
    both = Both()
    both.clients("us-east-1")
    view = both.clients(region)[0]
    for refused, given in (
        ("create_bucket", {"Bucket": "b-b"}),
        ("create_session", {"Bucket": "logs--usw2-az1--x-s3"}),
        ("get_object", {"Bucket": "b-b", "Key": "k"}),
        ("generate_presigned_post", {"Bucket": "b-b", "Key": "k"}),
    ):
        with pytest.raises(OperationRefusedError):
            getattr(view, refused)(**given)

    assert [] == both.ours.sent


def test_the_result_says_which_region_was_asked_first(set_up, ctx):
    """A view that follows a bucket speaks of its own region, not of the first client's."""
    set_up()
    both = Both(moved(**MOVED["region in body"]))
    both.clients("us-east-1")
    with asking_for(ctx):
        both.clients("eu-west-1")[0].list_objects_v2(Bucket="b-b")

    assert ["Bucket b-b is in eu-north-1: asked there, not in eu-west-1."] == list(ctx.remarks)


def test_each_call_says_that_its_bucket_is_elsewhere(set_up, ctx):
    """The SDK is sent on once and then knows the way; later rows are from there as well."""
    set_up()
    both = Both(moved(**MOVED["region in body"]))
    both.clients("us-east-1")
    said = []
    for region in ("eu-west-1", "eu-west-1", "eu-north-1"):
        ctx.remarks.clear()
        with asking_for(ctx):
            both.clients(region)[0].list_objects_v2(Bucket="b-b")
        said.append(list(ctx.remarks))

    elsewhere = ["Bucket b-b is in eu-north-1: asked there, not in eu-west-1."]
    assert [elsewhere, elsewhere, []] == said


def test_a_family_goes_with_its_clients(set_up):
    """What a pool has let go of is freed, the client behind the views too, with all of S3's."""
    set_up()
    pool = ClientPool()
    own = pool.client("s3", region="us-east-1")
    kept = weakref.ref(own)
    view = pool.client("s3", region="eu-west-1")
    pool.clear()
    del own
    gc.collect()
    assert kept() is not None, "a view lives on it"
    del view
    gc.collect()
    assert kept() is None


def test_another_botocore_gets_clients_of_its_own(set_up, monkeypatch):
    """Where a handler is not the one that is known here, the SDK makes each client."""
    from botocore import utils

    class Newer(utils.S3RegionRedirectorv2):
        def register(self, event_emitter=None):
            super().register(event_emitter)
            events = event_emitter or self._client.meta.events
            events.register("needs-retry.s3", self.redirect_from_error)

    set_up()
    monkeypatch.setattr("botocore.client.S3RegionRedirectorv2", Newer)
    pool = ClientPool()
    east, west = (pool.client("s3", region=region) for region in ("us-east-1", "eu-west-1"))

    assert east.meta.events is not west.meta.events
