"""
Pages as AWS sends them, from a process of its own: five listings, each of as many pages as asked.

It answers ``ListUsers``, ``DescribeInstances``, ``ListFunctions``, ``ListKeys`` and
``ListObjectsV2``, 100 records a page and 1,000 objects, as large as they are in a lived-in account.
Every page has other names. Bodies are made before the first request, so that the server costs
little; its CPU is in no figure anyway.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys

from server_process import asked_instead_of_aws

ROWS, OBJECTS = 100, 1_000
_TOKEN = re.compile(rb"page-(\d+)")


def users(page, more):
    """Return a page of IAM users: tags and boundaries are not in this listing."""
    items = "".join(
        f"<member><Path>/people/</Path><UserName>user-{n:05}</UserName>"
        f"<UserId>AIDAEXAMPLE{n:010}</UserId>"
        f"<Arn>arn:aws:iam::123456789012:user/people/user-{n:05}</Arn>"
        f"<CreateDate>2024-05-{1 + n % 28:02}T10:00:00Z</CreateDate>"
        f"<PasswordLastUsed>2026-01-{1 + n % 28:02}T08:30:{n % 60:02}Z</PasswordLastUsed></member>"
        for n in range(page * ROWS, page * ROWS + ROWS)
    )
    token = f"<Marker>page-{page + 1}</Marker>" if more else ""
    return (
        '<ListUsersResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><ListUsersResult>'
        f"<IsTruncated>{str(more).lower()}</IsTruncated><Users>{items}</Users>{token}"
        "</ListUsersResult><ResponseMetadata><RequestId>7a62c49f-347e-4fc4-9331-6e8eEXAMPLE"
        "</RequestId></ResponseMetadata></ListUsersResponse>"
    )


_INSTANCE = """<item><reservationId>r-{n:017x}</reservationId><ownerId>123456789012</ownerId>
<groupSet/><instancesSet><item><instanceId>i-{n:017x}</instanceId>
<imageId>ami-0abcdef1234567890</imageId><instanceState><code>16</code><name>running</name>
</instanceState><privateDnsName>ip-10-0-0-{n}.eu-west-1.compute.internal</privateDnsName>
<dnsName>ec2-1-2-3-{n}.eu-west-1.compute.amazonaws.com</dnsName><reason/><keyName>deploy</keyName>
<amiLaunchIndex>0</amiLaunchIndex><productCodes/><instanceType>t3.micro</instanceType>
<launchTime>2026-01-02T03:04:05.000Z</launchTime><placement><availabilityZone>eu-west-1a
</availabilityZone><groupName/><tenancy>default</tenancy></placement><monitoring>
<state>disabled</state></monitoring><subnetId>subnet-0abcdef1234567890</subnetId>
<vpcId>vpc-0abcdef1234567890</vpcId><privateIpAddress>10.0.0.1</privateIpAddress>
<ipAddress>1.2.3.4</ipAddress><sourceDestCheck>true</sourceDestCheck><groupSet><item>
<groupId>sg-0abcdef1234567890</groupId><groupName>web</groupName></item></groupSet>
<architecture>x86_64</architecture><rootDeviceType>ebs</rootDeviceType>
<rootDeviceName>/dev/xvda</rootDeviceName><blockDeviceMapping><item><deviceName>/dev/xvda
</deviceName><ebs><volumeId>vol-{n:017x}</volumeId><status>attached</status>
<attachTime>2026-01-02T03:04:06.000Z</attachTime><deleteOnTermination>true</deleteOnTermination>
</ebs></item></blockDeviceMapping><virtualizationType>hvm</virtualizationType>
<clientToken>c0ffee00-0000-4000-8000-{n:012}</clientToken><tagSet><item><key>Name</key>
<value>web-{n}</value></item><item><key>team</key><value>payments</value></item><item>
<key>cost-center</key><value>1234</value></item></tagSet><hypervisor>xen</hypervisor>
<networkInterfaceSet><item><networkInterfaceId>eni-{n:017x}</networkInterfaceId>
<subnetId>subnet-0abcdef1234567890</subnetId><vpcId>vpc-0abcdef1234567890</vpcId>
<description>Primary network interface</description><ownerId>123456789012</ownerId>
<status>in-use</status><macAddress>0a:1b:2c:3d:4e:5f</macAddress>
<privateIpAddress>10.0.0.1</privateIpAddress><sourceDestCheck>true</sourceDestCheck><groupSet>
<item><groupId>sg-0abcdef1234567890</groupId><groupName>web</groupName></item></groupSet>
<attachment><attachmentId>eni-attach-{n:017x}</attachmentId><deviceIndex>0</deviceIndex>
<status>attached</status><attachTime>2026-01-02T03:04:05.000Z</attachTime>
<deleteOnTermination>true</deleteOnTermination></attachment><privateIpAddressesSet><item>
<privateIpAddress>10.0.0.1</privateIpAddress><primary>true</primary></item>
</privateIpAddressesSet></item></networkInterfaceSet><iamInstanceProfile>
<arn>arn:aws:iam::123456789012:instance-profile/web</arn><id>AIPAEXAMPLEEXAMPLE</id>
</iamInstanceProfile><ebsOptimized>true</ebsOptimized><enaSupport>true</enaSupport>
<cpuOptions><coreCount>1</coreCount><threadsPerCore>2</threadsPerCore></cpuOptions>
<capacityReservationSpecification><capacityReservationPreference>open
</capacityReservationPreference></capacityReservationSpecification><hibernationOptions>
<configured>false</configured></hibernationOptions><metadataOptions><state>applied</state>
<httpTokens>required</httpTokens><httpPutResponseHopLimit>2</httpPutResponseHopLimit>
<httpEndpoint>enabled</httpEndpoint><httpProtocolIpv6>disabled</httpProtocolIpv6>
<instanceMetadataTags>disabled</instanceMetadataTags></metadataOptions><enclaveOptions>
<enabled>false</enabled></enclaveOptions><platformDetails>Linux/UNIX</platformDetails>
<usageOperation>RunInstances</usageOperation>
<usageOperationUpdateTime>2026-01-02T03:04:05.000Z</usageOperationUpdateTime>
<maintenanceOptions><autoRecovery>default</autoRecovery></maintenanceOptions>
<currentInstanceBootMode>legacy-bios</currentInstanceBootMode></item></instancesSet></item>"""
_INSTANCE = re.sub(r"\s*\n(?=<)", "", _INSTANCE)


def instances(page, more):
    """Return a page of instances, each in a reservation of its own."""
    items = "".join(_INSTANCE.format(n=n) for n in range(page * ROWS, page * ROWS + ROWS))
    token = f"<nextToken>page-{page + 1}</nextToken>" if more else ""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<DescribeInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">'
        "<requestId>8f7724cf-496f-496e-8fe3-example</requestId>"
        f"<reservationSet>{items}</reservationSet>{token}</DescribeInstancesResponse>"
    )


def functions(page, more):
    """Return a page of functions, each with two variables."""
    found = [
        {
            "FunctionName": f"orders-{n:05}",
            "FunctionArn": f"arn:aws:lambda:eu-west-1:123456789012:function:orders-{n:05}",
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
                "Ipv6AllowedForDualStack": False,
            },
            "Environment": {"Variables": {"STAGE": f"prod-{n}", "TABLE": f"orders-{n % 7}"}},
            "KMSKeyArn": None,
            "TracingConfig": {"Mode": "PassThrough"},
            "MasterArn": None,
            "RevisionId": f"c0ffee00-0000-4000-8000-{n:012}",
            "Layers": None,
            "PackageType": "Zip",
            "Architectures": ["arm64"],
            "EphemeralStorage": {"Size": 512},
            "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"},
            "LoggingConfig": {"LogFormat": "JSON", "LogGroup": f"/aws/lambda/orders-{n:05}"},
        }
        for n in range(page * ROWS, page * ROWS + ROWS)
    ]
    return json.dumps({"NextMarker": f"page-{page + 1}" if more else None, "Functions": found})


def keys(page, more):
    """Return a page of keys: their ids and ARNs, which is all that this listing tells."""
    ids = [f"{n:08x}-12ab-34cd-56ef-1234567890ab" for n in range(page * ROWS, page * ROWS + ROWS)]
    found = [
        {"KeyArn": f"arn:aws:kms:eu-west-1:123456789012:key/{key}", "KeyId": key} for key in ids
    ]
    answer = {"KeyCount": ROWS, "Keys": found, "Truncated": more}
    return json.dumps(answer | ({"NextMarker": f"page-{page + 1}"} if more else {}))


def objects(page, more):
    """Return a page of a bucket's objects."""
    items = "".join(
        f"<Contents><Key>logs/2026/01/{1 + n % 28:02}/part-{n:08}.gz</Key>"
        f"<LastModified>2026-01-{1 + n % 28:02}T03:04:05.000Z</LastModified>"
        f"<ETag>&quot;{n:032x}&quot;</ETag><ChecksumAlgorithm>CRC64NVME</ChecksumAlgorithm>"
        f"<ChecksumType>FULL_OBJECT</ChecksumType><Size>{1000 + n}</Size>"
        "<StorageClass>STANDARD</StorageClass></Contents>"
        for n in range(page * OBJECTS, page * OBJECTS + OBJECTS)
    )
    token = f"<NextContinuationToken>page-{page + 1}</NextContinuationToken>" if more else ""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>evidence</Name>'
        f"<Prefix></Prefix>{token}<KeyCount>{OBJECTS}</KeyCount><MaxKeys>1000</MaxKeys>"
        f"<IsTruncated>{str(more).lower()}</IsTruncated>{items}</ListBucketResult>"
    )


