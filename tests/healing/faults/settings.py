"""Faults of configuration, profiles and sessions: files and variables as people leave them."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from functools import partial

from tests.healing.faults.world import CANARY, CELL, Fault

_KEYS = f"aws_access_key_id = AKIA0000000000000002\naws_secret_access_key = {CANARY}\n"
_ROLE = "role_arn = arn:aws:iam::111122223333:role/A\n"
_HEAD = "[profile p]\nregion = eu-west-1\n"
_SSO = (
    "[sso-session corp]\nsso_start_url = https://corp.example/start\nsso_region = us-east-1\n"
    f"{_HEAD}sso_session = corp\nsso_account_id = 111122223333\nsso_role_name = Audit\n"
)
_CONFIGS = (
    # name, text of the file, cause, gist
    ("no source for a role", f"{_HEAD}{_ROLE}", "role-without-source", "source_profile"),
    (
        "source that is not there",
        f"{_HEAD}{_ROLE}source_profile = nope\n",
        "source-profile",
        "source_profile",
    ),
    (
        "role that leads to itself",
        f"{_HEAD}{_ROLE}source_profile = p\n",
        "source-profile",
        "source_profile",
    ),
    (
        "odd credential source",
        f"{_HEAD}{_ROLE}credential_source = Moon\n",
        "configuration",
        "credential_source of profile p",
    ),
    (
        "half a key",
        f"{_HEAD}aws_access_key_id = AKIA0000000000000002\n",
        "half-credentials",
        "secret access key",
    ),
    (
        "token file that is not there",
        f"{_HEAD}{_ROLE}web_identity_token_file = /no/token\n",
        "web-identity-token-unreadable",
        "/no/token",
    ),
    (
        "time-out that is no number",
        f"{_HEAD}{_KEYS}metadata_service_timeout = soon\n",
        "setting-no-value",
        "metadata_service_timeout",
    ),
    ("never signed in", _SSO, "not-signed-in", "aws login p|sso login"),
    (
        "program that is not there",
        f"{_HEAD}credential_process = /no/such/program\n",
        "credential-process-missing",
        "whole path",
    ),
    (
        "program that fails",
        f"{_HEAD}credential_process = sh -c 'echo {CANARY}; exit 3'\n",
        "credential-process-failed",
        "by itself in a terminal",
    ),
    (
        "program without JSON",
        f"{_HEAD}credential_process = echo {CANARY}\n",
        "credential-process-no-json",
        "JSON",
    ),
    (
        "open quotation mark",
        f'{_HEAD}credential_process = /bin/echo "x\n',
        "credential-process-quoting",
        "quotation mark",
    ),
    ("a section twice", f"{_HEAD}{_KEYS}[profile p]\n", "configuration-unreadable", "line 5"),
    ("no section", f"aws_secret_access_key = {CANARY}\n", "configuration-unreadable", "line 1"),
    (
        "endpoint without http",
        f"{_HEAD}{_KEYS}endpoint_url = localhost:4566\n",
        "endpoint-no-url",
        "http://",
    ),
    (
        "odd endpoint mode",
        f"{_HEAD}{_KEYS}sts_regional_endpoints = often\n",
        "configuration",
        "sts_regional|Correct",
    ),
    ("no credentials", f"{_HEAD}", "no-credentials", "demo start"),
)


def _configured(text, world):
    world.env(AWS_ENDPOINT_URL=None if "endpoint_url" in text else world.server.url)
    world.config(text)


def _no_credentials(world):
    world.without_keys()


def _profile_typo(world):
    world.config(f"[profile prod]\n{_KEYS}", profile="prdo")


def _no_such_file(world):
    world.env(AWS_CONFIG_FILE=str(world.folder / "none"), AWS_PROFILE="p")


def _token(world, content):
    folder = world.folder / ".aws/sso/cache"
    folder.mkdir(parents=True)
    (folder / f"{hashlib.sha1(b'corp').hexdigest()}.json").write_text(content)
    # Where the SDK looks was decided by the home that this process began with.
    import botocore.credentials
    import botocore.tokens

    for owner in (botocore.credentials.SSOProvider, botocore.tokens.SSOTokenProvider):
        world.undo.callback(setattr, owner, "_SSO_TOKEN_CACHE_DIR", owner._SSO_TOKEN_CACHE_DIR)
        owner._SSO_TOKEN_CACHE_DIR = str(folder)
    world.config(_SSO)


def _signed_in(world, **until):
    expires = dt.datetime.now(dt.UTC) + dt.timedelta(**until)
    token = {"accessToken": CANARY, "expiresAt": f"{expires:%Y-%m-%dT%H:%M:%SZ}"}
    _token(world, json.dumps(token))


def _sign_in_ended(world):
    _signed_in(world, hours=-1)


def _sign_in_damaged(world):
    _token(world, f'{{"accessToken": "{CANARY}"')


def _role_not_assigned(world):
    _signed_in(world, hours=8)
    refusal = world.server.refusal(
        {"__type": "ForbiddenException", "message": "No access"}, status=403
    )
    world.server.on("/federation/credentials", lambda _: refusal)


def _role_refused(world):
    words = "User: arn:aws:iam::123456789012:user/me is not authorized to perform: sts:AssumeRole"
    error = f"<Code>AccessDenied</Code><Message>{words} on resource: {_ROLE[11:-1]}</Message>"
    body = f"<ErrorResponse><Error><Type>Sender</Type>{error}</Error></ErrorResponse>"
    world.server.on("AssumeRole", lambda _: world.server.refusal(body))
    world.config(f"{_HEAD}{_ROLE}source_profile = s\n[profile s]\n{_KEYS}")


def _wrong_region(world):
    world.names["_"] = None


_WRITTEN = (
    ("service typo", CELL.replace("=kms", "=kmz"), "input", "kms"),
    ("operation typo", CELL.replace("list_keys", "list_kays"), "input", "list_keys"),
    ("region typo", CELL.replace("eu-west-1", "eu-wets-1"), "input", "eu-west-1"),
    ("profile that is not there", f"{CELL} --profile nowhere", "input", "profile"),
    ("parameter typo", f"{CELL} Limmit=5", "input", "Limit"),
    ("parameter of another kind", f"{CELL} Limit=many", "input", "Limit"),
    ("tool typo", "%aibrain aws_exprot kms", "input", "aws_export"),
    ("value out of range", f"{CELL} Limit=-4", "input", "Limit"),
    ("a write", CELL.replace("list_keys", "delete_alias"), "WriteRefusedError", "read"),
)

FAULTS = (
    *(Fault(name, cause, gist, partial(_configured, text)) for name, text, cause, gist in _CONFIGS),
    *(Fault(name, cause, gist, _wrong_region, cell=cell) for name, cell, cause, gist in _WRITTEN),
    Fault("no keys at all", "no-credentials", "demo start", _no_credentials),
    Fault("profile typo in AWS_PROFILE", "input", "prod", _profile_typo),
    Fault("config file that is not there", "input", "AWS_CONFIG_FILE names", _no_such_file),
    Fault("sign-in has ended", "sign-in-expired", "aws login p|sso login", _sign_in_ended),
    Fault(
        "sign-in file damaged", "saved-sign-in-damaged", "aws login p|sso login", _sign_in_damaged
    ),
    Fault("role not assigned", "role-refused", "administrator", _role_not_assigned),
    Fault("role not let in", "role-refused", "sts:AssumeRole", _role_refused),
)
