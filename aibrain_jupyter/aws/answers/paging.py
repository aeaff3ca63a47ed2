"""
Every page of an answer, whatever the service calls its page token.

One loop serves all operations, also those botocore has a paginator for: the
paginator's model only lends its pair of tokens (``aws/answers/page_tokens.py``). So the
same promises hold everywhere. An answer that says it is cut off but gives no way
on, or leads back to a page already read, raises: half a list is worse than none. One whose page
token is refused is read again from its first page, and nothing of before is kept: the pages of
another reading need not fit to it.
"""

from __future__ import annotations

import dataclasses
import itertools
import json
import time
from typing import TYPE_CHECKING, Any, Final

from botocore import xform_name
from botocore.exceptions import ClientError

from aibrain_jupyter.aws.accounts.assumed_roles import source_of
from aibrain_jupyter.aws.accounts.signing_in.sign_in_pause import may_ask_again, sign_ins
from aibrain_jupyter.aws.answers.absences import says_gone
from aibrain_jupyter.aws.answers.page_tokens import paging_of
from aibrain_jupyter.aws.answers.records import rows_of
from aibrain_jupyter.aws.clients.current_call import asking_for, aws_call
from aibrain_jupyter.aws.clients.request_log import THIS_THREAD
from aibrain_jupyter.aws.errors.call_site import Where
from aibrain_jupyter.aws.errors.denials import readable
from aibrain_jupyter.aws.errors.translate import SDK_ERRORS, translate
from aibrain_jupyter.aws.operations.models import find_operation
from aibrain_jupyter.shared.call_log import PAGE, ROWS
from aibrain_jupyter.shared.collector import paused_collector
from aibrain_jupyter.shared.error_handler import IncompleteAnswerError, ListingLostError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from aibrain_jupyter.shared.base_tool import CallContext

_PAGE_SIZES: Final[Mapping[str, Mapping[str, int]]] = {
    # The most they give; there is no token.
    "neptunedata:ListMLDataProcessingJobs": {"maxItems": 1024},
    "neptunedata:ListMLEndpoints": {"maxItems": 1024},
    "neptunedata:ListMLModelTrainingJobs": {"maxItems": 1024},
    "neptunedata:ListMLModelTransformJobs": {"maxItems": 1024},
    "neptunedata:ListLoaderJobs": {"limit": 100},
    "sqs:ListMessageMoveTasks": {"MaxResults": 10},
    # S3 refuses ListBuckets without a page size to accounts with a quota over 10,000 buckets.
    "s3:ListBuckets": {"MaxBuckets": 1000},
    # Without a page size SQS answers at most 1000 and no token: the rest would be lost unseen.
    "sqs:ListDeadLetterSourceQueues": {"MaxResults": 1000},
    "sqs:ListQueues": {"MaxResults": 1000},
}


def pages(
    ctx: CallContext,
    service: str,
    operation: str,
    params: Mapping[str, Any],
    *,
    region: str = "",
    counts_rows: bool = True,
) -> Iterator[dict[str, Any]]:
    """
    Yield every page of an operation's answer, each as boto3 gives it without its own metadata.

    Each page is counted on `ctx` with its rows; before each request `ctx` is asked whether the
    call was cancelled or is past its deadline.

    Args:
        ctx: The call context.

        service: The service's name.

        operation: ``list_users`` or ``ListUsers``.

        params: The operation's inputs as the API spells them, without page tokens.

        region: Another region than the call's own.

        counts_rows: Whether what is listed are rows of the export, and not where to look for them.

    Raises:
        IncompleteAnswerError: the answer is cut off and cannot be followed to its end.
        ListingLostError: a page token was refused; nothing that was read is to be kept
            (see `details.listed`).
        ProviderError: the provider refused or failed (see ``aws/errors/translate.py``).
    """
    name = find_operation(service, operation).name
    paging = paging_of(service, name)
    own = page_size(service, name) if service != "ec2" else _all_of_ec2(name)
    request = {**own, **paging.fixed, **params}
    seen: set[str] = set()
    watch = aws_call(ctx).watch
    read = watch.begin(f"{service}:{name}") if watch else None
    notes: list[list[Any]] = []
    for number in itertools.count(1):
        try:
            page = _ask(ctx, service, name, request, region)
        except ListingLostError:
            _take_back(ctx, notes)
            raise
        rows = len(rows_of(service, name, page)) if counts_rows else 0
        if THIS_THREAD.note is not None:
            THIS_THREAD.note[PAGE : ROWS + 1] = number, rows
            notes.append(THIS_THREAD.note)
        ctx.count(f"{service}:{name}", rows=rows)
        tokens = paging.next_tokens(page)
        if paging.ends_by_repeating and all(request.get(k) == v for k, v in tokens.items()):
            tokens = {}
        if read:
            read.page(page, {k: request[k] for k in paging.tokens if k in request}, tokens)
        yield page
        if not tokens:
            if paging.is_cut_off(page):
                raise _incomplete(ctx, service, name, "It says there is more, but not where.")
            return
        fingerprint = json.dumps(tokens, sort_keys=True, default=repr)
        if fingerprint in seen:
            raise _incomplete(ctx, service, name, "It leads back to a page already read.")
        seen.add(fingerprint)
        paused_collector.collect_if_due()
        request = {k: v for k, v in request.items() if k not in paging.tokens} | tokens


