"""
A small client of Graph: it waits where it is told to, renews a token once, and names what fails.

All requests to one Graph share a gate: where one is refused for rate, the others wait, too. An
address that opens a file without a token (of a download, of an upload session) stays in here: no
error, log or note has it.
"""

from __future__ import annotations

import hashlib
import json
import random
import time
import urllib.parse
from typing import TYPE_CHECKING, Any, Final

import urllib3

from aibrain_jupyter.shared.error_handler import (
    AibrainError,
    IncompleteAnswerError,
    WriteRefusedError,
)
from aibrain_jupyter.shared.texts.redaction import HIDDEN
from aibrain_jupyter.sharepoint.causes import translate
from aibrain_jupyter.sharepoint.errors import GraphRefused, Refusal
from aibrain_jupyter.sharepoint.wire import Gate, gate_of, is_certificate, sent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aibrain_jupyter.shared.base_tool import CallContext
    from aibrain_jupyter.sharepoint.sign_in import Credential

ATTEMPTS: Final = 8
LONGEST_WAIT_S: Final = 120.0
"""A longer wait is for the person to decide: SharePoint was seen to ask for minutes."""
FIRST_PAUSE_S: float = 0.25
"""Before a request is made again without the server saying when; three times as long each time."""

_LONGEST_PAUSE_S: Final = 30.0
_AGAIN: Final = frozenset({429, 500, 502, 503, 504, 509})
_MOVED: Final = frozenset({301, 302, 303, 307, 308})
_FOR_RATE: Final = frozenset({429, 503, 509})
_SECRET_NAMES: Final = frozenset(
    {
        *("@microsoft.graph.downloadUrl", "@content.downloadUrl", "uploadUrl"),
        # Where a list goes on opens nothing by itself, but looks as if it did: it names a token.
        *("@odata.nextLink", "@odata.deltaLink"),
    }
)


class Graph:
    """
    Asks one Graph as somebody.

    Args:
        url: Its address, without ``/v1.0``.

        credential: Who asks.

        place: What errors call it.

        may_write: Whether it may send anything but reads.
    """

    def __init__(
        self, url: str, credential: Credential, *, place: str, may_write: bool = False
    ) -> None:
        self.url, self.place = url, place
        self._credential, self._may_write, self._gate = credential, may_write, gate_of(url)

    def json(
        self,
        ctx: CallContext,
        operation: str,
        method: str,
        path: str,
        *,
        body: bytes | Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        is_signed: bool = True,
        item: str = "",
        page: int = 1,
        is_repeatable: bool | None = None,
    ) -> dict[str, Any]:
        """
        Return the answer to a request.

        Args:
            ctx: The call.

            operation: As the documentation's page is called: ``driveitem-delta``.

            method: GET, POST, …

            path: Below ``/v1.0``, quoted; or a whole address that Graph gave.

            body: Bytes, or a mapping that is sent as JSON.

            headers: Further ones.

            is_signed: Whether the token goes along: not to addresses that open by themselves.

            item: What it is about, for errors.

            page: Its place among the pages of a list.

            is_repeatable: Whether it may be sent again after the connection broke; None: a GET may.

        Raises:
            AibrainError: it was refused, or did not get through.
        """
        if isinstance(body, dict):
            body = json.dumps(body).encode()
            headers = {"Content-Type": "application/json", **(headers or {})}
        sending = _Sending(self, ctx, operation, method, item, is_signed)
        again = method == "GET" if is_repeatable is None else is_repeatable
        answer = sending.send(path, body, headers or {}, is_repeatable=again, page=page)
        data = answer.data
        found = self._read(operation, data, answer.headers.get("content-type", ""))
        rows = len(found["value"]) if isinstance(found.get("value"), list) else None
        sending.note[8], sending.note[9] = rows, len(data)
        ctx.count(f"graph:{operation}", rows=rows or 0)
        if ctx.raw is not None:
            digest = hashlib.sha256(data).hexdigest()
            ctx.raw.page(sending.note, without_addresses(found), digest, len(data))
        return found

    def stream(
        self, ctx: CallContext, operation: str, address: str, headers: Mapping[str, str], item: str
    ) -> urllib3.BaseHTTPResponse:
        """Return the open answer of an address that needs no token; read it and release it."""
        sending = _Sending(self, ctx, operation, "GET", item, is_signed=False)
        found = sending.send(address, None, headers, is_repeatable=True, is_stream=True)
        ctx.count(f"graph:{operation}")
        return found

    def _read(self, operation: str, data: bytes, kind: str) -> dict[str, Any]:
        """Return an answer's body. Raises IncompleteAnswerError: it is not Graph's."""
        try:
            found = json.loads(data) if data else {}
        except ValueError:
            found = None
        if isinstance(found, dict):
            return found
        raise IncompleteAnswerError(
            f"What answered {operation} in {self.place} is not Graph.",
            why=f"{kind.partition(';')[0] or 'something'} came, and no object of JSON",
            next_steps=["Look whether a proxy or a sign-in page stands between: HTTPS_PROXY."],
        )

    def refuse_strangers(self, address: str, *, is_signed: bool) -> None:
        """Raise where an answer leads the token to another host, or anything off TLS."""
        own, there = urllib.parse.urlsplit(self.url), urllib.parse.urlsplit(address)
        is_other = (own.scheme, own.netloc) != (there.scheme, there.netloc)
        if (is_signed and is_other) or (own.scheme == "https" != there.scheme):
            raise IncompleteAnswerError(
                f"{self.place} leads to an address that is not Graph's; it was not asked.",
                next_steps=["Look whether a proxy stands between, and tell who runs it."],
            )

    def refuse_writes(self, operation: str, method: str) -> None:
        """Raise unless it may write, or this is a read."""
        if method != "GET" and not self._may_write:
            raise WriteRefusedError(
                f"{operation} ({method}) is no read, and was not sent.",
                next_steps=["Only sharepoint_upload writes."],
            )


