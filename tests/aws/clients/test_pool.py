"""The client pool: one client per source, region and service, fresh credentials, no secrets."""

from __future__ import annotations

import datetime as dt
import email.utils
import http.server
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from botocore.exceptions import NoCredentialsError

from aibrain_jupyter.aws.clients.home_regions import MAIN_REGIONS, home_region
from aibrain_jupyter.aws.clients.parsing import parse_timestamp
from aibrain_jupyter.aws.clients.pool import ClientPool, SessionProfile, get_client_pool

SECRET = "verySecretAccessKey123"
USERS = """<ListUsersResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><ListUsersResult>
<IsTruncated>false</IsTruncated><Users><member><UserName>ana</UserName><UserId>U1</UserId>
<Path>/</Path><Arn>arn:aws:iam::1:user/ana</Arn><CreateDate>{created}</CreateDate></member></Users>
</ListUsersResult></ListUsersResponse>"""


def demo(name="demo", **changes):
    """A session profile."""
    values = {
        "name": name,
        "access_key_id": "AKIADEMO",
        "secret_access_key": SECRET,
        "region": "eu-west-1",
        "endpoint_url": "http://127.0.0.1:9",
        "account": "111122223333",
        "is_demo": True,
    }
    return SessionProfile(**{**values, **changes})


@pytest.fixture
def pool():
    return ClientPool()


@pytest.fixture
def config_file(monkeypatch):
    """Write the AWS configuration file of the test; its keys come from nowhere else."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name)

    def write(text):
        Path(os.environ["AWS_CONFIG_FILE"]).write_text(text)

    return write


@pytest.fixture
def answering():
    """A server that gives `body` to everyone and keeps the headers it saw."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            seen.append(dict(self.headers))
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(200)
            self.send_header("Content-Length", str(len(server.body)))
            self.end_headers()
            self.wfile.write(server.body)

        def log_message(self, *args):
            """Keep quiet."""

    seen = []
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.body, server.seen = b"", seen
    server.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_importing_it_imports_no_sdk():
    """boto3 comes with the first client, not with the module."""
    code = "import sys, aibrain_jupyter.aws.clients.pool as p; p.get_client_pool(); "
    code += "print([m for m in ('boto3', 'botocore', 'asyncio') if m in sys.modules])"

    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "[]" == out.stdout.strip()


def test_the_process_has_one_pool():
    """Everybody who asks for the pool gets the same one."""
    assert get_client_pool() is get_client_pool()


