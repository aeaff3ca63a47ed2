"""
A full account behind moto's server, in a process of its own, for the benchmarks of the export.

Users with groups, policies, MFA devices and keys; roles; buckets of which most are well kept;
instances with volumes; keys; functions. The data is put into moto's backends directly, which
takes seconds instead of a minute. It counts the requests that arrive.
"""

from __future__ import annotations

import base64
import datetime as dt
import io
import json
import os
import sys
import urllib.request
import zipfile
from dataclasses import dataclass

from server_process import asked_instead_of_aws

ACCOUNT = "123456789012"
REGION = "us-east-1"
_BLOCK = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
_COUNTS = "/benchmark-count"


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many of each there are."""

    users: int
    buckets: int
    instances: int
    roles: int
    keys: int
    functions: int


FULL = Sizes(users=300, buckets=100, instances=200, roles=50, keys=30, functions=50)


def seeded_moto(sizes):
    """Serve such an account for the block; SDK clients of this process's children ask it."""
    environment = os.environ | {"MOTO_EC2_LOAD_DEFAULT_AMIS": "false"}
    counts = (getattr(sizes, name) for name in sizes.__slots__)
    return asked_instead_of_aws(__file__, *counts, env=environment)


def requests_so_far(url):
    """Return how many requests the server has got."""
    with urllib.request.urlopen(url + _COUNTS) as answer:
        return int(answer.read())


def _document(**statement):
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _seed_iam(users, roles):
    from moto.iam.models import iam_backends

    iam = iam_backends[ACCOUNT]["aws"]
    allow = _document(Effect="Allow", Action="s3:Get*", Resource="*")
    policies = [iam.create_policy("", "/", allow, f"team-{n}", []).arn for n in range(10)]
    for n in range(12):
        iam.create_group(f"team-{n}")
        iam.attach_group_policy(policies[n % 10], f"team-{n}")
    for n in range(users):
        name = f"user-{n:03}"
        is_machine = n % 3 == 0
        tags = [{"Key": "owner", "Value": f"team-{n % 12}"}]
        made = iam.create_user(REGION, name, "/", tags=tags)
        for group in range(1 + n % 2):
            iam.add_user_to_group(f"team-{(n + group) % 12}", name)
        if n % 5 == 0:
            iam.attach_user_policy(policies[n % 10], name)
        if n % 10 == 0:
            iam.put_user_policy(name, "own", allow)
        if is_machine or n % 7 == 0:
            iam.create_access_key(name)
        if not is_machine:
            iam.create_login_profile(name, "not-a-secret")
            made.password_last_used = dt.datetime(2026, 10, 1 + n % 28)  # noqa: DTZ001 - as moto keeps it
            if n % 4:
                device = iam.create_virtual_mfa_device(name, "/")
                iam.enable_mfa_device(name, device.serial_number, "123456", "654321")
    trust = _document(
        Effect="Allow", Principal={"Service": "lambda.amazonaws.com"}, Action="sts:AssumeRole"
    )
    for n in range(roles):
        name = f"role-{n:02}"
        tags = [{"Key": "owner", "Value": f"team-{n % 12}"}]
        iam.create_role(name, trust, "/", None, "", tags, "3600")
        for policy in range(2):
            iam.attach_role_policy(policies[(n + policy) % 10], name)
        if n % 5 == 0:
            iam.put_role_policy(name, "own", allow)
    iam.generate_report()