class _Sending:
    """One request, as often as it takes."""

    def __init__(
        self,
        graph: Graph,
        ctx: CallContext,
        operation: str,
        method: str,
        item: str,
        is_signed: bool,
    ) -> None:
        graph.refuse_writes(operation, method)
        self._graph, self._ctx, self._operation, self._method = graph, ctx, operation, method
        self._item, self._is_signed = item, is_signed
        self._waited = self._wire = 0.0
        self._throttled = 0
        self._renewed = False
        self.note: list[Any] = []

    def send(
        self,
        path: str,
        body: Any,
        headers: Mapping[str, str],
        *,
        is_repeatable: bool,
        is_stream: bool = False,
        page: int = 1,
    ) -> urllib3.BaseHTTPResponse:
        graph, ctx = self._graph, self._ctx
        address = f"{graph.url}/v1.0{path}" if path.startswith("/") else path
        graph.refuse_strangers(address, is_signed=self._is_signed)
        for attempt in range(1, ATTEMPTS + 1):
            self._waited += graph._gate.wait(ctx)
            token = graph._credential.token() if self._is_signed else ""
            signed = {"Authorization": f"Bearer {token}"} if token else {}
            began = time.monotonic()
            try:
                answer = sent(self._method, address, body, {**headers, **signed}, is_stream)
            except urllib3.exceptions.HTTPError as exc:
                if attempt == ATTEMPTS or not is_repeatable or is_certificate(exc):
                    raise self._translated(exc) from None
                self._pause(attempt)
                continue
            self._wire += time.monotonic() - began
            self._note(answer, attempt, page)
            if answer.status < 300:
                return answer
            data = answer.data
            answer.release_conn()
            refusal = Refusal.of(answer.status, answer.headers, data)
            if is_stream and refusal.status in _MOVED and refusal.location:
                address = urllib.parse.urljoin(address, refusal.location)
                graph.refuse_strangers(address, is_signed=False)
                continue
            if refusal.status == 401 and self._renew(token, refusal):
                continue
            if refusal.status in _AGAIN and self._may_again(refusal, attempt):
                continue
            raise self._translated(GraphRefused(refusal)) from None
        raise AssertionError("the last attempt returns or raises")

    def _renew(self, token: str, refusal: Refusal) -> bool:
        """Get another token, once."""
        if self._renewed or not token:
            return False
        self._renewed = True
        return self._graph._credential.renew(token, refusal.claims)

    def _may_again(self, refusal: Refusal, attempt: int) -> bool:
        """Wait as the server asks, and tell whether to ask again."""
        if refusal.status in _FOR_RATE:
            self._throttled += 1
            self._ctx.count_throttled()
        if attempt == ATTEMPTS or (refusal.retry_after or 0.0) > LONGEST_WAIT_S:
            return False
        if refusal.retry_after:  # "after 0 s" would be all attempts within a moment
            self._graph._gate.close(refusal.retry_after)
        else:
            self._pause(attempt)
        return True

    def _pause(self, attempt: int) -> None:
        self._waited += wait_before(self._ctx, attempt)

    def _note(self, answer: urllib3.BaseHTTPResponse, attempt: int, page: int) -> None:
        names = ("graph", self._operation, self._graph.place)
        self.note = [time.time(), *names, answer.headers.get("request-id"), answer.status]
        self.note += [attempt, page, None, None, self._throttled]
        self.note += [self._waited, self._wire, 0.0, answer.headers.get("date")]
        self._ctx.answered.append(self.note)

    def _translated(self, exc: BaseException) -> AibrainError:
        facts = self._ctx.target.facts
        graph = self._graph
        return translate(exc, call=self._operation, place=graph.place, item=self._item, facts=facts)


def wait_before(ctx: CallContext, attempt: int, most: float = _LONGEST_PAUSE_S) -> float:
    """Wait before another attempt, longer each time, and return how long that was."""
    longest = min(most, FIRST_PAUSE_S * 3 ** (attempt - 1))
    pause = Gate()
    pause.close(longest * random.uniform(0.5, 1))  # noqa: S311 - spreads requests, no secret
    return pause.wait(ctx)


def without_addresses(answer: Any) -> Any:
    """Return an answer without the addresses that open files by themselves."""
    if isinstance(answer, dict):
        return {
            name: HIDDEN if name in _SECRET_NAMES else without_addresses(value)
            for name, value in answer.items()
        }
    return [without_addresses(value) for value in answer] if isinstance(answer, list) else answer


def quoted(path: str) -> str:
    """Return a path as it stands in an address."""
    return urllib.parse.quote(path, safe="/")