def test_many_threads_make_one_client(pool):
    """However many workers ask at once, one client is made, and all get it."""
    barrier = threading.Barrier(32)
    found = []

    def ask():
        barrier.wait()
        found.append(pool.client("sqs", region="us-east-1"))

    threads = [threading.Thread(target=ask) for _ in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert 1 == len({id(client) for client in found})
    assert {"sessions": 1, "clients": 1, "created": 1, "hits": 31, "let_go": 0} == pool.stats()


def test_a_client_per_service_region_and_profile(pool):
    """Another service, region or profile is another client; the session is per profile."""
    pool.add_profile(demo())
    clients = [
        pool.client("sqs", region="us-east-1"),
        pool.client("sqs", region="eu-west-1"),
        pool.client("sns", region="us-east-1"),
        pool.client("sqs", region="us-east-1", profile="demo"),
    ]

    assert 4 == len({id(client) for client in clients})
    assert 2 == pool.stats()["sessions"]


def test_clients_try_ten_times_and_say_who_they_are(pool):
    """The settings that lose no throttled call are on every client."""
    config = pool.client("sqs", region="us-east-1").meta.config

    assert {"mode": "standard", "total_max_attempts": 10} == config.retries
    assert (10, 60, 64) == (
        config.connect_timeout,
        config.read_timeout,
        config.max_pool_connections,
    )
    assert "aibrain_jupyter/" in config.user_agent


def test_new_keys_in_the_environment_take_effect(pool, answering, monkeypatch):
    """A client made with old keys is not used again, and goes out of the pool."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", answering.url)
    answering.body = USERS.format(created="2024-01-31T09:00:00Z").encode()
    pool.client("iam", region="us-east-1").list_users()
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIANEWNEWNEWNEWNEW0")
    pool.client("iam", region="us-east-1").list_users()

    signed = [headers["Authorization"].split("Credential=")[1][:20] for headers in answering.seen]
    assert ["AKIATESTTESTTESTTEST", "AKIANEWNEWNEWNEWNEW0"] == signed
    assert 1 == pool.stats()["clients"]


def test_another_aws_profile_takes_effect(pool, config_file, monkeypatch):
    """AWS_PROFILE is looked at on every request for a client."""
    config_file(
        "[profile a]\nregion = eu-west-1\naws_access_key_id = A\naws_secret_access_key = s\n"
        "[profile b]\nregion = sa-east-1\naws_access_key_id = B\naws_secret_access_key = s\n"
    )
    found = []
    for name in ("a", "b"):
        monkeypatch.setenv("AWS_PROFILE", name)
        found.append(pool.client("sqs").meta.region_name)

    assert ["eu-west-1", "sa-east-1"] == found


def test_an_edited_config_file_takes_effect(pool, config_file):
    """A changed file makes a new session, no restart needed."""
    config_file("[default]\nregion = eu-west-1\n")
    before = pool.client("sqs").meta.region_name
    config_file("[default]\nregion = ap-south-1\n")

    assert ("eu-west-1", "ap-south-1") == (before, pool.client("sqs").meta.region_name)


def test_credentials_that_come_late_are_found(pool, monkeypatch):
    """An instance's metadata that fails once does not leave the kernel without credentials."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_EC2_METADATA_DISABLED"):
        monkeypatch.delenv(name)
    expiry = (dt.datetime.now(dt.UTC) + dt.timedelta(hours=6)).strftime("%Y-%m-%dT%H:%M:%SZ")
    keys = {"AccessKeyId": "ASIALATE", "SecretAccessKey": "s", "Token": "t", "Expiration": expiry}

    class Metadata(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            is_list = self.path.endswith("/security-credentials/")
            text = "role" if is_list else json.dumps({"Code": "Success", **keys})
            self.send_response(200 if is_up.is_set() else 404)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        do_PUT = do_GET  # noqa: N815

        def log_message(self, *args):
            """Keep quiet."""

    is_up = threading.Event()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Metadata) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        monkeypatch.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", url)
        monkeypatch.setenv("AWS_METADATA_SERVICE_TIMEOUT", "60")
        with pytest.raises(NoCredentialsError):
            pool.client("iam", region="global").list_users()
        is_up.set()
        late = pool.client("iam", region="global")
        server.shutdown()

    assert "ASIALATE" == late._request_signer._credentials.access_key


def test_aws_region_comes_before_the_profile(pool, config_file, monkeypatch):
    """As with the AWS CLI: AWS_REGION, AWS_DEFAULT_REGION, the profile's region."""
    config_file("[profile a]\nregion = eu-west-1\n")
    found = [pool._session("a").region_name]
    for name, region in (("AWS_DEFAULT_REGION", "us-west-1"), ("AWS_REGION", "us-west-2")):
        monkeypatch.setenv(name, region)
        found.append(pool._session("a").region_name)

    assert ["eu-west-1", "us-west-1", "us-west-2"] == found


@pytest.mark.parametrize(
    ("own", "service", "expected"),
    [
        ("", "iam", "us-east-1"),
        ("eu-west-1", "iam", "us-east-1"),
        ("cn-north-1", "iam", "cn-northwest-1"),
        ("eu-west-1", "globalaccelerator", "us-west-2"),
    ],
)
def test_global_is_the_home_region_of_the_partition(pool, monkeypatch, own, service, expected):
    """The region `global` becomes a real one, so that requests can be signed."""
    if own:
        monkeypatch.setenv("AWS_REGION", own)

    client = pool.client(service, region="global")

    assert expected == client.meta.region_name
    assert client is pool.client(service, region=expected)


def test_main_regions_are_those_of_botocore():
    """The table of main regions covers every partition botocore knows, with its own answer."""
    from botocore.loaders import create_loader

    known = create_loader().load_data("partitions")["partitions"]

    assert {p["id"]: p["outputs"]["implicitGlobalRegion"] for p in known} == dict(MAIN_REGIONS)
    assert "us-east-1" == home_region("iam", partition="aws-unheard-of")


def test_a_session_profile_hides_a_configured_one(pool, config_file, answering):
    """The session's keys, region and endpoint are used; AWS_PROFILE does not matter."""
    config_file("[profile demo]\nregion = us-west-2\naws_access_key_id = X\n")
    answering.body = USERS.format(created="2024-01-31T09:00:00Z").encode()
    pool.add_profile(demo(endpoint_url=answering.url))
    pool.client("iam", profile="demo").list_users()

    assert "Credential=AKIADEMO/" in answering.seen[0]["Authorization"]
    assert "/eu-west-1/" in answering.seen[0]["Authorization"]
    assert answering.url == pool.endpoint("demo", "iam")


def test_a_session_profile_needs_nothing_from_the_environment(pool, answering, monkeypatch):
    """A missing AWS_PROFILE and a dead proxy do not reach the embedded account."""
    monkeypatch.setenv("AWS_PROFILE", "does-not-exist")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    answering.body = USERS.format(created="2024-01-31T09:00:00Z").encode()
    pool.add_profile(demo(endpoint_url=answering.url))

    users = pool.client("iam", profile="demo").list_users()["Users"]

    assert ["ana"] == [user["UserName"] for user in users]


def test_removing_a_session_profile_forgets_its_clients(pool):
    """After removal the name is unknown again; removing it twice is no error."""
    from botocore.exceptions import ProfileNotFound

    pool.add_profile(demo())
    pool.client("sqs", profile="demo")
    pool.remove_profile("demo")
    pool.remove_profile("demo")

    assert {} == pool.session_profiles
    assert 0 == pool.stats()["clients"]
    with pytest.raises(ProfileNotFound):
        pool.client("sqs", profile="demo")


def test_hooks_see_each_new_client_once(pool):
    """A function in `prepare` is called with every client before it is handed out."""
    seen = []
    pool.prepare.append(seen.append)
    clients = [pool.client("sqs", region="us-east-1") for _ in range(3)]

    assert [clients[0]] == seen


def test_clear_forgets_clients_but_not_profiles(pool):
    """`clear` makes the next request for a client start anew."""
    pool.add_profile(demo())
    before = pool.client("sqs", profile="demo")
    pool.clear()

    assert before is not pool.client("sqs", profile="demo")


def test_no_secret_is_shown(pool, monkeypatch):
    """Neither the pool nor a session profile shows a secret when printed."""
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    profile = demo(session_token=SECRET)
    pool.add_profile(profile)
    pool.client("sqs", profile="demo")
    pool.client("sqs", region="us-east-1")

    assert SECRET not in repr(pool) + repr(profile) + repr(pool.session_profiles)
    assert "clients=2" in repr(pool)


SERVICES_CONFIG = """
[profile a]
endpoint_url = http://config:1
services = local
aws_access_key_id = A
aws_secret_access_key = s
region = us-east-1
[profile plain]
region = us-east-1
[services local]
dynamodb =
    endpoint_url = http://config-dynamodb:1
elastic_load_balancing_v2 =
    endpoint_url = http://config-elb:1
"""


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"AWS_ENDPOINT_URL": "http://env:1"},
        {"AWS_ENDPOINT_URL_SFN": "http://env-sfn:1", "AWS_ENDPOINT_URL": "http://env:1"},
        {"AWS_ENDPOINT_URL_DYNAMODB": "http://env-dynamodb:1"},
        {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true", "AWS_ENDPOINT_URL": "http://env:1"},
    ],
    ids=["none", "global", "service", "dynamodb", "ignored"],
)
@pytest.mark.parametrize("profile", ["a", "plain"])
def test_the_endpoint_is_the_one_botocore_takes(pool, config_file, monkeypatch, profile, variables):
    """What `endpoint` says is where the client goes; empty means AWS's own endpoint."""
    config_file(SERVICES_CONFIG)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    services = ("dynamodb", "elbv2", "stepfunctions", "sqs")
    taken = {name: pool.client(name, profile=profile).meta.endpoint_url for name in services}

    assert {name: "" if "amazonaws.com" in url else url for name, url in taken.items()} == {
        name: pool.endpoint(profile, name) for name in services
    }


