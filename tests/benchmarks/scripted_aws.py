"""
A provider for the benchmarks, in a process of its own: canned answers after a set latency.

It answers ``DescribeInstances`` with a page of `INSTANCES` and everything else with a small
answer. Its CPU is not in the figures; it costs far less a request than the client does. With a
rate it refuses as AWS does when a token bucket is empty, and counts.
"""

from __future__ import annotations

import asyncio
import sys
import time
import urllib.request

from server_process import asked_instead_of_aws

INSTANCES = 100
LATENCY_S = 0.05

_SMALL = b"""<ListMFADevicesResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">
<ListMFADevicesResult><IsTruncated>false</IsTruncated><MFADevices/></ListMFADevicesResult>
<ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></ListMFADevicesResponse>"""

_THROTTLED = b"""<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><Error>
<Type>Sender</Type><Code>Throttling</Code><Message>Rate exceeded</Message></Error>
<RequestId>r</RequestId></ErrorResponse>"""

_INSTANCE = """<item><instanceId>i-{n:017x}</instanceId><imageId>ami-{n:017x}</imageId>
<instanceState><code>16</code><name>running</name></instanceState>
<privateDnsName>ip-10-0-0-{n}.ec2.internal</privateDnsName><dnsName/><keyName>audit</keyName>
<amiLaunchIndex>0</amiLaunchIndex><instanceType>m5.large</instanceType>
<launchTime>2024-05-01T10:00:00.000Z</launchTime><placement><availabilityZone>us-east-1a
</availabilityZone><groupName/><tenancy>default</tenancy></placement>
<monitoring><state>disabled</state></monitoring><subnetId>subnet-1</subnetId><vpcId>vpc-1</vpcId>
<privateIpAddress>10.0.0.{n}</privateIpAddress><sourceDestCheck>true</sourceDestCheck>
<groupSet><item><groupId>sg-1</groupId><groupName>web</groupName></item></groupSet>
<architecture>x86_64</architecture><rootDeviceType>ebs</rootDeviceType>
<rootDeviceName>/dev/xvda</rootDeviceName><blockDeviceMapping><item>
<deviceName>/dev/xvda</deviceName><ebs><volumeId>vol-{n:017x}</volumeId><status>attached</status>
<attachTime>2024-05-01T10:00:05.000Z</attachTime><deleteOnTermination>true</deleteOnTermination>
</ebs></item></blockDeviceMapping><virtualizationType>hvm</virtualizationType>
<clientToken>{n}</clientToken><tagSet><item><key>Name</key><value>web-{n}</value></item>
<item><key>owner</key><value>payments</value></item></tagSet><hypervisor>xen</hypervisor>
<networkInterfaceSet><item><networkInterfaceId>eni-{n:017x}</networkInterfaceId>
<subnetId>subnet-1</subnetId><vpcId>vpc-1</vpcId><description/><ownerId>123456789012</ownerId>
<status>in-use</status><macAddress>02:00:00:00:00:01</macAddress>
<privateIpAddress>10.0.0.{n}</privateIpAddress><sourceDestCheck>true</sourceDestCheck>
<groupSet><item><groupId>sg-1</groupId><groupName>web</groupName></item></groupSet>
<attachment><attachmentId>eni-attach-{n:017x}</attachmentId><deviceIndex>0</deviceIndex>
<status>attached</status><attachTime>2024-05-01T10:00:00.000Z</attachTime>
<deleteOnTermination>true</deleteOnTermination></attachment></item></networkInterfaceSet>
<metadataOptions><state>applied</state><httpTokens>required</httpTokens>
<httpPutResponseHopLimit>1</httpPutResponseHopLimit><httpEndpoint>enabled</httpEndpoint>
</metadataOptions><ebsOptimized>false</ebsOptimized><enaSupport>true</enaSupport></item>"""

_PAGE = (
    '<DescribeInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">'
    "<requestId>r</requestId><reservationSet><item><reservationId>r-1</reservationId>"
    "<ownerId>123456789012</ownerId><groupSet/><instancesSet>"
    + "".join(_INSTANCE.format(n=n) for n in range(INSTANCES))
    + "</instancesSet></item></reservationSet></DescribeInstancesResponse>"
).encode()


class _Bucket:
    """A token bucket: `rate` tokens a second up to `burst`; rate 0 always has one."""

    def __init__(self, rate, burst):
        self._rate, self._burst, self._tokens = rate, burst, burst
        self._at = time.monotonic()
        self.asked = self.refused = 0

    def take(self):
        """Take a token if there is one."""
        now = time.monotonic()
        self._tokens = min(self._burst, self._tokens + (now - self._at) * self._rate)
        self._at = now
        self.asked += 1
        if self._rate and self._tokens < 1:
            self.refused += 1
            return False
        self._tokens -= 1
        return True


class _Connection(asyncio.Protocol):
    """One kept-alive connection; requests come one after the other, as the SDK sends them."""

    def __init__(self, bucket):
        self._bucket = bucket

    def connection_made(self, transport):
        self._transport, self._got = transport, b""

    def data_received(self, data):
        self._got += data
        head, found, body = self._got.partition(b"\r\n\r\n")
        if not found:
            return
        length = next(
            (
                int(line.partition(b":")[2])
                for line in head.split(b"\r\n")
                if line.lower().startswith(b"content-length:")
            ),
            0,
        )
        if len(body) < length:
            return
        self._got = b""
        status = b"200 OK"
        if head.startswith(b"GET /counts"):
            answer = b"%d %d" % (self._bucket.asked, self._bucket.refused)
        elif not self._bucket.take():
            status, answer = b"400 Bad Request", _THROTTLED
        else:
            answer = _PAGE if b"DescribeInstances" in body else _SMALL
        head = b"HTTP/1.1 %s\r\nContent-Type: text/xml\r\nContent-Length: %d\r\n\r\n"
        asyncio.get_running_loop().call_later(
            LATENCY_S, self._transport.write, head % (status, len(answer)) + answer
        )


def scripted_aws(*, rate=0, burst=0):
    """
    Serve for the block; every SDK client of this process and its children asks it.

    Yields the URL. With a `rate` (requests a second) and a `burst` it throttles.
    """
    return asked_instead_of_aws(__file__, rate, burst)


def counts(url):
    """Return how many requests a server got and how many of them it refused."""
    with urllib.request.urlopen(f"{url}/counts") as answer:
        asked, refused = answer.read().split()
    return int(asked), int(refused)


async def _serve(rate, burst):
    loop = asyncio.get_running_loop()
    bucket = _Bucket(rate, burst)
    server = await loop.create_server(lambda: _Connection(bucket), "127.0.0.1", 0, backlog=256)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(float(sys.argv[1]), float(sys.argv[2])))
