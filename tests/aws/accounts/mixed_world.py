"""
A small world for mix-ups: keys, whose they are, and every way to hand them out, as real servers.

One scripted server is STS, IAM, EC2, the portal of single sign-on and a container's credential
server. A user's name says account, key and page that answered, so that each row tells who signed.
"""

from __future__ import annotations

import base64
import collections
import dataclasses
import datetime as dt
import hashlib
import itertools
import json
import time
import urllib.parse

from aibrain_jupyter.advanced_cache import AdvancedCacheManager
from aibrain_jupyter.aws.accounts.targets import AwsTargets
from aibrain_jupyter.aws.clients.pool import ClientPool, SessionProfile
from aibrain_jupyter.shared.base_tool import CallContext
from aibrain_jupyter.shared.error_handler import NotCachedError
from aibrain_jupyter.shared.tools.call_policy import CallPolicy
from aibrain_jupyter.tool_executors.aws_executor import EXPORT
from aibrain_jupyter.tool_executors.cached_call import call_tool
from aibrain_jupyter.tool_registry import get_tool_registry

A, B = "1" * 12, "2" * 12
USERS = {"service": "iam", "operation": "list_users"}
INVALID = "<ErrorResponse><Error><Code>InvalidClientTokenId</Code></Error></ErrorResponse>"
THROTTLED = "<ErrorResponse><Error><Code>Throttling</Code></Error></ErrorResponse>"


def user(account, name="ana"):
    """Return the ARN of a user."""
    return f"arn:aws:iam::{account}:user/{name}"


def session(account, role="Audit", name="ana"):
    """Return the ARN of a role's session."""
    return f"arn:aws:sts::{account}:assumed-role/{role}/{name}"