def test_times_from_aws_are_utc_wherever_the_kernel_is(answering):
    """A kernel in New York reads the same instant, and says it in UTC."""
    answering.body = USERS.format(created="2024-01-31T09:00:00Z").encode()
    code = (
        "from aibrain_jupyter.aws.clients.pool import ClientPool;"
        "user = ClientPool().client('iam', region='us-east-1').list_users()['Users'][0];"
        "print(user['CreateDate'].isoformat(), user['CreateDate'].tzinfo)"
    )
    environment = {**os.environ, "TZ": "America/New_York", "AWS_ENDPOINT_URL": answering.url}

    out = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )

    assert "2024-01-31T09:00:00+00:00 UTC" == out.stdout.strip()


MOMENT = dt.datetime(2024, 1, 31, 9, 0, 0, 123456, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    "value",
    [
        "2024-01-31T09:00:00Z",
        "2024-01-31T09:00:00.123Z",
        "2024-01-31T09:00:00.123456789Z",
        "2024-01-31T09:00:00+05:30",
        "2024-01-31T09:00:00.5-0800",
        "2024-01-31T09:00Z",
        "20240131T090000Z",
        "Wed, 31 Jan 2024 09:00:00 GMT",
        "Wed, 31 Jan 2024 09:00:00 +0100",
        email.utils.format_datetime(MOMENT),
        1706691600,
        1706691600.123456,
        1.7066916e9,
        "1706691600",
        "1706691600.5",
        "20240131",
        0,
        -1,
        -2208988800.0,
        253402300799,
        "-86400",
        False,
    ],
    ids=repr,
)
def test_instants_equal_botocores(value):
    """Every form botocore meets gives the instant botocore reads, in UTC."""
    from botocore.utils import parse_timestamp as by_botocore

    parsed = parse_timestamp(value)

    assert by_botocore(value) == parsed
    assert dt.UTC is parsed.tzinfo