def _seed_s3(buckets):
    from moto.s3.models import get_canned_acl, s3_backends

    s3 = s3_backends[ACCOUNT]["aws"]
    for n in range(buckets):
        name = f"bucket-{n:03}"
        made = s3.create_bucket(name, REGION)
        # Buckets made since April 2023 have no ACLs; older ones do unless somebody saw to it.
        is_new = n % 5 > 0
        made.ownership_rule = "BucketOwnerEnforced" if is_new else "ObjectWriter"
        made.acl = get_canned_acl("private")
        sse = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
        made.encryption = {"Rule": sse}
        if is_new:
            s3.put_public_access_block(name, dict.fromkeys(_BLOCK, "true"))
        if n % 2:
            made.versioning_status = "Enabled"
        if n % 3 == 0:
            made.policy = _document(
                Effect="Deny",
                Principal="*",
                Action="s3:*",
                Resource=[f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"],
                Condition={"Bool": {"aws:SecureTransport": "false"}},
            ).encode()
        s3.put_bucket_tagging(name, {"owner": f"team-{n % 12}"})


def _seed_kms(keys):
    from moto.kms.models import kms_backends

    kms = kms_backends[ACCOUNT][REGION]
    for n in range(keys):
        tags = [{"TagKey": "owner", "TagValue": f"team-{n % 12}"}]
        # Of the kind that is made at once: what is asked of it is the same.
        made = kms.create_key("", "ENCRYPT_DECRYPT", "ECC_NIST_P256", f"key {n}", tags)
        made.key_spec = "SYMMETRIC_DEFAULT"
        kms.create_alias(made.id, f"alias/key-{n}")
        if n % 2:
            kms.enable_key_rotation(made.id)


def _seed_ec2(instances):
    from moto.ec2.models import ec2_backends
    from moto.kms.models import kms_backends

    ec2 = ec2_backends[ACCOUNT][REGION]
    key = next(iter(kms_backends[ACCOUNT][REGION].keys.values()))
    subnet = ec2.create_subnet(ec2.create_vpc("10.20.0.0/16").id, "10.20.0.0/22", f"{REGION}a")
    for n in range(instances):
        names = {"Name": f"web-{n}", "owner": f"team-{n % 12}"}
        disk = {"VolumeSize": 40, "VolumeType": "gp3"}
        if n % 4:
            disk |= {"Encrypted": True, "KmsKeyId": key.arn}
        ec2.run_instances(
            "ami-0c1f44f8e1a2b3c4d",
            1,
            None,
            [],
            instance_type="m5.large",
            is_instance_type_default=False,
            region_name=REGION,
            subnet_id=subnet.id,
            metadata_options={"HttpTokens": "required" if n % 3 else "optional"},
            block_device_mappings=[{"DeviceName": "/dev/sda1", "Ebs": disk}],
            tags={"instance": names, "volume": names},
        )


def _seed_lambda(functions):
    from moto.awslambda.models import lambda_backends

    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("main.py", "def handler(event, _): return 1")
    code = base64.b64encode(held.getvalue()).decode()
    found = lambda_backends[ACCOUNT][REGION]
    for n in range(functions):
        made = found.create_function(
            {
                "FunctionName": f"function-{n:02}",
                "Runtime": "python3.13",
                "Role": f"arn:aws:iam::{ACCOUNT}:role/role-00",
                "Handler": "main.handler",
                "MemorySize": 256,
                "Timeout": 30,
                "Code": {"ZipFile": code},
                "Environment": {"Variables": {"STAGE": "prod", "LOG_LEVEL": "info"}},
                "Tags": {"owner": f"team-{n % 12}"},
            }
        )
        if n % 3 == 0:
            made.policy.add_statement(
                json.dumps(
                    {
                        "StatementId": "events",
                        "Action": "lambda:InvokeFunction",
                        "Principal": "events.amazonaws.com",
                    }
                )
            )


def _canned(environ):
    """Return the answers moto has none for: no machine has an agent, no function a URL."""
    if environ.get("HTTP_X_AMZ_TARGET") == "AmazonSSM.DescribeInstanceInformation":
        return b'{"InstanceInformationList": []}'
    if environ["PATH_INFO"].endswith("/urls"):
        return b'{"FunctionUrlConfigs": []}'
    return None


def _with_regions(inner, environ, start_response):
    """Answer a listing of buckets in pages: S3 tells the region of each, which moto does not."""
    told = []
    body = b"".join(inner(environ, lambda *head, **_: told.append(head)))
    body = body.replace(b"</Bucket>", f"<BucketRegion>{REGION}</BucketRegion></Bucket>".encode())
    status, headers, *_ = told[0]
    others = [each for each in headers if each[0].lower() != "content-length"]
    start_response(status, [*others, ("Content-Length", str(len(body)))])
    return [body]


def _main(sizes):
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

    _seed_kms(sizes.keys)
    _seed_iam(sizes.users, sizes.roles)
    _seed_s3(sizes.buckets)
    _seed_ec2(sizes.instances)
    _seed_lambda(sizes.functions)

    class Handler(WSGIRequestHandler):
        disable_nagle_algorithm = True

        def log(self, type, message, *args):  # noqa: A002 - werkzeug's name
            """Keep the output quiet."""

    inner, seen = DomainDispatcherApplication(create_backend_app), []

    def counting(environ, start_response):
        if environ["PATH_INFO"] == _COUNTS:
            start_response("200 OK", [("Content-Type", "text/plain")])
            return [str(len(seen)).encode()]
        seen.append(1)
        if environ["PATH_INFO"] == "/" and "max-buckets=" in environ["QUERY_STRING"]:
            return _with_regions(inner, environ, start_response)
        canned = _canned(environ)
        if canned is not None:
            start_response("200 OK", [("Content-Type", "application/x-amz-json-1.1")])
            return [canned]
        return inner(environ, start_response)

    server = ThreadedWSGIServer("127.0.0.1", 0, counting, Handler)
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    _main(Sizes(*(int(text) for text in sys.argv[1:])))
