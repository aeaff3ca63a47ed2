"""
A provider for the benchmarks of clients and cells, in a process of its own: small answers at once.

Every operation of the query services has an empty answer, STS says who asks, KMS has `KEYS` keys;
the JSON services have one answer with the lists of all the operations in `READS`.
"""

from __future__ import annotations

import asyncio
import json

from server_process import asked_instead_of_aws

KEYS = 10
READS = {
    "cloudtrail": "describe_trails",
    "cloudwatch": "describe_alarms",
    "config": "describe_config_rules",
    "dynamodb": "list_tables",
    "ec2": "describe_regions",
    "ecr": "describe_repositories",
    "ecs": "list_clusters",
    "eks": "list_clusters",
    "elbv2": "describe_load_balancers",
    "guardduty": "list_detectors",
    "kms": "list_keys",
    "lambda": "list_functions",
    "logs": "describe_log_groups",
    "rds": "describe_db_instances",
    "s3": "list_buckets",
    "secretsmanager": "list_secrets",
    "securityhub": "describe_hub",
    "sns": "list_topics",
    "sqs": "list_queues",
    "ssm": "describe_parameters",
}
"""A read without inputs of each of 20 services."""
REGIONS = (
    *("us-east-1", "us-east-2", "us-west-1", "us-west-2", "ca-central-1", "sa-east-1"),
    *("eu-west-1", "eu-west-2", "eu-west-3", "eu-central-1", "eu-north-1", "ap-south-1"),
    *("ap-southeast-1", "ap-southeast-2", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3"),
)
"""The 17 regions every account has."""

_ARN = "arn:aws:kms:us-east-1:123456789012:key/"
_LISTS = (
    *("Functions", "QueueUrls", "TableNames", "clusterArns", "clusters", "repositories"),
    *("trailList", "ConfigRules", "detectorIds", "logGroups", "MetricAlarms", "SecretList"),
    "Parameters",
)
_JSON = json.dumps(
    {
        **{name: [] for name in _LISTS},
        "HubArn": "arn",
        "Keys": [{"KeyId": f"k{n}", "KeyArn": f"{_ARN}k{n}"} for n in range(KEYS)],
    }
).encode()
_CALLER = b"""<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
<GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/me</Arn><UserId>AIDA</UserId>
<Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"""
_BUCKETS = b"<ListAllMyBucketsResult><Buckets/></ListAllMyBucketsResult>"
_CBOR = b"\xa1lMetricAlarms\x80"


def _answer(head, body):
    if b"Action=" in body:
        name = body.partition(b"Action=")[2].partition(b"&")[0]
        if name == b"GetCallerIdentity":
            return b"text/xml", _CALLER
        return b"text/xml", b"<%sResponse><%sResult/></%sResponse>" % (name, name, name)
    if b"rpc-v2-cbor" in head.lower():
        return b"application/cbor", _CBOR
    if head.startswith((b"GET / ", b"GET /?x-id=ListBuckets")):
        return b"text/xml", _BUCKETS
    return b"application/json", _JSON


class _Connection(asyncio.Protocol):
    def connection_made(self, transport):
        self._transport, self._got = transport, b""

    def data_received(self, data):
        self._got += data
        head, found, body = self._got.partition(b"\r\n\r\n")
        if not found:
            return
        length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
        if len(body) < int(length or 0):
            return
        self._got = b""
        kind, answer = _answer(head, body)
        self._transport.write(
            b"HTTP/1.1 200 OK\r\nsmithy-protocol: rpc-v2-cbor\r\nContent-Type: %s\r\n"
            b"Content-Length: %d\r\n\r\n%s" % (kind, len(answer), answer)
        )


def canned_aws():
    """Serve for the block; every SDK client of this process and its children asks it."""
    return asked_instead_of_aws(__file__)


async def _serve():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(_Connection, "127.0.0.1", 0, backlog=512)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve())