@pytest.mark.parametrize("value", ["2024-01-31T09:00:00", "2024-01-31", "Jan 31 2024 09:00"])
def test_a_time_without_a_zone_is_utc(value):
    """botocore would give these without a zone; a naive time is nobody's instant."""
    from botocore.utils import parse_timestamp as by_botocore

    assert by_botocore(value).replace(tzinfo=dt.UTC) == parse_timestamp(value)


@pytest.mark.parametrize("value", ["", "soon", "2024-13-45T00:00:00Z", None, [], 1e20])
def test_what_is_no_time_is_refused_as_by_botocore(value):
    """A broken timestamp is an error of the same class as botocore's, never a wrong time."""
    from botocore.utils import parse_timestamp as by_botocore

    with pytest.raises(Exception) as expected:  # noqa: PT011 - whatever botocore raises
        by_botocore(value)
    with pytest.raises(expected.type):
        parse_timestamp(value)


def test_epochs_around_a_clock_change_are_exact(monkeypatch):
    """The hour that New York has twice is two different hours in UTC."""
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    try:
        first, second = (parse_timestamp(epoch) for epoch in (1699162200, 1699165800))
    finally:
        monkeypatch.undo()
        time.tzset()

    assert dt.timedelta(hours=1) == second - first
    assert "2023-11-05T05:30:00+00:00" == first.isoformat()