class World:
    """Keys by id with their ARN; `asked` counts the questions to STS by key."""

    def __init__(self, server, folder, monkeypatch):
        self.server, self.folder, self._patch = server, folder, monkeypatch
        self.who, self.assumed = {}, set()
        self.asked, self.seen = collections.Counter(), []
        self.at_page, self.refused_pages = {}, set()
        self.sso, self.roles = {}, {}
        self.current = ""
        self.delay_s = 0.0
        self._number = itertools.count(1)
        server.on("GetCallerIdentity", self._caller)
        server.on("ListUsers", self._users)
        server.on("DescribeRegions", self._regions)
        server.on("AssumeRole", self._assume)
        server.on("AssumeRoleWithWebIdentity", self._assume)
        server.on("/keys", lambda _: self._handed("Token"))
        server.on("/federation/credentials", self._portal)
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.delenv(name)
        monkeypatch.setenv("HOME", str(folder))
        monkeypatch.setenv("AWS_REGION", "eu-west-1")
        monkeypatch.setattr(
            "botocore.credentials.SSOProvider._SSO_TOKEN_CACHE_DIR", str(folder / "sso")
        )

    # Keys, and the ways they are handed out.

    def key(self, arn, *, prefix="ASIA"):
        """Make a key of this principal; ``AKIA``: a long-lived one."""
        key = f"{prefix}{next(self._number):016d}"
        self.who[key] = arn
        return key

    def environment(self, key, **more):
        """Put a key into the environment."""
        self._patch.setenv("AWS_ACCESS_KEY_ID", key)
        self._patch.setenv("AWS_SECRET_ACCESS_KEY", "s")
        if key.startswith("ASIA"):
            self._patch.setenv("AWS_SESSION_TOKEN", "t")
        else:
            self._patch.delenv("AWS_SESSION_TOKEN", raising=False)
        for name, value in more.items():
            self._patch.setenv(name, value)

    def unset(self, *names):
        """Take names out of the environment."""
        for name in names or ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
            self._patch.delenv(name, raising=False)

    def process(self, key, *, more=""):
        """Have a program of the profile ``p`` print this key, for two minutes at a time."""
        self.current = key
        script, printed = self.folder / "keys.sh", self.folder / "keys.json"
        new = self.folder / "keys.json.new"
        new.write_text(json.dumps({"Version": 1, **self._handed("SessionToken")}))
        new.rename(printed)
        if not script.exists():
            script.write_text(f"#!/bin/sh\ncat {printed}\n")
            script.chmod(0o700)
            self.config(f"[profile p]\ncredential_process = {script}\n{more}")
        return "p"

    def container(self, key):
        """Have the container's credential server hand this key out."""
        self.current = key
        self._patch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", f"{self.server.url}/keys")
        return ""

    def config(self, text):
        """Write the configuration file."""
        (self.folder / "aws-config").write_text(text)
        self._patch.setenv("AWS_CONFIG_FILE", str(self.folder / "aws-config"))

    def credentials(self, key, profile="f"):
        """Write the credentials file."""
        token = "aws_session_token = t\n" if key.startswith("ASIA") else ""
        (self.folder / "aws-credentials").write_text(
            f"[{profile}]\naws_access_key_id = {key}\naws_secret_access_key = s\n{token}"
        )
        self._patch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(self.folder / "aws-credentials"))
        return profile

    def sign_in(self, token, key):
        """Sign in to SSO: the portal gives `key` for this token."""
        url = "https://corp.example/start"
        self.sso[token] = key
        until = (dt.datetime.now(dt.UTC) + dt.timedelta(hours=8)).strftime("%Y-%m-%dT%H:%M:%SZ")
        file = self.folder / "sso" / f"{hashlib.sha1(url.encode()).hexdigest()}.json"
        file.parent.mkdir(exist_ok=True)
        file.write_text(json.dumps({"accessToken": token, "expiresAt": until, "startUrl": url}))
        self.config(
            f"[profile s]\nsso_start_url = {url}\nsso_region = eu-west-1\n"
            f"sso_account_id = {A}\nsso_role_name = Audit\n"
        )
        return "s"

    def web_token(self, subject):
        """Write a web identity token, and have the default chain use it."""
        claims = {"iss": "https://idp.example", "sub": subject, "iat": time.time()}
        payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
        (self.folder / "token").write_text(f"h.{payload}.s")
        self._patch.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", str(self.folder / "token"))
        self._patch.setenv("AWS_ROLE_ARN", f"arn:aws:iam::{A}:role/Audit")
        return ""

    def session_profile(self, kernel, key, **more):
        """Declare the session profile ``d`` in a kernel."""
        values = {"region": "eu-west-1", "endpoint_url": self.server.url, "account": ""} | more
        token = "t" if key.startswith("ASIA") else ""
        kernel.pool.add_profile(
            SessionProfile("d", key, "s", session_token=token, **{"is_demo": False, **values})
        )
        return "d"

    def kernel(self):
        """Return a new kernel; all of them share the cache on disk."""
        return Kernel(self)

    # What the servers answer.

    def _handed(self, token):
        until = (dt.datetime.now(dt.UTC) + dt.timedelta(minutes=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
        return {
            "AccessKeyId": self.current,
            "SecretAccessKey": "s",
            token: "t",
            "Expiration": until,
        }

    def _portal(self, request):
        key = self.sso[request.headers["x-amz-sso_bearer_token"]]
        end = int(time.time() * 1000) + 120_000
        return {
            "roleCredentials": {
                "accessKeyId": key,
                "secretAccessKey": "s",
                "sessionToken": "t",
                "expiration": end,
            }
        }

    def _assume(self, request):
        asked = {k: v[0] for k, v in urllib.parse.parse_qs(request.body).items()}
        key = self.roles[asked["RoleArn"]]
        self.assumed.add(key)
        until = (dt.datetime.now(dt.UTC) + dt.timedelta(minutes=2)).isoformat()
        action = request.action
        return (
            f"<{action}Response><{action}Result><Credentials><AccessKeyId>{key}</AccessKeyId>"
            f"<SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>"
            f"<Expiration>{until}</Expiration></Credentials></{action}Result></{action}Response>"
        )

    def _caller(self, request):
        key = request.access_key_id
        self.asked[key] += 1
        time.sleep(self.delay_s)
        if key not in self.who:
            return self.server.refusal(INVALID)
        return (
            "<GetCallerIdentityResponse><GetCallerIdentityResult>"
            f"<Arn>{self.who[key]}</Arn><UserId>U</UserId>"
            f"<Account>{self.who[key].split(':')[4]}</Account></GetCallerIdentityResult>"
            "</GetCallerIdentityResponse>"
        )

    def _users(self, request):
        key = request.access_key_id
        asked = dict(pair.split("=") for pair in request.body.split("&"))
        page = int(asked.get("Marker", "0"))
        if page in self.refused_pages:
            self.refused_pages.remove(page)
            self.at_page.pop(page, lambda: None)()
            return self.server.refusal(THROTTLED, status=400)
        self.seen.append(key)
        self.at_page.pop(page, lambda: None)()
        more = f"<IsTruncated>true</IsTruncated><Marker>{page + 1}</Marker>"
        return (
            "<ListUsersResponse><ListUsersResult><Users><member>"
            f"<UserName>{self.who[key].split(':')[4]}-{key}-{page}</UserName></member></Users>"
            f"{more if page == 0 else ''}</ListUsersResult></ListUsersResponse>"
        )

    def _regions(self, request):
        self.seen.append(request.access_key_id)
        name = "eu-west-1" if self.who[request.access_key_id].split(":")[4] == A else "eu-west-3"
        return (
            f"<DescribeRegionsResponse><regionInfo><item><regionName>{name}</regionName></item>"
            "</regionInfo></DescribeRegionsResponse>"
        )


class Kernel:
    """A process of the user's: its clients, and the cache all kernels share."""

    def __init__(self, world):
        self.world, self.pool = world, ClientPool()
        self.cache = AdvancedCacheManager(directory=world.folder / "cache")

    def plan(self, profile=""):
        """Return where a run of ``list_users`` goes."""
        targets = AwsTargets(USERS, clients=self.pool, cache=self.cache, fresh=False)
        [(target, problem)] = targets.of_profile(profile, [])
        assert problem is None
        return target

    def call(self, target, **policy):
        """Make the call; every row is of the account in whose name it comes. Return its keys."""
        ctx = CallContext(target, clients=self.pool)
        spec = get_tool_registry().spec("aws_export")
        how = CallPolicy(**policy)
        result = call_tool(ctx, spec, EXPORT, USERS, how, cache=self.cache)
        names = [name.split("-") for name in result.frame["user_name"]]
        assert {target.account} == {account for account, _, _ in names}
        assert ["0", "1"] == [page for _, _, page in names]
        return result.source, [key for _, key, _ in names]

    def run(self, profile="", **policy):
        """Plan and call; return the source and the keys that signed the rows."""
        return self.call(self.plan(profile), **policy)


def audit(world):
    """
    Whatever key a kernel has now, the shared cache serves it its own rows or none.

    Under an identity without a fingerprint there are only rows that long-lived keys signed, and
    those of roles that the SDK or we assumed.
    """
    kernel = Kernel(world)
    world.unset("AWS_PROFILE", "AWS_ROLE_ARN", "AWS_ENDPOINT_URL_IAM")
    for key, arn in list(world.who.items()):
        world.environment(key)
        own = kernel.plan()
        bare = _bare(arn)
        for identity in {own.identity, arn, bare}:
            try:
                target = dataclasses.replace(own, identity=identity)
                _, signers = kernel.call(target, only_cached=True, ttl=1e9)
            except NotCachedError:
                continue
            if " " in identity:
                assert {key} == set(signers), "served what other rights collected"
            else:
                named = {*world.roles.values(), *world.assumed, *world.sso.values()}
                assert all(one.startswith("AKIA") or one in named for one in signers)
            assert {bare} == {_bare(world.who[one]) for one in signers}


def _bare(arn):
    return arn.removesuffix("/ana").removesuffix("/bob") if ":assumed-role/" in arn else arn
