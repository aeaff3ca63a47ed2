"""Tokens, and the end points that give them: client credentials, device code, refresh."""

from __future__ import annotations

import base64
import json
import secrets
import time
import urllib.parse
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.sharepoint.server.answers import Answer, GraphRefusal

if TYPE_CHECKING:
    from aibrain_jupyter.sharepoint.server.answers import Asked

_LASTS_S: Final = 3600
_WHO: Final = {"tid": "72f988bf-0000-4000-8000-000000000001", "upn": "ann@contoso.example"}
_CAPABLE: Final = "cp1"


@dataclass(slots=True)
class Tokens:
    """
    The tokens that are valid, each with the claims it answers.

    `secret` is what an application signs in with, `is_device_code_done`: the person has signed in.
    `claims` are asked of every request; `refused` is an error of sign-in, ``invalid_client``, with
    the number Entra gives it.
    """

    secret: str = "a-secret"  # noqa: S105 - of a server that runs on this machine for a test
    lasts_s: int = _LASTS_S
    is_device_code_done: bool = True
    is_blocked: bool = False
    claims: str = ""
    refused: tuple[str, int] | None = None
    valid: dict[str, tuple[float, str]] = field(default_factory=dict)
    nonces: dict[str, str] = field(default_factory=dict)
    issued: int = 0
    asked: list[dict[str, str]] = field(default_factory=list)
    """The forms of the requests for a token."""

    def issue(self, claims: str = "") -> str:
        """Return a new token, as long as real ones and told apart from anything else."""
        self.issued += 1
        body = {
            **_WHO,
            "appid": "00000000-0000-4000-8000-00000000000a",
            "jti": secrets.token_hex(8),
        }
        token = f"{_b64({'alg': 'none', 'typ': 'JWT'})}.{_b64(body)}.{secrets.token_urlsafe(24)}"
        self.valid[token] = time.time() + self.lasts_s, claims
        return token

    def revoke(self) -> None:
        """End every token there is."""
        self.valid.clear()

    def check(self, header: str) -> None:
        """Refuse a request whose ``Authorization`` is not valid."""
        until, claims = self.valid.get(header.removeprefix("Bearer "), (0.0, ""))
        if until < time.time():
            raise GraphRefusal(
                401, "InvalidAuthenticationToken", "Lifetime validation failed.",
                www_authenticate='Bearer realm=""',
            )  # fmt: skip
        if self.claims and claims != self.claims:
            encoded = base64.b64encode(self.claims.encode()).decode()
            raise GraphRefusal(
                401,
                "InvalidAuthenticationToken",
                "Continuous access evaluation resulted in challenge.",
                www_authenticate='Bearer realm="", authorization_uri="https://login/authorize", '
                f'error="insufficient_claims", claims="{encoded}"',
            )

    def answer(self, asked: Asked) -> Answer | None:
        """Answer a request to a sign-in end point; None: it is none."""
        if asked.path.endswith("/.well-known/openid-configuration"):
            tenant = asked.path.strip("/").split("/")[0]
            login = f"{asked.base}/{tenant}"
            return Answer(
                data={
                    "issuer": f"{login}/v2.0",
                    "authorization_endpoint": f"{login}/oauth2/v2.0/authorize",
                    "token_endpoint": f"{login}/oauth2/v2.0/token",
                    "device_authorization_endpoint": f"{login}/oauth2/v2.0/devicecode",
                }
            )
        if asked.path.endswith("/oauth2/v2.0/authorize"):  # the person agrees at once
            code, query = secrets.token_urlsafe(16), asked.query
            self.nonces[code] = query.get("nonce", "")
            said = {"code": code, "state": query.get("state", "")}
            if query.get("response_mode") == "form_post":  # a page that sends itself
                inputs = "".join(f'<input name="{k}" value="{v}">' for k, v in said.items())
                form = f'<form method="post" action="{query["redirect_uri"]}">{inputs}</form>'
                return Answer(headers={"Content-Type": "text/html"}, body=form.encode())
            back = urllib.parse.urlencode(said)
            return Answer(302, headers={"Location": f"{query['redirect_uri']}?{back}"})
        if asked.path.endswith("/discovery/instance"):
            found = f"{asked.base}/common/v2.0/.well-known/openid-configuration"
            return Answer(data={"tenant_discovery_endpoint": found, "metadata": []})
        if asked.path.endswith("/oauth2/v2.0/devicecode"):
            return Answer(
                data={
                    "device_code": secrets.token_urlsafe(16),
                    "user_code": "C0DE4YOU",
                    "verification_uri": f"{asked.base}/device",
                    "expires_in": 900,
                    "interval": 1,
                    "message": f"Open {asked.base}/device and enter C0DE4YOU.",
                }
            )
        if asked.path.endswith("/token"):
            return self._token(dict(urllib.parse.parse_qsl(asked.body.decode())))
        return None

    def _token(self, form: dict[str, str]) -> Answer:
        self.asked.append(form)
        grant = form.get("grant_type", "")
        if self.is_blocked and "device" in grant:
            return _refused("access_denied", 53003, "blocked by Conditional Access")
        if self.refused:
            return _refused(self.refused[0], self.refused[1], "refused")
        if "device" in grant and not self.is_device_code_done:
            return _refused("authorization_pending", 70016, "not signed in yet")
        if grant == "client_credentials" and form.get("client_secret") not in (None, self.secret):
            return _refused("invalid_client", 7000215, "Invalid client secret provided")
        claims = json.loads(form.get("claims") or "{}")
        claims.get("access_token", {}).pop("xms_cc", None)
        wanted = json.dumps(claims) if claims.get("access_token") else ""
        answered = json.loads(self.claims) if self.claims and wanted else None
        token = self.issue(self.claims if answered == claims else "")
        data: dict[str, Any] = {
            "token_type": "Bearer",
            "expires_in": self.lasts_s,
            "ext_expires_in": self.lasts_s,
            "access_token": token,
        }
        if grant != "client_credentials":
            who: dict[str, Any] = {
                **_WHO,
                "aud": form.get("client_id", ""),
                "sub": "ann",
                "oid": "ann",
            }
            who |= {"iss": "local", "exp": int(time.time()) + 3600, "preferred_username": "ann"}
            who |= {"nonce": self.nonces.pop(form.get("code", ""), "")}
            data |= {
                "scope": form.get("scope", "Files.ReadWrite.All"),
                "refresh_token": secrets.token_urlsafe(24),
                "id_token": f"{_b64({'alg': 'none'})}.{_b64(who)}.x",
                "client_info": _b64({"uid": "ann", "utid": _WHO["tid"]}),
            }
        return Answer(data=data)


def _refused(error: str, number: int, text: str) -> Answer:
    said = {
        "error": error,
        "error_description": f"AADSTS{number}: {text}.",
        "error_codes": [number],
    }
    return Answer(401 if error == "invalid_client" else 400, said)


def _b64(data: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(data).encode()).decode().rstrip("=")