LISTINGS = {
    "users": (users, b"Action=ListUsers"),
    "instances": (instances, b"Action=DescribeInstances"),
    "functions": (functions, b"/2015-03-31/functions"),
    "keys": (keys, b"TrentService.ListKeys"),
    "objects": (objects, b"list-type=2"),
}


def body(listing, page=0, *, more=False):
    """Return the body of one page."""
    return LISTINGS[listing][0](page, more).encode()


class _Connection(asyncio.Protocol):
    """One kept-alive connection; requests come one after the other, as the SDK sends them."""

    def __init__(self, bodies):
        self._bodies = bodies

    def connection_made(self, transport):
        self._transport, self._got = transport, b""

    def data_received(self, data):
        self._got += data
        head, found, sent = self._got.partition(b"\r\n\r\n")
        if not found:
            return
        length = re.search(rb"(?i)content-length: *(\d+)", head)
        if length and len(sent) < int(length[1]):
            return
        self._got = b""
        asked = head + sent
        bodies = next(b for name, b in self._bodies.items() if LISTINGS[name][1] in asked)
        token = _TOKEN.search(asked)
        answer = bodies[int(token[1]) if token else 0]
        kind = b"json" if answer.startswith(b"{") else b"xml"
        self._transport.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/%s\r\nx-amzn-RequestId: r\r\n"
            b"x-amz-request-id: r\r\nContent-Length: %d\r\n\r\n" % (kind, len(answer)) + answer
        )


def canned_pages(pages):
    """Serve listings of as many pages for the block; every SDK client of this process asks it."""
    return asked_instead_of_aws(__file__, pages)


async def _serve(pages):
    bodies = {
        name: [body(name, page, more=page + 1 < pages) for page in range(pages)]
        for name in LISTINGS
    }
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Connection(bodies), "127.0.0.1", 0, backlog=64)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1])))