def _take_back(ctx: CallContext, notes: list[list[Any]]) -> None:
    """Count no row of pages that nobody keeps, here and in the notes of their requests."""
    ctx.uncount(sum(note[ROWS] for note in notes))
    for note in notes:
        note[ROWS] = 0


def page_size(service: str, operation: str) -> Mapping[str, int]:
    """Return the page size an operation (``ListBuckets``) is asked with if the user gives none."""
    return _PAGE_SIZES.get(f"{service}:{operation}", {})


def _all_of_ec2(operation: str) -> Mapping[str, bool]:
    """
    Return the input by which an operation lists what services manage as well, where it has one.

    An account may hide that from every listing by default (GetManagedResourceVisibility): half a
    list, and no word of it.
    """
    shape = find_operation("ec2", operation).input_shape
    return _ALL if shape and _MANAGED in shape.members else {}


_MANAGED: Final = "IncludeManagedResources"
_ALL: Final[Mapping[str, bool]] = {_MANAGED: True}


class SaysNoneError(Exception):
    """The service says by an error's code that there is none of what was asked for."""


def call(
    ctx: CallContext,
    service: str,
    operation: str,
    params: Mapping[str, Any],
    *,
    region: str = "",
    absent: Collection[str] = (),
) -> dict[str, Any]:
    """
    Return the answer to one request: a detail of one item, no paging and no rows counted.

    The arguments are those of `pages`; `absent` are the error codes that say that there is none.

    Raises:
        SaysNoneError: it was one of these.
        ProviderError: the provider refused or failed (see ``aws/errors/translate.py``).
    """
    name = find_operation(service, operation).name
    answer = _ask(ctx, service, name, params, region, absent)
    ctx.count(f"{service}:{name}")
    return answer


def _ask(
    ctx: CallContext,
    service: str,
    name: str,
    request: Mapping[str, Any],
    region: str,
    absent: Collection[str] = (),
) -> dict[str, Any]:
    while True:
        ctx.check()
        asked_at, THIS_THREAD.note = time.monotonic(), None
        try:
            with asking_for(ctx):
                method = getattr(ctx.client(service, region=region), xform_name(name))
                answer: dict[str, Any] = method(**request)
        except SDK_ERRORS as exc:
            # An answer, and a frequent one: it needs no words for a person.
            if absent and isinstance(exc, ClientError) and _says_none(exc, name, absent):
                raise SaysNoneError from exc
            target = dataclasses.replace(ctx.target, region=region or ctx.target.region)
            error = translate(exc, service=service, operation=name, target=target)
            if not may_ask_again(ctx, error, asked_at=asked_at):
                raise error from exc
        else:
            sign_ins(source_of(ctx.target.profile)).answered_at = time.monotonic()
            # The SDK's own envelope (ids, headers, retries): nothing of it is ever a row.
            answer.pop("ResponseMetadata", None)
            return answer


def _says_none(exc: ClientError, name: str, absent: Collection[str]) -> bool:
    """Tell whether the operation itself, and not a call that the SDK made for it, says so."""
    error = exc.response.get("Error") or {}
    code = str(error.get("Code") or "")
    if code not in absent or exc.operation_name != name:
        return False
    return not says_gone(code, readable(str(error.get("Message") or "")))


def _incomplete(ctx: CallContext, service: str, name: str, why: str) -> IncompleteAnswerError:
    # Tokens stay out of the message: some carry the query they belong to.
    where = Where(service, name, ctx.target)
    return IncompleteAnswerError(
        f"The answer of {where.call} in {where.place} cannot be read to its end.",
        why=why,
        next_steps=["Run it again; if it stays, narrow the request so that it fits one page."],
        facts=where.facts(),
    )
