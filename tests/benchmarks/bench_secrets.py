"""
What going through answers for secrets costs, as a ratio to plain parsing by botocore.

Run ``python tests/benchmarks/bench_secrets.py``; ``--check`` fails over budget, ``--json FILE``
keeps the figures. Two big answers, 1,000 instances and 1,000 functions, are parsed as they come
from the wire, and gone through in both ways the product does: for a curated resource
(`clean_answer`) and for the rows of a generic export (`Layout.records`, without what making plain
rows costs). Least of several rounds, CPU time of one thread.

Boundary: answers without secrets but for the functions' environment; texts are of usual length.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path

from botocore.parsers import ResponseParserFactory
from measured import measured

from aibrain_jupyter.aws.answers.records import layout_of, plain
from aibrain_jupyter.aws.answers.secrets import without_secrets
from aibrain_jupyter.aws.answers.secrets.hide_in_answer import clean_answer
from aibrain_jupyter.aws.clients.parsing import parse_timestamp
from aibrain_jupyter.aws.operations.models import find_operation, service_model

ROWS = 1_000
ROUNDS = 7
BUDGETS = {"ec2": 0.25, "lambda": 1.5}  # of parsing; every function has two variables to hash

_TAGS = "".join(
    f"<item><key>{key}</key><value>{value}</value></item>"
    for key, value in (("Name", "web-{n}"), ("team", "payments"), ("cost-center", "1234"))
)
_INSTANCE = (
    "<item><reservationId>r-{n:017x}</reservationId><ownerId>123456789012</ownerId><groupSet/>"
    "<instancesSet><item><instanceId>i-{n:017x}</instanceId><imageId>ami-0abcdef1234567890</imageId>"
    "<instanceState><code>16</code><name>running</name></instanceState>"
    "<privateDnsName>ip-10-0-0-{n}.eu-west-1.compute.internal</privateDnsName>"
    "<dnsName>ec2-1-2-3-{n}.eu-west-1.compute.amazonaws.com</dnsName><reason/>"
    "<keyName>deploy</keyName><amiLaunchIndex>0</amiLaunchIndex>"
    "<instanceType>t3.micro</instanceType><launchTime>2026-01-02T03:04:05.000Z</launchTime>"
    "<placement><availabilityZone>eu-west-1a</availabilityZone><groupName/>"
    "<tenancy>default</tenancy></placement><monitoring><state>disabled</state></monitoring>"
    "<subnetId>subnet-0abcdef1234567890</subnetId><vpcId>vpc-0abcdef1234567890</vpcId>"
    "<privateIpAddress>10.0.0.1</privateIpAddress><ipAddress>1.2.3.4</ipAddress>"
    "<sourceDestCheck>true</sourceDestCheck><groupSet><item><groupId>sg-0abcdef1234567890"
    "</groupId><groupName>web</groupName></item></groupSet><architecture>x86_64</architecture>"
    "<rootDeviceType>ebs</rootDeviceType><rootDeviceName>/dev/xvda</rootDeviceName>"
    "<blockDeviceMapping><item><deviceName>/dev/xvda</deviceName><ebs>"
    "<volumeId>vol-0abcdef1234567890</volumeId><status>attached</status>"
    "<attachTime>2026-01-02T03:04:06.000Z</attachTime><deleteOnTermination>true"
    "</deleteOnTermination></ebs></item></blockDeviceMapping>"
    "<virtualizationType>hvm</virtualizationType><clientToken>c0ffee-{n}</clientToken><tagSet>"
    + _TAGS
    + "</tagSet><hypervisor>xen</hypervisor><networkInterfaceSet><item>"
    "<networkInterfaceId>eni-0abcdef1234567890</networkInterfaceId>"
    "<subnetId>subnet-0abcdef1234567890</subnetId><vpcId>vpc-0abcdef1234567890</vpcId>"
    "<description>Primary network interface</description><ownerId>123456789012</ownerId>"
    "<status>in-use</status><macAddress>0a:1b:2c:3d:4e:5f</macAddress>"
    "<privateIpAddress>10.0.0.1</privateIpAddress><sourceDestCheck>true</sourceDestCheck>"
    "<attachment><attachmentId>eni-attach-0abcdef1234567890</attachmentId><deviceIndex>0"
    "</deviceIndex><status>attached</status><attachTime>2026-01-02T03:04:05.000Z</attachTime>"
    "</attachment></item></networkInterfaceSet><iamInstanceProfile><arn>"
    "arn:aws:iam::123456789012:instance-profile/web</arn><id>AIPAEXAMPLEEXAMPLE</id>"
    "</iamInstanceProfile><ebsOptimized>true</ebsOptimized><metadataOptions><state>applied"
    "</state><httpTokens>required</httpTokens><httpPutResponseHopLimit>2"
    "</httpPutResponseHopLimit><httpEndpoint>enabled</httpEndpoint></metadataOptions>"
    "</item></instancesSet></item>"
)


def instances() -> bytes:
    """Return the answer to DescribeInstances as EC2 sends it."""
    items = "".join(
        _INSTANCE.replace("{n:017x}", f"{n:017x}").replace("{n}", str(n)) for n in range(ROWS)
    )
    return (
        '<DescribeInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">'
        f"<requestId>r</requestId><reservationSet>{items}</reservationSet>"
        "</DescribeInstancesResponse>"
    ).encode()


def functions() -> bytes:
    """Return the answer to ListFunctions as Lambda sends it."""
    return json.dumps(
        {
            "Functions": [
                {
                    "FunctionName": f"orders-{n}",
                    "FunctionArn": f"arn:aws:lambda:eu-west-1:123456789012:function:orders-{n}",
                    "Runtime": "python3.13",
                    "Role": "arn:aws:iam::123456789012:role/service-role/orders",
                    "Handler": "orders.main.handler",
                    "CodeSize": 12_345 + n,
                    "Description": "Takes orders and puts them into the queue of the warehouse",
                    "Timeout": 30,
                    "MemorySize": 256,
                    "LastModified": "2026-01-02T03:04:05.000+0000",
                    "CodeSha256": "7RSW4xvMvCZ2lKdpMhGWxZDq8Nfl4zZ3gY0mVd3bq1o=",
                    "Version": "$LATEST",
                    "VpcConfig": {
                        "SubnetIds": ["subnet-0abcdef1234567890", "subnet-0abcdef1234567891"],
                        "SecurityGroupIds": ["sg-0abcdef1234567890"],
                        "VpcId": "vpc-0abcdef1234567890",
                    },
                    "Environment": {"Variables": {"STAGE": "prod", "TABLE": "orders"}},
                    "TracingConfig": {"Mode": "PassThrough"},
                    "RevisionId": f"c0ffee00-0000-4000-8000-{n:012d}",
                    "PackageType": "Zip",
                    "Architectures": ["arm64"],
                    "EphemeralStorage": {"Size": 512},
                    "LoggingConfig": {"LogFormat": "JSON", "LogGroup": "/aws/lambda/orders"},
                }
                for n in range(ROWS)
            ]
        }
    ).encode()


CASES = (("ec2", "DescribeInstances", instances), ("lambda", "ListFunctions", functions))


def least(work) -> float:
    """Return the least CPU time of several rounds, in seconds."""
    times = []
    for _ in range(ROUNDS):
        began = time.process_time()
        work()
        times.append(time.process_time() - began)
    return min(times)


def measure(service: str, operation: str, body: bytes) -> dict[str, float]:
    """Return the figures of one answer."""
    model = find_operation(service, operation)
    factory = ResponseParserFactory()
    factory.set_parser_defaults(timestamp_parser=parse_timestamp)
    parser = factory.create_parser(service_model(service).metadata["protocol"])
    response = {"body": body, "headers": {}, "status_code": 200, "context": {}}
    answer = parser.parse(response, model.output_shape)
    layout = layout_of(service, operation)
    rows = [plain(row, layout.shape.member) for row in layout.rows(answer)]
    assert ROWS == len(rows)
    parse_s = least(lambda: parser.parse(response, model.output_shape))
    clean_s = least(lambda: clean_answer(service, operation, answer, frozenset()))
    rows_s = least(lambda: without_secrets(layout.path[-1], rows, layout.shape))
    return {"parse_s": parse_s, "curated": clean_s / parse_s, "generic": rows_s / parse_s}


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument("--check", action="store_true", help="fail over budget")
    parser.add_argument("--json", type=Path, help="file for the figures")
    options = parser.parse_args()
    os.environ["AIBRAIN_DATA_DIR"] = tempfile.mkdtemp()
    figures = {f"{s} {o}": measure(s, o, body()) for s, o, body in CASES}
    for name, found in figures.items():
        for way in ("curated", "generic"):
            bar = BUDGETS[name.split()[0]]
            measured(f"secrets of {name}, {way}", "parsing", found[way], bar=bar)
        print(
            f"{name:24} parsing {found['parse_s'] * 1000:6.1f} ms; going through it costs "
            f"{found['curated']:.2f} of that (curated), {found['generic']:.2f} (generic)"
        )
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2))
    over = [
        name
        for name, found in figures.items()
        if max(found["curated"], found["generic"]) > BUDGETS[name.split()[0]]
    ]
    return int(options.check and bool(over))


if __name__ == "__main__":
    sys.exit(main())
