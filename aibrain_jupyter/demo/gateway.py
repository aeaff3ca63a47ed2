"""
The door of the embedded AWS: it stands before moto and makes it behave like two accounts.

It knows whose key signed, waits as long as a distant region would, says no where a policy
of the organisation does, and turns every fault of moto into an error the SDK will not
repeat: moto answers an operation it does not know with a server error, which costs ten
attempts on the other side.
"""

from __future__ import annotations

import sys
import time
import traceback
from typing import TYPE_CHECKING, Any, Final

from aibrain_jupyter.demo.accounts import (
    ACCOUNTS,
    MANAGEMENT_ACCOUNT,
    ORGANIZATION,
    REGION_POLICY,
    Account,
)
from aibrain_jupyter.demo.answers.operations import ALWAYS_ALLOWED, ANSWERS
from aibrain_jupyter.demo.protocols import (
    DENIED,
    NOT_IN_THE_DEMO,
    UNKNOWN_KEY,
    AwsRequest,
    Reply,
    read_request,
    reply_with,
)
from aibrain_jupyter.demo.seeds.late import seed_late

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIApplication

    from werkzeug.wrappers import Response

_BY_KEY: Final = {account.access_key_id: account for account in ACCOUNTS}
_POLICY_ARN: Final = (
    f"arn:aws:organizations::{MANAGEMENT_ACCOUNT}:policy/{ORGANIZATION}"
    f"/service_control_policy/{REGION_POLICY}"
)


class Gateway:
    """
    The WSGI application: `inner` is moto's, `latency_s` is waited before every answer.

    It `refuses` the denied regions of an account, or none.
    """

    def __init__(
        self, inner: WSGIApplication, *, latency_s: float = 0, refuses: bool = True
    ) -> None:
        self._inner = inner
        self._latency_s, self._refuses = latency_s, refuses

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        return self._answer(environ)(environ, start_response)

    def _answer(self, environ: dict[str, Any]) -> Response:
        request = read_request(environ)
        if request is None:
            return Reply(_NOT_SIGNED, 403, content_type="application/xml")
        time.sleep(self._latency_s)
        account = _BY_KEY.get(request.access_key_id)
        if account is None:
            message = "The security token included in the request is invalid."
            return UNKNOWN_KEY.reply(request, message)
        denied = account.denied_regions if self._refuses else ()
        if request.region in denied and request.action not in ALWAYS_ALLOWED:
            return _deny(account, request)
        try:
            reply = self._give(environ, account, request)
        except NotImplementedError:
            return _unknown(request)
        except Exception:  # noqa: BLE001 - any fault of moto's own must become an AWS error
            traceback.print_exc(file=sys.stderr)
            return _unknown(request)
        # AWS never answers in HTML: it is the page of moto's router for an unknown path.
        is_page = reply.mimetype == "text/html" and b"<!doctype" in reply.data
        is_unknown = reply.status_code >= 500 or (reply.status_code >= 400 and is_page)
        return _unknown(request) if is_unknown else reply

    def _give(self, environ: dict[str, Any], account: Account, request: AwsRequest) -> Response:
        answer = ANSWERS.get(request.action)
        if answer is not None:
            result = answer(account, request)
            return result if isinstance(result, Reply) else reply_with(request, result)
        seed_late(request.service)
        environ["HTTP_X_MOTO_ACCOUNT_ID"] = account.account_id
        if request.service == "sqs":
            # moto makes the URL of a queue from the host, whose port is another one each time.
            environ["wsgi.url_scheme"] = "https"
            environ["HTTP_HOST"] = f"sqs.{request.region}.amazonaws.com"
        return Reply.from_app(self._inner, environ, buffered=True)


def _deny(account: Account, request: AwsRequest) -> Reply:
    message = (
        f"User: {account.arn} is not authorized to perform: {request.action} with an explicit "
        f"deny in a service control policy: {_POLICY_ARN}"
    )
    if request.protocol == "ec2":
        message = f"You are not authorized to perform this operation. {message}"
    return DENIED.reply(request, message)


def _unknown(request: AwsRequest) -> Reply:
    message = f"The embedded demo account cannot answer {request.action}."
    return NOT_IN_THE_DEMO.reply(request, message)


_NOT_SIGNED: Final = (
    "<Error><Code>AccessDenied</Code><Message>The request is not signed.</Message></Error>"
)
